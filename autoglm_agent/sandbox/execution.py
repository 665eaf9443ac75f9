"""One process under watch: drained, capped, timed, and dead at the end whatever it did.

One thread waits on everything at once. Whoever wants the process gone calls `kill` from any
thread; nothing is awaited in between, so that a second cancellation cannot keep it alive.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from autoglm_agent.sandbox.channel import OVERHEAD
from autoglm_agent.sandbox.processes import last_descendant, read_usage
from autoglm_agent.sandbox.protocol import Limits

Cut = Literal["", "start", "timeout", "output_limit", "threads", "cancelled"]
"""Why we ended the process ourselves; `start`: the program had not even begun."""

START_S = 30.0
"""Time for the sandbox and its interpreter to come up; a busy host needs seconds."""
TICK_S = 0.05
"""How often the threads are counted: a bomb must not fill the host's table of processes."""
GRACE_S = 3.0
"""Time for the streams of a dead process to close."""
CHUNK = 1 << 16


class Capture:
    """Keeps the head and the tail of a stream, and counts the rest."""

    def __init__(self, kept: int) -> None:
        self._half = max(1, kept // 2)
        self._head = bytearray()
        self._tail = bytearray()
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        self.total += len(data)
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[max(room, 0) :]
        del self._tail[: -self._half]

    @property
    def truncated(self) -> bool:
        """Whether bytes between head and tail were dropped."""
        return self.total > len(self._head) + len(self._tail)

    @property
    def text(self) -> str:
        """What was kept, with the gap named; bytes that are no text are replaced."""
        head, tail = (bytes(b).decode("utf-8", "replace") for b in (self._head, self._tail))
        dropped = self.total - len(self._head) - len(self._tail)
        return f"{head}\n[... {dropped} bytes cut ...]\n{tail}" if dropped else head + tail


@dataclass
class Ended:
    """What is known of a process that is gone."""

    code: int = 0
    """Exit code; negative: the signal that ended it."""
    cut: Cut = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    stdout: Capture = field(default_factory=lambda: Capture(1))
    stderr: Capture = field(default_factory=lambda: Capture(1))
    channel: bytes = b""


class Execution:
    """One run of one command; used once.

    Args:
        argv: The command.
        stdin: Descriptor of the job's header.
        channel: Reading end of the result pipe.
        passed: Descriptors that the child inherits; closed here once it has them.
        folder: Its working folder.
        env: Its whole environment.
        limits: The job's caps.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        stdin: int,
        channel: int,
        passed: Sequence[int],
        folder: str,
        env: dict[str, str],
        limits: Limits,
    ) -> None:
        self._argv, self._stdin, self._channel, self._passed = argv, stdin, channel, passed
        self._folder, self._env, self._limits = folder, env, limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._gone = False
        self._cut: Cut = ""
        self._inner: int | None = None
        self._frames = bytearray()
        self._ended = Ended(stdout=Capture(limits.kept_bytes), stderr=Capture(limits.kept_bytes))

    def kill(self, cut: Cut = "cancelled") -> None:
        """End the process now; the first reason given stays. Safe from any thread."""
        with self._lock:
            self._cut = self._cut or cut
            # A reaped process has given its number back; it may be somebody else's now.
            if self._process is not None and not self._gone:
                os.kill(self._process.pid, signal.SIGKILL)

    def run(self) -> Ended:
        """Run the command to its end.

        Raises:
            OSError: If the command cannot be started.
        """
        process = self._start()
        if process is None:
            return Ended(cut=self._cut)
        began = time.monotonic()
        started: float | None = None
        try:
            started = self._watch(process, began)
        finally:
            self._ended.cut = self._cut
            self.kill()
            self._reap(process)
        self._ended.wall_s = time.monotonic() - (started or began)
        self._ended.channel = bytes(self._frames)
        return self._ended

    def _start(self) -> subprocess.Popen[bytes] | None:
        """Start the command, unless somebody has killed it already."""
        try:
            with self._lock:
                if self._cut:
                    return None
                self._process = subprocess.Popen(  # noqa: S603 - an argument list of our own
                    self._argv,
                    stdin=self._stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=self._folder,
                    env=self._env,
                    pass_fds=self._passed,
                    start_new_session=True,
                )
                return self._process
        finally:
            for descriptor in self._passed:
                os.close(descriptor)

    def _watch(self, process: subprocess.Popen[bytes], began: float) -> float | None:
        """Drain the streams until the process is gone; return when the program began."""
        assert process.stdout is not None
        assert process.stderr is not None
        deadline, started, exited = began + START_S, None, False
        with selectors.DefaultSelector() as selector, _closing(os.pidfd_open(process.pid)) as end:
            selector.register(self._channel, selectors.EVENT_READ, self._frames.extend)
            selector.register(process.stdout, selectors.EVENT_READ, self._ended.stdout.add)
            selector.register(process.stderr, selectors.EVENT_READ, self._ended.stderr.add)
            selector.register(end, selectors.EVENT_READ)
            while selector.get_map():
                for key, _ in selector.select(TICK_S):
                    if key.fd == end:
                        exited, deadline = True, time.monotonic() + GRACE_S
                        selector.unregister(end)
                    elif data := os.read(key.fd, CHUNK):
                        key.data(data)
                    else:
                        selector.unregister(key.fileobj)
                now = time.monotonic()
                if started is None and self._frames and not exited:
                    started, deadline = now, now + self._limits.wall_s
                if now > deadline:
                    if exited or self._cut:
                        break  # Something holds a stream open that is not ours to wait for.
                    self._cut_off("timeout" if started is not None else "start")
                    deadline = now + GRACE_S
                self._check_sizes()
                if started is not None and not exited and now - started > TICK_S:
                    self._check_threads()
        return started

    def _check_sizes(self) -> None:
        cap = self._limits.result_bytes + OVERHEAD
        written = self._ended.stdout.total + self._ended.stderr.total
        if len(self._frames) > cap or written > self._limits.output_bytes:
            self._cut_off("output_limit")
            del self._frames[cap:]

    def _check_threads(self) -> None:
        if self._inner is None and self._process is not None:
            self._inner = last_descendant(self._process.pid)
        usage = read_usage(self._inner)
        self._ended.cpu_s = max(self._ended.cpu_s, usage.cpu_s)
        if usage.threads > self._limits.threads:
            self._cut_off("threads")

    def _cut_off(self, cut: Cut) -> None:
        """Kill the process, after a last look at the time it used."""
        if not self._cut:
            self._ended.cpu_s = max(self._ended.cpu_s, read_usage(self._inner).cpu_s)
            self.kill(cut)

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the dead process; take its exit code and processor time, children's too."""
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            _, status, usage = os.wait4(process.pid, 0)
            self._gone = True
        process.returncode = self._ended.code = os.waitstatus_to_exitcode(status)
        self._ended.cpu_s = max(self._ended.cpu_s, usage.ru_utime + usage.ru_stime)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)
