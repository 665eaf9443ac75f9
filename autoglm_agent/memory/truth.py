"""The truth of the memory: a table to which signed records are appended.

SQLite does not notice a flipped bit in a row, hence a SHA-256 per record. Vectors are kept
beside the records; they are derived and may be lost. How a record stands (active, in
quarantine, retired) is kept apart from it and every change of it is numbered, so that an index
catches up by asking what has changed since.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autoglm_agent.faults import faultpoint
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.database import (
    BUSY_S,
    CHAINS,
    FORMAT,
    create,
    damaged,
    format_of,
    told,
    transaction,
)
from autoglm_agent.memory.key import Key, installation_key
from autoglm_agent.memory.record import Record
from autoglm_agent.memory.shelving import arrive, confirm, depart, move, near_duplicate

FILE = CHAINS

COLUMNS = ", ".join(f.name for f in fields(Record))
SELECT = f"SELECT {COLUMNS} FROM chains"  # noqa: S608 - constants only
INSERT = f"INSERT INTO chains ({COLUMNS}) VALUES ({', '.join('?' * len(fields(Record)))})"  # noqa: S608
_SELECT_SOME = f"{SELECT} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608


class Shelf(NamedTuple):
    """How the records of one kind and family stand; equal shelves mean that nothing changed."""

    size: int
    """Number of active records."""
    last: int
    """Number of the last change."""
    unembedded: int = 0
    """Number of records without a vector."""
    embedder: str = ""
    """Of the memory; empty while nothing has been embedded."""
    dimension: int = 0


class Vector(NamedTuple):
    """The embedding of an active record."""

    change: int
    id: str
    values: np.ndarray | None
    """float32, of unit length; None in a list of changes if the record is active no more."""


class Hit(NamedTuple):
    """An active record as the ranking sees it."""

    seq: int
    id: str
    values: np.ndarray
    wins: float
    losses: float
    uses: int
    seen: str
    cost: str


class Added(NamedTuple):
    """What became of a record that was to be stored."""

    id: str
    how: str
    """`new`, `known`, `merged` into a near-duplicate, or `restored` to active use."""


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
        self.key: Key = installation_key(folder)
        with told(self.path), file_lock(folder / "memory.lock", BUSY_S):
            if not self.path.exists():
                create(self.path)
            touched = self.path.stat().st_ctime
        with transaction(self.path, expected=None) as db:
            found = format_of(self.path, db)
        if found == "1":
            from autoglm_agent.memory.upgrade import upgrade

            upgrade(self.path, self.key, touched)
        elif found != FORMAT:
            with self.transaction():
                pass

    def transaction(self, *, write: bool = False) -> AbstractContextManager[sqlite3.Connection]:
        """Open the table for one transaction; see `database.transaction`."""
        return transaction(self.path, write=write)

    def meta(self) -> dict[str, str]:
        """Return what the memory says of itself: embedder, dimension, store."""
        with self.transaction() as db:
            return dict(db.execute("SELECT key, value FROM meta"))

    def claim(self, embedder: str, dimension: int) -> None:
        """Note the embedder of a memory that has none yet."""
        with self.transaction(write=True) as db:
            query = "UPDATE meta SET value = ? WHERE key = ? AND value IN ('', '0')"
            db.executemany(query, [(embedder, "embedder"), (str(dimension), "dimension")])

    def add(self, record: Record, vector: np.ndarray | None, *, state: str = "active") -> Added:
        """Store a record durably, with its vector if there is one.

        A damaged record of the same id is replaced, and so is one in quarantine or retired by
        an active one, because what is added has just been verified. A near-duplicate confirms
        the record that it resembles.
        """
        with self.transaction(write=True) as db:
            added = self._place(db, record, vector, state)
            faultpoint("memory.store")
        faultpoint("memory.stored")
        return added

    def add_many(
        self, records: Sequence[Record], vectors: Sequence[np.ndarray | None], states: Sequence[str]
    ) -> list[Added]:
        """Store many records in one transaction."""
        with self.transaction(write=True) as db:
            return [
                self._place(db, record, vector, state)
                for record, vector, state in zip(records, vectors, states, strict=True)
            ]

    def _place(
        self, db: sqlite3.Connection, record: Record, vector: np.ndarray | None, state: str
    ) -> Added:
        row = _stored(db, record.id)
        if row is not None:
            known, stored = row
            if stored.trusted(self.key) and known == "active":
                if state == "active":
                    confirm(db, record.id)
                return Added(record.id, "known")
            if state != "active" and stored.intact:
                return Added(record.id, "known")
            depart(db, record.id)
        elif state == "active" and vector is not None:
            twin = near_duplicate(db, record, vector)
            if twin is not None:
                return Added(twin, "merged")
        db.execute(INSERT, astuple(record))
        arrive(db, record, vector, state)
        return Added(record.id, "new" if row is None else "restored")

    def remove(self, record_id: str) -> bool:
        """Delete a record and its vector; return whether it was there."""
        with self.transaction(write=True) as db:
            db.execute("PRAGMA secure_delete = ON")
            return depart(db, record_id)

    def move(self, record_id: str, state: str) -> bool:
        """Change the state of a record; return whether that was a change."""
        with self.transaction(write=True) as db:
            return move(db, record_id, state)

    def fetch(self, ids: Sequence[str]) -> dict[str, Record]:
        """Return those of the named records that exist, by id."""
        with self.transaction() as db:
            rows = db.execute(_SELECT_SOME, as_list(ids))
            return {row[0]: Record(*row) for row in rows}

    def records(self) -> Iterator[Record]:
        """Yield every record, oldest first, in one snapshot."""
        with self.transaction() as db:
            for row in db.execute(f"{SELECT} ORDER BY seq"):
                yield Record(*row)

    def check(self) -> list[Record]:
        """Return every record after SQLite has checked every page of the file.

        Raises:
            StoreError: If a page is damaged.
        """
        with self.transaction() as db:
            verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise damaged(self.path, str(verdict))
        return list(self.records())

    def count(self, kind: str = "chain") -> int:
        """Return the number of records of a kind, whatever their family and state."""
        with self.transaction() as db:
            query = "SELECT count(*) FROM chains WHERE kind = ?"
            return int(db.execute(query, (kind,)).fetchone()[0])

    def shelf(self, kind: str, family: str) -> Shelf:
        """Return how the records of a family stand."""
        query = (
            "SELECT coalesce(max(size), 0), coalesce(max(last), 0),"
            " (SELECT count(*) FROM unembedded WHERE kind = ?1 AND family = ?2),"
            " (SELECT value FROM meta WHERE key = 'embedder'),"
            " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'dimension')"
            " FROM shelves WHERE kind = ?1 AND family = ?2"
        )
        with self.transaction() as db:
            return Shelf(*db.execute(query, (kind, family)).fetchone())


def _stored(db: sqlite3.Connection, record_id: str) -> tuple[str, Record] | None:
    row = db.execute(f"{SELECT} WHERE id = ?", (record_id,)).fetchone()
    if row is None:
        return None
    state = db.execute("SELECT state FROM standing WHERE id = ?", (record_id,)).fetchone()
    return (str(state[0]) if state else ""), Record(*row)


def as_list(ids: Sequence[str]) -> tuple[str]:
    """Return ids as one JSON parameter, because the number of SQL parameters is limited."""
    return (json.dumps(list(ids)),)
