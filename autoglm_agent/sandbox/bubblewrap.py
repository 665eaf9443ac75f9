"""Bubblewrap: Linux namespaces made by `bwrap`, with our filter of system calls inside.

The program gets an empty root with the interpreter in it, read-only, and no network, process,
user or memory segment of the host. `--unshare-all` alone would carry on *without* a user
namespace where none is to be had, so it is asked for by name. There is no `/proc`: nothing
needs it, and mounting it is what containers forbid.
"""

from __future__ import annotations

import os
import platform
import shutil

from autoglm_agent.sandbox.interpreter import find_interpreter, system_links
from autoglm_agent.sandbox.local import Launch, LocalSandbox, sealed
from autoglm_agent.sandbox.protocol import Job
from autoglm_agent.sandbox.seccomp import build_filter

NAMESPACES = [
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    *("--uid", "65534", "--gid", "65534"),
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    *("--cap-drop", "ALL"),
]
EMPTY = 4096
"""Bytes of a folder in which nothing is to be written."""


class BubblewrapSandbox(LocalSandbox):
    """Namespaces, seccomp and resource limits; needs the program `bwrap`, 0.8 or later."""

    name = "bubblewrap"
    scratch = True

    def missing(self) -> str:
        """Return why the backend cannot work here; empty if it may."""
        if shutil.which("bwrap") is None:
            return super().missing() or "the program bwrap is not on PATH."
        return super().missing()

    def launch(self, folder: str, job: Job) -> Launch:
        """Return how to start a job."""
        interpreter = find_interpreter()
        rules = sealed(build_filter(platform.machine(), alone=False))
        argv = [shutil.which("bwrap") or "bwrap", *NAMESPACES]
        for name, value in self.environment.items():
            argv += ["--setenv", name, value]
        for path in interpreter.paths:
            argv += ["--ro-bind", path, path]
        for target, place in system_links():
            argv += ["--symlink", target, place]
        scratch = job.limits.scratch_bytes
        # Unsized, /dev and every tmpfs would be a RAM disk without end.
        argv += ["--dev", "/dev", "--size", str(scratch or EMPTY), "--tmpfs", "/job"]
        for name in job.inputs:
            argv += ["--ro-bind", os.path.join(folder, name), f"/job/{name}"]
        if scratch:
            argv += ["--size", str(scratch), "--tmpfs", "/dev/shm"]  # noqa: S108 - inside
        else:
            argv += ["--remount-ro", "/job"]
        argv += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/job"]
        argv += ["--seccomp", str(rules), "--", *interpreter.argv]
        return Launch(argv, passed=(rules,))
