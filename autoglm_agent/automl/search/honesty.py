"""The honest score of a search: the choice among candidates and the choice of weights paid for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.honest import HonestScore, honest_score
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.ensemble import STEPS, combine, predicted, select

REPEATS = 400
MOST_ROWS = 2_000
HALVES = 2
"""How often the rows are halved to see how well weights keep their promise."""


def honest_of_search(
    oofs: Mapping[str, np.ndarray],
    weights: Mapping[str, float],
    y: np.ndarray,
    problem: Problem,
    *,
    cuts: Mapping[str, float],
    threshold: float,
    seed: int,
    steps: int | None = None,
    deadline: Deadline | None = None,
) -> HonestScore | None:
    """Return the corrected score of the ensemble, or None if no rows are shared.

    Args:
        oofs: Candidate to out-of-fold predictions, NaN where there is none.
        weights: The ensemble.
        y: Codes or numbers.
        problem: What is predicted.
        cuts: Decision thresholds of the candidates.
        threshold: That of the ensemble.
        seed: Of the resamples.
        steps: Steps of the ensemble selection.
        deadline: When the resampling must end.
    """
    whole = {
        n: v
        for n, v in oofs.items()
        if predicted(v).sum() == predicted(oofs[next(iter(weights))]).sum()
    }
    if not set(weights) <= set(whole):
        return None
    rows = np.flatnonzero(np.all([predicted(v) for v in whole.values()], axis=0))
    if len(rows) < 10:
        return None
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng([seed, 7]).choice(rows, MOST_ROWS, replace=False))
    parts = {name: values[rows] for name, values in whole.items()}
    every = {**parts, "ensemble": combine(parts, weights)}
    found = honest_score(
        every, y[rows], problem, chosen="ensemble", thresholds={**cuts, "ensemble": threshold},
        seed=seed, repeats=REPEATS, deadline=deadline,
    )  # fmt: skip
    penalty = 0.0
    if len(weights) > 1:
        penalty = _weights_optimism(parts, y[rows], problem, threshold, seed, steps)
    return _at_scale(found, whole, weights, y, problem, threshold, penalty, len(parts))


def _at_scale(
    found: HonestScore,
    oofs: Mapping[str, np.ndarray],
    weights: Mapping[str, float],
    y: np.ndarray,
    problem: Problem,
    threshold: float,
    penalty: float,
    tried: int,
) -> HonestScore:
    """Move the correction found on part of the rows to the score on all of them."""
    mixed = combine(oofs, weights)
    rows = predicted(mixed)
    naive = score(problem.metric, y[rows], mixed[rows], problem, threshold)
    shrink = float(np.sqrt(found.n / rows.sum()))
    sign = 1.0 if problem.greater_is_better else -1.0
    optimism = max(0.0, found.optimism * shrink) + penalty * shrink
    value = naive - sign * optimism
    return HonestScore(
        metric=found.metric,
        value=value,
        low=value + (found.low - found.value) * shrink,
        high=value + (found.high - found.value) * shrink,
        naive=naive,
        optimism=optimism,
        se=found.se * shrink,
        candidates=tried,
        effective=found.effective,
        repeats=found.repeats,
        n=int(rows.sum()),
    )


def _weights_optimism(
    oofs: Mapping[str, np.ndarray],
    y: np.ndarray,
    problem: Problem,
    threshold: float,
    seed: int,
    steps: int | None,
) -> float:
    """By how much weights score better on the rows they were found on than on others."""
    rng = np.random.default_rng([seed, 8])
    gaps = []
    for _ in range(HALVES):
        half = rng.permutation(len(y)) % 2 == 0
        for mine, others in ((half, ~half), (~half, half)):
            if problem.is_classification and len(np.unique(y[mine])) < problem.width:
                continue
            part = {name: values[mine] for name, values in oofs.items()}
            mixed = combine(oofs, select(part, y[mine], problem, steps=steps or STEPS))
            known, unseen = (
                oriented(
                    problem.metric,
                    score(problem.metric, y[rows], mixed[rows], problem, threshold),
                )
                for rows in (mine, others)
            )
            gaps.append(known - unseen)
    finite = [gap for gap in gaps if np.isfinite(gap)]
    # Half the rows fit weights twice as loosely; both halves together cancel their difference
    # in difficulty.
    return max(0.0, float(np.mean(finite)) / 2) if finite else 0.0
