"""The report's fixed words: what tools, remedies, statuses and kinds are called in prose."""

from __future__ import annotations

from autoglm_agent.chain import Remedy

TOOLS = {
    "profile_data": "Look at the table",
    "plan_task": "Understand the task",
    "prepare_data": "Set rows aside and prepare columns",
    "make_features": "Test new columns",
    "train_models": "Search for a model",
    "evaluate_model": "Read the held-out rows",
    "verify_result": "Check the result",
    "explain_model": "Explain the model",
    "report": "Write the report",
}
"""Tool name to what the step does."""

STATUS = {
    "pass": ("✓", "passed"),
    "warn": ("!", "warning"),
    "fail": ("✕", "failed"),
    "unknown": ("?", "undecided"),
    "na": ("–", "does not apply"),
}
"""Status of a verdict to its sign and its word."""

STAGES = {"data": "on the data", "search": "on the search", "assessment": "on the held-out rows"}
"""Stage of a check in plain words."""

KINDS = {
    "binary": "classification into two classes",
    "multiclass": "classification",
    "regression": "regression",
    "clustering": "clustering",
    "anomaly": "search for unusual rows",
    "forecasting": "forecasting",
    "profile": "description of the table",
}
"""Kind of a task in plain words."""

SLOTS = {
    "kind": "Kind of task",
    "target": "Target",
    "positive_class": "Positive class",
    "metric": "Metric",
    "exclude": "Columns to leave out",
    "time_column": "Time column",
    "group_column": "Group column",
    "time_budget_s": "Time budget",
    "max_latency_ms": "Latency limit",
    "interpretable": "Interpretable",
    "costs": "Costs of mistakes",
}
"""Slot of a task to its title, in the order shown."""

SOURCES = {
    "instruction": "your words",
    "data": "the data",
    "default": "default",
    "model": "the model",
    "user": "you",
}

SPLITS = {
    "stratified": "at random, keeping the class shares",
    "random": "at random",
    "time": "the latest rows by",
    "group": "whole groups of",
    "duplicate_groups": "at random, equal rows together",
}

_REMEDIES = {
    "group_duplicates": "keep equal rows on the same side of the split",
    "split_by_time": "train on earlier rows and test on later ones",
    "split_by_group": "keep each group on one side of the split",
    "simplify": "use simpler, more strongly regularised models",
    "group_near_duplicates": "keep almost equal rows on one side of the split",
    "retrain": "train again",
    "recompute": "compute the figure again",
    "ask": "ask a person",
    "stop": "stop",
}


def tool_title(tool: str | None) -> str:
    """Return what a tool's step does, in words."""
    return TOOLS.get(tool or "", (tool or "Answer").replace("_", " "))


def remedy_words(remedy: Remedy) -> str:
    """Return a remedy as an imperative phrase without a full stop."""
    named = remedy_columns(remedy)
    if remedy.kind == "drop_columns":
        return f"leave out {'the column' if len(named) == 1 else 'the columns'} {', '.join(named)}"
    if remedy.kind == "discard_candidates":
        return f"discard {', '.join(map(str, remedy.args.get('discard', ()))) or 'candidates'}"
    if remedy.kind == "recompute" and remedy.args.get("target"):
        return f"take {str(remedy.args['target'])!r} as the target"
    words = _REMEDIES.get(remedy.kind, remedy.kind.replace("_", " "))
    return (
        f"{words} ({remedy.reason.rstrip('.')})"
        if remedy.kind == "ask" and remedy.reason
        else words
    )


def remedy_columns(remedy: Remedy) -> tuple[str, ...]:
    """Return the columns that a remedy leaves out."""
    columns = remedy.args.get("drop_columns", ())
    return tuple(map(str, columns)) if isinstance(columns, list | tuple) else (str(columns),)
