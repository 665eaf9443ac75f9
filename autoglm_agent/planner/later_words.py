"""Later lines of a conversation: what changes a forecast that the earlier ones asked for.

In a chat every further message is a further line of the instruction. "Only the next 3 days" asks
for nothing by itself; after a forecast it says how far that one looks, and the last word counts.
"""

from __future__ import annotations

from typing import Any

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.chain import Evidence, Task
from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback import Edit, read_feedback
from autoglm_agent.planner.feedback.slots import as_slots
from autoglm_agent.planner.metric_words import REGRESSION
from autoglm_agent.planner.task_parser import parse_task

_CHANGES = frozenset({"set_horizon", "set_series", "set_per_period", "set_metric"})
"""Edits by which a line is known to change a forecast."""


def parse_said(instruction: str, profile: Profile, *, target: str | None = None) -> Task:
    """Read an instruction of several lines, later ones as changes of a forecast.

    Args:
        instruction: The user's words, one message a line.
        profile: The table's profile.
        target: The target, if it is known already.

    Raises:
        TargetError: If the target cannot be told.
        InputError: If what is asked cannot be done.
    """
    lines = [line for line in instruction.splitlines() if line.strip()]
    task = _forecast(lines[0], profile, target) if len(lines) > 1 else None
    if task is None:
        return parse_task(instruction, profile, target=target)
    kept, changes = lines[:1], list[tuple[str, list[Edit]]]()
    for line in lines[1:]:
        edits = _changes(line, profile, task)
        if edits:
            changes.append((line, edits))
        else:
            kept.append(line)
    task = parse_task("\n".join(kept), profile, target=target) if len(kept) > 1 else task
    for line, edits in changes:
        task = _changed(task, edits, line)
    return task


def _forecast(words: str, profile: Profile, target: str | None) -> Task | None:
    """Return the forecast that some words ask for by themselves, if they do."""
    try:
        task = parse_task(words, profile, target=target)
    except InputError:
        return None
    return task if task.kind == "forecasting" else None


def _changes(line: str, profile: Profile, task: Task) -> list[Edit]:
    """Return what a line changes; nothing if it is no change of a forecast."""
    try:
        edits = read_feedback(line, profile, target=task.target, task=task)
    except InputError:
        return []
    slots, left = as_slots([edit for edit in edits if edit.kind != "unread"], {})
    fits = slots.get("metric", "mae") in REGRESSION  # else the instruction is refused as a whole
    return edits if fits and not left and any(edit.kind in _CHANGES for edit in edits) else []


def _changed(task: Task, edits: list[Edit], line: str) -> Task:
    before: dict[str, Any] = {"exclude": task.exclude}
    slots, _ = as_slots(edits, before)
    because = Evidence(confidence=0.9, span=line.strip())
    changed = {name: value for name, value in slots.items() if value != getattr(task, name)}
    evidence = {**task.evidence, **dict.fromkeys(changed, because)}
    return Task.model_validate({**task.model_dump(), **changed, "evidence": evidence})
