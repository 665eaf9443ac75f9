"""V32: the score of the search agrees with the score on held-out rows.

z is the distance of the two in standard errors. That of the cross-validation is corrected after
Nadeau & Bengio (2003, https://doi.org/10.1023/A:1024068626366), because the folds share their
training rows; where there are no folds (out-of-bag) it is bootstrapped.
"""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.chain import Remedy, Status, Verdict

WIDTH = 2 * 1.959964
"""Standard errors that a 95 % interval is wide."""


def check_gap(context: CheckContext) -> Verdict:
    """V32: the held-out score is not surely worse than the search promised."""
    told, search, limits = context.need_assessment(), context.need_search(), context.thresholds
    metric, score = told["metric"], told["score"]
    cv = float(search["ensemble_score"])
    promised, found = metrics.oriented(metric, cv), metrics.oriented(metric, score["value"])
    se_found = (score["high"] - score["low"]) / WIDTH
    se_promised = _standard_error(context)
    spread = float(np.hypot(se_promised, se_found))
    gap = promised - found
    z = gap / spread if spread > 0 else (np.inf if gap > limits.recomputation else 0.0)
    z = float(np.clip(z, -1e6, 1e6))
    reach = promised - metrics.oriented(metric, told["baseline"]["value"])
    evidence = {
        "cv": cv,
        "holdout": score["value"],
        "se_cv": round(se_promised, 6),
        "se_holdout": round(se_found, 6),
        "gap": round(gap, 6),
        "best": search["best"],
    }
    fact = f"{metric} is {cv:.4g} in the search and {score['value']:.4g} on held-out rows"
    status: Status = "pass"
    if z > limits.gap_warn_z:
        status = "warn"
        if z > limits.gap_fail_z and gap > limits.gap_share * max(reach, 0.0):
            status = "fail"
        fact += f": {z:.1f} standard errors worse."
    else:
        fact += f": they agree (z = {z:.1f})."
    remedies = (
        Remedy(
            kind="simplify",
            step="train_models",
            args={"simplify": True},
            reason="A simpler model promises less and keeps it; to score it, the holdout must be "
            "read again.",
            needs_consent=True,
        ),
    )
    return Verdict(
        check="V32",
        status=status,
        fact=fact,
        statistic=round(z, 4),
        threshold=limits.gap_fail_z,
        n=told["n"],
        evidence=evidence,
        remedies=remedies if status == "fail" else (),
        blame="train_models" if status == "fail" else None,
    )


def _standard_error(context: CheckContext) -> float:
    """Standard error of the cross-validated score of the best candidate."""
    search, prepared = context.need_search(), context.need_target()
    best = next((c for c in search["candidates"] if c["id"] == search["best"]), None)
    folds = len(best["fold_scores"]) if best else 0
    if best and best["se"] and folds > 1:
        # From s^2 / J to (1/J + test/train) s^2, with test/train = 1 / (J - 1).
        return float(best["se"]) * float(np.sqrt(1 + folds / (folds - 1)))
    prediction = stored_oof(context)["ensemble"]
    rows = np.flatnonzero(predicted(prediction))
    _, low, high = metrics.interval(
        search["metric"],
        prepared.y[rows],
        prediction[rows],
        prepared.problem,
        seed=context.seed,
        repeats=200,
        threshold=float(search.get("threshold") or 0.5),
    )
    return (high - low) / WIDTH


CHECKS = (
    Check("V32", "Search against held-out rows", "assessment", check_gap, 0.1, optional=False),
)
