"""SQLite checkpoints that cannot be made to run code.

The serialiser builds nothing but messages and plain data: whoever writes into the database of
LangGraph's default one can have any importable function called on resume.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from autoglm_agent.errors import StoreError


def strict_serializer() -> JsonPlusSerializer:
    """Return a serialiser that revives LangChain's own types and nothing else."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)


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
            saver = SqliteSaver(connection, serde=strict_serializer())
            saver.setup()
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"The checkpoints {path} cannot be opened: {error}.",
                "If the file is damaged, move it aside and start the run again.",
            ) from error
        yield saver
