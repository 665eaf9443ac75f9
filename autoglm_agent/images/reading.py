"""Labelled images: a folder per class, a table of paths or of encoded images, or an npz file.

All become uint8 arrays of one size. Files are data: only plain raster formats are decoded, by
Pillow, within limits of pixels and bytes; a path in a table must lead into the table's folder.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.errors import InputError, MissingExtraError

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM", "TIFF")
LABELS = ("label", "class", "target", "y", "category")
MOST_PIXELS = 50_000_000
"""Of one file; a bomb of a few bytes may claim more."""
MOST_BYTES = 4_000_000_000
"""Of all decoded images."""
LARGEST = 32
"""Side of an image by default, unless all are smaller."""

Loaded = tuple[np.ndarray, list[Any], list[str]]
"""Images uint8 (n, height, width, channels), labels, notes."""


def read_images(source: str | Path, *, label: str | None = None, size: int | None = None) -> Loaded:
    """Read labelled images.

    Args:
        source: A folder with a folder per class; a CSV or Parquet table with paths, encoded images
            or pixel columns; an npz file with images and labels.
        label: Column of the labels, or array of an npz file.
        size: Side to which images are brought; by default 32, or the common smaller side.

    Raises:
        InputError: If there are no labelled images, or a file cannot be read.
        MissingExtraError: If files have to be decoded and Pillow is not installed.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return _of_folder(path, size)
    if not path.is_file():
        raise InputError(f"There is no {str(path)!r}.", "Check the path.")
    if path.suffix.lower() == ".npz":
        return _of_arrays(path, label, size)
    if path.suffix.lower() in (".csv", ".tsv", ".parquet"):
        return _of_table(path, label, size)
    raise InputError(
        f"{path.name} holds no labelled images.",
        "Give a folder with a folder per class, a CSV or Parquet table, or an npz file.",
    )


def read_files(files: Sequence[str | Path], shape: tuple[int, ...]) -> np.ndarray:
    """Read image files at the shape (height, width, channels) that a model was trained on.

    Raises:
        InputError: If a file cannot be read.
        MissingExtraError: If Pillow is not installed.
    """
    named: list[tuple[str, Path | bytes]] = [(str(f), Path(f).expanduser()) for f in files]
    images, _, notes = _decoded(named, list(files), int(shape[0]))
    if notes:
        raise InputError(notes[0], "Leave it out.")
    if int(shape[2]) == images.shape[3]:
        return images
    if images.shape[3] == 1:
        return np.repeat(images, shape[2], axis=3)
    grey = images @ np.array([0.299, 0.587, 0.114])  # as ITU-R BT.601 weighs the channels
    return np.asarray(np.round(grey)[..., None], dtype=np.uint8)


def _of_folder(path: Path, size: int | None) -> Loaded:
    files, labels, odd = [], [], []
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")):
        for file in sorted(folder.rglob("*")):
            if file.is_dir() or not file.resolve().is_relative_to(path.resolve()):
                continue
            if file.suffix.lower() in ENDINGS:
                files.append(file)
                labels.append(folder.name)
            elif not file.name.startswith("."):
                odd.append(str(file.relative_to(path))[:80])
    if not files:
        found = f"; {odd[0]} has no ending of an image" if odd else ""
        raise InputError(
            f"{str(path)!r} has no folders with images{found}.",
            f"Put each class into its own folder; endings: {', '.join(ENDINGS)}.",
        )
    images, kept, notes = _decoded([(str(f.relative_to(path)), f) for f in files], labels, size)
    if odd:
        notes.append(f"{len(odd)} files have no ending of an image, first {odd[0]}.")
    return images, kept, notes


