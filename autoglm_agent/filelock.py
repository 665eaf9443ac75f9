"""An advisory lock on a file: one writer at a time, among threads and among processes.

The operating system frees it when its holder dies, however it dies, so no stale lock is left.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if os.name == "nt":  # pragma: no cover - not run on the platforms that CI has
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


POLL_S = 0.02


@contextmanager
def file_lock(path: Path, timeout: float = 30.0) -> Iterator[int]:
    """Hold the lock `path` for the length of a `with` block; gives the open file's descriptor.

    Args:
        path: The lock file; made if absent, and left behind.
        timeout: Seconds to wait for another holder; 0 to ask once.

    Raises:
        TimeoutError: If another holder keeps it longer.
    """
    deadline = time.monotonic() + timeout
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                _lock(descriptor)
                break
            except OSError as error:
                if time.monotonic() >= deadline:
                    raise TimeoutError(f"{path} is held by another process.") from error
                time.sleep(POLL_S)
        yield descriptor
    finally:
        os.close(descriptor)
