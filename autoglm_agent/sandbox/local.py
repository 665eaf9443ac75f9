"""What the sandboxes of this machine have in common: from a job to a process and to an outcome."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import secrets
import signal
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoglm_agent.sandbox.channel import read_report
from autoglm_agent.sandbox.execution import START_S, Ended, Execution
from autoglm_agent.sandbox.inside import EXIT_NO_MEMORY
from autoglm_agent.sandbox.interpreter import find_interpreter
from autoglm_agent.sandbox.protocol import Capabilities, Guard, Job, Limits, Outcome, Status
from autoglm_agent.sandbox.seccomp import ARCHITECTURES

ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": "/nonexistent",
    "HOME": "/nonexistent",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MPLBACKEND": "Agg",
}
"""The whole environment of a program; nothing of ours is passed on. Arenas and pools count as
address space, so one thread and few arenas are the default."""


@dataclass(frozen=True)
class Launch:
    """How a job is started."""

    argv: list[str]
    passed: tuple[int, ...] = ()
    """Descriptors that the command inherits; closed here once it has them."""
    orders: dict[str, Any] | None = None
    """What the runner must lock from within; None if it is locked from outside."""


class LocalSandbox:
    """A sandbox made of this machine's own kernel; subclasses say with which command."""

    name = ""
    environment = ENVIRONMENT
    scratch = False
    """Whether it can give a program a writable folder."""

    def missing(self) -> str:
        """Return at a glance why the backend cannot work here; empty if it may."""
        if sys.platform != "linux":
            return f"{self.name} needs Linux."
        if platform.machine() not in ARCHITECTURES:
            return f"no filter of system calls is known for {platform.machine()}."
        return ""

    def launch(self, folder: str, job: Job) -> Launch:
        """Return how to start a job.

        Args:
            folder: Holds the inputs under their names.
            job: The job.
        """
        raise NotImplementedError

    def probe(self) -> Capabilities:
        """Attack the sandbox and return what it held; cached for the process."""
        from autoglm_agent.sandbox.canaries import probe_sandbox

        return probe_sandbox(self)

    def run(self, job: Job) -> Outcome:
        """Run a job to its end; what goes wrong is told by the outcome, never raised."""
        return _Run(self, job).wait()

    async def arun(self, job: Job) -> Outcome:
        """Run a job without blocking the loop; cancelling kills the program at once."""
        run = _Run(self, job)
        try:
            return await asyncio.to_thread(run.wait)
        except asyncio.CancelledError:
            # Kill first and await nothing: a second cancellation would interrupt that too.
            run.kill()
            raise

    def run_unproved(self, job: Job) -> Outcome:
        """Run a canary; only `probe` may, as nothing is known of the sandbox yet."""
        return _Run(self, job, proved=False).wait()


