"""A deadline that every part of a run shares, so that one wall clock rules them all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Deadline:
    """Seconds from now until work must have ended; `None` means never.

    `share` hands a part of what is left to a piece of work. Monotonic time, so a clock that
    jumps changes nothing.
    """

    seconds: float | None = None
    start: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds left, never negative; infinity without a limit."""
        if self.seconds is None:
            return float("inf")
        return max(0.0, self.start + self.seconds - time.monotonic())

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.start

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0.0

    def share(self, part: float) -> Deadline:
        """Return a deadline that begins now and lasts `part` of what is left."""
        return Deadline(None if self.seconds is None else self.left * part)
