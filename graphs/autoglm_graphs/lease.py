"""One process works on a run at a time.

LangGraph has no lock of its own: two processes on one thread interleave their writes. The lease
is an advisory file lock, which the operating system frees when its holder dies, however it
dies, so there is nothing stale to clean up.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import RunActiveError, StoreError
from autoglm_agent.filelock import file_lock


@contextmanager
def lease(workspace: Workspace) -> Iterator[None]:
    """Hold the run for the length of a `with` block.

    Raises:
        RunActiveError: If another living process holds it; the message names its pid.
        StoreError: If the folder cannot be written.
    """
    path = workspace.file("lease.json")
    with ExitStack() as stack:
        try:
            descriptor = stack.enter_context(file_lock(path, timeout=0.0))
        except TimeoutError as error:
            raise RunActiveError(
                f"Run {workspace.path.name} is active in process {_holder(path)}.",
                "Wait for it to end, or stop it first.",
            ) from error
        except OSError as error:
            raise StoreError(
                f"Cannot write {path}: {error.strerror}.", "Make the run's folder writable."
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid()}).encode())
        yield


def _holder(path: Path) -> str:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return "(unknown)"
