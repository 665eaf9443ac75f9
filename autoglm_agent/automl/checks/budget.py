"""V08: time and memory stayed within what was allowed."""

from __future__ import annotations

from typing import Any

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.chain import Remedy, Status, Verdict


def check_budget(context: CheckContext) -> Verdict:
    """V08: a small overrun is recorded, a large one and too much memory are refuted."""
    limits, told = context.thresholds, context.search or {}
    spans = {
        "run": (context.budget.get("elapsed_s"), context.budget.get("limit_s")),
        "search": (told.get("seconds"), told.get("budget_s")),
    }
    used = {name: (float(s), float(cap)) for name, (s, cap) in spans.items() if s and cap}
    memory = context.budget.get("peak_memory_mb") or told.get("memory_mb")
    cap_mb = context.budget.get("memory_limit_mb")
    evidence: dict[str, Any] = {"peak_memory_mb": memory, "memory_limit_mb": cap_mb}
    evidence |= {name: {"seconds": round(s, 2), "limit": cap} for name, (s, cap) in used.items()}
    if not used and not (memory and cap_mb):
        fact = "No limit of time or memory was set."
        return Verdict(check="V08", status="na", fact=fact, evidence=evidence)
    worst = max(used, key=lambda name: used[name][0] / used[name][1], default=None)
    status: Status = "pass"
    fact, ratio = "Time and memory stayed within their limits.", None
    if worst is not None:
        seconds, cap = used[worst]
        ratio = seconds / cap
        if ratio > limits.wall_warn:
            broken = ratio > limits.wall_fail and seconds - cap > limits.wall_slack_s
            status = "fail" if broken else "warn"
            fact = f"The {worst} took {seconds:.0f} s of the {cap:.0f} s it was given."
    if memory and cap_mb and memory > cap_mb:
        status, fact = "fail", f"{memory:.0f} MB of memory were used, {cap_mb:.0f} MB allowed."
    stop = Remedy(kind="stop", step="train_models", reason="The best result so far is reported.")
    return Verdict(
        check="V08",
        status=status,
        fact=fact,
        statistic=None if ratio is None else round(ratio, 4),
        threshold=limits.wall_warn,
        evidence=evidence,
        remedies=(stop,) if status == "fail" else (),
        blame="train_models" if status == "fail" else None,
    )


CHECKS = (
    Check("V08", "Time and memory", "search", check_budget, 0.0, optional=False),
    Check("V08", "Time and memory", "assessment", check_budget, 0.0, optional=False),
)
