"""The report's fixed names in words: what tools and remedies are called in prose."""

from __future__ import annotations

from autoglm_agent.automl.report.wording import Wording
from autoglm_agent.chain import Remedy

SIGNS = {"pass": "✓", "warn": "!", "fail": "✕", "unknown": "?", "na": "–"}
"""Status of a verdict to its sign; its word is in the catalogue."""

SLOTS = (
    "kind",
    "target",
    "positive_class",
    "metric",
    "exclude",
    "time_column",
    "horizon",
    "series",
    "per_period",
    "group_column",
    "time_budget_s",
    "max_latency_ms",
    "interpretable",
    "costs",
    "groups",
)
"""Slots of a task in the order shown."""


def tool_title(tool: str | None, say: Wording) -> str:
    """Return what a tool's step does, in words."""
    return say.name("tool", tool or "answer", (tool or "").replace("_", " "))


def remedy_words(remedy: Remedy, say: Wording) -> str:
    """Return a remedy as an imperative phrase without a full stop."""
    named = list(remedy_columns(remedy))
    if remedy.kind == "drop_columns":
        key = "remedy.drop_column" if len(named) == 1 else "remedy.drop_columns"
        return say(key, names=say.listed(named))
    if remedy.kind == "discard_candidates":
        discarded = [str(name) for name in remedy.args.get("discard", ())]
        return (
            say("remedy.discard", names=say.listed(discarded))
            if discarded
            else say("remedy.discard_candidates")
        )
    if remedy.kind == "recompute" and remedy.args.get("target"):
        return say("remedy.take_target", name=remedy.args["target"])
    if remedy.kind == "ask" and remedy.reason:
        return say("remedy.ask_why", why=say.fact(remedy.reason).rstrip(".。"))
    return say.name("remedy", remedy.kind, remedy.kind.replace("_", " "))


def remedy_columns(remedy: Remedy) -> tuple[str, ...]:
    """Return the columns that a remedy leaves out."""
    columns = remedy.args.get("drop_columns", ())
    return tuple(map(str, columns)) if isinstance(columns, list | tuple) else (str(columns),)
