"""JSON documents in namespaces, searched by meaning: what a LangGraph store on Chroma rests on.

As in the memory of chains, a SQLite table is the truth and Chroma its index, one collection for
each first label of the namespaces. A document may have several vectors, one for each text that
its fields give. Values are JSON and nothing else; nothing is pickled.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.errors import InputError
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.connect import Server
from autoglm_agent.memory.database import BUSY_S, create, told, transaction
from autoglm_agent.memory.index import ChromaIndex, IndexOff
from autoglm_agent.memory.shelving import blob
from autoglm_agent.memory.space import Space
from autoglm_agent.memory.truth import Shelf, Vector

FILE = "documents.sqlite3"
FORMAT = "documents-1"
KIND = "document"
FEW = 2_000
"""Vectors of a collection up to which they are all compared; Chroma is asked beyond."""

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES
    ('format', '{FORMAT}'), ('change', '0'), ('store', lower(hex(randomblob(8))));
CREATE TABLE documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    UNIQUE (namespace, key)
);
CREATE TABLE vectors (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, root TEXT NOT NULL, embedder TEXT NOT NULL,
    change INTEGER NOT NULL, vector BLOB
);
CREATE INDEX vectors_seq ON vectors (seq);
CREATE INDEX vectors_live ON vectors (root, embedder) WHERE vector IS NOT NULL;
CREATE INDEX vectors_change ON vectors (root, embedder, change);
"""  # noqa: S608 - the one value is our own constant


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        seq: Number, in the order of first arrival.
        namespace: Its labels.
        key: Its name there.
        value: JSON object.
        created: When it was first put.
        updated: When it was last put.
    """

    seq: int
    namespace: tuple[str, ...]
    key: str
    value: dict[str, Any]
    created: datetime
    updated: datetime


class Documents:
    """The table of documents and its index.

    Args:
        folder: Made if absent, then readable by its owner only.
        embedder: Name of what the vectors are made by.
        dimension: Length of the vectors; 0 without any.
        server: A Chroma server instead of files of our own.

    Raises:
        StoreError: If the file is damaged or cannot be written.
    """

    def __init__(
        self, folder: Path, embedder: str, dimension: int, server: Server | None = None
    ) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._embedder = embedder
        self._dimension = dimension
        with told(self.path):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with file_lock(folder / "documents.lock", BUSY_S):
                if not self.path.exists():
                    create(self.path, _SCHEMA)
        with self._transaction() as db:
            query = "SELECT value FROM meta WHERE key = 'store'"
            self.store = str(db.execute(query).fetchone()[0])
        self.index = ChromaIndex(self, server)

    def get(self, namespace: Sequence[str], key: str) -> Document | None:
        """Return a document, if it is there."""
        query = "SELECT * FROM documents WHERE namespace = ? AND key = ?"
        with self._transaction() as db:
            row = db.execute(query, (_path(namespace), key)).fetchone()
        return _document(row) if row else None

    def put(
        self,
        namespace: Sequence[str],
        key: str,
        value: dict[str, Any] | None,
        vectors: dict[str, np.ndarray],
    ) -> None:
        """Store a document, in place of one that has its name; None deletes it.

        Args:
            namespace: Its labels.
            key: Its name there.
            value: JSON object.
            vectors: One for each text by which it is to be found.

        Raises:
            InputError: If the value is not JSON.
            StoreError: If it cannot be written.
        """
        try:
            # Written before the transaction: what is no JSON must change nothing.
            text = None if value is None else json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"The value of {key!r} is not JSON: {error}.", "Store plain data only."
            ) from error
        if text is not None and json.loads(text) != value:
            raise InputError(
                f"The value of {key!r} would come back changed.",
                "Use text as keys, and lists instead of tuples.",
            )
        root = namespace[0]
        with self._transaction(write=True) as db:
            seq = _write(db, _path(namespace), key, text)
            # The lines of vectors that went stay, empty, so that an index notices.
            query = "SELECT id FROM vectors WHERE seq = ? AND vector IS NOT NULL"
            for (gone,) in db.execute(query, (seq,)).fetchall():
                query = "UPDATE vectors SET vector = NULL, change = ? WHERE id = ?"
                db.execute(query, (_next_change(db), gone))
            for path, values in vectors.items() if text is not None else ():
                row = (f"{seq}:{path}", seq, root, self._embedder, _next_change(db), blob(values))
                db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?, ?)", row)
        if vectors and self._shelf(root).size > FEW:
            self.index.follow_soon(self.space(root))

    def under(self, prefix: Sequence[str]) -> list[Document]:
        """Return the documents whose namespace begins so, in the order of first arrival."""
        start, where = _path(prefix), ""
        values: tuple[str, ...] = ()
        if prefix:
            where = " WHERE namespace = ? OR (namespace > ? AND namespace < ?)"
            values = (start, start[:-1] + ",", start[:-1] + "-")
        with self._transaction() as db:
            rows = db.execute(f"SELECT * FROM documents{where} ORDER BY seq", values)  # noqa: S608
            return [_document(row) for row in rows]

    def namespaces(self) -> list[tuple[str, ...]]:
        """Return every namespace that has documents."""
        with self._transaction() as db:
            rows = db.execute("SELECT DISTINCT namespace FROM documents").fetchall()
        return [tuple(json.loads(row[0])) for row in rows]

    def scores(self, prefix: Sequence[str], query: np.ndarray) -> dict[int, float]:
        """Return the best similarity of each document below a prefix to a query, by its number.

        Args:
            prefix: Where to look.
            query: A vector of unit length.
        """
        return _best(self._vectors(prefix, None, 0), query)

    def nearest(
        self, prefix: Sequence[str], query: np.ndarray, wanted: int
    ) -> list[tuple[Document, float]]:
        """Return the documents below a prefix that are nearest to a query, by the index.

        Args:
            prefix: Where to look.
            query: A vector of unit length.
            wanted: Number of documents; fewer are returned where all have to be compared, by
                `scores`: below `FEW` vectors, without a prefix, without the index.
        """
        if not prefix or self._shelf(prefix[0]).size <= FEW:
            return []
        try:
            found = self.index.nearest(self.space(prefix[0]), query, 8 * wanted)
        except IndexOff:
            return []
        scores = _best(self._vectors(prefix, found.ids, found.change), query)
        best = sorted(scores, key=lambda seq: -scores[seq])[:wanted]
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM documents WHERE seq IN (SELECT value FROM json_each(?))",
                (json.dumps(best),),
            ).fetchall()
        documents = {row[0]: _document(row) for row in rows}
        return [(documents[seq], scores[seq]) for seq in best if seq in documents]

    def space(self, root: str) -> Space:
        """Return the space of the vectors below a first label."""
        return Space(root, self._embedder, self._dimension, KIND)

    def shelf(self, space: Space) -> Shelf:
        """Return how the vectors of a space stand."""
        return self._shelf(space.family)

    def changes(self, space: Space, after: int) -> list[Vector]:
        """Return what came and went after a change, in order."""
        query = (
            "SELECT change, id, vector FROM vectors"
            " WHERE root = ? AND embedder = ? AND change > ? ORDER BY change"
        )
        with self._transaction() as db:
            rows = db.execute(query, (space.family, space.embedder, after)).fetchall()
        return [Vector(c, i, None if v is None else np.frombuffer(v, "<f4")) for c, i, v in rows]

    def vectors(self, space: Space) -> list[Vector]:
        """Return every vector of a space in the order of change."""
        return [v for v in self.changes(space, 0) if v.values is not None]

    def probes(self, space: Space, count: int) -> list[np.ndarray]:
        """Return some vectors, spread over the age of the space, the newest among them."""
        found = self.vectors(space)
        places = np.linspace(0, len(found) - 1, min(count, len(found))).astype(int)
        return [v.values for place in places if (v := found[place]).values is not None]

    def close(self) -> None:
        """Release the index's files."""
        self.index.close()

    def _shelf(self, root: str) -> Shelf:
        part = " FROM vectors WHERE root = ?1 AND embedder = ?2"
        query = (
            f"SELECT (SELECT count(*){part} AND vector IS NOT NULL),"
            f" (SELECT coalesce(max(change), 0){part})"
        )
        with self._transaction() as db:
            return Shelf(*db.execute(query, (root, self._embedder)).fetchone())

    def _vectors(
        self, prefix: Sequence[str], ids: Sequence[str] | None, after: int
    ) -> list[tuple[int, np.ndarray]]:
        query = (
            "SELECT v.seq, v.vector, d.namespace FROM vectors v JOIN documents d USING (seq)"
            " WHERE v.vector IS NOT NULL AND v.embedder = ?1 AND (?2 IS NULL OR v.root = ?2)"
        )
        root = prefix[0] if prefix else None
        values: list[Any] = [self._embedder, root]
        if ids is not None:
            # Two indexed look-ups united: one condition with OR would scan the collection.
            query += (
                " AND v.id IN (SELECT value FROM json_each(?3) UNION"
                " SELECT id FROM vectors WHERE root = ?2 AND embedder = ?1 AND change > ?4)"
            )
            values += [json.dumps(list(ids)), after]
        with self._transaction() as db:
            rows = db.execute(query, values).fetchall()
        size = len(prefix)
        return [
            (seq, np.frombuffer(vector, "<f4"))
            for seq, vector, namespace in rows
            if json.loads(namespace)[:size] == list(prefix)
        ]

    def _transaction(self, *, write: bool = False) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self.path, write=write, expected=FORMAT)


