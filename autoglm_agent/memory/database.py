"""The SQLite file of the memory: made whole, opened for one transaction, honest when damaged.

SQLite keeps what it has acknowledged, but it takes a file of zero bytes for an empty database.
Hence a sentinel row, without which the file counts as damaged; a file that is put in place
complete, so that nobody ever sees it half made; and connections that live for one transaction,
so that threads, forks and other processes need no care.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autoglm_agent.errors import StoreError

FORMAT = "2"
CHAINS = "chains.sqlite3"
"""Name of the file of a memory of chains."""
BUSY_S = 30.0
"""Seconds to wait for another process's transaction."""

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES
    ('format', '{FORMAT}'), ('change', '0'), ('embedder', ''), ('dimension', '0'),
    ('store', lower(hex(randomblob(8))));
CREATE TABLE chains (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    family TEXT NOT NULL,
    text TEXT NOT NULL,
    chain TEXT NOT NULL,
    summary TEXT NOT NULL,
    signature TEXT NOT NULL,
    cost TEXT NOT NULL,
    provenance TEXT NOT NULL,
    shape TEXT NOT NULL,
    created TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    mac TEXT NOT NULL
);
CREATE INDEX chains_shape ON chains (kind, family, shape);
CREATE TABLE vectors (id TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE unembedded (id TEXT PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL);
CREATE TABLE standing (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    family TEXT NOT NULL,
    state TEXT NOT NULL,
    change INTEGER NOT NULL,
    wins REAL NOT NULL DEFAULT 0,
    losses REAL NOT NULL DEFAULT 0,
    uses INTEGER NOT NULL DEFAULT 0,
    seen TEXT NOT NULL
);
CREATE INDEX standing_change ON standing (kind, family, change);
CREATE TABLE shelves (
    kind TEXT NOT NULL,
    family TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    last INTEGER NOT NULL DEFAULT 0,
    runs INTEGER NOT NULL DEFAULT 0,
    won INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, family)
);
CREATE TABLE uses (
    run TEXT NOT NULL, id TEXT NOT NULL, share REAL NOT NULL, outcome INTEGER, at TEXT NOT NULL,
    PRIMARY KEY (run, id)
);
CREATE INDEX uses_id ON uses (id);
"""  # noqa: S608 - the one value is our own constant
"""`chains` is what was verified and never changes; `standing` is how it has fared since.

`standing.change` numbers every arrival, retirement and removal, so that an index can catch up
from where it was; `shelves` keeps the sums that would otherwise need a scan.
"""


def damaged(path: Path, why: str) -> StoreError:
    """Return the error of a file that cannot be trusted."""
    remedy = "Put a backup in its place, or move it away to begin anew."
    if path.name == CHAINS:
        where = shlex.quote(str(path.parent))
        remedy = (
            f"`autoglm memory rebuild --path {where}` (ChainMemory.repair) moves it aside and "
            "keeps what can be read."
        )
    return StoreError(f"The memory {path} is damaged: {why}.", remedy)


def create(path: Path, schema: str = SCHEMA) -> None:
    """Put a new, empty database in place, whole and in WAL mode."""
    if path.with_name(f"{path.name}-wal").exists():
        raise damaged(path, "the database is gone but its log is there")
    temporary = path.with_name(f".{path.name}.new")
    for suffix in ("", "-wal", "-shm", "-journal"):
        temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = sqlite3.connect(temporary, isolation_level=None)
    try:
        db.executescript(schema)
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()
    _sync(temporary, os.O_RDWR)
    os.replace(temporary, path)
    if os.name != "nt":
        _sync(path.parent, os.O_RDONLY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def format_of(path: Path, db: sqlite3.Connection) -> str:
    """Return the format that the file says it has.

    Raises:
        StoreError: If it says none, as an empty or foreign file does.
    """
    try:
        row = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        row = None
    if row is None:
        size = path.stat().st_size
        raise damaged(path, f"it has {size} bytes and lacks the row that every memory has")
    return str(row[0])


def _check_format(path: Path, db: sqlite3.Connection, wanted: str) -> None:
    found = format_of(path, db)
    if found != wanted:
        raise StoreError(
            f"The memory {path} has format {found}; this release knows format {wanted}.",
            "Upgrade autoglm-agent, or choose another folder for the memory.",
        )


@contextmanager
def transaction(
    path: Path, *, write: bool = False, expected: str | None = FORMAT
) -> Iterator[sqlite3.Connection]:
    """Open the memory for one transaction, which commits unless an exception leaves the block.

    Args:
        path: The database.
        write: Whether to take the writer's lock at once.
        expected: The format it must have; None for any.

    Raises:
        StoreError: If the file is damaged, busy, full, or not of this format.
    """
    with told(path):
        # mode=rw: a file that has vanished must not come back as an empty one.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        db = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
        try:
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            if expected is not None:
                _check_format(path, db, expected)
            yield db
            db.execute("COMMIT")
        finally:
            db.close()  # rolls an open transaction back


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say into errors that say what to do."""
    try:
        yield
    except TimeoutError as error:
        raise StoreError(f"The memory {path} is busy: {error}", "Try again later.") from error
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError(
                f"The memory {path} has been locked by another process for {BUSY_S:.0f} s.",
                "End that process, or try again later.",
            ) from error
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            raise damaged(path, str(error)) from error
        raise _unwritable(path, str(error)) from error


def _unwritable(path: Path, why: str) -> StoreError:
    return StoreError(
        f"Cannot open or write the memory {path}: {why}.",
        "Free some space or choose a writable folder.",
    )
