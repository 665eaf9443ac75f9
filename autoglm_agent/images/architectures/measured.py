"""What architectures reached on the tasks that were measured, and what their operations do.

The table ships with the package and holds figures only. It is made by
`python -m benchmarks.architectures`, which says how the tasks are generated.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.images.architectures.space import Architecture

SHIPPED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True, eq=False)
class Measured:
    """Accuracies of architectures on tasks.

    Attributes:
        architectures: In the order of the rows.
        tasks: Names, in the order of the columns.
        accuracy: Shape (architectures, tasks), mean over the seeds that were trained.
        seconds: Processor time to train each on one task, shape (architectures,).
        properties: Of each operation, shape (operations, figures); see `probing`.
        alike: Alignment of operations, shape (operations, operations).
    """

    architectures: tuple[Architecture, ...]
    tasks: tuple[str, ...]
    accuracy: np.ndarray
    seconds: np.ndarray
    properties: np.ndarray
    alike: np.ndarray

    @property
    def codes(self) -> np.ndarray:
        """Operations by their place in `space.OPERATIONS`, shape (architectures, places)."""
        return np.array([a.codes for a in self.architectures])

    @property
    def behaviour(self) -> Behaviour:
        """The accuracies as the samplers of tables know them, without signatures."""
        seconds = np.repeat(self.seconds[:, None], len(self.tasks), axis=1)
        return Behaviour(
            tuple(a.name for a in self.architectures), self.tasks, self.accuracy, seconds,
            np.zeros((len(self.tasks), 0)),
        )  # fmt: skip

    def without(self, tasks: Collection[str]) -> Measured:
        """Return it without some tasks."""
        kept = [i for i, name in enumerate(self.tasks) if name not in tasks]
        names = tuple(self.tasks[i] for i in kept)
        return replace(self, tasks=names, accuracy=self.accuracy[:, kept])

    def save(self, path: Path) -> None:
        """Write it as JSON, one task a line."""
        data = {
            "architectures": [a.name for a in self.architectures],
            "seconds": self.seconds.round(2).tolist(),
            "properties": self.properties.round(4).tolist(),
            "alike": self.alike.round(4).tolist(),
            **{f"task {t}": self.accuracy[:, i].round(4).tolist()
               for i, t in enumerate(self.tasks)},
        }  # fmt: skip
        path.write_text(json.dumps(data, separators=(",", ":")).replace('],"', '],\n"') + "\n")

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Measured:
        """Read what `save` wrote.

        Raises:
            StoreError: If the file is missing or damaged.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            names = [key for key in data if key.startswith("task ")]
            found = cls(
                tuple(Architecture.parse(name) for name in data["architectures"]),
                tuple(name.removeprefix("task ") for name in names),
                np.array([data[name] for name in names], dtype=np.float64).T,
                np.array(data["seconds"], dtype=np.float64),
                np.array(data["properties"], dtype=np.float64),
                np.array(data["alike"], dtype=np.float64),
            )
        except (OSError, ValueError, KeyError, TypeError, InputError) as error:
            raise StoreError(
                f"{path} is no table of architectures: {error}.",
                "Make it anew, or use the shipped one.",
            ) from error
        if found.accuracy.shape != (len(found.architectures), len(found.tasks)):
            raise StoreError(f"{path} is damaged: its rows are of unequal length.", "Make it anew.")
        return found
