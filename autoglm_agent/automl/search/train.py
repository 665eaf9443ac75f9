"""Train one candidate: over the folds side by side, or once with out-of-bag predictions."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.models.base import Family, Fit, OutOfTime
from autoglm_agent.automl.models.catboost import fit_catboost
from autoglm_agent.automl.models.constant import fit_constant
from autoglm_agent.automl.models.fitted import versions
from autoglm_agent.automl.models.forest import fit_forest, grow
from autoglm_agent.automl.models.lightgbm import fit_lightgbm
from autoglm_agent.automl.models.linear import fit_linear
from autoglm_agent.automl.models.network import fit_network
from autoglm_agent.automl.models.searched_network import fit_searched_network
from autoglm_agent.automl.models.tree import fit_tree
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.processors import side_by_side
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.threshold import decision_threshold
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.trials import Candidate, Trial

ENGINE = 2
"""Raised whenever the same parameters would train another model."""

FAMILIES: dict[str, Family] = {
    "baseline": fit_constant,
    "lightgbm": fit_lightgbm,
    "catboost": fit_catboost,
    "extra_trees": fit_forest,
    "random_forest": fit_forest,
    "linear": fit_linear,
    "network": fit_network,
    "searched_network": fit_searched_network,
    "tree": fit_tree,
}
FORESTS = ("extra_trees", "random_forest")


@dataclass(frozen=True)
class Spec:
    """A candidate to be trained.

    Attributes:
        name: Short name for people.
        family: A key of `FAMILIES`.
        params: JSON data for the family.
        view: `tree` or `linear`.
        split: Number of the dealing into folds; 0 is the given one.
        folds: Numbers of the folds to run; None means all of them.
    """

    name: str
    family: str
    params: dict[str, Any] = field(default_factory=dict)
    view: str = "tree"
    split: int = 0
    folds: tuple[int, ...] | None = None


def trial_key(spec: Spec, study: Study) -> str:
    """Return the digest of data, folds, family, parameters, seed and versions."""
    described = {**asdict(spec), "engine": ENGINE, "refit": study.refit}
    described["versions"] = versions([spec.family])
    described.pop("name")
    described["oob"] = _out_of_bag(spec, study)
    return study.key(described)


def candidate_id(spec: Spec, study: Study) -> str:
    """Return the id that people and checks use."""
    return f"{spec.name}-{trial_key(spec, study)[:8]}"


def train(spec: Spec, study: Study, deadline: Deadline) -> Trial:
    """Train a candidate within the deadline; all its folds share it evenly.

    Raises:
        OutOfTime: If the deadline came before a single fold had a model.
    """
    run = _train_out_of_bag if _out_of_bag(spec, study) else _train_folds
    with threadpool_limits(1, "blas"):  # folds run side by side; and sums keep their order
        oof, models, info = run(spec, study, deadline)
    return _told(spec, study, oof, models, info, deadline.elapsed)


def _out_of_bag(spec: Spec, study: Study) -> bool:
    bagged = spec.family in FORESTS and spec.params.get("bootstrap", True)
    return bool(bagged and study.exchangeable and not study.refit)


def fit_seed(seed: int, family: str, split: int, number: int) -> int:
    """Return the seed of one fit.

    Args:
        seed: Of the search.
        family: A key of `FAMILIES`.
        split: Number of the dealing into folds.
        number: The fold; -1 for a fit on all rows.
    """
    return zlib.crc32(repr((seed, family, split, number)).encode()) % (2**31 - 4096)


def _fit_key(spec: Spec, number: int) -> str:
    return json.dumps([spec.family, spec.params, spec.view, spec.split, number], sort_keys=True)


def _seed(spec: Spec, study: Study, number: int) -> int:
    return fit_seed(study.seed, spec.family, spec.split, number)


def _train_out_of_bag(
    spec: Spec, study: Study, deadline: Deadline
) -> tuple[np.ndarray, list[Any], list[dict[str, Any]]]:
    params = {"kind": spec.family, **spec.params}
    params["trees"] = int(params["trees"] * params.pop("oob_factor", 1))
    model, oof, info = grow(
        params, study.everything(spec.view), study.problem, seed=_seed(spec, study, 0),
        deadline=deadline, threads=study.threads, out_of_bag=True,
    )  # fmt: skip
    assert oof is not None
    return oof, [model], [info]


def _train_folds(
    spec: Spec, study: Study, deadline: Deadline
) -> tuple[np.ndarray, list[Any], list[dict[str, Any]]]:
    numbers = list(spec.folds) if spec.folds is not None else study.fold_numbers
    family, params = FAMILIES[spec.family], dict(spec.params)
    params.pop("oob_factor", None)
    if spec.family in FORESTS:
        params["kind"] = spec.family
    study.view(spec.view)  # made once, before the threads ask for it
    jobs = len(numbers) + (1 if study.refit and spec.folds is None else 0)
    waves = -(-jobs // study.threads)
    each = None if deadline.seconds is None else deadline.left * 0.97 / waves

    def fit(number: int) -> tuple[Fit, np.ndarray] | None:
        key = _fit_key(spec, number)
        kept: tuple[Fit, np.ndarray] | None = study.fits.get(key)
        if kept is not None:  # a race has fitted it already
            return kept
        fold = study.fold(spec.view, number, spec.split)
        seed = _seed(spec, study, number)
        own = Deadline(None if each is None else min(each, deadline.left))
        try:
            done = family(params, fold, study.problem, seed=seed, deadline=own)
        except OutOfTime:
            return None
        outcome = done, done.model.predict(fold.X_valid)
        if spec.folds is not None and not done.info.get("cut"):
            study.fits[key] = outcome
        return outcome

    outcomes = side_by_side(fit, numbers, study.threads)
    shape = (
        (len(study.y), study.problem.width) if study.problem.is_classification else (len(study.y),)
    )
    oof, models, infos = np.full(shape, np.nan), [], []
    for number, outcome in zip(numbers, outcomes, strict=True):
        if outcome is None:
            continue
        oof[study.rows(number, spec.split)[1]] = outcome[1]
        models.append(outcome[0].model)
        infos.append(outcome[0].info)
    if not models:
        raise OutOfTime
    if study.refit and spec.folds is None:
        models = [_refit(spec, study, params, infos, deadline)]
    return oof, models, infos


def _refit(
    spec: Spec, study: Study, params: dict[str, Any], infos: list[dict[str, Any]],
    deadline: Deadline,
) -> Any:  # fmt: skip
    """Fit on all rows with what the folds found out."""
    params = dict(params)
    if spec.family in ("lightgbm", "catboost", "network", "searched_network"):
        params["rounds"] = max(1, round(float(np.mean([i["rounds"] for i in infos[-3:]])) * 1.1))
    if spec.family == "linear":
        params["strengths"] = [float(np.median([i["strength"] for i in infos]))]
    # The model is worth more than the deadline here: without it the folds were in vain.
    late = Deadline(None if deadline.seconds is None else max(deadline.left, 0.5))
    fit = FAMILIES[spec.family](
        params, study.everything(spec.view), study.problem, seed=_seed(spec, study, -1),
        deadline=late,
    )  # fmt: skip
    return fit.model


def _told(
    spec: Spec, study: Study, oof: np.ndarray, models: list[Any], infos: list[dict[str, Any]],
    seconds: float,
) -> Trial:  # fmt: skip
    """Score the predictions and wrap everything into a trial."""
    params = {**spec.params, "split": spec.split, "fitted": infos}
    candidate = Candidate(
        candidate_id(spec, study), spec.name, spec.family, params, seconds=seconds,
        **measured(study, oof, study.split(spec.split)),
    )  # fmt: skip
    return Trial(trial_key(spec, study), candidate, oof, tuple(models), spec.view)


def measured(study: Study, oof: np.ndarray, folds: np.ndarray) -> dict[str, Any]:
    """Return score, its standard error, the folds' scores, status and threshold of predictions."""
    problem, y = study.problem, study.y
    rows = predicted(oof)
    threshold = decision_threshold(problem, y[rows], oof[rows])
    fold_scores = []
    for number in study.fold_numbers:
        part = rows & (folds == number)
        if part.any():
            fold_scores.append(score(problem.metric, y[part], oof[part], problem, threshold))
    finite = [s for s in fold_scores if np.isfinite(s)]
    return {
        "score": score(problem.metric, y[rows], oof[rows], problem, threshold),
        "se": float(np.std(finite, ddof=1) / np.sqrt(len(finite))) if len(finite) > 1 else 0.0,
        "fold_scores": fold_scores,
        "status": "done" if rows[study.folds >= 0].all() else "stopped",
        "threshold": threshold,
    }
