"""V04: predictions are finite, complete, proper probabilities, and not all the same."""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_holdout, stored_oof
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.chain import Remedy, Status, Verdict


def check_search_predictions(context: CheckContext) -> Verdict:
    """V04: out-of-fold predictions of the candidates that count are sane."""
    prepared, search = context.need_target(), context.need_search()
    oof = stored_oof(context)
    families = {c["id"]: c["family"] for c in search["candidates"]}
    stopped = {c["id"] for c in search["candidates"] if c["status"] == "stopped"}
    counted = [name for name, weight in search["weights"].items() if weight > 0]
    ill: dict[str, str] = {}
    doubts: list[str] = []
    for name in counted:
        if name not in oof:
            ill[name] = "no predictions are stored"
            continue
        rows = prepared.folds >= 0
        if name in stopped:
            rows &= predicted(oof[name])
        problem, doubt = sanity(context, oof[name][rows], families.get(name) == "baseline")
        if problem:
            ill[name] = problem
        if doubt:
            doubts.append(f"{name}: {doubt}")
    remedies = [
        Remedy(
            kind="discard_candidates",
            step="train_models",
            args={"discard": sorted(ill)},
            reason="Do without them.",
        )
    ]
    return _v04(ill, doubts, len(prepared.y), remedies, "train_models")


def check_holdout_predictions(context: CheckContext) -> Verdict:
    """V04: the predictions of the held-out rows are sane, one for each row."""
    held, search = stored_holdout(context), context.search or {}
    families = {c["id"]: c["family"] for c in search.get("candidates", [])}
    plain = bool(families) and all(
        families.get(name) == "baseline" for name in search.get("weights", {})
    )
    learned = held.prediction
    if held.simple is not None and (simple := context.need_target().simple) and simple.differs:
        learned = learned - held.simple  # in the range of what was learned, which are differences
    problem, doubt = sanity(context, learned, plain)
    expected = context.need_target().holdout_rows
    if len(held.y) != expected:
        problem = f"{len(held.y)} predictions for {expected} held-out rows"
    elif len(np.unique(held.rows)) != len(held.rows):
        problem = "some held-out rows are predicted twice"
    remedy = Remedy(kind="retrain", step="train_models", reason="Fit the model again.")
    ill = {"model": problem} if problem else {}
    return _v04(ill, [doubt] if doubt else [], len(held.y), [remedy], "train_models")


def sanity(context: CheckContext, prediction: np.ndarray, baseline: bool) -> tuple[str, str]:
    """Return what is wrong, and what is doubtful, in a sentence's rest each."""
    prepared, limits = context.need_target(), context.thresholds
    problem = prepared.problem
    shape = (len(prediction), problem.width) if problem.is_classification else (len(prediction),)
    if prediction.shape != shape:
        return f"predictions of shape {prediction.shape} instead of {shape}", ""
    bad = int((~predicted(prediction)).sum())
    if bad:
        return f"{bad} predictions are missing or infinite", ""
    if not baseline and len(prediction) > 1 and float(np.ptp(prediction, axis=0).max()) < 1e-12:
        return "every row has the same prediction", ""
    if problem.is_classification:
        off = float(np.abs(prediction.sum(axis=1) - 1.0).max())
        if off > limits.probability_sum or prediction.min() < -limits.probability_sum:
            return f"probabilities do not sum to one (off by {off:.2g})", ""
        return "", ""
    low, high = np.quantile(prepared.y, [0.25, 0.75])
    reach = limits.fence * float(high - low)
    out = (prediction < prepared.y.min() - reach) | (prediction > prepared.y.max() + reach)
    return "", f"{int(out.sum())} predictions lie far outside the known range" if out.any() else ""


def _v04(
    ill: dict[str, str],
    doubts: list[str],
    n: int,
    remedies: list[Remedy],
    blame: str,
) -> Verdict:
    status: Status = "fail" if ill else "warn" if doubts else "pass"
    fact = "All predictions are finite, complete and in range."
    if ill:
        name, reason = next(iter(ill.items()))
        fact = f"The predictions of {name} are not sane: {reason}."
    elif doubts:
        fact = f"{doubts[0][:1].upper()}{doubts[0][1:]}."
    return Verdict(
        check="V04",
        status=status,
        fact=fact,
        n=n,
        evidence={"ill": ill, "doubts": doubts},
        remedies=tuple(remedies) if ill else (),
        blame=blame if ill else None,
    )


CHECKS = (
    Check("V04", "Sane predictions", "search", check_search_predictions, 0.02, optional=False),
    Check("V04", "Sane predictions", "assessment", check_holdout_predictions, 0.02, optional=False),
)
