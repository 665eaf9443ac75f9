"""The bootstrap, vectorised: a resample is a vector of row weights.

A statistic takes weights of shape (repeats, rows) and returns (repeats,) scores, so that a
thousand resamples are a few array operations. With all weights one, a statistic equals the
score that scikit-learn computes; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from autoglm_agent.automl.scoring.problem import Problem

Statistic = Callable[[np.ndarray], np.ndarray]
"""From weights (repeats, rows) to scores (repeats,)."""

CELLS = 4_000_000
"""Most weights held at a time."""
MOST_DRAWS = 60_000_000
"""Most rows drawn in all; larger tables get fewer repeats, never fewer than 200."""


def clipped(prediction: np.ndarray) -> np.ndarray:
    """Return probabilities that are away from 0 and 1 and sum to one."""
    safe = np.clip(prediction, 1e-9, 1.0)
    return np.asarray(safe / safe.sum(axis=1, keepdims=True))


def strata(y: np.ndarray, problem: Problem) -> list[np.ndarray]:
    """Return the row indices to resample within: one group per class, or all rows."""
    if not problem.is_classification:
        return [np.arange(len(y))]
    return [rows for c in range(problem.width) if len(rows := np.flatnonzero(y == c))]


def percentiles(draws: np.ndarray, level: float) -> tuple[float, float]:
    """Return the two ends of the percentile interval, undefined draws left out."""
    kept = draws[np.isfinite(draws)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def affordable(repeats: int, rows: int) -> int:
    """Return how many of the resamples are drawn on so many rows."""
    return min(repeats, max(200, MOST_DRAWS // max(1, rows)))


def resample(
    statistics: Sequence[Statistic],
    groups: list[np.ndarray],
    *,
    seed: int,
    repeats: int,
    clusters: np.ndarray | None = None,
) -> list[np.ndarray]:
    """Evaluate statistics on the same bootstrap resamples.

    Args:
        statistics: What to evaluate.
        groups: Row indices to resample within.
        seed: Seed of the resamples.
        repeats: Number of resamples.
        clusters: Cluster of each row, integers from 0, where rows are not independent: then
            whole clusters are drawn, and `groups` only tells the number of rows.

    Returns:
        For each statistic its (repeats,) values.
    """
    rows = sum(len(group) for group in groups)
    repeats = affordable(repeats, rows)
    rng = np.random.default_rng(seed)
    size = max(1, min(repeats, CELLS // max(1, rows)))
    parts: list[list[np.ndarray]] = [[] for _ in statistics]
    for start in range(0, repeats, size):
        count = min(size, repeats - start)
        if clusters is None:
            weights = np.zeros((count, rows), dtype=np.float64)
            for group in groups:
                weights[:, group] = drawn(rng, count, len(group))
        else:
            weights = drawn(rng, count, int(clusters.max()) + 1)[:, clusters]
        # A resample of clusters may lack a class, and then some statistics are undefined.
        with np.errstate(divide="ignore", invalid="ignore"):
            for part, function in zip(parts, statistics, strict=True):
                part.append(function(weights))
    return [np.concatenate(part) for part in parts]


def drawn(rng: np.random.Generator, count: int, n: int) -> np.ndarray:
    """How often each of `n` things is drawn in each of `count` resamples, float64."""
    drawn = rng.integers(0, n, size=(count, n)) + np.arange(count)[:, None] * n
    counts = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
    return counts.astype(np.float64)


def statistic(
    metric: str, y: np.ndarray, prediction: np.ndarray, problem: Problem, threshold: float = 0.5
) -> Statistic:
    """Return the weighted version of a metric for one prediction."""
    if not problem.is_classification:
        return _regression(metric, y, prediction)
    if metric == "log_loss":
        loss = -np.log(clipped(prediction)[np.arange(len(y)), y])
        return lambda w: w @ loss / w.sum(axis=1)
    if metric in ("roc_auc", "average_precision"):
        curve = _roc_auc if metric == "roc_auc" else _average_precision
        columns = [problem.positive_index] if problem.kind == "binary" else range(problem.width)
        parts = [curve(y == c, prediction[:, c]) for c in columns if 0 < (y == c).mean() < 1]
        if not parts:  # rows of one class only have no curve
            return lambda w: np.full(len(w), np.nan)
        return lambda w: np.mean([part(w) for part in parts], axis=0)
    from autoglm_agent.automl.scoring.metrics import decide

    return _decisions(metric, y, decide(prediction, problem, threshold), problem)


def _regression(metric: str, y: np.ndarray, prediction: np.ndarray) -> Statistic:
    error = prediction - y
    if metric == "rmse":
        return lambda w: np.sqrt(w @ error**2 / w.sum(axis=1))
    if metric == "mae":
        return lambda w: w @ np.abs(error) / w.sum(axis=1)
    if metric == "mape":
        share = np.abs(error) / np.maximum(np.abs(y), np.finfo(np.float64).eps)
        return lambda w: w @ share / w.sum(axis=1)
    if metric == "rmsle":
        logged = np.log1p(np.maximum(prediction, 0.0)) - np.log1p(np.maximum(y, 0.0))
        return lambda w: np.sqrt(w @ logged**2 / w.sum(axis=1))
    centred = y - y.mean()  # against cancellation in the variance

    def r2(w: np.ndarray) -> np.ndarray:
        total = w.sum(axis=1)
        spread = w @ centred**2 - (w @ centred) ** 2 / total
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 - (w @ error**2) / spread)

    return r2


def _sorted_groups(truth: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, ...]:
    """Order rows by falling value; return order, truth in order, first index of each tie."""
    order = np.argsort(-value, kind="stable")
    ordered = value[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return order, truth[order].astype(np.float64), starts


def _roc_auc(truth: np.ndarray, value: np.ndarray) -> Statistic:
    order, positive, starts = _sorted_groups(truth, value)

    def auc(w: np.ndarray) -> np.ndarray:
        ordered = w[:, order]
        yes = np.add.reduceat(ordered * positive, starts, axis=1)
        no = np.add.reduceat(ordered * (1.0 - positive), starts, axis=1)
        above = np.cumsum(yes, axis=1) - 0.5 * yes
        area = (above * no).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(area / (yes.sum(axis=1) * no.sum(axis=1)))

    return auc


def _average_precision(truth: np.ndarray, value: np.ndarray) -> Statistic:
    order, positive, starts = _sorted_groups(truth, value)

    def precision(w: np.ndarray) -> np.ndarray:
        ordered = w[:, order]
        yes = np.add.reduceat(ordered * positive, starts, axis=1)
        every = np.add.reduceat(ordered, starts, axis=1)
        hits, seen = np.cumsum(yes, axis=1), np.cumsum(every, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = np.where(seen > 0, hits / seen, 0.0)
            return np.asarray((at * yes).sum(axis=1) / hits[:, -1])

    return precision


def _decisions(metric: str, y: np.ndarray, decision: np.ndarray, problem: Problem) -> Statistic:
    if metric == "accuracy":
        hit = (y == decision).astype(np.float64)
        return lambda w: w @ hit / w.sum(axis=1)
    if metric in ("mcc", "kappa"):
        return _agreement(metric, y, decision, problem)
    classes = range(problem.width)
    if metric == "balanced_accuracy":
        classes = [c for c in classes if (y == c).any()]  # type: ignore[assignment]
    elif problem.kind == "binary":
        classes = [problem.positive_index]  # type: ignore[assignment]
    true = np.stack([(y == c) for c in classes], axis=1).astype(np.float64)
    said = np.stack([(decision == c) for c in classes], axis=1).astype(np.float64)

    def macro(w: np.ndarray) -> np.ndarray:
        hits, actual, told = w @ (true * said), w @ true, w @ said
        over = {
            "recall": actual, "balanced_accuracy": actual, "precision": told,
            "f1": (actual + told) / 2,
        }[metric]  # fmt: skip
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(over > 0, hits / over, 0.0).mean(axis=1))

    return macro


def _agreement(metric: str, y: np.ndarray, decision: np.ndarray, problem: Problem) -> Statistic:
    """Matthews' correlation for any number of classes (Gorodkin 2004), or Cohen's kappa (1960)."""
    classes = np.arange(problem.width)
    true = (y[:, None] == classes).astype(np.float64)
    said = (decision[:, None] == classes).astype(np.float64)
    hit = (y == decision).astype(np.float64)

    def agreement(w: np.ndarray) -> np.ndarray:
        rows, actual, told = w.sum(axis=1), w @ true, w @ said
        chance = (actual * told).sum(axis=1)
        above = (w @ hit) * rows - chance
        if metric == "kappa":
            most = rows**2 - chance
        else:
            ours, theirs = ((part**2).sum(axis=1) for part in (actual, told))
            most = np.sqrt((rows**2 - ours) * (rows**2 - theirs))
        return np.asarray(np.where(most > 0, above / most, 0.0))

    return agreement
