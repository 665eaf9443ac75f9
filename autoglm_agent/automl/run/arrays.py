"""Arrays as the bytes of an npz file and back, never with pickle."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np


def to_npz(arrays: Mapping[str, np.ndarray], *, compressed: bool = False) -> bytes:
    """Return named arrays as the bytes of an npz file."""
    buffer = io.BytesIO()
    write = np.savez_compressed if compressed else np.savez
    write(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def from_npz(data: bytes, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file by name.

    Args:
        data: What `to_npz` gave.
        names: The arrays to unpack; all of them by default.

    Raises:
        ValueError: If the bytes are no npz file, are damaged, or lack one of the names.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in (arrays.files if names is None else names)}
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"no sound npz file ({error})") from error


def json_array(value: Any) -> np.ndarray:
    """Return JSON data as an array of bytes, to lie among other arrays."""
    return np.frombuffer(json.dumps(value).encode(), dtype=np.uint8)


def array_json(array: np.ndarray) -> Any:
    """Read back what `json_array` gave."""
    return json.loads(array.tobytes())
