"""Chroma, embedded in this process or as a team's server, and what is to be known of either.

Only ids and vectors ever go there, and Chroma is never asked to embed: its default embedder
would download a model, and a collection's stored embedder is code.

A folder from elsewhere must not be opened, because Chroma's format may hold pickles. As for a
server: Chroma's own, from 1.0 up to 1.5.9 at least, runs code for whoever reaches its port
(CVE-2026-45829, CVE-2026-45833; mended upstream, in no release known to this one). We are a client
only and start none. Run one on a private network behind a proxy that authenticates, with TLS, as
a user without rights, and never where untrusted people can reach it. What it answers is checked
against the table: a hostile server can hide a chain, not plant one.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

log = logging.getLogger(__name__)

BUSY_S = 10.0


@dataclass(frozen=True)
class Server:
    """A Chroma server.

    Attributes:
        url: `http://host:port` or `https://host`.
        headers: Sent with each request, for example `{"Authorization": "Bearer ..."}`.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(
                f"{self.url!r} is no address of a Chroma server.", "Write it as http://host:8000."
            )

    def connect(self) -> ClientAPI:
        """Return a client of the server; it is asked at once whether it is there."""
        import chromadb
        from chromadb.config import Settings

        parts = urlsplit(self.url)
        ssl = parts.scheme == "https"
        return chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if ssl else 8000),
            ssl=ssl,
            headers=dict(self.headers),
            settings=Settings(anonymized_telemetry=False),
        )


class Tenancy:
    """Says that this process has the embedded index open, and whether it is the only one.

    A shared lock that the operating system frees when its holder dies. Files are moved away by
    somebody who is alone only: under another process they would break its index too.

    Args:
        folder: The index's folder; the lock lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT
        self._descriptor = os.open(folder.with_name(f"{folder.name}.users"), flags, 0o600)
        self._share()

    def set_aside(self, folder: Path) -> bool:
        """Move the index out of the way if nobody else uses it; return whether that was so."""
        try:
            _flock(self._descriptor, exclusive=True)
        except OSError:
            return False
        try:
            set_aside(folder)
        finally:
            self._share()
        return True

    def end(self) -> None:
        """Say that the index is not open any more."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _share(self) -> None:
        _flock(self._descriptor, exclusive=False)


if os.name == "nt":  # pragma: no cover - not run on the platforms that CI has

    def _flock(descriptor: int, *, exclusive: bool) -> None:
        del descriptor, exclusive  # open files cannot be moved there: the system is the lock
else:
    import fcntl

    def _flock(descriptor: int, *, exclusive: bool) -> None:
        # One who shares waits for the moment that a lone user needs; a lone user never waits.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if exclusive else fcntl.LOCK_SH)


def embedded(folder: Path, tenancy: Tenancy) -> ClientAPI:
    """Return a client of the Chroma in `folder`, which is made if absent."""
    # 0.5 s of CPU: only when there is something to search or to write.
    import chromadb
    from chromadb.config import Settings

    why = _damage(folder)
    if why:
        done = tenancy.set_aside(folder)
        what = "is set aside and rebuilt" if done else "is in use by another process"
        log.warning("The memory's index %s; it %s.", why, what)
    folder.mkdir(exist_ok=True, mode=0o700)
    return chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))


def set_aside(folder: Path) -> None:
    """Move an index out of the way; of those set aside only the last is kept."""
    if not folder.exists():
        return
    for old in folder.parent.glob(f"{folder.name}.damaged-*"):
        shutil.rmtree(old, ignore_errors=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    try:
        os.replace(folder, folder.with_name(f"{folder.name}.damaged-{stamp}"))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)  # it is derived: making it anew costs time only


def _damage(folder: Path) -> str:
    """Return why Chroma could not open its files: its failure would spoil the whole process."""
    path = folder / "chroma.sqlite3"
    if not path.exists():
        # Vector files without their database belong to nothing.
        left = folder.exists() and any(folder.iterdir())
        return "has lost its database" if left else ""
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
        try:
            db.execute("SELECT count(*) FROM collections").fetchone()
        finally:
            db.close()
    except sqlite3.Error as error:
        return f"is damaged ({error})"
    return ""
