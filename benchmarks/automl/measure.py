"""Run one system on one table as a child process, and watch its time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.automl.environments import python_of
from benchmarks.automl.systems import SYSTEMS
from benchmarks.automl.tables import TABLES, score, split

HERE = Path(__file__).resolve().parent
FIELDS = (
    "time", "label", "system", "table", "kind", "metric", "budget", "clock", "seed", "status",
    "score", "seconds", "real_s", "cpu_s", "peak_mb", "first_model_s", "notes",
)  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A cell of the table.

    Attributes:
        system: A key of `SYSTEMS`.
        table: A key of `TABLES`.
        budget: Seconds.
        seed: Of the split and of the system.
        clock: `cpu` (one thread, seconds of one core) or `wall` (all cores).
        label: Free name of the version that is measured.
    """

    system: str
    table: str
    budget: int
    seed: int
    clock: str
    label: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two measurements the same one."""
        budget = self.budget if SYSTEMS[self.system].timed else 0
        return (self.label, self.system, self.table, str(budget), self.clock, str(self.seed))


def measured(wanted: Wanted, *, data: Path, cache: Path) -> dict[str, Any]:
    """Run a cell and return its row of the results.

    Args:
        wanted: The cell.
        data: Folder of the public tables.
        cache: Folder of the environments.
    """
    table, entry = TABLES[wanted.table], SYSTEMS[wanted.system]
    train, test = split(table, data, wanted.seed)
    cores = 1 if wanted.clock == "cpu" else len(os.sched_getaffinity(0))
    python = python_of(entry.environment, cache)
    row: dict[str, Any] = dict(
        zip(("label", "system", "table", "budget", "clock", "seed"), wanted.key, strict=True)
    )
    row |= {"time": time.strftime("%Y-%m-%dT%H:%M:%S"), "kind": table.kind, "metric": table.metric}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        train.to_csv(folder / "train.csv", index=False)
        test.drop(columns=[table.target]).to_csv(folder / "test.csv", index=False)
        job = {
            "system": wanted.system, "target": table.target, "kind": table.kind,
            "metric": table.metric, "seconds": wanted.budget, "cores": cores,
            "seed": wanted.seed, "clock": wanted.clock,
        }  # fmt: skip
        (folder / "job.json").write_text(json.dumps(job))
        patience = (wanted.budget * 2.5 + 120) * (8 if wanted.clock == "cpu" else 1)
        usage, peak = _watched(python, folder, cores, patience)
        row |= {"cpu_s": round(usage.ru_utime + usage.ru_stime, 1), "peak_mb": round(peak / 2**20)}
        try:
            done = json.loads((folder / "done.json").read_text())
            found = np.load(folder / "predictions.npy")
            row["score"] = round(score(table.metric, test[table.target], found), 6)
            row["seconds"], row["real_s"] = round(done["seconds"], 2), round(done["real_s"], 1)
            first = done["notes"].pop("first_model_s", None)
            row["first_model_s"] = "" if first is None else round(first, 2)
            row |= {"status": "ok", "notes": json.dumps(done["notes"])}
        except (OSError, ValueError) as error:
            tail = (folder / "log.txt").read_text(errors="replace")[-300:]
            row |= {"status": "failed", "notes": f"{error}: {tail}"}
    return row


def _watched(python: str, folder: Path, cores: int, patience: float) -> tuple[Any, int]:
    """Run the child; return its resource usage and the peak memory of its process tree."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), cores)
    environ = os.environ | {name: str(count) for name, count in threads.items()}
    environ |= {"OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore"}
    environ["PYTHONPATH"] = str(HERE.parents[1])
    with (folder / "log.txt").open("w") as log:
        child = subprocess.Popen(
            [python, str(HERE / "child.py"), str(folder)], stdout=log, stderr=subprocess.STDOUT,
            env=environ, start_new_session=True, cwd=folder,
        )  # fmt: skip
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], tree_memory(child.pid), own_peak(child.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = time.monotonic()
    while True:
        pid, _, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - began > patience:
            os.killpg(child.pid, signal.SIGKILL)
            _, _, usage = os.wait4(child.pid, 0)
            break
        time.sleep(0.1)
    ended.set()
    child.returncode = 0  # reaped above
    return usage, peak[0]


def own_peak(pid: int) -> int:
    """Return the most bytes a process has held so far.

    `ru_maxrss` would not do: Linux carries over what this program held when it forked.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return max(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, ValueError):
        return 0


def tree_memory(pid: int) -> int:
    """Return the resident bytes of a process and its descendants, as Linux tells them."""
    total = 0
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        total += pages * os.sysconf("SC_PAGE_SIZE")
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += tree_memory(int(child))
    except (OSError, IndexError):
        return total
    return total
