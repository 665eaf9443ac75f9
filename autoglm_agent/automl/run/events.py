"""Progress: how long work tells what it is doing, without knowing who listens.

A listener is any callable that takes one JSON-able dict. Every event has `event` (a dotted
name such as `trial.done`) and may have `text` for people; the rest depends on the event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Listener = Callable[[dict[str, Any]], None]


def silent(event: dict[str, Any]) -> None:
    """Listen to nothing."""
