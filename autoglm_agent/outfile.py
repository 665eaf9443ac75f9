"""Files that a user asked for, written where the user said."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path

from autoglm_agent.errors import InputError


def write_out(path: str | Path, data: bytes) -> None:
    """Write a file whole or not at all: a full disk costs no earlier file of that name.

    Raises:
        InputError: If it cannot be written there.
    """
    place = Path(path)
    try:
        if place.exists() and not place.is_file():
            place.write_bytes(data)  # a pipe or a device has no earlier content to keep
        else:
            _replace(Path(os.path.realpath(place)), data)
    except OSError as error:
        raise InputError(
            f"Cannot write {str(path)!r}: {error.strerror or error}.", "Choose another place."
        ) from error


def _replace(place: Path, data: bytes) -> None:
    earlier = place.exists()
    if earlier and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
    temporary = place.with_name(f".autoglm-{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        temporary.write_bytes(data)
        if earlier:
            shutil.copymode(place, temporary)
        os.replace(temporary, place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
