"""Measured rows as arrays, and the file that ships with the package."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np

from autoglm_agent.images.architectures.measured import SHIPPED, Measured
from autoglm_agent.images.architectures.space import OPERATIONS, Architecture, architectures

ROWS = Path(__file__).with_name("rows.csv")
STEPS = 240
"""Of a training of `measure`."""


def read_rows(path: Path) -> tuple[tuple[str, ...], dict[str, list[np.ndarray]]]:
    """Return the tasks, and architecture to the accuracies of each of its trainings."""
    found: dict[str, list[np.ndarray]] = {}
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        tasks = tuple((reader.fieldnames or [])[3:])
        for row in reader:
            told = np.array([float(row[task]) for task in tasks])
            found.setdefault(row["architecture"], []).append(told)
    return tasks, found


def write_table(rows: Path) -> None:
    """Make the shipped file: means of the rows, probes of the operations, seconds on one core."""
    from autoglm_agent.images.architectures.probing import probe

    tasks, found = read_rows(rows)
    kept = [a for a in architectures() if a.name in found]
    told = probe()
    Measured(
        tuple(kept), tasks, np.array([np.mean(found[a.name], axis=0) for a in kept]),
        np.array([seconds_of(a) for a in kept]),
        np.array([told["properties"][name] for name in OPERATIONS]), np.array(told["alike"]),
    ).save(SHIPPED)  # fmt: skip
    print(f"{len(kept)} architectures, {len(tasks)} tasks: {SHIPPED}")


def seconds_of(architecture: Architecture) -> float:
    """Return the processor seconds of a training of one task, from some steps on one core."""
    import torch

    from autoglm_agent.images.architectures.network import CellNetwork
    from benchmarks.architectures.measure import BATCH

    torch.set_num_threads(1)
    network = CellNetwork(architecture, 6)
    images, codes = torch.randn(BATCH, 3, 16, 16), torch.randint(0, 6, (BATCH,))
    took = []
    for _ in range(4):
        began = time.process_time()
        torch.nn.functional.cross_entropy(network(images), codes).backward()
        took.append(time.process_time() - began)
    return STEPS * float(np.median(took[1:]))
