"""Workers by a fork server: loaded once, forked for each command, killed when nobody waits."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from autoglm_agent.serving.commands import LONGEST_OUTPUT, Ended, document, run_command

FORK_SERVER = (sys.executable, "-P", "-m", "autoglm_agent.cli.forkserver")
"""What the fork server is started with."""
_DIED = Ended(-9, None, "The fork server died.")


class Workers(Protocol):
    """Runs commands of the command line in processes of their own."""

    async def run(self, words: Sequence[str]) -> Ended:
        """Run a command to its end; a task cancelled meanwhile kills it and all its children."""
        ...

    async def start(self) -> object:
        """Get ready, so that the first command need not wait for it."""
        ...

    async def stop(self) -> None:
        """End every worker."""
        ...


class SpawnedWorkers:
    """A new interpreter for each command, which loads all it needs; for systems without fork."""

    async def run(self, words: Sequence[str]) -> Ended:
        """Run a command to its end; see `run_command`."""
        return await run_command(words)

    async def start(self) -> None:
        """Nothing can be made ready."""

    async def stop(self) -> None:
        """Who is cancelled has killed its worker already."""


class ForkedWorkers:
    """Forks of one loaded process, which is started on first use and again when it has died.

    Args:
        command: What the fork server is started with.
    """

    def __init__(self, command: Sequence[str] = FORK_SERVER) -> None:
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ended: dict[int, asyncio.Future[int | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()

    async def run(self, words: Sequence[str]) -> Ended:
        """Run a command to its end; a task cancelled meanwhile kills it and all its children."""
        process = await self.start()
        number = next(self._numbers)
        ended = self._ended[number] = asyncio.get_running_loop().create_future()
        with tempfile.TemporaryDirectory(prefix="autoglm-worker-") as name:
            out, err = Path(name, "out"), Path(name, "err")
            request = {"id": number, "words": list(words), "out": str(out), "err": str(err)}
            _send(process, request)
            try:
                code = await asyncio.shield(ended)
            except BaseException:
                _send(process, {"kill": number})
                # A second cancellation must not leave it running in a folder that is gone.
                await asyncio.shield(ended)
                raise
            return _DIED if code is None else await asyncio.to_thread(_told, code, out, err)

    async def start(self) -> asyncio.subprocess.Process:
        """Start the fork server, unless one lives; it loads while it is not waited for."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    start_new_session=True,
                    env={**os.environ, "AUTOGLM_SERVER_PID": str(os.getpid())},
                )
                self._ended = {}
                self._reading = asyncio.create_task(_read_answers(self._process, self._ended))
            return self._process

    async def stop(self) -> None:
        """End the fork server and, with it, every worker."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def best_workers() -> Workers:
    """Return forked workers where a loaded process can be forked, else spawned ones."""
    return ForkedWorkers() if sys.platform == "linux" else SpawnedWorkers()


async def _read_answers(
    process: asyncio.subprocess.Process, ended: dict[int, asyncio.Future[int | None]]
) -> None:
    """Take the answers; when the fork server dies its workers have died with it."""

    def end(number: int, code: int | None) -> None:
        future = ended.pop(number, None)
        if future is not None and not future.done():
            future.set_result(code)

    assert process.stdout is not None
    async for line in process.stdout:
        told = json.loads(line)
        end(told["id"], told["code"])
    await process.wait()
    for number in list(ended):
        end(number, None)


def _send(process: asyncio.subprocess.Process, request: dict[str, object]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):  # its death is told by the end of its answers
        process.stdin.write(json.dumps(request).encode() + b"\n")


def _told(code: int, out: Path, err: Path) -> Ended:
    lines = _read(err).decode("utf-8", "replace").strip().splitlines()
    return Ended(code, document(_read(out)), lines[-1][:500] if lines else "")


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(LONGEST_OUTPUT)
    except FileNotFoundError:
        return b""  # it died before it said anything
