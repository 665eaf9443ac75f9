"""From which probability on the answer is yes.

Half, unless the user gave costs (then the threshold with the least cost) or the metric itself
depends on the balance of the two mistakes (F1, balanced accuracy, Matthews' correlation, Cohen's
kappa: the threshold that is best on out-of-fold predictions).
"""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.scoring.problem import Problem

TUNED = ("f1", "balanced_accuracy", "mcc", "kappa")
LEAST_ROWS = 50
"""With fewer rows, or fewer than ten positives, the threshold stays at one half."""


def decision_threshold(problem: Problem, y: np.ndarray, prediction: np.ndarray) -> float:
    """Choose the threshold on out-of-fold predictions.

    Args:
        problem: With its metric and costs.
        y: Codes of the predicted rows.
        prediction: Probabilities (rows, classes), no NaN.

    Returns:
        The threshold, strictly between 0 and 1.
    """
    costs = dict(problem.costs)
    if problem.kind != "binary" or not (costs or problem.metric in TUNED):
        return 0.5
    yes = y == problem.positive_index
    if len(y) < LEAST_ROWS or min(yes.sum(), (~yes).sum()) < 10:
        return _from_costs(costs)
    value = prediction[:, problem.positive_index]
    order = np.argsort(-value, kind="stable")
    ordered, hits = value[order], np.cumsum(yes[order])
    ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    true = np.r_[0, hits[ends]].astype(np.float64)
    told = np.r_[0, ends + 1].astype(np.float64)
    merit = _merit(problem.metric, costs, true, told, float(yes.sum()), float(len(y)))
    best = int(np.argmax(merit))
    return _between(ordered, ends, best)


def _merit(
    metric: str, costs: dict[str, float], true: np.ndarray, told: np.ndarray, yes: float, n: float
) -> np.ndarray:
    """Merit of calling the first `told` rows yes, `true` of which are."""
    false = told - true
    if costs:
        return np.asarray(-(costs.get("fn", 1.0) * (yes - true) + costs.get("fp", 1.0) * false))
    if metric == "f1":
        return np.asarray(2.0 * true / (told + yes))
    if metric in ("mcc", "kappa"):
        above = n * true - yes * told  # n squared times the covariance
        if metric == "kappa":
            most = 0.5 * (n * (told + yes) - 2.0 * told * yes)
        else:
            most = np.sqrt(told * (n - told) * yes * (n - yes))
        return np.asarray(np.divide(above, most, out=np.zeros_like(above), where=most > 0))
    return np.asarray(0.5 * (true / yes + (n - yes - false) / (n - yes)))


def _between(ordered: np.ndarray, ends: np.ndarray, best: int) -> float:
    """Return the middle between the last value called yes and the first called no."""
    if best == 0:
        cut = (1.0 + ordered[0]) / 2.0 if ordered[0] < 1.0 else 1.0
    elif best == len(ends):
        cut = ordered[-1] / 2.0
    else:
        cut = (ordered[ends[best - 1]] + ordered[ends[best - 1] + 1]) / 2.0
    return float(np.clip(cut, 1e-6, 1.0 - 1e-6))


def _from_costs(costs: dict[str, float]) -> float:
    """Bayes' threshold for calibrated probabilities (Elkan 2001)."""
    fn, fp = costs.get("fn", 1.0), costs.get("fp", 1.0)
    return fp / (fn + fp) if costs and fn + fp > 0 else 0.5
