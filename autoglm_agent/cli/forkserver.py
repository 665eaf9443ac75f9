"""A process that has loaded everything once and forks a worker for each command.

Loading costs a worker seconds of CPU, often more than its work; a fork costs milliseconds and
shares the loaded pages. Requests are JSON lines on standard input, answers JSON lines on
standard output:

    {"id": 1, "words": ["resume", ...], "out": FILE, "err": FILE}   ->   {"id": 1, "code": 0}
    {"kill": 1}

Nothing that starts threads of its own is done before a fork, only imports. Linux alone: other
systems' frameworks do not survive a fork.

Run: python -P -m autoglm_agent.cli.forkserver
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
from typing import Any

from autoglm_agent.cli.worker import NICENESS, die_with_parent

PACKAGES = (
    "autoglm_agent.automl.checks",
    "autoglm_agent.automl.models",
    "autoglm_agent.automl.report",
    "autoglm_agent.automl.scoring",
    "autoglm_agent.automl.search",
)
"""All of whose modules a run needs; most are imported late."""
MODULES = (
    "autoglm_agent.cli.main",
    "autoglm_agent.cli.running",
    "autoglm_agent.memory.embedding",
    "autoglm_agent.memory.store",
    "autoglm_graphs.runs",
)


def preload() -> None:
    """Import what a run imports, and keep it out of the collector's way: forks share it."""
    names = list(MODULES)
    for name in PACKAGES:
        package = importlib.import_module(name)
        names += [f"{name}.{module.name}" for module in pkgutil.iter_modules(package.__path__)]
    for name in names:
        with contextlib.suppress(ImportError):  # what is missing is told to who needs it
            importlib.import_module(name)
    gc.collect()
    gc.freeze()


class ForkServer:
    """Forks workers as it is told and tells how they ended.

    Args:
        requests: File descriptor of the requests.
        answers: File descriptor of the answers.
    """

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._pids: dict[int, int] = {}
        """Process ids by the requests' ids."""
        self._rest = b""

    def serve(self) -> list[str] | None:
        """Serve until the requests end; in a worker return the words of its command."""
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            ready, _, _ = select.select([self._requests, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if self._requests in ready:
                block = os.read(self._requests, 65536)
                if not block:
                    return None
                *lines, self._rest = (self._rest + block).split(b"\n")
                for line in lines:
                    words = self._take(json.loads(line))
                    if words is not None:
                        os.close(woken)
                        os.close(wake)
                        return words

    def _take(self, request: dict[str, Any]) -> list[str] | None:
        """Carry out a request; in a worker return the words of its command."""
        if "kill" in request:
            if pid := self._pids.get(request["kill"]):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            return None
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_worker(parent, request)
            return list(request["words"])
        with contextlib.suppress(OSError):  # the child does the same; who is first does not matter
            os.setpgid(pid, pid)
        self._pids[request["id"]] = pid
        return None

    def _become_worker(self, parent: int, request: dict[str, Any]) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with_parent(parent)
        for descriptor, name in ((1, request["out"]), (2, request["err"])):
            opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(opened, descriptor)
            os.close(opened)
        os.close(self._answers)
        os.nice(NICENESS)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            for number in [n for n, p in self._pids.items() if p == pid]:
                del self._pids[number]
                os.write(self._answers, json.dumps({"id": number, "code": code}).encode() + b"\n")


def main() -> None:
    """Load everything, then serve; a worker ends as the command line does."""
    die_with_parent(int(os.environ.get("AUTOGLM_SERVER_PID") or os.getppid()))
    requests, answers = os.dup(0), os.dup(1)
    os.set_inheritable(requests, False)
    empty = os.open(os.devnull, os.O_RDWR)
    os.dup2(empty, 0)
    os.dup2(empty, 1)  # a stray print is no answer
    preload()
    words = ForkServer(requests, answers).serve()
    if words is None:
        return
    os.close(requests)
    from autoglm_agent.cli.console import start_clock
    from autoglm_agent.cli.main import main as command

    start_clock()
    sys.argv = ["autoglm", *words]
    command()


if __name__ == "__main__":
    main()
