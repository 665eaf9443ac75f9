"""One connection to SQLite or PostgreSQL: whole transactions, and a new one when it was lost."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autoglm_agent.errors import MissingExtraError, StoreError

Row = dict[str, Any]
Change = tuple[str, Sequence[Any]]


class Connection:
    """Reads rows and writes transactions; safe to call from several threads.

    A PostgreSQL that was restarted is connected to again at the next call.

    Args:
        place: A file for SQLite, or a `postgresql://` URL.

    Raises:
        StoreError: If it cannot be opened.
        MissingExtraError: If the driver of PostgreSQL is not installed.
    """

    def __init__(self, place: str | Path) -> None:
        self.lock = threading.RLock()
        """Held during each call; hold it over several that belong together."""
        self._postgres = str(place).startswith(("postgresql://", "postgres://"))
        self._place = place
        self._errors: tuple[type[Exception], ...] = (sqlite3.Error,)
        self._lost: tuple[type[Exception], ...] = ()
        if self._postgres:
            driver = _driver()
            self._errors = (driver.Error,)
            self._lost = (driver.OperationalError, driver.InterfaceError)
        self._connection = self._open()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def rows(self, query: str, *values: Any) -> list[Row]:
        """Return what a query finds.

        Raises:
            StoreError: If the database does not answer.
        """
        with self.lock:
            try:
                found: list[Row] = self._kept(lambda: self._all(query, values))
            except self._errors as error:
                raise _refused(error) from error
        return found

    def write(self, *changes: Change) -> None:
        """Make changes in one transaction.

        Raises:
            StoreError: If the database refuses; then nothing is changed, unless the connection
                was lost in the very commit.
        """
        with self.lock:
            try:
                self._kept(lambda: self._begin(changes))
                self._connection.execute("COMMIT")
            except self._errors as error:
                with contextlib.suppress(*self._errors):
                    self._connection.execute("ROLLBACK")
                raise _refused(error) from error

    def _kept(self, work: Callable[[], Any]) -> Any:
        """Do work and, if the connection was lost, do it again on a new one."""
        try:
            return work()
        except self._lost:
            self._connection = self._open()
            return work()

    def _begin(self, changes: Sequence[Change]) -> None:
        self._connection.execute("BEGIN")
        for query, values in changes:
            self._connection.execute(self._marked(query), values)

    def _all(self, query: str, values: Sequence[Any]) -> list[Row]:
        cursor = self._connection.execute(self._marked(query), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _marked(self, query: str) -> str:
        return query.replace("?", "%s") if self._postgres else query

    def _open(self) -> Any:
        return _postgres(str(self._place)) if self._postgres else _sqlite(Path(self._place))


def _refused(error: Exception) -> StoreError:
    return StoreError(f"The backend's database refused: {error}.", "Try again.")


def _sqlite(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        connection = sqlite3.connect(
            path, check_same_thread=False, timeout=30, isolation_level=None
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        path.chmod(0o600)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"The database {path} cannot be opened: {error}.", "Move it aside or choose --database."
        ) from error
    return connection


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtraError(
            "PostgreSQL needs a driver that is not installed.",
            "pip install 'autoglm-agent[postgres]'",
        ) from error
    return psycopg


def _postgres(url: str) -> Any:
    driver = _driver()
    try:
        return driver.connect(url, autocommit=True, connect_timeout=10)
    except driver.Error as error:
        # The driver's own words may repeat the URL, which holds a password.
        raise StoreError(
            f"PostgreSQL cannot be reached: {type(error).__name__}.", "Check --database."
        ) from error
