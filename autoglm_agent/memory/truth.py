"""The truth of the memory: a table to which verified chains are appended.

SQLite does not notice a flipped bit in a row, hence a SHA-256 per record. Vectors are kept
beside the records, one per embedder; they are derived and may be lost.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autoglm_agent.faults import faultpoint
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.database import BUSY_S, create, damaged, told, transaction
from autoglm_agent.memory.record import Record

FILE = "chains.sqlite3"

_COLUMNS = "id, family, text, chain, summary, checks, release, created, sha256"
SELECT = f"SELECT {_COLUMNS} FROM chains"  # noqa: S608 - constants only
_SELECT_SOME = f"{SELECT} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
_INSERT = f"INSERT INTO chains ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


class Shelf(NamedTuple):
    """How the records of a family stand; equal shelves mean that nothing has changed."""

    size: int
    last: int
    """Highest sequence number, 0 if empty."""
    generation: int
    """Number of times that records were removed, in any family."""


class Vector(NamedTuple):
    """The embedding of a record."""

    seq: int
    id: str
    values: np.ndarray
    """float32, of unit length."""


class Truth:
    """The table in its folder.

    Args:
        folder: Made if absent, then readable by its owner only.

    Raises:
        StoreError: If the file is damaged, newer than this release, or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE
        with told(self.path):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with file_lock(folder / "memory.lock", BUSY_S):
                if not self.path.exists():
                    create(self.path)
        with self._transaction():
            pass

    def add(self, record: Record) -> bool:
        """Store a record durably; return False if it is there already.

        A damaged record of the same id is replaced.
        """
        with self._transaction(write=True) as db:
            row = db.execute(f"{SELECT} WHERE id = ?", (record.id,)).fetchone()
            if row and Record(*row).intact:
                return False
            if row:
                _remove(db, record.id)
            db.execute(_INSERT, astuple(record))
            faultpoint("memory.store")
        faultpoint("memory.stored")
        return True

    def remove(self, record_id: str) -> bool:
        """Delete a record and its vectors; return whether it was there."""
        with self._transaction(write=True) as db:
            db.execute("PRAGMA secure_delete = ON")
            return _remove(db, record_id)

    def fetch(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return those of the named records that exist, by id."""
        with self._transaction() as db:
            rows = db.execute(_SELECT_SOME, _list(ids))
            return {row[0]: Record(*row) for row in rows}

    def records(self) -> list[Record]:
        """Return every record, oldest first."""
        with self._transaction() as db:
            return [Record(*row) for row in db.execute(f"{SELECT} ORDER BY seq")]

    def check(self) -> list[Record]:
        """Return every record after SQLite has checked every page of the file.

        Raises:
            StoreError: If a page is damaged.
        """
        with self._transaction() as db:
            verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise damaged(self.path, str(verdict))
        return self.records()

    def count(self) -> int:
        """Return the number of records of all families."""
        with self._transaction() as db:
            return int(db.execute("SELECT count(*) FROM chains").fetchone()[0])

    def shelf(self, family: str) -> Shelf:
        """Return how the records of `family` stand."""
        query = (
            "SELECT count(*), coalesce(max(seq), 0),"
            " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation')"
            " FROM chains WHERE family = ?"
        )
        with self._transaction() as db:
            return Shelf(*db.execute(query, (family,)).fetchone())

    def unembedded(self, family: str, embedder: str, dimension: int) -> list[tuple[str, str]]:
        """Return id and text of the records that lack a vector of that embedder and length."""
        query = (
            "SELECT c.id, c.text FROM chains c LEFT JOIN vectors v"
            " ON v.id = c.id AND v.embedder = ?"
            " WHERE c.family = ? AND (v.vector IS NULL OR length(v.vector) != ?) ORDER BY c.seq"
        )
        with self._transaction() as db:
            return db.execute(query, (embedder, family, 4 * dimension)).fetchall()

    def save_vectors(self, embedder: str, vectors: Sequence[tuple[str, np.ndarray]]) -> None:
        """Store vectors of records; those of records removed meanwhile are left out."""
        rows = [(i, embedder, v.astype("<f4").tobytes(), i) for i, v in vectors]
        query = (
            "INSERT OR REPLACE INTO vectors SELECT ?, ?, ?"
            " WHERE EXISTS (SELECT 1 FROM chains WHERE id = ?)"
        )
        with self._transaction(write=True) as db:
            db.executemany(query, rows)

    def vectors(
        self,
        family: str,
        embedder: str,
        dimension: int,
        *,
        after: int = 0,
        ids: Sequence[str] | None = None,
    ) -> list[Vector]:
        """Return the vectors of a family in order of sequence.

        Args:
            family: The shelf.
            embedder: Vectors of this one only.
            dimension: Vectors of this length only.
            after: Only those with a higher sequence number.
            ids: Only these; None for all.
        """
        query = (
            "SELECT c.seq, c.id, v.vector FROM chains c JOIN vectors v ON v.id = c.id"
            " WHERE c.family = ? AND v.embedder = ? AND length(v.vector) = ? AND c.seq > ?"
        )
        values: tuple[str | int, ...] = (family, embedder, 4 * dimension, after)
        if ids is not None:
            query += " AND c.id IN (SELECT value FROM json_each(?))"
            values += _list(ids)
        with self._transaction() as db:
            rows = db.execute(f"{query} ORDER BY c.seq", values).fetchall()
        return [Vector(seq, key, np.frombuffer(blob, "<f4")) for seq, key, blob in rows]

    def _transaction(self, *, write: bool = False) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self.path, write=write)


def _list(ids: Sequence[str]) -> tuple[str]:
    # One JSON parameter, because the number of SQL parameters is limited.
    return (json.dumps(list(ids)),)


def _remove(db: sqlite3.Connection, record_id: str) -> bool:
    db.execute("DELETE FROM vectors WHERE id = ?", (record_id,))
    gone = db.execute("DELETE FROM chains WHERE id = ?", (record_id,)).rowcount > 0
    if gone:
        db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    return gone
