"""How much memory this process has held, and giving back what is free."""

from __future__ import annotations

import ctypes
import resource
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path


def peak_memory_mb() -> float:
    """Return the greatest memory this process has held, in megabytes.

    Linux counts in `ru_maxrss` what a parent held when it started this process, so its own
    figure is read where there is one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        peak = next(int(line.split()[1]) for line in status.splitlines() if line[:6] == "VmHWM:")
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024.0**2 if sys.platform == "darwin" else 1024.0), 1)


def give_back_freed() -> None:
    """Give memory that was freed back to the system; does nothing without the GNU C library.

    Threads that train at the same time each get an arena of their own, and glibc keeps what was
    freed inside an arena (`malloc_trim(3)`). It takes about half a millisecond.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if sys.platform != "linux":
        return None
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # another C library, such as musl
        return None
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    found: Callable[[int], int] = trim
    return found
