"""Repair of a damaged memory: moved aside whole, never overwritten, and salvaged from a copy."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from autoglm_agent.errors import StoreError
from autoglm_agent.memory.connect import set_aside
from autoglm_agent.memory.index import FOLDER, IndexOff
from autoglm_agent.memory.record import Record
from autoglm_agent.memory.search import EmbedderOff
from autoglm_agent.memory.truth import FILE, SELECT, Truth

if TYPE_CHECKING:
    from autoglm_agent.memory.store import ChainMemory

log = logging.getLogger(__name__)

_PARTS = ("", "-wal", "-shm")


@dataclass(frozen=True)
class Repair:
    """What a repair did.

    Attributes:
        moved: Where the damaged file now is; None if nothing was wrong.
        kept: Number of records in the memory afterwards.
        lost: Number of records that were seen but are not what was stored.
    """

    moved: Path | None
    kept: int
    lost: int


def repair(folder: Path) -> Repair:
    """Make the memory of `folder` usable again.

    Raises:
        StoreError: If there is no memory, it is newer than this release, or it cannot be moved.
    """
    path = folder / FILE
    if not any((folder / f"{FILE}{part}").exists() for part in _PARTS):
        raise StoreError(f"There is no memory in {folder}.", "Check the path.")
    try:
        records = Truth(folder).check()
    except StoreError as error:
        if "has format" in error.problem:
            raise
        log.warning("%s", error.problem)
    else:
        if all(record.intact for record in records):
            return Repair(None, len(records), 0)
    moved = _move_aside(path)
    records = _salvage(moved)
    truth = Truth(folder)
    kept = [record for record in records if record.intact]
    for record in kept:
        # How each one stood is not salvaged; what others signed goes back into quarantine.
        truth.add(record, None, state="active" if record.trusted(truth.key) else "quarantined")
    set_aside(folder / FOLDER)
    return Repair(moved, len(kept), len(records) - len(kept))


def rebuild(memory: ChainMemory) -> int:
    """Make the index of a memory anew from its table; return the number of records indexed.

    Raises:
        StoreError: If another process uses the index, or there can be none.
    """
    search = memory.search
    search.index.discard()
    with memory.truth.transaction() as db:
        query = "SELECT kind, family FROM shelves WHERE kind != 'configuration' AND size > 0"
        shelves = db.execute(query).fetchall()
    indexed = 0
    try:
        for kind, family in shelves:
            space = search.space(kind, family)
            if space is not None:
                search.embed_missing(space)
                search.index.follow(space)
                indexed += search.shelf(kind, family).size
    except (IndexOff, EmbedderOff) as reason:
        raise StoreError(
            f"The index cannot be made: {reason}.", "The memory recalls without it, more slowly."
        ) from reason
    return indexed


def _move_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    moved = path.with_name(f"{path.name}.corrupt-{stamp}")
    try:
        for part in _PARTS:
            source = path.with_name(path.name + part)
            if source.exists():
                os.replace(source, moved.with_name(moved.name + part))
    except OSError as error:
        raise StoreError(
            f"Cannot move {path} aside: {error.strerror}.", "Move it by hand."
        ) from error
    return moved


def _salvage(moved: Path) -> list[Record]:
    """Return the records that can be read; the damaged file itself stays as it is."""
    found: dict[str, Record] = {}
    with tempfile.TemporaryDirectory(dir=moved.parent) as folder:
        copy = Path(folder) / FILE
        for part in _PARTS:
            source = moved.with_name(moved.name + part)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + part))
        db = sqlite3.connect(copy)
        try:
            # From both ends, because a broken page stops a scan where it lies.
            for order in ("ASC", "DESC"):
                _read(db, order, found)
        finally:
            db.close()
    return list(found.values())


def _read(db: sqlite3.Connection, order: str, found: dict[str, Record]) -> None:
    try:
        for row in db.execute(f"{SELECT} ORDER BY seq {order}"):
            if all(isinstance(value, str) for value in row):
                found.setdefault(row[0], Record(*row))
    except sqlite3.Error as error:
        log.warning("Some records cannot be read: %s", error)
