"""Progress: how long work tells what it is doing, without knowing who listens.

A listener is any callable that takes one JSON-able dict. Every event has `event` (a dotted
name such as `trial.done`) and may have `text` for people; the rest depends on the event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

UNDONE = "run.undone"
"""Event at the end of a round of feedback that left the run as it was; its text says why."""

Listener = Callable[[dict[str, Any]], None]


def silent(event: dict[str, Any]) -> None:
    """Listen to nothing."""


def of_this_round(events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Return the events up to where a round was undone: what comes later answers another wish."""
    ends = (i for i, event in enumerate(events) if event.get("event") == UNDONE)
    return events[: next(ends, len(events))]


def standing(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events without those of rounds of feedback that were undone."""
    kept: list[dict[str, Any]] = []
    for event in events:
        kept.append(event)
        if event.get("event") == UNDONE:
            while kept and kept.pop().get("event") != "feedback":
                pass
    return kept
