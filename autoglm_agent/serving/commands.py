"""The command line as a worker process: started, followed, killed when nobody waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_agent import errors
from autoglm_agent.errors import AutoGLMError, TargetError

WORKER = (sys.executable, "-P", "-m", "autoglm_agent.cli.worker")
"""What workers are started with; the words of a command follow."""
LONGEST_OUTPUT = 64 * 1024 * 1024
"""Bytes of one line of a worker's output that are read at most."""


@dataclass(frozen=True)
class Ended:
    """How a worker ended.

    Attributes:
        code: Its exit code; negative for a signal.
        told: The JSON document it printed, if it did.
        trouble: The last line of its standard error.
    """

    code: int
    told: Any
    trouble: str


async def run_command(
    words: Sequence[str],
    *,
    worker: Sequence[str] = WORKER,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a command of the command line in a process group of its own.

    A task that is cancelled while it waits here kills the whole group at once: training in a
    thread or in a pool would go on to its end.

    Args:
        words: The command and its options.
        worker: What it is started with.
        environment: Variables added to this process's own.
    """
    process = await asyncio.create_subprocess_exec(
        *worker,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=LONGEST_OUTPUT,
        env={**os.environ, "AUTOGLM_SERVER_PID": str(os.getpid()), **(environment or {})},
    )
    try:
        out, err = await process.communicate()
    except BaseException:
        _kill(process.pid)
        # A second cancellation must not leave the dead child unreaped.
        await asyncio.shield(_reaped(process))
        raise
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return Ended(int(process.returncode or 0), document(out), lines[-1][:500] if lines else "")


def document_of(ended: Ended) -> Any:
    """Return what a worker told.

    Raises:
        AutoGLMError: The worker's own error, or that it told nothing.
    """
    told = ended.told
    if (
        isinstance(told, dict)
        and isinstance(told.get("error"), dict)
        and "problem" in told["error"]
    ):
        raise error_of(told["error"])
    if told is None:
        raise AutoGLMError(
            f"The worker ended with code {ended.code} and no result: {ended.trouble}",
            "Try again; a worker that is killed for its memory needs a smaller table.",
        )
    return told


def error_of(told: Mapping[str, Any]) -> AutoGLMError:
    """Return the error that a worker or a result tells of."""
    problem = str(told.get("problem") or told.get("message") or "Something failed.")
    remedy, candidates = str(told.get("remedy") or ""), tuple(told.get("candidates") or ())
    if told.get("type") == "TargetError":
        return TargetError(problem, remedy, candidates)
    kind = getattr(errors, str(told.get("type")), AutoGLMError)
    if not (isinstance(kind, type) and issubclass(kind, AutoGLMError)):
        kind = AutoGLMError
    return kind(problem, remedy)


def document(out: bytes) -> Any:
    """Return the JSON document that a worker printed, or None."""
    try:
        return json.loads(out)
    except ValueError:
        return None


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


async def _reaped(process: asyncio.subprocess.Process) -> None:
    await process.wait()
