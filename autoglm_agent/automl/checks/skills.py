"""How much one column, or a few, can tell of the target: the cheap twins of the checks.

Skill is what is gained over knowing nothing, as a share of what could be gained. For classes it
is 2 AUC - 1, averaged over the classes: unlike accuracy it does not depend on how rare a class
is. For numbers it is R2. Beside it stands the quadratic loss of every row (Brier 1950, or the
squared error), because differences between two twins are tested row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.columns import Block, Sample
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.scoring.metrics import rank_auc
from autoglm_agent.automl.scoring.problem import Problem

SMALL = 1_000
"""Below this many rows a forest is the better twin, above it boosting."""


@dataclass(frozen=True)
class Skill:
    """What a twin achieved on the validated rows.

    Attributes:
        value: Skill, 0 for knowing nothing (never negative) to 1 for perfect.
        loss: Quadratic loss of each validated row.
        prior: Mean quadratic loss of knowing nothing.
        hits: For classes, which rows' most probable class is right.
    """

    value: float
    loss: np.ndarray
    prior: float
    hits: np.ndarray | None = None

    @property
    def residue(self) -> float:
        """Share of the quadratic loss that is left."""
        return float(self.loss.mean() / self.prior) if self.prior > 0 else 1.0


def alone(sample: Sample, name: str, blocks: list[Block], thresholds: Thresholds) -> Skill:
    """Measure the skill of one column by a small tree, cross-validated."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    classes = sample.problem.is_classification
    make: Any = DecisionTreeClassifier if classes else DecisionTreeRegressor
    least = 2 if len(sample.y) < 200 else 5
    options = {"random_state": sample.seed, "min_samples_leaf": least}
    depth = thresholds.leak_depth
    if sample.kinds.get(name) == "text":
        # One split asks for one word, so a word for each class needs as many splits.
        depth = max(depth, sample.problem.width)
    skill = _measure(sample, blocks, lambda: make(max_depth=depth, **options))
    if not classes and skill.value >= thresholds.leak_strong:
        # Sixteen leaves are too coarse to tell a copy with noise from the best of the others.
        fine = _measure(sample, blocks, lambda: make(max_leaf_nodes=256, **options))
        skill = max(skill, fine, key=lambda s: s.value)
    return skill


def together(
    sample: Sample,
    names: list[str],
    encoded: dict[str, list[Block]],
    thresholds: Thresholds,
    *,
    boosted: bool = False,
) -> Skill:
    """Measure the skill of several columns by a cheap twin, cross-validated.

    Without a column there is no skill, and the loss is that of the prior. `boosted` as for
    `twin_model`.
    """
    if not names:
        return nothing(sample)
    blocks = [
        (
            np.hstack([encoded[name][fold][0] for name in names]),
            np.hstack([encoded[name][fold][1] for name in names]),
        )
        for fold in range(len(sample.pairs))
    ]
    size, trees = len(sample.y), thresholds.leak_trees
    return _measure(
        sample,
        blocks,
        lambda: twin_model(sample.problem, size, trees, sample.seed, boosted=boosted),
    )


def nothing(sample: Sample) -> Skill:
    """Return the skill of knowing only how frequent the classes are, or the mean."""
    predictions = [np.tile(sample.targets[t].mean(axis=0), (len(v), 1)) for t, v in sample.pairs]
    loss = _loss(sample, np.concatenate(predictions))
    return Skill(0.0, loss, float(loss.mean()))


def better(first: Skill, second: Skill) -> float:
    """Return by how many standard errors the first twin's row losses are lower (paired)."""
    difference = second.loss - first.loss
    error = float(difference.std(ddof=1)) / np.sqrt(len(difference))
    if error == 0.0:
        return 0.0 if difference.mean() <= 0 else float("inf")
    return float(difference.mean() / error)


def auc_skill(y: np.ndarray, prediction: np.ndarray, problem: Problem) -> float:
    """Return the mean over the classes of 2 AUC - 1, one class against the others."""
    columns = [1] if problem.kind == "binary" else range(prediction.shape[1])
    found = []
    for column in columns:
        truth = y == column
        if truth.any() and not truth.all():
            found.append(2 * rank_auc(truth, prediction[:, column]) - 1)
    return float(np.mean(found)) if found else 0.0


def twin_model(problem: Problem, rows: int, trees: int, seed: int, *, boosted: bool = False) -> Any:
    """Return an unfitted cheap model: a forest on few rows, boosting on many.

    Args:
        problem: What is predicted.
        rows: Rows that it will be fitted on.
        trees: Number of trees.
        seed: Of the trees.
        boosted: Boosting on few rows, too: a tenth of the time, and a little worse.
    """
    classes = problem.is_classification
    if rows < SMALL and not boosted:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        make: Any = RandomForestClassifier if classes else RandomForestRegressor
        return make(
            n_estimators=trees,
            min_samples_leaf=1,
            max_features="sqrt" if classes else 0.5,
            random_state=seed,
        )
    from lightgbm import LGBMClassifier, LGBMRegressor

    make = LGBMClassifier if classes else LGBMRegressor
    return make(
        n_estimators=trees,
        learning_rate=0.15,
        num_leaves=15,
        min_child_samples=20 if rows >= SMALL else max(2, rows // 50),
        random_state=seed,
        n_jobs=1,
        verbose=-1,
        deterministic=True,
        force_row_wise=True,
    )


def _measure(sample: Sample, blocks: list[Block], make: Any) -> Skill:
    """Fit and predict fold by fold; score on all validated rows."""
    parts = []
    for (train, _), (known, asked) in zip(sample.pairs, blocks, strict=True):
        model = make().fit(known, sample.y[train])
        if sample.problem.is_classification:
            part = np.zeros((len(asked), sample.problem.width))
            part[:, model.classes_] = model.predict_proba(asked)
        else:
            part = model.predict(asked)[:, None]
        parts.append(part)
    prediction = np.concatenate(parts)
    y = sample.y[sample.valid]
    loss, base = _loss(sample, prediction), nothing(sample)
    if sample.problem.is_classification:
        value = auc_skill(y, prediction, sample.problem)
        return Skill(max(0.0, value), loss, base.prior, prediction.argmax(axis=1) == y)
    value = 1.0 - float(loss.mean()) / base.prior if base.prior > 0 else 0.0
    return Skill(max(0.0, value), loss, base.prior)


def _loss(sample: Sample, prediction: np.ndarray) -> np.ndarray:
    width = sample.targets.shape[1]
    return np.asarray(((prediction[:, :width] - sample.targets[sample.valid]) ** 2).sum(axis=1))
