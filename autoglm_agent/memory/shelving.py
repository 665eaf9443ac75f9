"""How records come, go and change state, inside a transaction of the truth.

Every change has the next number of one counter, and each record remembers the number of its own
last change: that is a log of changes that never grows beyond one line a record. A record that
was forgotten leaves its id and nothing else.
"""

from __future__ import annotations

import sqlite3

import numpy as np

from autoglm_agent.memory.record import Record, now

FORGOTTEN = "forgotten"
NEAR = 0.95
"""Cosine similarity of the tasks from which equal actions on like data are one record."""
TWINS = 64
"""Records of equal actions that a new one is compared with, the newest first."""


def blob(vector: np.ndarray) -> bytes:
    """Return a vector as it is stored."""
    return vector.astype("<f4").tobytes()


def arrive(db: sqlite3.Connection, record: Record, vector: np.ndarray | None, state: str) -> None:
    """Enter a record that has just been inserted."""
    if vector is not None:
        db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?)", (record.id, blob(vector)))
    elif record.kind != "configuration":
        row = (record.id, record.kind, record.family)
        db.execute("INSERT OR REPLACE INTO unembedded VALUES (?, ?, ?)", row)
    change = _next_change(db, record.kind, record.family)
    db.execute(
        "INSERT OR REPLACE INTO standing (id, kind, family, state, change, seen)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (record.id, record.kind, record.family, state, change, record.created),
    )
    if state == "active":
        _resize(db, record.kind, record.family, 1)


def depart(db: sqlite3.Connection, record_id: str) -> bool:
    """Delete a record for good; return whether it was there."""
    move(db, record_id, FORGOTTEN)
    db.execute("DELETE FROM vectors WHERE id = ?", (record_id,))
    db.execute("DELETE FROM unembedded WHERE id = ?", (record_id,))
    db.execute("DELETE FROM uses WHERE id = ?", (record_id,))
    return db.execute("DELETE FROM chains WHERE id = ?", (record_id,)).rowcount > 0


def move(db: sqlite3.Connection, record_id: str, state: str) -> bool:
    """Change the state of a record; return whether that was a change."""
    query = "SELECT kind, family, state FROM standing WHERE id = ?"
    row = db.execute(query, (record_id,)).fetchone()
    if row is None or row[2] == state:
        return False
    kind, family, before = row
    change = _next_change(db, kind, family)
    query = "UPDATE standing SET state = ?, change = ? WHERE id = ?"
    db.execute(query, (state, change, record_id))
    _resize(db, kind, family, (state == "active") - (before == "active"))
    return True


def near_duplicate(db: sqlite3.Connection, record: Record, vector: np.ndarray) -> str | None:
    """Return the active record that does the same for nearly the same task on like data.

    It has thereby been verified once more: it gains a win and is as fresh as new.
    """
    rows = db.execute(
        "SELECT c.id, v.vector FROM chains c JOIN standing s ON s.id = c.id"
        " JOIN vectors v ON v.id = c.id WHERE c.kind = ? AND c.family = ? AND c.shape = ?"
        " AND c.signature = ? AND s.state = 'active' AND length(v.vector) = ?"
        " ORDER BY c.seq DESC LIMIT ?",
        (record.kind, record.family, record.shape, record.signature, 4 * len(vector), TWINS),
    )
    scores = [(float(np.frombuffer(values, "<f4") @ vector), key) for key, values in rows]
    score, key = max(scores, default=(0.0, ""))
    if score < NEAR:
        return None
    confirm(db, key)
    return key


def confirm(db: sqlite3.Connection, record_id: str) -> None:
    """Note that a record has been verified again."""
    query = "UPDATE standing SET wins = wins + 1, seen = ? WHERE id = ?"
    db.execute(query, (now(), record_id))


def touch(db: sqlite3.Connection, record_id: str) -> None:
    """Number a change of a record that its state does not tell, such as a new vector."""
    row = db.execute("SELECT kind, family FROM standing WHERE id = ?", (record_id,)).fetchone()
    if row is not None:
        query = "UPDATE standing SET change = ? WHERE id = ?"
        db.execute(query, (_next_change(db, *row), record_id))


def _next_change(db: sqlite3.Connection, kind: str, family: str) -> int:
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'change'")
    row = db.execute("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'change'").fetchone()
    db.execute(
        "INSERT INTO shelves (kind, family, last) VALUES (?, ?, ?)"
        " ON CONFLICT (kind, family) DO UPDATE SET last = excluded.last",
        (kind, family, row[0]),
    )
    return int(row[0])


def _resize(db: sqlite3.Connection, kind: str, family: str, by: int) -> None:
    query = "UPDATE shelves SET size = size + ? WHERE kind = ? AND family = ?"
    db.execute(query, (by, kind, family))
