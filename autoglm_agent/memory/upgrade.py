"""Memories of the first format are taken over in place, with a backup beside them.

They carry no signatures. A memory that was there before this installation had a key was its own,
and its chains are signed now; one that came later may come from anywhere, and its chains wait in
quarantine until they are verified anew.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from dataclasses import astuple
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from autoglm_agent.chain import Chain
from autoglm_agent.faults import faultpoint
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.database import BUSY_S, SCHEMA, format_of, told, transaction
from autoglm_agent.memory.key import Key
from autoglm_agent.memory.record import Record, as_json, cost_of, shape_of
from autoglm_agent.memory.rows import without_rows
from autoglm_agent.memory.shelving import arrive

log = logging.getLogger(__name__)

_OLD = "id, family, text, chain, summary, checks, release, created, sha256"


def upgrade(path: Path, key: Key, touched: float) -> None:
    """Bring a memory of format 1 to the present one.

    Records that are damaged stay in the backup only.

    Args:
        path: The database.
        key: Of this installation.
        touched: When the file last changed (its change time, which cannot be set at will).

    Raises:
        StoreError: If the file is damaged or cannot be written; it is as it was then.
    """
    with told(path), file_lock(path.with_name("memory.lock"), BUSY_S):
        with transaction(path, expected=None) as db:
            if format_of(path, db) != "1":
                return  # another process was first
        own = key.path is not None and touched <= key.path.stat().st_mtime
        backup = _back_up(path)
        with transaction(path, write=True, expected="1") as db:
            rows = db.execute(f"SELECT {_OLD} FROM chains ORDER BY seq").fetchall()  # noqa: S608
            records = [r for row in rows if (r := _record(row, key)) is not None]
            for table in ("chains", "vectors", "meta"):
                db.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            for record in records:
                _insert(db, record, "active" if own else "quarantined")
            faultpoint("memory.upgraded")
    log.warning(
        "The memory %s was of an older format: %d of %d chains were taken over%s; backup: %s.",
        path, len(records), len(rows), "" if own else " into quarantine", backup.name,
    )  # fmt: skip


def _back_up(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    backup = path.with_name(f"{path.name}.format-1-{stamp}")
    os.close(os.open(backup, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    source, target = sqlite3.connect(path), sqlite3.connect(backup)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    return backup


def _record(row: tuple[Any, ...], key: Key) -> Record | None:
    if sha256(json.dumps(row[:-1]).encode()).hexdigest() != row[-1]:
        return None
    name, family, text, chain, summary, checks, made_by, created, _ = row
    try:
        steps = without_rows(Chain.from_json(json.loads(chain)))
        versions = dict.fromkeys(json.loads(checks), made_by)
    except (ValueError, ValidationError, RecursionError, TypeError):
        return None
    source = {
        "by": "autoglm-agent", "origin": "migration", "release": made_by, "checks": versions,
        "sound": [], "key": key.id,
    }  # fmt: skip
    return Record(
        id=name,
        kind="chain",
        family=family,
        text=text,
        chain=as_json(steps.to_json()),
        summary=summary,
        signature="{}",
        cost=as_json(cost_of(steps)),
        provenance=as_json(source),
        shape=shape_of(steps),
        created=created,
    ).sealed(key)


def _insert(db: sqlite3.Connection, record: Record, state: str) -> None:
    if state != "active":
        record = Record(*astuple(record)[:-1])  # without the signature
    marks = ", ".join("?" * len(astuple(record)))
    columns = ", ".join(record.__dataclass_fields__)
    db.execute(f"INSERT INTO chains ({columns}) VALUES ({marks})", astuple(record))  # noqa: S608
    arrive(db, record, None, state)
