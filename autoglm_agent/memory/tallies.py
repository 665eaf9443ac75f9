"""Counts of how things turned out, kept beside the memory: wordings of prompts, verifiers.

Each run adds its counts once, under its own id, so that a run which is interrupted and resumed
is not counted twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from autoglm_agent.errors import StoreError


class Tallies:
    """Counts by kind and name, summed over runs; in memory, or durable in a file.

    Args:
        path: SQLite file, made if absent; None keeps the counts as long as the process lives.

    Raises:
        StoreError: If the file cannot be opened or is damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._path = path
        try:
            self._connection = sqlite3.connect(
                path or ":memory:", check_same_thread=False, timeout=30, isolation_level=None
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS tallies (kind TEXT, name TEXT, run TEXT, place INTEGER,"
                " count REAL, PRIMARY KEY (kind, name, run, place)) WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def add(self, run: str, kind: str, counts: Mapping[str, Sequence[float]]) -> None:
        """Add a run's counts; what it has added before stays as it is.

        Args:
            run: Id of the run.
            kind: What is counted, for example `variant`.
            counts: By name, a row of counts; rows of one kind have one length.
        """
        rows = [
            (kind, name, run, place, float(count))
            for name, row in counts.items()
            for place, count in enumerate(row)
        ]
        try:
            with self._lock:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO tallies VALUES (?, ?, ?, ?, ?)", rows
                )
        except sqlite3.Error as error:
            raise self._damaged(error) from error

    def of(self, kind: str) -> dict[str, tuple[float, ...]]:
        """Return the sums by name."""
        try:
            with self._lock:
                found = self._connection.execute(
                    "SELECT name, place, SUM(count) FROM tallies WHERE kind = ?"
                    " GROUP BY name, place ORDER BY name, place",
                    (kind,),
                ).fetchall()
        except sqlite3.Error as error:
            raise self._damaged(error) from error
        sums: dict[str, tuple[float, ...]] = {}
        for name, _, total in found:
            sums[name] = (*sums.get(name, ()), total)
        return sums

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _damaged(self, error: sqlite3.Error) -> StoreError:
        return StoreError(
            f"The counts {self._path} cannot be used: {error}.", "Move the file aside."
        )
