"""A deadline that every part of a run shares, so that one wall clock rules them all."""

from __future__ import annotations

import functools
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True)
class Deadline:
    """Seconds from now until work must have ended; `None` means never.

    `share` hands a part of what is left to a piece of work. Monotonic time, so a clock that
    jumps changes nothing.

    Attributes:
        seconds: Seconds from `start` on.
        start: Monotonic time.
        cancel: Once this is set nothing is left.
    """

    seconds: float | None = None
    # Asked for when it is needed: a test may put another clock there.
    start: float = field(default_factory=lambda: time.monotonic())
    cancel: threading.Event | None = None

    @property
    def left(self) -> float:
        """Seconds left, never negative; infinity without a limit."""
        if self.cancelled:
            return 0.0
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

    @property
    def cancelled(self) -> bool:
        """Whether somebody has called the work off."""
        return self.cancel is not None and self.cancel.is_set()

    def share(self, part: float) -> Deadline:
        """Return a deadline that begins now and lasts `part` of what is left."""
        return self.within(None if self.seconds is None else self.left * part)

    def within(self, seconds: float | None) -> Deadline:
        """Return a deadline that begins now and ends after `seconds`, or with this one."""
        shorter = min(self.left, float("inf") if seconds is None else seconds)
        seconds = None if shorter == float("inf") else shorter
        return replace(self, seconds=seconds, start=time.monotonic())


@dataclass(frozen=True)
class SentDeadline:
    """A deadline on its way to another process.

    Processes of one machine share the monotonic clock, so that what waits in a queue there still
    ends on time; another machine can only be told how much was left.

    Attributes:
        machine: Where `end` means something.
        end: Monotonic time; None for never.
        left: Seconds left when it was sent.
    """

    machine: str
    end: float | None
    left: float | None

    @classmethod
    def of(cls, deadline: Deadline) -> SentDeadline:
        """Make a deadline ready to be sent."""
        left = None if deadline.seconds is None else deadline.left
        return cls(machine(), None if left is None else time.monotonic() + left, left)

    def arrived(self) -> Deadline:
        """Return the deadline as this process must keep it."""
        left = self.left
        if self.end is not None and self.machine == machine():
            left = self.end - time.monotonic()
        return Deadline(left)


@functools.cache
def machine() -> str:
    """Return what names this machine since it was started: its monotonic clock is shared there."""
    read: Callable[[], str] = Path("/proc/sys/kernel/random/boot_id").read_text
    try:
        return read().strip()
    except OSError:
        return platform.node()
