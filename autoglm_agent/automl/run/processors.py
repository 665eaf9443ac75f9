"""How many fits or predictions run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

MOST = 8


def processors() -> int:
    """Return how many processors this process may use, at most eight."""
    if hasattr(os, "sched_getaffinity"):
        return min(MOST, len(os.sched_getaffinity(0)))
    return min(MOST, os.cpu_count() or 1)


def side_by_side(
    function: Callable[[Given], Made], items: Iterable[Given], threads: int
) -> list[Made]:
    """Apply a function to each item in threads; the results keep the order of the items."""
    given = list(items)
    if threads == 1 or len(given) == 1:
        return [function(item) for item in given]
    with ThreadPoolExecutor(min(threads, len(given))) as pool:
        return list(pool.map(function, given))
