"""Files that come from outside: where they are put, how large they may be, what is refused."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

from autoglm_agent.automl.data.readers.sniff import sniff
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.errors import InputError
from autoglm_agent.serving.refusals import NoTable

MAX_BYTES = 512 * 1024 * 1024
"""Bytes of one file that are taken."""
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_HEAD = 4096
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WIDE_TEXT = 0.3
_PACKED = (b"PK\x03\x04", b"\x1f\x8b")


def safe_name(name: str) -> str:
    """Return the last part of a file's name, in letters that every file system takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _NAME.sub("_", last).lstrip(".")[-80:] or "table.csv"


def new_place(folder: Path, name: str) -> Path:
    """Return where an upload is put: a folder of its own, so that names may repeat."""
    place = folder / uuid.uuid4().hex
    place.mkdir(parents=True, mode=0o700)
    return place / safe_name(name)


def discard(path: Path) -> None:
    """Remove an upload with the folder that `new_place` made for it."""
    path.unlink(missing_ok=True)
    path.parent.rmdir()


def check_table(path: Path, name: str) -> None:
    """Refuse at once what its first bytes tell to be no table; the run reads the rest.

    Args:
        path: The file.
        name: Its name, for the message.

    Raises:
        NoTable: If it is empty, or of a kind that is not read: an image, a page, a program.
    """
    with open(path, "rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise NoTable(f"{name} is empty (0 bytes).", "Give a file with a header line and rows.")
    if head.startswith(_PACKED):
        return  # what is inside is told by more than the beginning
    try:
        kind, _ = sniff(Source(name, safe_name(name), head, ""))
    except InputError as error:
        raise NoTable(error.problem, error.remedy) from None
    zeros = head.count(0) / len(head)
    # Text of two bytes a letter has a mark at its beginning, or a zero in every other byte.
    if kind == "delimited" and 0 < zeros < _WIDE_TEXT and not head.startswith(_MARKS):
        raise NoTable(f"{name} is binary or damaged.", "Export the table again as UTF-8 text.")