class _Run:
    """One job on its way through a sandbox."""

    def __init__(self, sandbox: LocalSandbox, job: Job, *, proved: bool = True) -> None:
        self._sandbox, self._job, self._proved = sandbox, job, proved
        self._isolation: frozenset[Guard] = frozenset()
        self._execution: Execution | None = None
        self._killed = False

    def kill(self) -> None:
        """End the program now, or keep it from beginning."""
        self._killed = True
        if self._execution is not None:
            self._execution.kill()

    def wait(self) -> Outcome:
        """Run the job in this thread."""
        reason = self._refusal()
        if reason:
            return self._outcome("unavailable", reason)
        try:
            with ExitStack() as stack:
                return self._wait(stack)
        except OSError as error:
            return self._outcome("unavailable", f"The sandbox cannot be started: {error}.")

    def _refusal(self) -> str:
        """Return why the job must not run here; empty if it may."""
        if not self._proved:
            return self._sandbox.missing()
        found = self._sandbox.probe()
        self._isolation = found.isolation
        if not found.usable:
            return found.reason or "It holds nothing."
        if self._job.limits.scratch_bytes and "scratch" not in found.isolation:
            return "This sandbox has no writable folder to give."
        return ""

    def _wait(self, stack: ExitStack) -> Outcome:
        job, token = self._job, secrets.token_hex(16)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="autoglm-job-"))
        _lay_out(job, Path(folder))
        launch = self._sandbox.launch(folder, job)
        receiving, sending = os.pipe()
        stack.callback(os.close, receiving)
        header = {
            "channel": sending,
            "token": token,
            "code": job.code,
            "limits": _resource_limits(job.limits),
            "site": find_interpreter().site,
            "confine": launch.orders,
        }
        stdin = sealed(json.dumps(header).encode("ascii"))
        stack.callback(os.close, stdin)
        self._execution = Execution(
            launch.argv,
            stdin=stdin,
            channel=receiving,
            passed=(*launch.passed, sending),
            folder=folder,
            env=self._sandbox.environment,
            limits=job.limits,
        )
        if self._killed:
            self._execution.kill()
        return self._judge(self._execution.run(), token.encode())

    def _judge(self, ended: Ended, token: bytes) -> Outcome:
        """Tell how the job ended; the host's word goes before the program's."""
        report = read_report(ended.channel, token)
        if ended.cut == "cancelled":
            return self._outcome("killed", "The job was cancelled.", ended)
        if not report.started:
            why = f"nothing began within {START_S:g} s" if ended.cut == "start" else ""
            why = why or ended.stderr.text.strip()[-300:] or f"exit code {ended.code}"
            return self._outcome("unavailable", f"The sandbox cannot be built: {why}")
        if ended.cut in ("timeout", "output_limit", "threads"):
            return self._outcome(*_told_cut(ended, self._job.limits), ended)
        if report.told is not None:
            told = report.told
            status: Status = told["status"]
            result = told.get("result") if status == "ok" else None
            # What `bwrap` reaps inside is not in our books.
            spent = told.get("cpu_s")
            if isinstance(spent, int | float) and 0 <= spent <= self._job.limits.cpu_s + 2:
                ended.cpu_s = max(ended.cpu_s, spent)
            return self._outcome(status, str(told.get("reason", "")), ended, result)
        return self._outcome(*_told_exit(ended, report.fault, self._job.limits), ended)

    def _outcome(
        self, status: Status, reason: str, ended: Ended | None = None, result: Any = None
    ) -> Outcome:
        told = Outcome(status, reason, backend=self._sandbox.name, isolation=self._isolation)
        if ended is None:
            return told
        return Outcome(
            status,
            reason,
            result,
            stdout=ended.stdout.text,
            stderr=ended.stderr.text,
            truncated=ended.stdout.truncated or ended.stderr.truncated,
            wall_s=ended.wall_s,
            cpu_s=ended.cpu_s,
            backend=told.backend,
            isolation=told.isolation,
        )


def sealed(data: bytes) -> int:
    """Return a descriptor of bytes in memory that nobody can change any more."""
    import fcntl

    descriptor = os.memfd_create("autoglm", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(os.dup(descriptor), "wb") as file:
        file.write(data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def _lay_out(job: Job, folder: Path) -> None:
    for name, content in job.inputs.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            (folder / name).symlink_to(content.resolve())


def _resource_limits(limits: Limits) -> dict[str, list[int]]:
    """Return soft and hard limits by their names in `resource`."""
    # The soft limit tells time from memory: it ends a program with SIGXCPU, while the hard one
    # and a kernel out of memory both use SIGKILL. RLIMIT_NPROC is of no use: it counts all that
    # a user runs, and does not bind the superuser; threads are counted from outside.
    return {
        "RLIMIT_CPU": [limits.cpu_s, limits.cpu_s + 2],
        "RLIMIT_AS": [limits.memory_bytes] * 2,
        "RLIMIT_FSIZE": [limits.scratch_bytes] * 2,
        "RLIMIT_NOFILE": [128] * 2,
        "RLIMIT_CORE": [0] * 2,
        "RLIMIT_MEMLOCK": [0] * 2,
    }


def _told_cut(ended: Ended, limits: Limits) -> tuple[Status, str]:
    if ended.cut == "timeout":
        return "timeout", f"It did not end within {limits.wall_s:g} s."
    if ended.cut == "threads":
        return "killed", f"It made more than {limits.threads} threads."
    return "output_limit", (
        f"It wrote more than {limits.output_bytes} bytes of output or "
        f"{limits.result_bytes} bytes of result."
    )


def _told_exit(ended: Ended, fault: str, limits: Limits) -> tuple[Status, str]:
    """Tell what an exit without a report means; 128 + n is how a shell tells signal n."""
    number = -ended.code if ended.code < 0 else ended.code - 128
    if number == signal.SIGXCPU or (number == signal.SIGKILL and ended.cpu_s >= limits.cpu_s):
        return "cpu_limit", f"It used more than {limits.cpu_s} s of processor time."
    if ended.code == EXIT_NO_MEMORY:
        return "memory_limit", "MemoryError"
    if 0 < number < signal.NSIG:
        return "killed", f"It was ended by {signal.Signals(number).name}."
    return "error", fault or "It ended without a result."
