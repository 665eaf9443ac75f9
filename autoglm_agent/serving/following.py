"""Following a run by its event log, which outlives every process and every connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

PAUSE_S = 0.25
STEPS = 9
"""Steps of a run that nothing refutes, for the share that is done."""


class Tail:
    """Reads what was added to an event log since the last time.

    Args:
        path: `events.jsonl` of a run; need not exist yet.
        offset: Byte to begin at.
    """

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.offset = offset

    def more(self) -> list[dict[str, Any]]:
        """Return the new whole events; a line still being written waits for its end."""
        try:
            with open(self.path, "rb") as stream:
                stream.seek(self.offset)
                data = stream.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self.offset += len(whole)
        events = []
        for line in whole.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                continue  # one damaged line does not hide the run
        return events

    async def follow(self, ended: Callable[[], bool]) -> AsyncIterator[dict[str, Any]]:
        """Yield events as they come until `ended`, then the rest."""
        while True:
            last = ended()
            for event in self.more():
                yield event
            if last:
                return
            await asyncio.sleep(PAUSE_S)


def line_of(event: dict[str, Any], *, claims: bool = False) -> str | None:
    """Return one line for people of an event, or None of one that tells them nothing.

    Args:
        event: The event.
        claims: Whether steps without a tool are told by what they claim, as in free reasoning.
    """
    name = event.get("event")
    what = event.get("tool") or "answer"
    if name == "step.accepted":
        if claims and not event.get("tool"):
            return f"✓ {event.get('text') or what}"
        return f"✓ {what}" if event.get("tool") else None
    if name == "step.refuted":
        failed = [v for v in event.get("verdicts", []) if v.get("status") == "fail"]
        facts = "; ".join(f"{v.get('check')}: {v.get('fact')}" for v in failed)
        return f"✗ {what} refuted. {facts}"
    if name == "backtrack":
        return f"↩ back to {event.get('blame')}. {event.get('text') or ''}".rstrip()
    if name in ("trial.done", "memory.failed"):
        return str(event.get("text") or name)
    if name == "tool.started":
        return f"… {what}"
    return None


def share_done(events_accepted: int) -> float:
    """Return the share of a run's steps that stand, below 1 until it has ended."""
    return min(events_accepted / STEPS, 0.99)
