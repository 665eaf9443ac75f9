"""V35 and V36: the metric fits the classes, and probabilities mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.judged import Judged, judged
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.chain import Verdict

LEAST_ROWS = 200
MOST_CANDIDATES = 12
RANKED = ("roc_auc", "average_precision", "log_loss", "balanced_accuracy")


def check_balance(context: CheckContext) -> Verdict:
    """V35: a rare class is judged by a metric that sees it, and metrics agree on the winner."""
    found, limits = judged(context), context.thresholds
    if not found.problem.is_classification:
        raise NotApplicableError("Asked of classes only.")
    counts = np.bincount(found.y, minlength=found.problem.width)
    share = float(counts.min() / counts.sum())
    rare = share < limits.minority_share or counts.min() < limits.minority_rows
    blind = rare and found.problem.metric == "accuracy"
    agreement, rival = _agreement(found)
    evidence: dict[str, Any] = {
        "minority_share": round(share, 4),
        "minority_rows": int(counts.min()),
        "rank_agreement": None if agreement is None else round(agreement, 4),
    }
    fact = f"The rarest class has {share:.1%} of the rows; {found.problem.metric} sees it."
    if blind:
        fact = f"The rarest class has {share:.1%} of the rows ({int(counts.min())}): accuracy "
        fact += f"is {1 - share:.1%} for never naming it. Judge by average precision, or by costs."
    elif agreement is not None and agreement < limits.rank_agreement:
        fact = f"By {rival} another candidate would have won (rank agreement {agreement:.2f}): "
        fact += "be sure that the metric is the one that matters."
    warned = blind or (agreement is not None and agreement < limits.rank_agreement and rare)
    return Verdict(
        check="V35",
        status="warn" if warned else "pass",
        fact=fact,
        statistic=round(share, 4),
        threshold=limits.minority_share,
        n=len(found.y),
        evidence=evidence,
    )


def _agreement(found: Judged) -> tuple[float | None, str]:
    """Return the least Kendall correlation of the candidates' order between two metrics."""
    names = list(found.others)[:MOST_CANDIDATES]
    if len(names) < 4:
        return None, ""
    from scipy.stats import kendalltau

    def values(metric: str) -> list[float]:
        return [
            metrics.oriented(metric, metrics.score(metric, found.y, found.others[n], found.problem))
            for n in names
        ]

    own = values(found.problem.metric)
    rated = []
    for metric in RANKED:
        if metric != found.problem.metric and metric in metrics.metrics_for(found.problem.kind):
            tau = float(kendalltau(own, values(metric)).statistic)
            if np.isfinite(tau):
                rated.append((tau, metric))
    return min(rated) if rated else (None, "")


def check_calibration(context: CheckContext) -> Verdict:
    """V36: among rows told 30 %, about 30 % are so."""
    found, limits = judged(context), context.thresholds
    if not found.problem.is_classification or len(found.y) < LEAST_ROWS:
        raise NotApplicableError("Asked of the probabilities of two hundred rows or more.")
    told, true = _told(found)
    error = expected_error(told, true, limits.calibration_bins)
    # What a perfectly calibrated model of this size would show by chance.
    rng = np.random.default_rng([context.seed, 36])
    chance = [
        expected_error(told, rng.random(len(told)) < told, limits.calibration_bins)
        for _ in range(100)
    ]
    bar = float(np.quantile(chance, 0.95))
    z = spiegelhalter(told, true)
    slope = calibration_slope(told, true)
    evidence = {
        "expected_error": round(error, 4),
        "by_chance": round(bar, 4),
        "spiegelhalter_z": round(z, 3),
        "slope": round(slope, 3),
    }
    off = error > max(bar, limits.calibration_error)
    tilted = not limits.slope_low <= slope <= limits.slope_high
    wrong = off or (tilted and abs(z) > limits.calibration_z and error > bar)
    fact = f"Probabilities are off by {error:.1%} on average (chance alone gives {bar:.1%}), "
    fact += f"calibration slope {slope:.2f}."
    if wrong:
        fact += " Rank by them, but do not read them as probabilities without calibration."
    return Verdict(
        check="V36",
        status="warn" if wrong else "pass",
        fact=fact,
        statistic=round(error, 4),
        threshold=limits.calibration_error,
        n=len(told),
        evidence=evidence,
        blame="train_models" if wrong else None,
    )


def _told(found: Judged) -> tuple[np.ndarray, np.ndarray]:
    """Probability and truth of the positive class, or of the most probable one."""
    if found.problem.kind == "binary":
        positive = found.problem.positive_index
        return found.prediction[:, positive], found.y == positive
    return found.prediction.max(axis=1), found.y == found.prediction.argmax(axis=1)


def expected_error(told: np.ndarray, true: np.ndarray, bins: int) -> float:
    """Return the expected calibration error over bins of equal size (Kumar et al. 2019)."""
    order = np.argsort(told, kind="stable")
    parts = np.array_split(order, bins)
    gaps = [len(p) * abs(float(told[p].mean()) - float(true[p].mean())) for p in parts if len(p)]
    return float(sum(gaps) / len(told))


def spiegelhalter(told: np.ndarray, true: np.ndarray) -> float:
    """Return Spiegelhalter's z (1986): how far the Brier score is from its expectation."""
    weight = 1 - 2 * told
    spread = float((weight**2 * told * (1 - told)).sum())
    return float(((true - told) * weight).sum() / np.sqrt(spread)) if spread > 0 else 0.0


def calibration_slope(told: np.ndarray, true: np.ndarray) -> float:
    """Return the slope of a logistic regression of the truth on the logit told."""
    from sklearn.linear_model import LogisticRegression

    if true.all() or not true.any():
        return 1.0
    safe = np.clip(told, 1e-6, 1 - 1e-6)
    logit = np.log(safe / (1 - safe))[:, None]
    if logit.std() < 1e-9:
        return 1.0
    return float(LogisticRegression(C=1e6, max_iter=200).fit(logit, true).coef_[0, 0])


CHECKS = (
    Check("V36", "Calibration", "search", check_calibration, 0.1, worth=2),
    Check("V35", "The metric and the classes", "search", check_balance, 0.2, worth=3),
)
