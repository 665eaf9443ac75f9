"""The one way out of a sandbox: frames of JSON on a pipe, with a token and a cap.

The program shares its process with the runner and can write to the pipe itself. What it writes
is never more than data, and a report without the token, after another one or followed by
anything is no report.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

OVERHEAD = 4096
"""Bytes that frames may need beside the result."""
REPORTED = {"ok", "error", "memory_limit"}


@dataclass(frozen=True)
class Report:
    """What the runner told."""

    started: bool = False
    """Whether the sandbox was built and the program began."""
    told: dict[str, Any] | None = None
    """The last word: `status`, and `result` or `reason`."""
    fault: str = ""
    """What is wrong with the rest of the stream."""


def read_report(data: bytes, token: bytes) -> Report:
    """Read all that came through the pipe.

    Args:
        data: Frames: four bytes of length, big-endian, then token and JSON.
        token: The secret of this job.
    """
    frames, rest = split_frames(data)
    if not frames or _told(frames[0], token) != {"status": "started"}:
        return Report()
    if len(frames) == 1 and not rest:
        return Report(started=True)
    told = _told(frames[1], token) if len(frames) == 2 and not rest else None
    if told is None or told.get("status") not in REPORTED:
        return Report(started=True, fault="The program wrote to the result channel itself.")
    return Report(started=True, told=told)


def split_frames(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole frames and what follows them."""
    frames, at = [], 0
    while len(data) - at >= 4:
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            break
        frames.append(data[at + 4 : end])
        at = end
    return frames, data[at:]


def _told(frame: bytes, token: bytes) -> dict[str, Any] | None:
    """Return a frame's JSON object; None if it is not ours or not plain JSON."""
    if not frame.startswith(token):
        return None
    try:
        told = json.loads(frame[len(token) :], parse_constant=_refuse)
        # A lone surrogate would only fail later, where text is written.
        json.dumps(told, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
