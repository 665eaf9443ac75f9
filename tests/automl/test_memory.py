"""How much memory a process has held."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

SCRIPT = """
import resource
from autoglm_agent.automl.run.memory import peak_memory_mb
before = peak_memory_mb()
held = bytearray(80_000_000)
held[::4096] = b"x" * len(held[::4096])
del held
print(before, peak_memory_mb())
"""


def test_the_peak_is_of_this_process_and_stays() -> None:
    """What its parent held when it started this one is not counted."""
    parents = np.ones(40_000_000)
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert parents.nbytes == 320_000_000
    before, after = map(float, done.stdout.split())
    assert before < 200
    assert 70 < after - before < 120