def _of_table(path: Path, label: str | None, size: int | None) -> Loaded:
    frame = _read_frame(path)
    name = _label_column(frame, label)
    known = frame[frame[name].notna()].reset_index(drop=True)
    notes = [f"{len(frame) - len(known)} rows have no label."] if len(known) < len(frame) else []
    labels, rest = known[name].tolist(), known.drop(columns=[name])
    column = _image_column(rest)
    if column is None:
        numbers = rest.select_dtypes("number")
        return _of_pixels(numbers.to_numpy(np.float64), labels, size, notes)
    named: list[tuple[str, Path | bytes]] = []
    for i, value in enumerate(rest[column]):
        data = value.get("bytes") if isinstance(value, dict) else value
        if isinstance(data, bytes):
            named.append((f"row {i}", data))
            continue
        file = (path.parent / str(value)).resolve()
        if not file.is_relative_to(path.parent.resolve()):
            raise InputError(
                f"Row {i} names {str(value)[:80]!r}, outside the table's folder.",
                "Put the images beside the table and name them relative to it.",
            )
        named.append((str(value), file))
    images, kept, more = _decoded(named, labels, size)
    return images, kept, notes + more


def _read_frame(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, sep="\t" if path.suffix.lower() == ".tsv" else ",")
    except UnicodeError as error:
        raise InputError(f"{path.name} is no UTF-8 text: {error}.", "Save it as UTF-8.") from error
    except pd.errors.EmptyDataError as error:
        raise InputError(
            f"{path.name} is empty.", "Give a table with a header line and rows."
        ) from error
    except (OSError, ValueError) as error:
        told = str(error).strip().rstrip(".")[:300]
        raise InputError(
            f"{path.name} cannot be read: {told}.", "Correct that place, or export the table again."
        ) from error


def _label_column(frame: pd.DataFrame, label: str | None) -> str:
    if label is not None:
        if label in frame:
            return label
        raise InputError(f"There is no column {label!r}.", f"Columns: {list(frame.columns)[:10]}.")
    for name in LABELS:
        found = [c for c in frame.columns if str(c).casefold() == name]
        if found:
            return str(found[0])
    raise InputError("No column holds the labels.", "Name it with --label.")


def _image_column(frame: pd.DataFrame) -> str | None:
    for name in frame.columns:
        values = frame[name].dropna().head(20).tolist()
        if not values:
            continue
        encoded = all(isinstance(v, (bytes, dict)) for v in values)
        paths = all(isinstance(v, str) and v.lower().endswith(ENDINGS) for v in values)
        if encoded or paths:
            return str(name)
    return None


def _of_arrays(path: Path, label: str | None, size: int | None) -> Loaded:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError) as error:
        raise InputError(
            f"{path.name} is no npz file of plain arrays: {error}."[:300],
            "Save it without objects.",
        ) from error
    names = [label] if label else ["y", "labels", "label", "target", "targets", "classes"]
    told = next((n for n in names if n in found and found[n].ndim == 1), None)
    if told is None:
        raise InputError(f"{path.name} has no labels.", f"Arrays: {list(found)[:10]}.")
    labels = found.pop(told).tolist()
    sized = {n: a for n, a in found.items() if len(a) == len(labels) and a.ndim >= 2}
    if not sized:
        raise InputError(f"{path.name} has no images for its labels.", f"Arrays: {list(found)}.")
    images = max(sized.values(), key=lambda a: a.ndim)
    if images.ndim == 2:
        return _of_pixels(images.astype(np.float64), labels, size, [])
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4:
        raise InputError(f"Images of shape {images.shape} cannot be read.", "Use (n, h, w, c).")
    if images.shape[1] in (1, 3) and images.shape[3] not in (1, 3):
        images = images.transpose(0, 2, 3, 1)
    if images.shape[3] not in (1, 3) or not images.size:
        raise InputError(
            f"Images of shape {images.shape[1:]} in {path.name} cannot be read.",
            "Give 1 channel (grey) or 3 (red, green, blue), as (n, height, width, channels).",
        )
    return _resized(_as_bytes(images), size), labels, []


