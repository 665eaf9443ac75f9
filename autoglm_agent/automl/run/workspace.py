"""The run folder: snapshots, models, predictions, reports and the event log.

State and prompts hold ids; everything heavy is a file here. A file appears whole or not at
all (temporary file, fsync, rename), folders are private to the user, and no path outside the
folder can be named through it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoglm_agent.errors import InputError, RunNotFoundError, StoreError
from autoglm_agent.faults import faultpoint

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LONGEST_NAME = 200
"""Characters of one part of a file's name."""


class Workspace:
    """One run's folder.

    Args:
        path: The folder; made if absent, readable by its owner only.

    Raises:
        InputError: If there can be no such folder.
        StoreError: If there is no space left.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        self._lock = threading.Lock()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            kind = StoreError if error.errno in (errno.ENOSPC, errno.EDQUOT) else InputError
            raise kind(
                f"Cannot make the folder {self.path}: {error.strerror}.",
                "Choose a writable place with --runs or AUTOGLM_RUNS.",
            ) from error

    def file(self, *parts: str) -> Path:
        """Return the path of a file inside the folder; its parent exists afterwards.

        Raises:
            InputError: If the name leads out of the folder.
            StoreError: If the parent cannot be made.
        """
        path = self._inside(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StoreError(
                f"Cannot make the folder {path.parent}: {error.strerror}.",
                "Free some space or choose another place with --runs.",
            ) from error
        return path

    def _inside(self, *parts: str) -> Path:
        """Return the path of a file inside the folder; nothing is made."""
        name = "/".join(parts)
        if "\0" in name or max(map(len, name.split("/"))) > LONGEST_NAME:
            raise InputError(f"{name[:80]!r} is no name of a file.", "Give an id as it was told.")
        path = self.path.joinpath(*parts)
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise InputError(f"{name!r} is not inside the workspace.")
        return path

    def write_bytes(self, data: bytes, *parts: str) -> Path:
        """Write a file whole or not at all."""
        path = self.file(*parts)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            with open(temporary, "wb") as stream:
                faultpoint(f"write.{parts[0]}")
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            faultpoint(f"rename.{parts[0]}")
            os.replace(temporary, path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(
                f"Cannot write {path} ({len(data)} bytes): {error.strerror}.",
                "Free some space or choose another place with --runs; then resume the run.",
            ) from error
        return path

    def write_json(self, value: Any, *parts: str) -> Path:
        """Write JSON; NaN and infinity are refused."""
        text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
        return self.write_bytes(text.encode(), *parts)

    def read_bytes(self, *parts: str, sha256: str | None = None) -> bytes:
        """Read a file.

        Args:
            parts: Its name.
            sha256: What `digest_of` gave when it was written; not compared by default.

        Raises:
            StoreError: If the file is absent, cannot be read, or is not what was written.
        """
        path = self._inside(*parts)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"{path} is missing.", "Start the run again.") from error
        except OSError as error:
            raise StoreError(
                f"Cannot read {path}: {error.strerror}.", "Make it readable and try again."
            ) from error
        if sha256 is not None and digest_of(data) != sha256:
            raise StoreError(f"{path} was changed after it was written.", "Start the run again.")
        return data

    def read_json(self, *parts: str) -> Any:
        """Read JSON.

        Raises:
            StoreError: If the file is absent or damaged.
        """
        data = self.read_bytes(*parts)
        try:
            return json.loads(data)
        except ValueError as error:
            path = self._inside(*parts)
            raise StoreError(f"{path} is damaged: {error}.", "Start the run again.") from error

    def read_record(self, *parts: str, keys: tuple[str, ...] = ()) -> dict[str, Any]:
        """Read a JSON object that has at least `keys`.

        Raises:
            StoreError: If the file is absent, damaged, or something else.
        """
        record = self.read_json(*parts)
        if not isinstance(record, dict) or not set(keys) <= set(record):
            raise StoreError(
                f"{self._inside(*parts)} is damaged: it is not what was written.",
                "Start the run again.",
            )
        return record

    def has(self, *parts: str) -> bool:
        """Whether the file exists."""
        return self._inside(*parts).exists()

    def append(self, record: dict[str, Any], *parts: str) -> None:
        """Append one JSON line; a torn last line of a killed process is cut off first.

        Raises:
            StoreError: If it cannot be written.
        """
        path = self.file(*parts)
        line = json.dumps(record, ensure_ascii=False, default=str)
        try:
            with self._lock, open(path, "ab+") as stream:
                end = stream.seek(0, os.SEEK_END)
                if end:
                    stream.seek(end - 1)
                    if stream.read(1) != b"\n":
                        _cut_torn_line(stream, end)
                # A cell or a model's reply may hold a lone surrogate, which UTF-8 cannot carry.
                stream.write(line.encode("utf-8", "backslashreplace") + b"\n")
        except OSError as error:
            raise StoreError(
                f"Cannot write {path}: {error.strerror}.",
                "Free some space or choose another place with --runs; then resume the run.",
            ) from error

    def lines(self, *parts: str) -> Iterator[dict[str, Any]]:
        """Read the records that `append` wrote; a torn last line is skipped.

        Raises:
            StoreError: If a line is damaged.
        """
        path = self._inside(*parts)
        if not path.exists():
            return
        with open(path, "rb") as stream:  # a torn line may end within a character
            for line in stream:
                if not line.endswith(b"\n"):
                    return
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise StoreError(
                        f"{path} is damaged: {error}.", "Start the run again."
                    ) from error

    def log(self, event: dict[str, Any]) -> None:
        """Append an event with its time to `events.jsonl`."""
        self.append({"time": round(time.time(), 3), **event}, "events.jsonl")


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of a file's content, for `Workspace.read_bytes`."""
    return hashlib.sha256(data).hexdigest()


def _cut_torn_line(stream: Any, end: int) -> None:
    stream.seek(max(0, end - 1_000_000))
    tail = stream.read()
    stream.truncate(end - (len(tail) - tail.rfind(b"\n") - 1))
    stream.seek(0, os.SEEK_END)


def runs_home(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of all runs: the argument, else `AUTOGLM_RUNS`, else `./runs`."""
    return Path(path or os.environ.get("AUTOGLM_RUNS") or "runs").absolute()


def open_run(run_id: str, home: str | os.PathLike[str] | None = None) -> Workspace:
    """Open the folder of an existing run.

    Raises:
        RunNotFoundError: If there is none; the message names the newest ones.
    """
    root = runs_home(home)
    if not RUN_ID.fullmatch(run_id) or not (root / run_id / "run.json").exists():
        known = list_runs(home)
        hint = f"Known runs: {', '.join(known[-5:])}." if known else "There are no runs yet."
        raise RunNotFoundError(f"No run {run_id!r} in {root}.", hint)
    return Workspace(root / run_id)


def list_runs(home: str | os.PathLike[str] | None = None) -> list[str]:
    """Return the ids of the runs, oldest first."""
    root = runs_home(home)
    return sorted(p.parent.name for p in root.glob("*/run.json")) if root.exists() else []
