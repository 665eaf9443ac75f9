"""The bounded queue of runs: so many at once, so many waiting, and a no to the rest."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable

from autoglm_agent.errors import AutoGLMError

FIRST_GUESS_S = 30.0
"""Seconds that a run is taken to last before one has ended."""


class QueueFull(AutoGLMError):
    """No further run can wait.

    Args:
        retry_after: Seconds after which a place may be free.
    """

    def __init__(self, waiting: int, retry_after: int) -> None:
        super().__init__(
            f"{waiting} runs are waiting; no more are taken.", f"Try again in {retry_after} s."
        )
        self.retry_after = retry_after


class RunQueue:
    """Drives runs, `width` at once, in the order in which they came.

    Args:
        drive: Drives one run to its end; cancelling it must stop the work.
        width: Runs at once.
        room: Runs that may wait.
    """

    def __init__(self, drive: Callable[[str], Awaitable[None]], *, width: int, room: int) -> None:
        self._drive = drive
        self.width = width
        self.room = room
        self._waiting: deque[str] = deque()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._mean = FIRST_GUESS_S

    @property
    def waiting(self) -> int:
        """How many runs wait."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many runs are being driven."""
        return len(self._running)

    def check_room(self) -> None:
        """Refuse what `submit` would refuse, before anything is made for it.

        Raises:
            QueueFull: If nothing more can wait.
        """
        if len(self._running) >= self.width and len(self._waiting) >= self.room:
            turns = (len(self._waiting) + 1) / self.width
            raise QueueFull(len(self._waiting), max(1, min(3600, round(turns * self._mean))))

    def submit(self, run: str, *, always: bool = False) -> None:
        """Drive a run when its turn comes.

        Args:
            run: Its id.
            always: Take it even if the queue is full: it was taken before a restart.

        Raises:
            QueueFull: If nothing more can wait.
        """
        if not always:
            self.check_room()
        self._ended[run] = asyncio.Event()
        self._waiting.append(run)
        self._next()

    def position(self, run: str) -> int | None:
        """Return a run's place in the queue: 0 while it is driven, None if it is not here."""
        if run in self._running:
            return 0
        return self._waiting.index(run) + 1 if run in self._waiting else None

    def ended(self, run: str) -> bool:
        """Whether a run is neither waiting nor driven."""
        return run not in self._ended

    async def wait(self, run: str) -> None:
        """Wait until a run has ended; who waits may leave without stopping it."""
        if event := self._ended.get(run):
            await event.wait()

    async def cancel(self, run: str) -> bool:
        """Stop a run and return whether there was one to stop."""
        if run in self._waiting:
            self._waiting.remove(run)
            self._ended.pop(run).set()
            return True
        task = self._running.get(run)
        if task is None:
            return False
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(task)
        return True

    async def stop(self) -> None:
        """Stop all work; runs stay as they are and can be driven again."""
        self._waiting.clear()
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _next(self) -> None:
        while self._waiting and len(self._running) < self.width:
            run = self._waiting.popleft()
            self._running[run] = asyncio.create_task(self._one(run))

    async def _one(self, run: str) -> None:
        began = time.monotonic()
        try:
            await self._drive(run)
            self._mean = 0.7 * self._mean + 0.3 * (time.monotonic() - began)
        finally:
            self._running.pop(run, None)
            if event := self._ended.pop(run, None):
                event.set()
            self._next()
