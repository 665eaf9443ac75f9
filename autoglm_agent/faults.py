"""Named points in the code at which a test can make the process fail.

`faultpoint("trial.saved")` does nothing unless the environment variable `AUTOGLM_FAULT`, set
before the process starts, names that point as `name:nth:action`. The action is `kill` (SIGKILL
to this process), `exit`, `raise`, `enospc` (disk full) or `sleep` (an hour). With
`AUTOGLM_FAULT_LOG=FILE` each passage is appended to that file, which is how a sweep finds out
which points a run passes.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections import Counter

_passed: Counter[str] = Counter()
armed = "AUTOGLM_FAULT" in os.environ or "AUTOGLM_FAULT_LOG" in os.environ
"""Whether the environment is looked at; told once, because points lie on the hottest paths."""


class InjectedFault(RuntimeError):
    """Raised by the action `raise`; never caught by name in the product."""


def faultpoint(name: str) -> None:
    """Pass the point `name`; fail there if the environment asks for it."""
    if not armed:
        return
    log = os.environ.get("AUTOGLM_FAULT_LOG")
    plan = os.environ.get("AUTOGLM_FAULT")
    if not log and not plan:
        return
    _passed[name] += 1
    if log:
        with open(log, "a", encoding="utf-8") as stream:
            stream.write(f"{name}\n")
    if plan:
        point, nth, action = plan.rsplit(":", 2)
        if point == name and _passed[name] == int(nth):
            _fail(name, action)


def _fail(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "exit":
        os._exit(3)
    elif action == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    elif action == "sleep":
        time.sleep(3600)
    elif action == "raise":
        raise InjectedFault(name)
    else:
        raise ValueError(f"unknown fault action {action!r}")