def _of_pixels(
    numbers: np.ndarray, labels: list[Any], size: int | None, notes: list[str]
) -> Loaded:
    """Read square images from one column a pixel."""
    for channels in (1, 3):
        side = round((numbers.shape[1] / channels) ** 0.5)
        if side >= 2 and side * side * channels == numbers.shape[1]:
            images = _as_bytes(numbers.reshape(len(numbers), side, side, channels))
            return _resized(images, size), labels, notes
    raise InputError(
        f"{numbers.shape[1]} numeric columns are no square image, and no column names files.",
        "Give a column with the paths of image files, or one column for each pixel.",
    )


def _as_bytes(images: np.ndarray) -> np.ndarray:
    """Bring pixels to 0 to 255; other ranges are stretched by what all images span."""
    if images.dtype == np.uint8:
        return images
    values = images.astype(np.float64)
    if not np.isfinite(values).all():
        raise InputError("Some pixels are missing or infinite.", "Leave these images out.")
    low, high = float(values.min()), float(values.max())
    if low >= 0 and 100 < high <= 255:
        low, high = 0.0, 255.0
    elif low >= 0:
        low = 0.0
    return np.round((values - low) / max(high - low, 1e-12) * 255).astype(np.uint8)


def _decoded(
    named: Sequence[tuple[str, Path | bytes]], labels: Sequence[Any], size: int | None
) -> Loaded:
    try:
        from PIL import Image
    except ImportError as error:
        raise MissingExtraError(
            "Decoding image files needs Pillow, which is not installed.",
            "Install it: pip install 'autoglm-agent[images]'.",
        ) from error
    side = size or _common_side(named)
    images, kept, broken = [], [], []
    for (name, place), label in zip(named, labels, strict=True):
        try:
            file = io.BytesIO(place) if isinstance(place, bytes) else place
            with Image.open(file, formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise ValueError(f"{opened.width} x {opened.height} pixels are too many")
                image = opened.convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            broken.append(f"{name[:80]}: {error}"[:200])
            continue
        images.append(np.asarray(image, dtype=np.uint8))
        kept.append(label)
        if len(images) * side * side * 3 > MOST_BYTES:
            raise InputError("The decoded images do not fit into memory.", "Give a smaller --size.")
    if not images:
        raise InputError(f"No image can be read; {broken[0]}.", "Check the files.")
    stacked = np.stack(images)
    if (stacked == stacked[..., :1]).all():
        stacked = np.ascontiguousarray(stacked[..., :1])  # shades of grey need one channel
    notes = [f"{len(broken)} files cannot be read, first {broken[0]}."] if broken else []
    return stacked, kept, notes


def _common_side(named: Sequence[tuple[str, Path | bytes]]) -> int:
    """Return the usual longer side, at most `LARGEST`; looks at the headers of a few."""
    from PIL import Image

    sides: Counter[int] = Counter()
    for _, place in named[:50]:
        try:
            file = io.BytesIO(place) if isinstance(place, bytes) else place
            with Image.open(file, formats=FORMATS) as opened:
                sides[max(opened.size)] += 1
        except (OSError, ValueError, SyntaxError):
            continue
    return max(4, min(LARGEST, sides.most_common(1)[0][0])) if sides else LARGEST


def _resized(images: np.ndarray, size: int | None) -> np.ndarray:
    """Bring arrays to a side: averaging when smaller, repeating when larger."""
    height, width = images.shape[1:3]
    side = size or max(4, min(LARGEST, max(height, width)))
    if (height, width) == (side, side):
        return np.ascontiguousarray(images)
    rows, columns = _weights(height, side), _weights(width, side)
    told = np.einsum("ih,nhwc,jw->nijc", rows, images.astype(np.float32), columns)
    return np.asarray(np.clip(np.round(told), 0, 255), dtype=np.uint8)


def _weights(old: int, new: int) -> np.ndarray:
    """Return how much of each old pixel lies under each new one, shape (new, old)."""
    edges = np.linspace(0, old, new + 1)
    cells = np.arange(old)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    share = np.clip(overlap, 0, None).astype(np.float32)
    return np.asarray(share / share.sum(axis=1, keepdims=True))
