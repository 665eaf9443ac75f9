"""Arrays that many fits read: sent to the workers once, and kept there.

On one machine they lie in files that every process maps, in a Ray cluster in its object store;
any other backend is given the arrays with each call, and sends them once if it can (Dask
scatters what it has not yet sent).
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

Arrays = dict[str, np.ndarray]


class Shared(Protocol):
    """Arrays that a worker can open.

    Attributes:
        token: Names them; what a worker makes of them is kept under it.
    """

    @property
    def token(self) -> str: ...  # noqa: D102

    def open(self) -> Arrays:
        """Return the arrays, read only."""
        ...


@dataclass(frozen=True)
class InFiles:
    """Arrays as files that processes of one machine map into their memory."""

    token: str
    folder: str

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> InFiles:
        """Write the arrays to a folder of their own."""
        folder = Path(tempfile.mkdtemp(prefix="autoglm-shared-"))
        for name, values in arrays.items():
            np.save(folder / f"{name}.npy", np.ascontiguousarray(values), allow_pickle=False)
        return cls(uuid.uuid4().hex, str(folder))

    def open(self) -> Arrays:
        """Map the files."""
        found = sorted(Path(self.folder).glob("*.npy"))
        return {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in found}

    def remove(self) -> None:
        """Delete the files; who has mapped them can still read them."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class InRay:
    """Arrays in the object store of a Ray cluster; each machine holds them once."""

    token: str
    reference: Any

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> InRay:
        """Put the arrays into the store."""
        import ray

        return cls(uuid.uuid4().hex, ray.put(dict(arrays)))

    def open(self) -> Arrays:
        """Get the arrays, without a copy on the machine that holds them."""
        import ray

        return dict(ray.get(self.reference))

    def remove(self) -> None:
        """Forget them: the store counts references."""


@dataclass(frozen=True)
class Carried:
    """Arrays that travel with the call."""

    token: str
    arrays: Arrays

    def __sizeof__(self) -> int:
        """Tell Dask that this is worth scattering."""
        return sum(values.nbytes for values in self.arrays.values())

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Carried:
        """Name the arrays."""
        return cls(uuid.uuid4().hex, dict(arrays))

    def open(self) -> Arrays:
        """Return them."""
        return self.arrays

    def remove(self) -> None:
        """Forget them."""
