"""SQLite checkpoints that cannot be made to run code.

The serialiser builds nothing but messages and plain data: whoever writes into the database of
LangGraph's default one can have any importable function called on resume.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from autoglm_agent.errors import StoreError
from autoglm_agent.faults import faultpoint

_SPACE = "Free some space or choose another place with --runs; then resume the run."


def strict_serializer() -> JsonPlusSerializer:
    """Return a serialiser that revives LangChain's own types and nothing else."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)


def _no_space(error: Exception) -> bool:
    """Tell whether SQLite found the disk full, which it may call an error of input or output."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class _Saver(SqliteSaver):
    """LangGraph's own, with a point at which a test can let the process die.

    A node's writes are kept before the checkpoint that holds them is put: a process can end
    between the two.
    """

    def put(self, *args: Any, **kwargs: Any) -> RunnableConfig:
        """Put a checkpoint."""
        faultpoint("checkpoint.put")
        return super().put(*args, **kwargs)

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        """Give a cursor; a disk that is full is told as one, with what to do about it.

        Raises:
            StoreError: If the file cannot be read or written.
        """
        try:
            with super().cursor(transaction) as cursor:
                yield cursor
        except sqlite3.OperationalError as error:
            remedy = _SPACE if _no_space(error) else "Resume the run."
            raise StoreError(f"Cannot use the run's checkpoints: {error}.", remedy) from error


@contextmanager
def open_saver(path: Path) -> Iterator[SqliteSaver]:
    """Open the checkpoints of a run; every write is on disk before it counts.

    Raises:
        StoreError: If the file is damaged or cannot be written.
    """
    with ExitStack() as stack:
        try:
            connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
            stack.callback(connection.close)
            path.chmod(0o600)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            saver = _Saver(connection, serde=strict_serializer())
            saver.setup()
        except (sqlite3.Error, OSError) as error:
            damaged = "If the file is damaged, move it aside and start the run again."
            raise StoreError(
                f"The checkpoints {path} cannot be opened: {error}.",
                _SPACE if _no_space(error) else damaged,
            ) from error
        yield saver
