"""From a path to the bytes of one regular file, and nothing else.

No address is fetched, no pipe or device is waited for. The file is opened once and read once, so
that what was checked is what is used.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import zlib
from dataclasses import dataclass, replace

from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.errors import InputError

_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:/")
_SPECIAL = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True)
class Source:
    """A file's bytes.

    Attributes:
        path: As given, for messages.
        name: Base name.
        data: The bytes; unpacked if the file was gzip-compressed.
        digest: First 16 hex digits of the SHA-256 of the bytes in the file.
        compressed: Whether the file was gzip-compressed.
    """

    path: str
    name: str
    data: bytes
    digest: str
    compressed: bool = False

    @property
    def suffix(self) -> str:
        """The lower-case suffix without the dot; `.gz` does not count."""
        name = self.name.lower()
        return os.path.splitext(name.removesuffix(".gz"))[1].lstrip(".")


def load_source(path: str | os.PathLike[str], limits: Limits) -> Source:
    """Read a regular file into memory.

    Args:
        path: The file; a link to a regular file is followed.
        limits: Largest input.

    Raises:
        InputError: If it is an address, absent, no regular file, unreadable, empty or too large.
    """
    text = os.fspath(path)
    if _URL.match(text):
        raise InputError(
            f"{text!r} is an address; nothing is fetched from the network.",
            "Download the file and give its path.",
        )
    if "\0" in text or not text.strip():
        raise InputError(f"{text!r} is not a file name.", "Give the path of a data file.")
    data = _read(text, limits)
    if not data:
        raise InputError(f"{text} is empty (0 bytes).", "Give a file with a header line and rows.")
    source = Source(text, os.path.basename(text), data, hashlib.sha256(data).hexdigest()[:16])
    if data[:2] == b"\x1f\x8b":
        unpacked = _gunzip(data, text, limits)
        if not unpacked:
            raise InputError(f"{text} is empty after unpacking.", "Give a file with rows.")
        return replace(source, data=unpacked, compressed=True)
    return source


def _read(path: str, limits: Limits) -> bytes:
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to must not wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise InputError(f"There is no file {path!r}.", "Check the path and the name.") from None
    except OSError as error:
        reason = "it is a socket or device" if error.errno == errno.ENXIO else error.strerror
        raise InputError(f"Cannot open {path!r}: {reason}.", "Give a readable file.") from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        what = next((word for test, word in _SPECIAL if test(status.st_mode)), "something else")
        raise InputError(f"{path!r} is {what}, not a data file.", "Give the path of a file.")
    with open(descriptor, "rb") as stream:
        limits.check_bytes(status.st_size, path)
        data = stream.read(limits.bytes + 1)
    limits.check_bytes(len(data), path)
    return data


def _gunzip(data: bytes, path: str, limits: Limits) -> bytes:
    parts: list[bytes] = []
    total = 0
    while data[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(wbits=31)
        pending = data
        while not unpacker.eof:
            try:
                chunk = unpacker.decompress(pending, 1 << 22)
            except zlib.error as error:
                raise InputError(
                    f"{path} is a damaged gzip file: {error}.", "Compress it again."
                ) from None
            pending = unpacker.unconsumed_tail
            if not chunk and not pending and not unpacker.eof:
                raise InputError(f"{path} is a gzip file cut short.", "Copy the file again.")
            total += len(chunk)
            limits.check_bytes(total, f"{path}, unpacked,")
            parts.append(chunk)
        data = unpacker.unused_data
    return b"".join(parts)
