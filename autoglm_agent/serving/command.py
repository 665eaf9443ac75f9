"""The command `autoglm` as a child process: its JSON document, its progress, its end.

Work on tables takes all of a processor, and a library cannot be stopped from outside. So each
piece of work is a process of its own: it is stopped like Ctrl-C (a run stays resumable), its
memory is given back, and its death is nobody else's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_agent.errors import AutoGLMError

Told = Callable[[dict[str, Any]], Awaitable[None]]
"""Receives the events of a run, one by one."""

GRACE_S = 10.0
"""Seconds that a process has to stop by itself before it is killed."""
LINE_LIMIT = 16 * 2**20
"""Longest line of progress, in bytes; an event holds texts of bounded length."""
_START = "import sys; from autoglm_agent.cli.main import main; sys.exit(main())"


@dataclass(frozen=True)
class Finished:
    """How a command ended.

    Attributes:
        code: Exit code: 0 done, 1 finished but not verified, 2 bad input, 130 interrupted.
        document: The JSON document that it printed; None if there was none.
        complaint: What it said on the standard error, without events; the last lines.
    """

    code: int
    document: Any
    complaint: str

    def result(self) -> Any:
        """Return the document.

        Raises:
            AutoGLMError: If the command ended with an error, with its problem and remedy.
        """
        error = self.document.get("error") if isinstance(self.document, dict) else None
        if self.code in (0, 1) and self.document is not None and not error:
            return self.document
        if error:
            problem = str(error.get("problem") or error.get("message") or "It failed.")
            raise AutoGLMError(problem, _remedy(error))
        raise AutoGLMError(
            f"The work ended with code {self.code}: {self.complaint or 'no reason was told'}.",
            "Try again; `autoglm doctor` tells what this machine lacks.",
        )


def _remedy(error: dict[str, Any]) -> str:
    remedy = str(error.get("remedy") or "")
    candidates = ", ".join(map(str, error.get("candidates") or ()))
    return f"{remedy} Candidates: {candidates}." if candidates else remedy


class Workers:
    """Runs commands, so many at a time; the others wait their turn.

    Args:
        at_once: Processes that may work at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self.waiting = 0
        """Commands that wait for a free worker."""

    async def run(self, arguments: Sequence[str], told: Told | None = None) -> Finished:
        """Run `autoglm` with arguments and `--json`; cancelling stops the process.

        Args:
            arguments: Of the command line.
            told: Receives the events of a run; they are asked for with `--events`.
        """
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            extra = ("--json", "--events") if told else ("--json",)
            return await _run([arguments[0], *extra, *arguments[1:]], told)
        finally:
            self._free.release()


async def _run(arguments: Sequence[str], told: Told | None) -> Finished:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _START,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LINE_LIMIT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,  # a Ctrl-C at the server's terminal is the server's alone
    )
    assert process.stdout is not None  # pipes
    assert process.stderr is not None
    try:
        said, complaint, _ = await asyncio.gather(
            process.stdout.read(), _listen(process.stderr, told), process.wait()
        )
    except BaseException:
        await asyncio.shield(_stop(process))
        raise
    document = None
    with contextlib.suppress(ValueError):
        document = json.loads(said)
    return Finished(process.returncode or 0, document, complaint)


async def _listen(stream: asyncio.StreamReader, told: Told | None) -> str:
    """Hand on the events among the lines; return the last of the others."""
    others: list[str] = []
    async for line in stream:
        text = line.decode("utf-8", "replace").strip()
        if told and text.startswith('{"event"'):
            await told(json.loads(text))
        elif text:
            others = [*others[-4:], text]
    return " ".join(others)


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Interrupt the process as Ctrl-C does; kill it if that does not end it."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(sign)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), GRACE_S)
