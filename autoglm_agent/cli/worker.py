"""The command line as a server's worker process: it dies with its server and yields to it.

Run: python -P -m autoglm_agent.cli.worker COMMAND ...
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

NICENESS = 5
"""A server's own loop goes before the training of its workers."""
SET_DEATH_SIGNAL = 1
"""`PR_SET_PDEATHSIG` of prctl(2)."""


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the server dies (Linux; elsewhere nothing)."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


if __name__ == "__main__":
    die_with_parent(int(os.environ.get("AUTOGLM_SERVER_PID") or os.getppid()))
    os.nice(NICENESS)
    from autoglm_agent.cli.main import main

    main()
