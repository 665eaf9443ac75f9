"""What configurations did on past tables: the matrix, where it lies, and how it grows.

Two configurations behave alike if they rank alike on past tables, whatever they are called: that is
the meaning that carries over to a new table. Scores of different tables are made comparable by
where they lie between the median (0) and the best (1) of the library on that table.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.errors import StoreError

SHIPPED = Path(__file__).with_name("behaviour.json")
LOWEST = -2.0
"""Relative scores below this are all the same: a bad configuration is a bad one."""


@dataclass(frozen=True)
class Behaviour:
    """Scores of a library on past tables.

    Attributes:
        configurations: Names of the library, in its order.
        tables: Names of the tables; `table:variant` belongs to `table`.
        scores: Oriented scores, greater is better, shape (configurations, tables); NaN where not
            tried.
        seconds: CPU seconds of each, same shape.
        signatures: What the tables are like, shape (tables, figures).
    """

    configurations: tuple[str, ...]
    tables: tuple[str, ...]
    scores: np.ndarray
    seconds: np.ndarray
    signatures: np.ndarray

    @property
    def relative(self) -> np.ndarray:
        """Scores between the median (0) and the best (1) of each table; what is not known is 0."""
        median = np.nanmedian(self.scores, axis=0)
        spread = np.nanmax(self.scores, axis=0) - median
        relative = (self.scores - median) / np.maximum(spread, 1e-9)
        return np.asarray(np.clip(np.nan_to_num(relative), LOWEST, 1.0))

    def without(self, tables: Collection[str]) -> Behaviour:
        """Return it without some tables and all their variants."""
        kept = [i for i, name in enumerate(self.tables) if name.split(":")[0] not in tables]
        return self._take(kept)

    def of(self, names: Sequence[str]) -> Behaviour:
        """Return it for some configurations only, in this order."""
        places = [self.configurations.index(name) for name in names]
        return replace(
            self, configurations=tuple(names), scores=self.scores[places],
            seconds=self.seconds[places],
        )  # fmt: skip

    def _take(self, kept: list[int]) -> Behaviour:
        return replace(
            self,
            tables=tuple(self.tables[i] for i in kept),
            scores=self.scores[:, kept],
            seconds=self.seconds[:, kept],
            signatures=self.signatures[kept],
        )

    def learn(self, table: str, signature: np.ndarray, scores: Mapping[str, float]) -> Behaviour:
        """Return it with one more table, known in part.

        Args:
            table: Its name; an earlier entry of that name is replaced.
            signature: As `signature.signature` tells it.
            scores: Configuration to oriented score; fewer than two say nothing of ranks and are
                left out.
        """
        known = [name for name in scores if name in self.configurations]
        kept = self._take([i for i, name in enumerate(self.tables) if name != table])
        if len(known) < 2:
            return kept
        column = np.full((len(self.configurations), 1), np.nan)
        for name in known:
            column[self.configurations.index(name)] = scores[name]
        return replace(
            kept,
            tables=(*kept.tables, table),
            scores=np.hstack([kept.scores, column]),
            seconds=np.hstack([kept.seconds, np.full_like(column, np.nan)]),
            signatures=np.vstack([kept.signatures, np.asarray(signature)[None, :]]),
        )

    def save(self, path: Path) -> None:
        """Write it as JSON, one table a line."""
        tasks = {
            name: {
                "signature": [round(float(v), 4) for v in self.signatures[i]],
                "scores": _plain(self.scores[:, i]),
                "seconds": _plain(self.seconds[:, i]),
            }
            for i, name in enumerate(self.tables)
        }
        data = {"configurations": list(self.configurations), "tasks": tasks}
        path.write_text(json.dumps(data, separators=(",", ":")).replace('},"', '},\n"'))

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Behaviour:
        """Read what `save` or the benchmark's script wrote.

        Raises:
            StoreError: If the file is missing or damaged.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            tasks: dict[str, Any] = data["tasks"]
            return cls(
                tuple(map(str, data["configurations"])),
                tuple(tasks),
                np.array([task["scores"] for task in tasks.values()], dtype=np.float64).T,
                np.array([task["seconds"] for task in tasks.values()], dtype=np.float64).T,
                np.array([task["signature"] for task in tasks.values()], dtype=np.float64),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{path} is no behaviour matrix: {error}.", "Make it anew, or use the shipped one."
            ) from error


def _plain(values: np.ndarray) -> list[float | None]:
    return [round(float(v), 4) if np.isfinite(v) else None for v in values]
