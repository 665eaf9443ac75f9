"""How much memory this process has held."""

from __future__ import annotations

import resource
import sys


def peak_memory_mb() -> float:
    """Return the greatest memory this process has held, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024.0**2 if sys.platform == "darwin" else 1024.0), 1)
