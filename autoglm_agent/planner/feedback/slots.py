"""Edits of a plan: what is said before anything is trained becomes slots of the task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.planner.feedback.edits import Edit

_SLOTS = {
    "set_metric": ("metric", "metric"),
    "set_target": ("target", "target"),
    "set_positive_class": ("positive_class", "positive_class"),
    "set_horizon": ("horizon", "horizon"),
    "set_series": ("series", "series"),
    "set_per_period": ("per_period", "per_period"),
    "limit_latency": ("max_latency_ms", "max_latency_ms"),
    "interpretable": ("interpretable", "interpretable"),
    "set_costs": ("costs", "costs"),
    "set_budget": ("time_budget_s", "time_budget_s"),
}


def as_slots(edits: Sequence[Edit], before: dict[str, Any]) -> tuple[dict[str, Any], list[Edit]]:
    """Return the slots after some edits, and the edits that no slot can carry.

    Args:
        edits: From `read_feedback`.
        before: Slots that are fixed already.
    """
    slots, left = dict(before), []
    for edit in edits:
        if edit.kind in _SLOTS:
            slot, key = _SLOTS[edit.kind]
            slots[slot] = edit.args[key]
        elif edit.kind == "drop_columns":
            known = tuple(slots.get("exclude") or ())
            slots["exclude"] = tuple(dict.fromkeys([*known, *edit.args["drop_columns"]]))
        elif edit.kind == "keep_columns":
            kept = set(edit.args["keep_columns"])
            slots["exclude"] = tuple(n for n in slots.get("exclude") or () if n not in kept)
        elif edit.kind == "change_split" and ":" in str(edit.args.get("split")):
            how, _, column = str(edit.args["split"]).partition(":")
            slots["time_column" if how == "time" else "group_column"] = column
        else:
            left.append(edit)
    return slots, left
