"""V21: with the target shuffled before everything, nothing may be learned.

`scramble` shuffles the target, lets the *whole* way from raw columns to features run again, and
scores a cheap model. Where the score stays above chance, the way itself carries the target into
the features: means of the target, or a selection of columns, taken before the rows were divided
(Ojala & Garriga 2010, https://www.jmlr.org/papers/v11/ojala10a.html). Scaling on all rows carries
nothing that a model could use and stays at chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.checks.twin import Pairs, Twin, twin_of
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Remedy, Status, Verdict

Features = Callable[[pd.DataFrame, np.ndarray], Any]
"""From raw columns and the target to features of the same rows, as a user's code makes them."""

MOST_ROWS = 1_000
TREES = 20
LEAST_SCRAMBLES = 8
LEAST_ROWS = 60


@dataclass(frozen=True)
class Scramble:
    """What was reached with the true and with shuffled targets.

    Attributes:
        skill: With the true target.
        scrambled: Skill with each shuffled target.
    """

    skill: float
    scrambled: np.ndarray

    @property
    def p(self) -> float:
        """Probability of a skill this high without a signal (Phipson & Smyth 2010)."""
        return float((1 + (self.scrambled >= self.skill).sum()) / (1 + len(self.scrambled)))

    @property
    def z(self) -> float:
        """How many standard errors the mean skill of shuffled targets lies above chance."""
        error = float(self.scrambled.std(ddof=1)) / np.sqrt(len(self.scrambled))
        mean = float(self.scrambled.mean())
        return mean / error if error > 0 else (0.0 if mean <= 0 else np.inf)


def scramble_features(
    X: pd.DataFrame,
    y: np.ndarray,
    problem: Problem,
    features: Features,
    *,
    thresholds: Thresholds | None = None,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> Verdict:
    """Ask V21 of somebody's feature code.

    Args:
        X: Raw columns of all rows.
        y: Encoded target.
        problem: What is predicted.
        features: The code, run on all rows at once as its author does.
        thresholds: See `Thresholds`.
        seed: Of the shuffles and folds.
        deadline: When to end with the shuffles made so far.

    Returns:
        FAIL if the code carries the target into the features, WARN if there is no signal at all.
    """
    limits = thresholds or Thresholds()
    rng = np.random.default_rng([seed, 20])
    fold = rng.permutation(len(y)) % 3
    pairs = [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(3)]

    def skill(target: np.ndarray) -> float:
        made = np.asarray(features(X, target), dtype=np.float32)
        made = made[:, None] if made.ndim == 1 else made
        rows = np.arange(len(target))
        twin = Twin(made, (), target, rows, pairs, problem, TREES, seed, boosted=True)
        return _skill(twin, made, target, pairs)

    found = _scrambled(skill, y, limits, seed, deadline or Deadline())
    return _judge(found, len(y), limits)


def check_scramble(context: CheckContext) -> Verdict:
    """V21 of the run's own way: there is a signal, and the preparation does not invent one."""
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind in ("time", "group"):
        raise NotApplicableError("Rows that hang together cannot be shuffled one by one.")
    twin = replace(twin_of(context), trees=TREES, boosted=True)
    if len(twin.y) < LEAST_ROWS:
        raise NotApplicableError(f"{len(twin.y)} rows are too few to shuffle.")
    rows = np.arange(len(twin.y))
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng([context.seed, 22]).permutation(rows)[:MOST_ROWS])
    fold = np.random.default_rng([context.seed, 23]).permutation(len(rows)) % 3
    pairs = [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(3)]
    matrix = twin.matrix[rows]
    found = _scrambled(
        lambda target: _skill(twin, matrix, target, pairs),
        twin.y[rows],
        limits,
        context.seed,
        context.deadline.share(0.5),
    )
    return _judge(found, len(rows), limits)


def _scrambled(
    skill: Callable[[np.ndarray], float],
    y: np.ndarray,
    limits: Thresholds,
    seed: int,
    deadline: Deadline,
) -> Scramble:
    rng = np.random.default_rng([seed, 21])
    true = skill(y)
    scrambled: list[float] = []
    while len(scrambled) < limits.scrambles:
        if deadline.over and len(scrambled) >= LEAST_SCRAMBLES:
            break
        scrambled.append(skill(rng.permutation(y)))
    return Scramble(true, np.array(scrambled))


def _skill(twin: Twin, matrix: np.ndarray, y: np.ndarray, pairs: Pairs) -> float:
    prediction = twin.crossed(matrix, y, pairs)
    valid = np.concatenate([v for _, v in pairs])
    if twin.problem.is_classification:
        return twin.skill(y[valid], prediction)
    # Correlation, not R2: of shuffled targets R2 is negative by overfitting alone.
    guess, truth = prediction[:, 0], y[valid].astype(np.float64)
    if guess.std() == 0 or truth.std() == 0:
        return 0.0
    return float(np.corrcoef(guess, truth)[0, 1])


def _judge(found: Scramble, n: int, limits: Thresholds) -> Verdict:
    mean = float(found.scrambled.mean())
    leaks = found.z > limits.scramble_z and mean > limits.scramble_gain
    evidence = {
        "skill": round(found.skill, 4),
        "scrambled": round(mean, 4),
        "p": round(found.p, 4),
        "z": round(float(np.clip(found.z, -1e6, 1e6)), 3),
        "scrambles": len(found.scrambled),
    }
    # With fewer shuffles than the level needs, the lowest possible p is as good as it gets.
    level = max(limits.scramble_p, 1.0 / (1 + len(found.scrambled)))
    status: Status = "pass"
    fact = f"With the target shuffled nothing is learned (skill {mean:+.3f}); with the true one "
    fact += f"{found.skill:.3f} (p = {found.p:.3f})."
    if leaks:
        status = "fail"
        fact = f"With the target shuffled a skill of {mean:.3f} is left ({found.z:.1f} standard "
        fact += "errors above chance): the preparation carries the target into the features."
    elif found.p > level:
        status = "warn"
        fact = f"No signal: shuffled targets do as well as the true one (p = {found.p:.2f})."
    remedy = Remedy(
        kind="ask",
        step="prepare_data",
        reason="Fit every feature within the training rows of a fold, then come back.",
    )
    return Verdict(
        check="V21",
        status=status,
        fact=fact,
        statistic=evidence["z"] if leaks else round(found.p, 4),
        threshold=limits.scramble_z if leaks else level,
        n=n,
        evidence=evidence,
        remedies=(remedy,) if leaks else (),
        blame="prepare_data" if leaks else None,
    )


CHECKS = (Check("V21", "Shuffled target", "data", check_scramble, 3.0, worth=3),)
