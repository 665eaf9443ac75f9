"""What a sandbox holds, found out by attacking it once a process.

A kernel's version or a program on the PATH proves nothing: containers, security modules and
administrators switch parts of it off, and some of these parts fail silently.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from autoglm_agent.sandbox.interpreter import INSIDE
from autoglm_agent.sandbox.protocol import MIB, MINIMUM, Capabilities, Guard, Job, Limits

if TYPE_CHECKING:
    from autoglm_agent.sandbox.local import LocalSandbox

_found: dict[tuple[type, str, int], Capabilities] = {}
_lock = threading.Lock()

SLEEP = "import time\ntime.sleep(60)"
FILL = """
with open("fill", "wb") as file:
    file.write(b"x")
try:
    with open("over", "wb") as file:
        file.write(bytes(2 << 20))
except OSError:
    result = "capped"
"""


def probe_sandbox(sandbox: LocalSandbox) -> Capabilities:
    """Attack a sandbox, or return what an earlier attack found.

    The answer is kept by kind of sandbox, by PATH (where its program is found) and by user.
    """
    key = (type(sandbox), os.environ.get("PATH", ""), os.geteuid())
    with _lock:
        if key not in _found:
            _found[key] = _attack(sandbox)
        return _found[key]


def _attack(sandbox: LocalSandbox) -> Capabilities:
    with tempfile.TemporaryDirectory(prefix="autoglm-decoy-") as folder:
        decoy = Path(folder, "decoy")
        decoy.write_text("a secret", encoding="utf-8")
        orders = {
            "decoy": str(decoy),
            "beside": str(Path(folder, "beside")),
            "harness": os.getpid(),
            # PWD names the folder inside; bwrap sets it.
            "environment": sorted({*sandbox.environment, "PWD"}),
        }
        code = (INSIDE / "canary.py").read_text(encoding="utf-8")
        job = Job(code, {"orders.json": json.dumps(orders).encode()})
        outcome = sandbox.run_unproved(job)
    if outcome.status != "ok" or not isinstance(outcome.result, dict):
        return Capabilities(sandbox.name, reason=outcome.reason or "The canary did not report.")
    broken: dict[str, str] = outcome.result
    held: set[Guard] = {guard for guard in MINIMUM if guard != "wall" and guard not in broken}
    if sandbox.run_unproved(Job(SLEEP, limits=Limits(wall_s=0.2))).status == "timeout":
        held.add("wall")
    else:
        broken["wall"] = "sleeps on"
    if sandbox.scratch and _scratch_is_capped(sandbox):
        held.add("scratch")
    told = "; ".join(f"{guard}: a program {how}" for guard, how in sorted(broken.items()))
    return Capabilities(sandbox.name, frozenset(held), told)


def _scratch_is_capped(sandbox: LocalSandbox) -> bool:
    outcome = sandbox.run_unproved(Job(FILL, limits=Limits(scratch_bytes=MIB)))
    return bool(outcome.result == "capped")
