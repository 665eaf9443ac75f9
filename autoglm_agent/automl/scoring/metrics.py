"""The metrics: which there are, which is the default, and how a prediction is scored.

scikit-learn computes every score. Intervals come from the bootstrap (see `bootstrap`), which
has its own vectorised statistics, because a thousand calls of scikit-learn would take minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn import metrics as sk

from autoglm_agent.automl.scoring import bootstrap

if TYPE_CHECKING:
    from autoglm_agent.automl.scoring.problem import Problem

GREATER_IS_BETTER: dict[str, bool] = {
    "roc_auc": True,
    "average_precision": True,
    "f1": True,
    "recall": True,
    "precision": True,
    "accuracy": True,
    "balanced_accuracy": True,
    "mcc": True,
    "kappa": True,
    "log_loss": False,
    "rmse": False,
    "mae": False,
    "mape": False,
    "rmsle": False,
    "r2": True,
}
"""Every metric with its orientation."""

REGRESSION = ("rmse", "mae", "mape", "r2", "rmsle")
MULTICLASS = (
    "log_loss", "accuracy", "balanced_accuracy", "f1", "roc_auc", "recall", "precision",
    "mcc", "kappa",
)  # fmt: skip
BINARY = (
    "roc_auc", "average_precision", "log_loss", "f1", "recall", "precision", "accuracy",
    "balanced_accuracy", "mcc", "kappa",
)  # fmt: skip

RARE = 0.10
"""Below this share of the minority class average precision says more than the ROC curve."""

_HARD = {
    "f1": sk.f1_score,
    "recall": sk.recall_score,
    "precision": sk.precision_score,
}


def metrics_for(kind: str) -> tuple[str, ...]:
    """Return the names of the metrics that fit a kind of problem, the default first."""
    return {"binary": BINARY, "multiclass": MULTICLASS, "regression": REGRESSION}[kind]


def default_metric(kind: str, y_codes: np.ndarray) -> str:
    """Choose the metric when the user named none.

    Binary problems are judged by the area under the ROC curve, or by average precision when
    the smaller class has less than a tenth of the rows; several classes by log-loss;
    numbers by the root mean squared error.
    """
    if kind == "regression":
        return "rmse"
    if kind == "multiclass":
        return "log_loss"
    share = np.bincount(np.asarray(y_codes, dtype=np.int64), minlength=2) / max(1, len(y_codes))
    return "average_precision" if share.min() < RARE else "roc_auc"


def oriented(metric: str, value: float) -> float:
    """Return the value turned so that higher is better."""
    return float(value) if GREATER_IS_BETTER[metric] else -float(value)


def decide(prediction: np.ndarray, problem: Problem, threshold: float = 0.5) -> np.ndarray:
    """Turn probabilities into class codes: by threshold if binary, else the most probable."""
    if problem.kind != "binary":
        return np.asarray(prediction.argmax(axis=1), dtype=np.int64)
    positive = problem.positive_index
    yes = prediction[:, positive] >= threshold
    return np.where(yes, positive, 1 - positive).astype(np.int64)


def score(
    metric: str, y: np.ndarray, prediction: np.ndarray, problem: Problem, threshold: float = 0.5
) -> float:
    """Score a prediction, in the metric's own orientation.

    Args:
        metric: A name in `GREATER_IS_BETTER`.
        y: Codes (classification) or numbers (regression), shape (rows,).
        prediction: Probabilities (rows, classes) or numbers (rows,).
        problem: Says what the columns of `prediction` are.
        threshold: Least probability of the positive class that counts as yes (binary only).

    Returns:
        The score; NaN where it is not defined, for example the ROC curve of a single class.
    """
    if not problem.is_classification:
        return _score_numbers(metric, y, prediction)
    if metric == "log_loss":
        labels = np.arange(problem.width)
        return float(sk.log_loss(y, bootstrap.clipped(prediction), labels=labels))
    if metric in ("roc_auc", "average_precision"):
        return _score_ranking(metric, y, prediction, problem)
    decision = decide(prediction, problem, threshold)
    if metric == "accuracy":
        return float(sk.accuracy_score(y, decision))
    if metric == "mcc":
        return float(sk.matthews_corrcoef(y, decision))
    if metric == "kappa":
        # Where both hold one class only, they agree by chance alone.
        return float(
            sk.cohen_kappa_score(
                y, decision, labels=np.arange(problem.width), replace_undefined_by=0.0
            )
        )
    if metric == "balanced_accuracy":
        present = np.unique(y)  # a class that does not occur has no recall to average
        return float(sk.recall_score(y, decision, labels=present, average="macro"))
    if problem.kind == "binary":
        label = problem.positive_index
        return float(_HARD[metric](y, decision, pos_label=label, zero_division=0))
    return float(
        _HARD[metric](
            y, decision, labels=np.arange(problem.width), average="macro", zero_division=0
        )
    )


def rank_auc(truth: np.ndarray, value: np.ndarray) -> float:
    """Return the area under the ROC curve by ranks, ties counted half (Mann and Whitney 1947).

    Ten times as fast as scikit-learn's, for uses that ask thousands of times. Both classes must
    occur.

    Args:
        truth: Which rows are positive, shape (rows,).
        value: Higher for rows held more probably positive.
    """
    order = np.argsort(value, kind="stable")
    ordered = value[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    yes = np.add.reduceat(truth[order].astype(np.float64), starts)
    size = np.diff(np.r_[starts, len(ordered)])
    no = size - yes
    below = np.cumsum(no) - 0.5 * no
    return float((yes * below).sum() / (yes.sum() * no.sum()))


def interval(
    metric: str,
    y: np.ndarray,
    prediction: np.ndarray,
    problem: Problem,
    *,
    seed: int,
    repeats: int = 1000,
    level: float = 0.95,
    threshold: float = 0.5,
) -> tuple[float, float, float]:
    """Score a prediction with a percentile bootstrap interval (Efron and Tibshirani 1993, ch. 13).

    Classification resamples within the classes, so that every resample has all of them.

    Returns:
        Value, lower end, upper end, in the metric's own orientation.
    """
    value = score(metric, y, prediction, problem, threshold)
    draws = bootstrap.resample(
        [bootstrap.statistic(metric, y, prediction, problem, threshold)],
        bootstrap.strata(y, problem),
        seed=seed,
        repeats=repeats,
    )[0]
    low, high = bootstrap.percentiles(draws, level)
    return value, low, high


def gain_interval(
    metric: str,
    y: np.ndarray,
    prediction: np.ndarray,
    baseline: np.ndarray,
    problem: Problem,
    *,
    seed: int,
    repeats: int = 1000,
    level: float = 0.95,
    threshold: float = 0.5,
    baseline_threshold: float = 0.5,
    clusters: np.ndarray | None = None,
) -> tuple[float, float, float]:
    """Compare two predictions of the same rows by a paired bootstrap.

    Rows of one cluster are drawn together, if clusters are given.

    Returns:
        Gain of `prediction` over `baseline` with its interval; positive means better,
        whatever the orientation of the metric.
    """
    statistics = [
        bootstrap.statistic(metric, y, prediction, problem, threshold),
        bootstrap.statistic(metric, y, baseline, problem, baseline_threshold),
    ]
    mine, theirs = bootstrap.resample(
        statistics, bootstrap.strata(y, problem), seed=seed, repeats=repeats, clusters=clusters
    )
    value = score(metric, y, prediction, problem, threshold) - score(
        metric, y, baseline, problem, baseline_threshold
    )
    sign = 1.0 if GREATER_IS_BETTER[metric] else -1.0
    low, high = bootstrap.percentiles(sign * (mine - theirs), level)
    return sign * value, low, high


def _score_numbers(metric: str, y: np.ndarray, prediction: np.ndarray) -> float:
    if metric == "rmse":
        return float(sk.root_mean_squared_error(y, prediction))
    if metric == "mae":
        return float(sk.mean_absolute_error(y, prediction))
    if metric == "mape":
        return float(sk.mean_absolute_percentage_error(y, prediction))
    if metric == "rmsle":  # a prediction below zero is as far off as zero is
        if (y < 0).any():
            return float("nan")
        return float(sk.root_mean_squared_log_error(y, np.maximum(prediction, 0.0)))
    return float(sk.r2_score(y, prediction))


def _score_ranking(metric: str, y: np.ndarray, prediction: np.ndarray, problem: Problem) -> float:
    columns = [problem.positive_index] if problem.kind == "binary" else range(problem.width)
    scores = []
    for column in columns:
        truth = y == column
        if truth.all() or not truth.any():
            continue
        value = np.asarray(prediction[:, column], dtype=np.float64)
        if metric == "roc_auc" and np.isfinite(value).all():
            scores.append(rank_auc(truth, value))
        else:
            function = sk.roc_auc_score if metric == "roc_auc" else sk.average_precision_score
            scores.append(function(truth, value))
    return float(np.mean(scores)) if scores else float("nan")
