"""A PostgreSQL of its own for tests: real, empty, on loopback or on a socket in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "postgres"
"""PostgreSQL refuses to be run by root, who runs it as this user."""


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None where there are none."""
    found = shutil.which("initdb")
    if found is None:
        return None
    return Path(found).resolve().parent


class Postgres:
    """A cluster in a folder of its own, reached by a socket in it alone.

    Args:
        programs: Folder of `initdb` and `pg_ctl`.
    """

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Short, because a socket's path may have 107 characters.
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        if os.getuid() == 0:
            shutil.chown(self._folder, USER, USER)
        self._call("initdb", "-D", self._data, "-U", "autoglm", "-A", "trust", "-E", "UTF8")
        self.start()
        self.url = f"postgresql://autoglm@/postgres?host={self._folder}"

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        log = str(self._folder / "log")
        self._call("pg_ctl", "-D", self._data, "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        self._call("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *words: str) -> None:
        subprocess.run(
            [str(self._programs / program), *words],
            user=USER if os.getuid() == 0 else None,
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )
