"""V15 and V16: held-out rows that are also training rows, or almost.

Rows are compared by a hash of their features; of the held-out rows only the hashes are seen.
A table of a few discrete columns has equal rows by nature. Then the duplicates in production
are as frequent as here, and they are told, not refuted: shuffling every column on its own shows
how many equal rows chance alone would give.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.preparation.grouping import hash_rows, near_pairs
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.chain import Remedy, Status, Verdict

MOST_TOLD = 2_000
"""Row numbers that are listed."""
MOST_ROWS = 5_000
"""Shuffled rows that chance is estimated from."""


def check_duplicates(context: CheckContext) -> Verdict:
    """V15: no row of the holdout may be known from training."""
    prepared, limits = context.need_target(), context.thresholds
    known = np.unique(hash_rows(prepared.X))
    held = Vault(context.workspace, prepared.vault_id).row_hashes(prepared.features)
    crossing = int(np.isin(held, known).sum())
    share = crossing / max(1, len(held))
    fact = (
        f"{crossing} of {len(held)} held-out rows ({share:.1%}) have a twin among the training rows"
    )
    evidence: dict[str, Any] = {
        "crossing": crossing,
        "repeated_training_rows": len(prepared.X) - len(known),
        "split": prepared.plan.kind,
    }
    common: dict[str, Any] = {
        "check": "V15",
        "statistic": round(share, 6),
        "threshold": limits.duplicates_fail,
    }
    if share <= limits.duplicates_warn:
        fact = "No held-out row has a twin among the training rows."
        return Verdict(**common, status="pass", fact=fact, n=len(held), evidence=evidence)
    reason = ""
    if share <= limits.duplicates_fail:
        reason = "too few to matter"
    elif prepared.plan.kind == "time":
        reason = "the split by time allows rows that come again"
    else:
        chance = natural_share(prepared, known, context.seed)
        evidence["chance"] = round(chance, 4)
        if chance >= limits.duplicates_natural * share:
            reason = f"chance alone gives {chance:.1%} in so few different values"
    if reason:
        fact = f"{fact}: {reason}."
        return Verdict(**common, status="warn", fact=fact, n=len(held), evidence=evidence)
    remedy = Remedy(
        kind="group_duplicates",
        step="prepare_data",
        args={"group_duplicates": True},
        reason="Equal rows must stay on one side of the split and in one fold.",
    )
    return Verdict(
        **common,
        status="fail",
        fact=f"{fact}, so the score would reward knowing them by heart.",
        n=len(held),
        evidence=evidence,
        remedies=(remedy,),
        blame="prepare_data",
    )


def natural_share(prepared: Prepared, known: np.ndarray, seed: int) -> float:
    """Return the share of known rows among rows made by shuffling each column on its own."""
    rng = np.random.default_rng([seed, 15])
    n = len(prepared.X)
    shuffled = prepared.X.iloc[: min(n, MOST_ROWS)].copy()
    for name in shuffled.columns:
        picked = rng.integers(0, n, len(shuffled))
        shuffled[name] = prepared.X[name].take(picked).set_axis(shuffled.index)
    return float(np.isin(hash_rows(shuffled), known).mean())


def check_near_duplicates(context: CheckContext) -> Verdict:
    """V16: copies with a little noise must not lie on both sides of the split.

    Looked for among the training rows: what lies in several of their folds was dealt in the
    same way between them and the holdout. Nearness is told by `grouping.near_pairs`.
    """
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind == "time":
        raise NotApplicableError("The split by time allows rows that come again.")
    asked = min(len(prepared.X), limits.near_rows)
    pairs = near_pairs(prepared.X, most=limits.near_rows, seed=context.seed)
    apart = pairs[prepared.folds[pairs[:, 0]] != prepared.folds[pairs[:, 1]]]
    share = len(apart) / max(1, asked)
    same = float((prepared.y[apart[:, 0]] == prepared.y[apart[:, 1]]).mean()) if len(apart) else 0.0
    status: Status = "pass"
    fact = f"{share:.1%} of the rows have a near copy in another fold."
    if share > limits.near_warn:
        status = "warn"
        if share > limits.near_fail:
            status = "fail"
            fact += " The score would reward knowing them by heart."
    remedy = Remedy(
        kind="group_near_duplicates",
        step="prepare_data",
        args={"group_near": True},
        reason="Almost equal rows must stay on one side of the split and in one fold.",
    )
    rows = sorted({int(prepared.rows[i]) for i in apart.ravel()})
    return Verdict(
        check="V16",
        status=status,
        fact=fact,
        statistic=round(share, 6),
        threshold=limits.near_fail,
        n=asked,
        evidence={"pairs": len(apart), "same_target": round(same, 4), "rows": rows[:MOST_TOLD]},
        remedies=(remedy,) if status == "fail" else (),
        blame="prepare_data" if status == "fail" else None,
    )


CHECKS = (
    Check(
        "V15",
        "Duplicates across the split",
        "data",
        check_duplicates,
        0.1,
        optional=False,
        forecasts=False,
    ),
    Check(
        "V16",
        "Near copies across the split",
        "data",
        check_near_duplicates,
        0.6,
        worth=2,
        forecasts=False,
    ),
)
