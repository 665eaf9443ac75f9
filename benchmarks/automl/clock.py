"""Clocks of a measured process: the wall's, or the seconds of one core that it has used.

On a machine that is shared, wall time measures the neighbours. With one thread, CPU time is the
wall time of an idle core, so each system gets the same budget however busy the machine is.
"""

from __future__ import annotations

import time
from collections.abc import Callable


def install_cpu_clock() -> Callable[[], float]:
    """Make Python's clocks in this process show the CPU time it has used.

    For systems that work in one thread of one process; time asleep does not count.

    Returns:
        The real monotonic clock.
    """
    real, cpu, start = time.monotonic, time.process_time, time.time()
    began = cpu()
    time.time = lambda: start + cpu() - began
    time.monotonic = time.perf_counter = lambda: cpu() - began
    time.time_ns = lambda: int((start + cpu() - began) * 1e9)
    time.monotonic_ns = time.perf_counter_ns = lambda: int((cpu() - began) * 1e9)
    return real
