"""One process works on a run at a time.

LangGraph has no lock of its own: two processes on one thread interleave their writes. The lease
is an advisory file lock, which the operating system frees when its holder dies, however it
dies, so there is nothing stale to clean up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from autoglm_agent.automl.workspace import Workspace
from autoglm_agent.errors import RunActiveError

if os.name == "nt":  # pragma: no cover - not run on the platforms that CI has
    import msvcrt

    def _lock(stream: IO[str]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
else:
    import fcntl

    def _lock(stream: IO[str]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def lease(workspace: Workspace) -> Iterator[None]:
    """Hold the run for the length of a `with` block.

    Raises:
        RunActiveError: If another living process holds it; the message names its pid.
    """
    path = workspace.file("lease.json")
    with open(path, "a+", encoding="utf-8") as stream:
        try:
            _lock(stream)
        except OSError as error:
            raise RunActiveError(
                f"Run {workspace.path.name} is active in process {_holder(stream)}.",
                "Wait for it to end, or stop it first.",
            ) from error
        stream.seek(0)
        stream.truncate()
        json.dump({"pid": os.getpid()}, stream)
        stream.flush()
        yield


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        return str(json.load(stream)["pid"])
    except (ValueError, KeyError):
        return "(unknown)"
