"""Landlock: the program locks itself in, where user namespaces are switched off.

The kernel's own access control (landlock(7)) for files, our filter of system calls for all the
rest. The host's process table, file names and sizes stay visible to calls that only look at
attributes; contents do not. There is no private file system, hence no writable folder: a total
over many files could not be capped.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path

from autoglm_agent.sandbox.interpreter import CONFINE, find_interpreter
from autoglm_agent.sandbox.local import Launch, LocalSandbox
from autoglm_agent.sandbox.protocol import Job
from autoglm_agent.sandbox.seccomp import build_filter

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


class LandlockSandbox(LocalSandbox):
    """Landlock, seccomp and resource limits; needs kernel 6.2 or later, and no program."""

    name = "landlock"

    def launch(self, folder: str, job: Job) -> Launch:
        """Return how to start a job."""
        linked = [str(path.resolve()) for path in job.inputs.values() if isinstance(path, Path)]
        orders = {
            "script": str(CONFINE),
            "parent": os.getpid(),
            "machine": platform.machine(),
            "read": [*find_interpreter().paths, folder, *linked],
            "write": [device for device in DEVICES if os.path.exists(device)],
            "filter": build_filter(platform.machine(), alone=True).hex(),
        }
        return Launch(find_interpreter().argv, orders=orders)
