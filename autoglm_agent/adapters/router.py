"""The router: which task a request belongs to, told from the frozen backbone's vector.

Each task is a normal distribution around its mean with one covariance for all (linear discriminant
analysis, shrunk by a tenth towards a multiple of the identity). A further task needs only its own
examples: their counts, sums and squares are kept, the others are not trained again. A request that
is far from every task, or as near to two, is not routed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.errors import InputError

SHRINKAGE = 0.1
SLACK = 2.0
FAR = 0.999
"""A task reaches `SLACK` times as far, in squared distance, as this share of its own examples; they
lie nearer than new ones do, because the covariance was taken from them."""


@dataclass
class Router:
    """Chooses tasks.

    Attributes:
        least: Posterior probability below which a request is not routed.
    """

    least: float = 0.6
    _means: dict[str, np.ndarray] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _squares: np.ndarray | None = None
    _examples: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def tasks(self) -> list[str]:
        """The known tasks."""
        return list(self._means)

    def add(self, task: str, vectors: np.ndarray) -> None:
        """Learn a task from vectors of its requests, shape (rows, width).

        Raises:
            InputError: If there are fewer than two rows, or they have another width.
        """
        vectors = np.asarray(vectors, dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) < 2:
            raise InputError(f"The task {task!r} needs two examples at least.", "Give more.")
        if self._squares is not None and vectors.shape[1] != len(self._squares):
            raise InputError(
                f"The examples of {task!r} have {vectors.shape[1]} numbers, not "
                f"{len(self._squares)}.",
                "Use vectors of the same backbone.",
            )
        mean = vectors.mean(axis=0)
        if task in self._means and self._squares is not None:
            self._squares = self._squares - _squares(self._examples[task], self._means[task])
        own = _squares(vectors, mean)
        self._squares = own if self._squares is None else self._squares + own
        self._means[task], self._counts[task] = mean, len(vectors)
        self._examples[task] = vectors

    def route(self, vectors: np.ndarray) -> list[str | None]:
        """Return a task for each request, or None where none is likely enough."""
        shares, distances = self._judge(np.asarray(vectors, dtype=np.float64))
        best, names = shares.argmax(axis=1), self.tasks
        radii = self._radii()
        return [
            names[b] if shares[i, b] >= self.least and distances[i, b] <= radii[b] else None
            for i, b in enumerate(best)
        ]

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Return the posterior of each task, equal priors, shape (rows, tasks)."""
        return self._judge(np.asarray(vectors, dtype=np.float64))[0]

    def to_bytes(self) -> bytes:
        """Return everything it knows as the bytes of an npz file."""
        tasks = {f"examples_{i}": rows for i, rows in enumerate(self._examples.values())}
        about = {"tasks": self.tasks, "least": self.least}
        return to_npz({"about": json_array(about), **tasks})

    @classmethod
    def from_bytes(cls, data: bytes) -> Router:
        """Read back what `to_bytes` gave.

        Raises:
            ValueError: If the bytes are damaged.
        """
        arrays = from_npz(data)
        about = array_json(arrays["about"])
        router = cls(float(about["least"]))
        for i, task in enumerate(about["tasks"]):
            router.add(str(task), arrays[f"examples_{i}"])
        return router

    def _radii(self) -> np.ndarray:
        """Squared distances within which nearly all of a task's own examples lie."""
        columns = []
        for i, task in enumerate(self.tasks):
            own = self._judge(self._examples[task])[1][:, i]
            columns.append(SLACK * float(np.quantile(own, FAR)))
        return np.array(columns)

    def _judge(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return posteriors and squared Mahalanobis distances, both (rows, tasks)."""
        if self._squares is None:
            raise InputError("The router knows no task.", "Add tasks with examples first.")
        spread = self._squares / max(1, sum(self._counts.values()) - len(self._counts))
        width = len(spread)
        level = float(np.trace(spread)) / width + 1e-12
        shrunk = (1 - SHRINKAGE) * spread + SHRINKAGE * level * np.eye(width)
        precision = np.linalg.inv(shrunk)
        columns = []
        for mean in self._means.values():
            gap = vectors - mean
            columns.append(np.einsum("ij,jk,ik->i", gap, precision, gap))
        distances = np.stack(columns, axis=1)
        logits = -0.5 * distances
        logits -= logits.max(axis=1, keepdims=True)
        weights = np.exp(logits)
        return weights / weights.sum(axis=1, keepdims=True), distances


def _squares(vectors: np.ndarray, mean: np.ndarray) -> np.ndarray:
    gap = vectors - mean
    return np.asarray(gap.T @ gap)
