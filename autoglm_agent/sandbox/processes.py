"""What the kernel tells of a process: its descendants, its threads, its processor time."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessUsage:
    """Threads alive, and seconds of processor time used."""

    threads: int = 0
    cpu_s: float = 0.0


def read_usage(pid: int | None) -> ProcessUsage:
    """Return a process's usage; nothing if it is gone or not known (proc(5), `stat`)."""
    values = _stat(pid) if pid is not None else None
    if values is None:
        return ProcessUsage()
    return ProcessUsage(int(values[17]), (int(values[11]) + int(values[12])) / TICKS)


def last_descendant(pid: int) -> int:
    """Return the innermost process of a line of single children, `pid` itself if childless."""
    children: dict[int, int] = {}
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and (values := _stat(int(entry.name))):
            children[int(values[1])] = int(entry.name)
    while pid in children:
        pid = children[pid]
    return pid


def _stat(pid: int) -> list[str] | None:
    """Return the fields of `/proc/<pid>/stat` after the name, which may hold anything."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
