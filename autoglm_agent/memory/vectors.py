"""The vectors of the truth: what an index follows, and what exact scores are computed from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from autoglm_agent.memory.shelving import blob, touch
from autoglm_agent.memory.space import Space
from autoglm_agent.memory.truth import Hit, Shelf, Truth, Vector, as_list

_NEVER = 2**62
_ACTIVE = (
    " FROM standing s JOIN vectors v ON v.id = s.id"
    " WHERE s.kind = ? AND s.family = ? AND s.state = 'active' AND length(v.vector) = ?"
)


class Source(Protocol):
    """What an index follows."""

    folder: Path
    """Where the index may keep its files."""
    store: str
    """Name of the memory among others on one server."""

    def shelf(self, space: Space) -> Shelf:
        """Return how the vectors of a space stand."""
        ...

    def changes(self, space: Space, after: int) -> list[Vector]:
        """Return what came and went after a change, in order."""
        ...

    def vectors(self, space: Space) -> list[Vector]:
        """Return every vector of a space in the order of change."""
        ...

    def probes(self, space: Space, count: int) -> list[np.ndarray]:
        """Return some vectors, spread over the age of the space, the newest among them."""
        ...


class Vectors:
    """The vectors beside the records.

    Args:
        truth: The table.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.folder = truth.folder
        self.store = truth.meta()["store"]

    def shelf(self, space: Space) -> Shelf:
        """Return how the vectors of a space stand."""
        return self._truth.shelf(space.kind, space.family)

    def changes(self, space: Space, after: int) -> list[Vector]:
        """Return what came and went after a change, in order."""
        query = (
            "SELECT s.change, s.id, CASE WHEN s.state = 'active' THEN v.vector END"
            " FROM standing s LEFT JOIN vectors v ON v.id = s.id AND length(v.vector) = ?"
            " WHERE s.kind = ? AND s.family = ? AND s.change > ? ORDER BY s.change"
        )
        values = (4 * space.dimension, space.kind, space.family, after)
        with self._truth.transaction() as db:
            return [_vector(*row) for row in db.execute(query, values)]

    def vectors(self, space: Space) -> list[Vector]:
        """Return every vector of a space in the order of change."""
        query = f"SELECT s.change, s.id, v.vector{_ACTIVE} ORDER BY s.change"
        with self._truth.transaction() as db:
            return [_vector(*row) for row in db.execute(query, _values(space))]

    def probes(self, space: Space, count: int) -> list[np.ndarray]:
        """Return some vectors, spread over the age of the space, the newest among them."""
        query = f"SELECT v.vector{_ACTIVE} AND s.change <= ? ORDER BY s.change DESC LIMIT 1"
        last = self.shelf(space).last
        places = sorted({round(last * (i + 1) / count) for i in range(count)})
        with self._truth.transaction() as db:
            rows = [db.execute(query, (*_values(space), place)).fetchone() for place in places]
        return [np.frombuffer(row[0], "<f4") for row in rows if row]

    def hits(self, space: Space, ids: Sequence[str] | None, after: int | None = None) -> list[Hit]:
        """Return active records with what the ranking needs.

        Args:
            space: Where to look.
            ids: These; None for all of the space.
            after: Besides, what has changed since.
        """
        part = (space.kind, space.family)
        if ids is None:
            wanted = "SELECT id FROM standing WHERE kind = ? AND family = ?"
            values: tuple[str | int, ...] = part
        else:
            # Two indexed look-ups united: one condition with OR would scan the family.
            wanted = (
                "SELECT value FROM json_each(?) UNION"
                " SELECT id FROM standing WHERE kind = ? AND family = ? AND change > ?"
            )
            values = (*as_list(ids), *part, _NEVER if after is None else after)
        query = (
            f"WITH wanted (id) AS ({wanted})"  # noqa: S608 - constants only
            " SELECT c.seq, c.id, v.vector, s.wins, s.losses, s.uses, s.seen, c.cost"
            " FROM wanted w CROSS JOIN standing s ON s.id = w.id JOIN vectors v ON v.id = s.id"
            " JOIN chains c ON c.id = s.id WHERE s.kind = ? AND s.family = ?"
            " AND s.state = 'active' AND length(v.vector) = ?"
        )
        values = (*values, *_values(space))
        with self._truth.transaction() as db:
            rows = db.execute(query, values).fetchall()
        return [Hit(r[0], r[1], np.frombuffer(r[2], "<f4"), *r[3:]) for r in rows]

    def unembedded(self, space: Space) -> list[tuple[str, str]]:
        """Return id and text of the records that lack a vector."""
        query = (
            "SELECT c.id, c.text FROM unembedded u JOIN chains c ON c.id = u.id"
            " WHERE u.kind = ? AND u.family = ?"
        )
        with self._truth.transaction() as db:
            return db.execute(query, (space.kind, space.family)).fetchall()

    def save(self, vectors: Sequence[tuple[str, np.ndarray]]) -> None:
        """Store the vectors that were lacking; those of records removed meanwhile are left out.

        Each counts as a change of its record, so that indexes notice it.
        """
        with self._truth.transaction(write=True) as db:
            for key, values in vectors:
                query = "DELETE FROM unembedded WHERE id = ?"
                if db.execute(query, (key,)).rowcount:
                    db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (key, blob(values)))
                    touch(db, key)


def _vector(change: int, key: str, values: bytes | None) -> Vector:
    return Vector(change, key, None if values is None else np.frombuffer(values, "<f4"))


def _values(space: Space) -> tuple[str, str, int]:
    return space.kind, space.family, 4 * space.dimension
