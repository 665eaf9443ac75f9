"""Models of finished candidates out of memory, until the ensemble wants them.

A search keeps the predictions of each candidate, which the choice is made by, and few of the
models: those of the others would only take up memory.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import numpy as np

from autoglm_agent.automl.models.pack import arrays_of, models_of
from autoglm_agent.errors import StoreError

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
        self._file: io.FileIO | None = None
        self._lock = threading.Lock()

    def put(self, models: Sequence[Any]) -> Sequence[Any]:
        """Return the models as they are to be kept: on the shelf, if they are large and it can."""
        arrays = arrays_of(models)
        if sum(array.nbytes for array in arrays.values()) < LEAST_BYTES:
            return models
        try:
            places = {name: self._write(array) for name, array in arrays.items()}
        except OSError:  # no space: there is memory still
            return models
        return Shelved(
            lambda: models_of({name: self._read(*place) for name, place in places.items()}),
            len(models),
        )

    def _write(self, array: np.ndarray) -> tuple[int, str, tuple[int, ...]]:
        """Append an array; return where it is and what it is like."""
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  (closed below)
                weakref.finalize(self, self._file.close)
            start, rest = self._file.seek(0, os.SEEK_END), _bytes_of(np.ascontiguousarray(array))
            while len(rest):  # a write may be cut short
                rest = rest[self._file.write(rest) :]
        return start, array.dtype.str, array.shape

    def _read(self, start: int, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        array = np.empty(shape, np.dtype(kind))
        rest = _bytes_of(array)
        assert self._file is not None
        with self._lock:
            self._file.seek(start)
            while len(rest):
                got = self._file.readinto(rest)
                if not got:
                    raise StoreError("A file in the temporary folder is cut.", "Train again.")
                rest = rest[got:]
        return array


def _bytes_of(array: np.ndarray) -> memoryview:
    return array.reshape(-1).data.cast("B") if array.nbytes else memoryview(b"")
