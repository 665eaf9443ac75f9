"""Files that a user asked for, written where the user said."""

from __future__ import annotations

from pathlib import Path

from autoglm_agent.errors import InputError


def write_out(path: str | Path, data: bytes) -> None:
    """Write a file.

    Raises:
        InputError: If it cannot be written there.
    """
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise InputError(
            f"Cannot write {str(path)!r}: {error.strerror or error}.", "Choose another place."
        ) from error
