"""Ensemble selection with replacement (Caruana et al. 2004).

Start with the best candidate, add again and again the one that helps the average most, and keep
the best prefix of that sequence. It works on out-of-fold predictions, so what is added has
never seen the rows it is judged on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring import bootstrap
from autoglm_agent.automl.scoring.metrics import oriented, rank_auc, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.scoring.threshold import decision_threshold

STEPS = 40
PATIENCE = 12
"""Steps without a gain after which the selection ends."""
BAGS, BAG_ROWS = 5, 2_000
LEADING = 8
"""Best candidates that resamples choose among, beside the members."""
LEAST_BAGGED = 100
"""With fewer rows resamples say nothing."""
LEAST_WEIGHT = 0.02
MOST_ROWS = 10_000
"""Weights are found on at most this many rows, evenly spaced."""


def predicted(oof: np.ndarray) -> np.ndarray:
    """Return which rows have a prediction."""
    return np.asarray(np.isfinite(oof) if oof.ndim == 1 else np.isfinite(oof).all(axis=1))


def common_rows(oofs: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which rows every candidate has predicted."""
    return np.asarray(np.all([predicted(oof) for oof in oofs.values()], axis=0))


def combine(oofs: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> np.ndarray:
    """Return the weighted average; NaN where a weighted candidate has no prediction."""
    return np.asarray(sum(weight * oofs[name] for name, weight in weights.items()))


def select(
    oofs: Mapping[str, np.ndarray], y: np.ndarray, problem: Problem, *, steps: int = STEPS,
    deadline: Deadline | None = None,
) -> dict[str, float]:  # fmt: skip
    """Choose the weights of an ensemble.

    Args:
        oofs: Candidate name to out-of-fold predictions; rows that some candidate lacks are
            left out of the choice.
        y: Codes or numbers, shape (rows,).
        problem: What is predicted, and its metric.
        steps: Candidates added at most.
        deadline: When it must end; the best sequence so far counts then.

    Returns:
        Name to weight, all positive, summing to one. The ensemble's score on the common rows is
        never worse than the best single candidate's.

    Raises:
        ValueError: If no row is predicted by every candidate.
    """
    names = list(oofs)
    rows = np.flatnonzero(common_rows(oofs))
    if not len(rows):
        raise ValueError("The candidates have no predicted row in common.")
    if len(rows) > MOST_ROWS:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_ROWS).astype(np.int64)]
    judge = _Judge(y[rows], np.stack([oofs[name][rows] for name in names]), problem)
    counts = np.zeros(len(names), dtype=np.int64)
    total = np.zeros_like(judge.parts[0])
    best, best_counts, best_step = -np.inf, counts.copy(), 0
    for step in range(steps):
        if step and deadline is not None and deadline.over:
            break
        merits = judge.merits(total, step)
        top = np.nanmax(merits) if np.isfinite(merits).any() else 0.0
        tied = np.flatnonzero(merits >= top - 1e-12 * max(1.0, abs(top)))
        if not len(tied):
            tied = np.array([0])
        chosen = int(max(tied, key=lambda i: (counts[i], -i)))
        counts[chosen] += 1
        total = total + judge.parts[chosen]
        if top > best + 1e-12 * max(1.0, abs(top)):
            best, best_counts, best_step = float(top), counts.copy(), step
        elif step - best_step > PATIENCE:
            break
    if not best_counts.sum():
        best_counts[0] = 1
    share = best_counts / best_counts.sum()
    return {name: float(w) for name, w in zip(names, share, strict=True) if w > 0}


def select_bagged(
    oofs: Mapping[str, np.ndarray], y: np.ndarray, problem: Problem, *, steps: int = STEPS,
    deadline: Deadline | None = None,
) -> dict[str, float]:  # fmt: skip
    """Choose the weights as the mean of selections on resampled rows.

    One selection follows the accidents of its rows, most of all where a few rows rule the loss;
    the mean of several spreads the weight over candidates that are about as good (Caruana et al.
    2006). Members with hardly any weight are left out.

    Args:
        oofs: As for `select`.
        y: Codes or numbers, shape (rows,).
        problem: What is predicted, and its metric.
        steps: Candidates added at most, in each selection.
        deadline: When it must end; the selections so far count then.

    Returns:
        Name to weight, all positive, summing to one; on the common rows never worse than the
        best single candidate.

    Raises:
        ValueError: If no row is predicted by every candidate.
    """
    whole = select(oofs, y, problem, steps=steps, deadline=deadline)
    rows = np.flatnonzero(common_rows(oofs))
    if len(oofs) < 2 or len(rows) < LEAST_BAGGED or not _quickly_judged(problem):
        return whole

    def merit(prediction: np.ndarray) -> float:
        return oriented(problem.metric, score(problem.metric, y[rows], prediction, problem))

    alone = {name: merit(oof[rows]) for name, oof in oofs.items()}
    leading = sorted(alone, key=lambda name: -alone[name])[:LEADING]
    oofs = {name: oof for name, oof in oofs.items() if name in whole or name in leading}
    rng, found = np.random.default_rng(0), [whole]
    for _ in range(BAGS):
        if deadline is not None and deadline.over:
            break
        drawn = rng.choice(rows, min(len(rows), BAG_ROWS))
        if problem.is_classification and len(np.unique(y[drawn])) < problem.width:
            continue
        part = {name: oof[drawn] for name, oof in oofs.items()}
        found.append(select(part, y[drawn], problem, steps=steps))
    mean = {name: float(np.mean([w.get(name, 0.0) for w in found])) for name in oofs}
    kept = {name: weight for name, weight in mean.items() if weight >= LEAST_WEIGHT}
    if not kept:
        return whole
    weights = {name: weight / sum(kept.values()) for name, weight in kept.items()}

    best = max(alone.values())
    return weights if merit(combine(oofs, weights)[rows]) >= best else whole


def _quickly_judged(problem: Problem) -> bool:
    """Whether thousands of merits are a matter of a second."""
    return problem.metric in ("log_loss", "rmse", "mae") or (
        problem.kind == "binary" and problem.metric == "roc_auc"
    )


class _Judge:
    """Scores `(total + candidate) / (step + 1)` for all candidates at once, higher is better."""

    def __init__(self, y: np.ndarray, parts: np.ndarray, problem: Problem) -> None:
        self.y, self.problem, self.metric = y, problem, problem.metric
        self.parts = parts
        if self.metric == "log_loss":  # only the probability of the true class matters
            safe = np.stack([bootstrap.clipped(part) for part in parts])
            self.parts = safe[:, np.arange(len(y)), y]
        elif problem.kind == "binary" and self.metric in ("roc_auc", "average_precision"):
            self.parts = parts[:, :, problem.positive_index]

    def merits(self, total: np.ndarray, step: int) -> np.ndarray:
        return np.array([self._merit((total + part) / (step + 1)) for part in self.parts])

    def _merit(self, mean: np.ndarray) -> float:
        y = self.y
        if self.metric == "log_loss":
            return float(np.log(np.maximum(mean, 1e-15)).mean())
        if self.metric == "rmse":
            return -float(np.sqrt(np.mean((mean - y) ** 2)))
        if self.metric == "mae":
            return -float(np.abs(mean - y).mean())
        if self.problem.kind == "binary" and self.metric == "roc_auc":
            return rank_auc(y == self.problem.positive_index, mean)
        if self.problem.kind == "binary" and self.metric == "average_precision":
            mean = np.column_stack([mean, mean])
        threshold = decision_threshold(self.problem, y, mean) if mean.ndim == 2 else 0.5
        return oriented(self.metric, score(self.metric, y, mean, self.problem, threshold))
