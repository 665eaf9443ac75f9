"""V05 and V31: what choosing costs, and whether the chosen one is better at all."""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.quality import best_constant
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.scoring import metrics
from autoglm_agent.automl.scoring.improvement import compare
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.honesty import honest_of_search
from autoglm_agent.chain import Remedy, Status, Verdict

SIMPLE = ("linear", "tree")


def check_honest_score(context: CheckContext) -> Verdict:
    """V05: the score corrected for choosing among the candidates is still better than a constant.

    It is computed anew from the stored predictions of *every* candidate that was tried; a score
    that was kept of a few of them only would be honest about those few.
    """
    prepared, search, limits = context.need_target(), context.need_search(), context.thresholds
    told = {c["id"]: c for c in search["candidates"]}
    oofs = {name: v for name, v in stored_oof(context).items() if name in told}
    tried = {n: v for n, v in oofs.items() if told[n]["family"] != "baseline"} or oofs
    found = honest_of_search(
        tried,
        search["weights"],
        prepared.y,
        prepared.problem,
        cuts={name: float(told[name].get("threshold") or 0.5) for name in tried},
        threshold=float(search.get("threshold") or 0.5),
        seed=context.seed,
        deadline=context.deadline.share(0.5),
    )
    if found is None:
        raise NotApplicableError("The candidates have no predicted rows in common.")
    metric = found.metric
    rows = np.flatnonzero(predicted(oofs[next(iter(search["weights"]))]))
    constant = best_constant(context, prepared.y[rows])
    guess = constant.predict(prepared.X.iloc[rows])
    base = metrics.score(metric, prepared.y[rows], guess, prepared.problem)
    low = min(metrics.oriented(metric, found.low), metrics.oriented(metric, found.high))
    ratio = found.optimism / found.se if found.se > 0 else 0.0
    fact = f"Corrected for choosing among {found.candidates} candidates {metric} is "
    fact += f"{found.value:.4g} (95 % interval {found.low:.4g} to {found.high:.4g}); "
    fact += f"the search's own figure is {found.naive:.4g}."
    status: Status = "pass"
    if low <= metrics.oriented(metric, base):
        status = "fail"
        fact += f" {constant.name[:1].upper()}{constant.name[1:]} reaches {base:.4g}, so nothing "
        fact += "surely useful was found."
    elif ratio > limits.optimism_warn:
        status = "warn"
        fact += f" The choice flatters by {ratio:.1f} standard errors."
    remedies = (
        Remedy(
            kind="simplify",
            step="train_models",
            args={"simplify": True},
            reason="Fewer and simpler candidates leave less to chance.",
        ),
        Remedy(kind="stop", step="train_models", reason="No useful model was found."),
    )
    return Verdict(
        check="V05",
        status=status,
        fact=fact,
        statistic=round(ratio, 4),
        threshold=limits.optimism_warn,
        n=found.n,
        evidence={**found.to_json(), "baseline": base},
        remedies=remedies if status == "fail" else (),
        blame="train_models" if status == "fail" else None,
    )


def check_improvement(context: CheckContext) -> Verdict:
    """V31: the best candidate is better than the best simple one, beyond the luck of the folds."""
    prepared, search, limits = context.need_target(), context.need_search(), context.thresholds
    done = [
        c
        for c in search["candidates"]
        if c["status"] == "done" and c["family"] != "baseline" and c["fold_scores"]
    ]
    best = next((c for c in done if c["id"] == search["best"]), None)
    simple = [c for c in done if c["family"] in SIMPLE]
    if best is None or not simple or best["family"] in SIMPLE:
        raise NotApplicableError("There is no simpler candidate to compare with.")
    metric = search["metric"]
    rival = max(simple, key=lambda c: metrics.oriented(metric, c["score"]))
    first, second = (
        np.array([metrics.oriented(metric, s) for s in c["fold_scores"]]) for c in (best, rival)
    )
    if len(first) != len(second):
        raise NotApplicableError("The candidates were not scored on the same folds.")
    folds = int(prepared.folds.max()) + 1
    found = compare(first, second, 1.0 / max(1, folds - 1))
    better = found.better(limits.improvement_level, limits.improvement_probability)
    fact = f"{best['name']} is better than {rival['name']} by {found.gain:.4g} in {metric} "
    fact += f"(corrected t-test over {found.folds} folds, p = {found.p:.3f})."
    if not better:
        fact = f"{best['name']} is not surely better than {rival['name']}, which is simpler "
        fact += f"(gain {found.gain:.4g} in {metric}, p = {found.p:.2f})."
    evidence: dict[str, Any] = {"best": best["id"], "simple": rival["id"], "wins": found.wins}
    return Verdict(
        check="V31",
        status="pass" if better else "warn",
        fact=fact,
        statistic=round(found.p, 6),
        threshold=limits.improvement_level,
        n=found.folds,
        evidence=evidence,
    )


CHECKS = (
    Check("V05", "The price of choosing", "search", check_honest_score, 1.0),
    Check("V31", "Better than a simpler model", "search", check_improvement, 0.01, worth=3),
)
