"""Models of finished candidates out of memory, until the ensemble wants them.

A search keeps the predictions of each candidate, which the choice is made by, and few of the
models: those of the others would only take up memory.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, overload

from autoglm_agent.automl.models.pack import pack, unpack

LEAST_BYTES = 1_000_000
"""Models of less than this stay in memory."""


class Shelved(Sequence[Any]):
    """Models that are read each time they are asked for.

    Args:
        read: Reads them all.
        count: How many there are.
    """

    def __init__(self, read: Callable[[], Sequence[Any]], count: int) -> None:
        self._read, self._count = read, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        return self._read()[place]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._read())


class Shelf:
    """A file without a name, which goes with the process however that ends."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def put(self, models: Sequence[Any]) -> Sequence[Any]:
        """Return the models as they are to be kept: on the shelf, if they are large and it can."""
        data = pack(models)
        if len(data) < LEAST_BYTES:
            return models
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the search)
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(data)
            self._file.flush()
        except OSError:  # no space: there is memory still
            return models
        file, size = self._file, len(data)

        def read() -> Sequence[Any]:
            return unpack(os.pread(file.fileno(), size, start))

        return Shelved(read, len(models))
