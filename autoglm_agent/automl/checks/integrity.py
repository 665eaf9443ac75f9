"""V01: the numbers are taken from the stored predictions and computed again.

Nothing is taken on trust. A candidate whose score does not follow from its predictions, or that
lacks the predictions of a fold or a row, is discarded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_holdout, stored_oof
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.chain import Remedy, Status, Verdict
from autoglm_agent.errors import StoreError


def check_search_scores(context: CheckContext) -> Verdict:
    """V01: every reported score follows from the stored out-of-fold predictions."""
    prepared, search, limit = context.need_target(), context.need_search(), context.thresholds
    oof = stored_oof(context)
    counted = {name for name, weight in search["weights"].items() if weight > 0} | {search["best"]}
    wrong: dict[str, str] = {}
    worst, asked = 0.0, 0
    for candidate in search["candidates"]:
        if candidate["status"] == "failed" or (
            candidate["status"] == "stopped" and candidate["id"] not in counted
        ):
            continue
        asked += 1
        gap, reason = _judge_candidate(prepared, search["metric"], candidate, oof)
        worst = max(worst, gap)
        if reason or gap > limit.recomputation:
            wrong[candidate["id"]] = reason or f"{candidate['score']:.10g} is off by {gap:.2g}"
    unknown = sorted(counted - {c["id"] for c in search["candidates"]})
    ensemble_gap, ensemble_wrong = _judge_ensemble(prepared, search, oof)
    worst = max(worst, ensemble_gap)
    bad_ensemble = ensemble_wrong or (
        f"its score is off by {ensemble_gap:.2g}" if ensemble_gap > limit.recomputation else ""
    )
    evidence = {"candidates": wrong, "ensemble": bad_ensemble, "unknown": unknown}
    if not wrong and not bad_ensemble and not unknown:
        fact = f"The scores of {asked} candidates and of the ensemble follow from the stored "
        fact += "out-of-fold predictions"
        partial = sorted(counted & _stopped(search))
        if partial:
            fact += f", but {partial[0]} was stopped, so its score rests on part of the rows"
        return _v01("warn" if partial else "pass", f"{fact}.", worst, context, evidence)
    if wrong:
        name, reason = next(iter(wrong.items()))
        fact = f"{len(wrong)} of {asked} candidates do not hold: {name}: {reason}."
        remedy = Remedy(
            kind="discard_candidates",
            step="train_models",
            args={"discard": sorted(wrong)},
            reason="A score that does not follow from its predictions is worth nothing.",
        )
    else:
        fact = f"The ensemble does not hold: {bad_ensemble or f'{unknown[0]} is no candidate'}."
        reason = "The weights have to be found again."
        remedy = Remedy(kind="recompute", step="train_models", reason=reason)
    return _v01("fail", fact, worst, context, evidence, remedy, "train_models")


def _judge_candidate(
    prepared: Prepared, metric: str, candidate: dict[str, Any], oof: dict[str, np.ndarray]
) -> tuple[float, str]:
    """Return the greatest difference, and what is wrong besides a difference."""
    prediction = oof.get(candidate["id"])
    if prediction is None or len(prediction) != len(prepared.y):
        return 0.0, "its predictions are not stored row by row"
    due = prepared.folds >= 0
    there = predicted(prediction)
    # A candidate that says itself that it was stopped claims its own rows only.
    if not there[due].all() and candidate["status"] != "stopped":
        folds = sorted({int(f) for f in prepared.folds[due & ~there]})
        return 0.0, f"{int((due & ~there).sum())} rows of fold {folds[0]} have no prediction"
    cut = float(candidate.get("threshold") or 0.5)
    problem, y = prepared.problem, prepared.y
    gaps = [_gap(candidate["score"], score(metric, y[there], prediction[there], problem, cut))]
    told = candidate["fold_scores"]
    # A later dealing into folds is known to its candidate only; there the pooled score decides.
    if not candidate["params"].get("split") and there[due].all():
        folds = list(np.unique(prepared.folds[due]))
        if len(told) != len(folds):
            return 0.0, f"{len(told)} fold scores for {len(folds)} folds"
        for fold, value in zip(folds, told, strict=True):
            part = prepared.folds == fold
            gaps.append(_gap(value, score(metric, y[part], prediction[part], problem, cut)))
    return max(gaps), ""


def _judge_ensemble(
    prepared: Prepared, search: dict[str, Any], oof: dict[str, np.ndarray]
) -> tuple[float, str]:
    weights = {name: w for name, w in search["weights"].items() if w > 0}
    stored = oof.get("ensemble")
    if stored is None or len(stored) != len(prepared.y):
        return 0.0, "its predictions are not stored row by row"
    if abs(sum(weights.values()) - 1.0) > 1e-6:
        return 0.0, f"its weights sum to {sum(weights.values()):.6g}"
    if all(name in oof and oof[name].shape == stored.shape for name in weights):
        mixed = np.asarray(sum(weight * oof[name] for name, weight in weights.items()))
        both = np.isfinite(mixed) & np.isfinite(stored)
        if both.any() and np.abs(mixed - stored)[both].max() > 1e-6:
            return 0.0, "its predictions are not the weighted mean of its candidates"
    there = predicted(stored)
    partial = any(name in _stopped(search) for name in weights)
    if not there[prepared.folds >= 0].all() and not partial:
        return 0.0, f"{int((~there[prepared.folds >= 0]).sum())} rows have no prediction"
    cut = float(search.get("threshold") or 0.5)
    value = score(search["metric"], prepared.y[there], stored[there], prepared.problem, cut)
    return _gap(search["ensemble_score"], value), ""


def _stopped(search: dict[str, Any]) -> set[str]:
    return {c["id"] for c in search["candidates"] if c["status"] == "stopped"}


def check_holdout_scores(context: CheckContext) -> Verdict:
    """V01: every figure of the assessment follows from the stored predictions."""
    prepared, told = context.need_target(), context.need_assessment()
    remedy = Remedy(kind="recompute", step="evaluate_model", reason="Compute the figures again.")
    try:
        held = stored_holdout(context)
    except StoreError as error:
        return _v01("fail", str(error), 0.0, context, {}, remedy, "evaluate_model")
    cut = float(told.get("threshold") or 0.5)
    gaps = {
        name: _gap(figures["value"], score(name, held.y, held.prediction, prepared.problem, cut))
        for name, figures in told["metrics"].items()
    }
    gaps["score"] = _gap(told["score"]["value"], told["metrics"][told["metric"]]["value"])
    if len(held.y) != told["n"]:
        fact = f"The assessment tells of {told['n']} rows, {len(held.y)} are stored."
        return _v01("fail", fact, 0.0, context, {}, remedy, "evaluate_model")
    name = max(gaps, key=lambda key: gaps[key])
    if gaps[name] > context.thresholds.recomputation:
        fact = f"The reported {name} on held-out rows is off by {gaps[name]:.2g}."
        return _v01("fail", fact, gaps[name], context, gaps, remedy, "evaluate_model")
    fact = f"{len(told['metrics'])} figures follow from the {len(held.y)} stored predictions."
    return _v01("pass", fact, gaps[name], context, gaps)


def _v01(
    status: Status,
    fact: str,
    statistic: float,
    context: CheckContext,
    evidence: dict[str, Any],
    remedy: Remedy | None = None,
    blame: str | None = None,
) -> Verdict:
    return Verdict(
        check="V01",
        status=status,
        fact=fact,
        statistic=float(statistic) if np.isfinite(statistic) else None,
        threshold=context.thresholds.recomputation,
        n=context.assessment["n"] if context.assessment else len(context.need_target().y),
        evidence=evidence,
        remedies=(remedy,) if remedy else (),
        blame=blame,
    )


def _gap(reported: float | None, computed: float) -> float:
    """Absolute difference; two undefined scores agree, one undefined score does not."""
    if reported is None or not np.isfinite(reported):
        return 0.0 if not np.isfinite(computed) else float("inf")
    return abs(float(reported) - computed) if np.isfinite(computed) else float("inf")


CHECKS = (
    Check("V01", "Scores recomputed", "search", check_search_scores, 0.1, optional=False),
    Check("V01", "Scores recomputed", "assessment", check_holdout_scores, 0.05, optional=False),
)
