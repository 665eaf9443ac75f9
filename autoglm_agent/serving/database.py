"""What the chat backend remembers: threads, messages, files and which runs are to be driven.

SQLite by default, PostgreSQL by URL. What a run does is not here: it is in the run's folder.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autoglm_agent.serving.connection import Connection, Row
from autoglm_agent.serving.refusals import Unknown

ACTIVE = ("queued", "running")
ASKED = "asked"
"""Status of a run that waits for a person's answer: nothing is done, and it can go on."""
_TABLES = (
    "CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, owner TEXT NOT NULL, "
    "title TEXT NOT NULL, data TEXT NOT NULL, created DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE IF NOT EXISTS messages (thread TEXT NOT NULL, number INTEGER NOT NULL, "
    "role TEXT NOT NULL, content TEXT NOT NULL, run TEXT NOT NULL, PRIMARY KEY (thread, number))",
    "CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, owner TEXT NOT NULL, "
    "name TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, "
    "created DOUBLE PRECISION NOT NULL)",
    "CREATE TABLE IF NOT EXISTS runs (run TEXT PRIMARY KEY, thread TEXT NOT NULL, "
    "owner TEXT NOT NULL, status TEXT NOT NULL, created DOUBLE PRECISION NOT NULL)",
)


class Database:
    """Rows of the backend, whole or not at all; safe to call from several threads.

    Args:
        place: A file for SQLite, or a `postgresql://` URL.

    Raises:
        StoreError: If it cannot be opened.
        MissingExtraError: If the driver of PostgreSQL is not installed.
    """

    def __init__(self, place: str | Path) -> None:
        self._connection = Connection(place)
        self._rows, self._write = self._connection.rows, self._connection.write
        for table in _TABLES:
            self._write((table, ()))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def open_thread(self, owner: str, thread: str | None, title: str) -> Row:
        """Return an owner's thread, a new one if none is named.

        Raises:
            Unknown: If there is no such thread of this owner.
        """
        if thread:
            found = self._rows("SELECT * FROM threads WHERE id = ? AND owner = ?", thread, owner)
            if not found:
                raise Unknown(f"There is no thread {thread[:80]!r}.", "Begin a new one.")
            return found[0]
        row = {
            "id": uuid.uuid4().hex,
            "owner": owner,
            "title": " ".join(title.split())[:80],
            "data": "",
            "created": time.time(),
        }
        self._write(("INSERT INTO threads VALUES (?, ?, ?, ?, ?)", tuple(row.values())))
        return row

    def threads(self, owner: str) -> list[Row]:
        """Return an owner's threads, newest first."""
        return self._rows(
            "SELECT * FROM threads WHERE owner = ? ORDER BY created DESC LIMIT 200", owner
        )

    def messages(self, thread: str) -> list[Row]:
        """Return a thread's messages in order."""
        return self._rows("SELECT * FROM messages WHERE thread = ? ORDER BY number", thread)

    def say(self, thread: str, role: str, content: str, run: str = "") -> None:
        """Add a message to a thread."""
        self._write(_message(thread, role, content, run))

    def begin(self, thread: Row, words: str, data: str, run: str) -> None:
        """Add a request and the run that it begins, in one transaction."""
        self._write(
            _message(thread["id"], "user", words, run),
            ("UPDATE threads SET data = ? WHERE id = ?", (data, thread["id"])),
            (
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?)",
                (run, thread["id"], thread["owner"], "queued", time.time()),
            ),
        )

    def end(self, run: str, status: str, answer: str) -> None:
        """Add a run's answer to its thread and its status, in one transaction, once."""
        with self._connection.lock:
            row = self._rows("SELECT * FROM runs WHERE run = ?", run)
            if not row or row[0]["status"] not in (*ACTIVE, ASKED):
                return
            self._write(
                _message(row[0]["thread"], "assistant", answer, run),
                ("UPDATE runs SET status = ? WHERE run = ?", (status, run)),
            )

    def go_on(self, thread: Row, words: str, run: str) -> None:
        """Add a person's answer to a thread and have its run driven on, in one transaction."""
        self._write(
            _message(thread["id"], "user", words, run),
            ("UPDATE runs SET status = 'queued' WHERE run = ? AND status = 'asked'", (run,)),
        )

    def asking(self, thread: str) -> str | None:
        """Return the run of a thread that waits for an answer, or None."""
        rows = self._rows(
            "SELECT run FROM runs WHERE thread = ? AND status = 'asked' ORDER BY created", thread
        )
        return str(rows[-1]["run"]) if rows else None

    def thread_of(self, run: str, owner: str) -> str | None:
        """Return the thread of an owner's run, or None."""
        rows = self._rows("SELECT thread FROM runs WHERE run = ? AND owner = ?", run, owner)
        return str(rows[0]["thread"]) if rows else None

    def mark_running(self, run: str) -> None:
        """Note that a run is being driven, unless it was cancelled meanwhile."""
        query = "UPDATE runs SET status = 'running' WHERE run = ? AND status = 'queued'"
        self._write((query, (run,)))

    def answers(self, run: str) -> list[Row]:
        """Return what was answered by a run."""
        return self._rows(
            "SELECT * FROM messages WHERE run = ? AND role = 'assistant' ORDER BY number", run
        )

    def run(self, run: str, owner: str) -> Row:
        """Return an owner's run.

        Raises:
            Unknown: If there is none.
        """
        found = self._rows("SELECT * FROM runs WHERE run = ? AND owner = ?", run, owner)
        if not found:
            raise Unknown(f"There is no run {run[:80]!r}.", "Check the id.")
        return found[0]

    def active(self, thread: str | None = None) -> list[str]:
        """Return the runs that have not ended, oldest first; of one thread or of all."""
        chosen = "AND thread = ?" if thread else ""
        rows = self._rows(
            f"SELECT run FROM runs WHERE status IN ('queued', 'running') {chosen} "  # noqa: S608
            "ORDER BY created",
            *([thread] if thread else []),
        )
        return [row["run"] for row in rows]

    def keep_file(self, owner: str, name: str, path: Path, size: int) -> Row:
        """Note an uploaded file and return it."""
        row = {
            "id": f"file-{uuid.uuid4().hex}",
            "owner": owner,
            "name": name,
            "path": str(path),
            "size": size,
            "created": time.time(),
        }
        self._write(("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", tuple(row.values())))
        return row

    def file(self, file: str, owner: str) -> Row:
        """Return an owner's file.

        Raises:
            Unknown: If there is none.
        """
        found = self._rows("SELECT * FROM files WHERE id = ? AND owner = ?", file, owner)
        if not found:
            raise Unknown(f"There is no file {file[:80]!r}.", "Upload it first.")
        return found[0]

    def files(self, owner: str) -> list[Row]:
        """Return an owner's files, newest first."""
        return self._rows("SELECT * FROM files WHERE owner = ? ORDER BY created DESC", owner)

    def forget_file(self, file: str, owner: str) -> None:
        """Remove an owner's file from the list."""
        self._write(("DELETE FROM files WHERE id = ? AND owner = ?", (file, owner)))


def _message(thread: str, role: str, content: str, run: str) -> tuple[str, Sequence[Any]]:
    query = (
        "INSERT INTO messages SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, ? FROM messages "
        "WHERE thread = ?"
    )
    return query, (thread, role, content, run, thread)