def _write(db: sqlite3.Connection, namespace: str, key: str, text: str | None) -> int:
    """Write or delete a document; return its number, 0 if there is nothing to delete."""
    query = "SELECT seq FROM documents WHERE namespace = ? AND key = ?"
    row = db.execute(query, (namespace, key)).fetchone()
    now = datetime.now(UTC).isoformat()
    if text is None:
        if row:
            db.execute("DELETE FROM documents WHERE seq = ?", row)
        return int(row[0]) if row else 0
    if row:
        db.execute("UPDATE documents SET value = ?, updated = ? WHERE seq = ?", (text, now, row[0]))
        return int(row[0])
    query = "INSERT INTO documents (namespace, key, value, created, updated) VALUES (?, ?, ?, ?, ?)"
    return int(db.execute(query, (namespace, key, text, now, now)).lastrowid or 0)


def _next_change(db: sqlite3.Connection) -> int:
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'change'")
    row = db.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'change'").fetchone()
    return int(row[0])


def _best(rows: Sequence[tuple[int, np.ndarray]], query: np.ndarray) -> dict[int, float]:
    if not rows:
        return {}
    scores = np.stack([vector for _, vector in rows]) @ query
    best: dict[int, float] = {}
    for (seq, _), score in zip(rows, scores.tolist(), strict=True):
        best[seq] = max(score, best.get(seq, -2.0))
    return best


def _path(namespace: Sequence[str]) -> str:
    """Return the labels as JSON, in which the longer path sorts right behind the shorter one."""
    return json.dumps(list(namespace), separators=(",", ":"))


def _document(row: tuple[Any, ...]) -> Document:
    seq, namespace, key, value, created, updated = row
    return Document(
        seq,
        tuple(json.loads(namespace)),
        key,
        json.loads(value),
        datetime.fromisoformat(created),
        datetime.fromisoformat(updated),
    )
