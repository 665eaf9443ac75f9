"""Pixels and histograms of gradients, for models that need no graphics card.

Histograms of oriented gradients as by Dalal and Triggs 2005
(https://doi.org/10.1109/CVPR.2005.177): nine directions, cells normalised in blocks of 2 x 2.
"""

from __future__ import annotations

import numpy as np

DIRECTIONS = 9
CLIP = 0.2
"""No direction may dominate a block by more."""


def pixels(images: np.ndarray) -> np.ndarray:
    """Return pixels from 0 to 1, float32 (n, height * width * channels)."""
    return np.asarray(images, dtype=np.float32).reshape(len(images), -1) / 255


def gradients(images: np.ndarray, cell: int | None = None) -> np.ndarray:
    """Return histograms of oriented gradients, float32 (n, features).

    Args:
        images: uint8 (n, height, width, channels); of several channels the steepest counts.
        cell: Side of a cell in pixels; by default a quarter of the height, from 2 to 8.
    """
    values = np.asarray(images, dtype=np.float32) / 255
    _, height, width, _ = values.shape
    cell = cell or int(np.clip(height // 4, 2, 8))
    down, right = np.zeros_like(values), np.zeros_like(values)
    down[:, 1:-1] = values[:, 2:] - values[:, :-2]
    right[:, :, 1:-1] = values[:, :, 2:] - values[:, :, :-2]
    steep = np.hypot(down, right)
    channel = steep.argmax(axis=3)[..., None]
    size = np.take_along_axis(steep, channel, 3)[..., 0]
    angle = np.arctan2(
        np.take_along_axis(down, channel, 3)[..., 0],
        np.take_along_axis(right, channel, 3)[..., 0],
    )
    place = (angle % np.pi) / np.pi * DIRECTIONS
    lower = np.floor(place).astype(np.int64) % DIRECTIONS
    upper, share = (lower + 1) % DIRECTIONS, place - np.floor(place)
    rows, columns = height // cell, width // cell
    cells = np.zeros((len(values), rows, columns, DIRECTIONS), dtype=np.float32)
    for direction in range(DIRECTIONS):
        weight = size * ((lower == direction) * (1 - share) + (upper == direction) * share)
        cut = weight[:, : rows * cell, : columns * cell]
        cells[..., direction] = cut.reshape(-1, rows, cell, columns, cell).sum(axis=(2, 4))
    return _normalised(cells)


def _normalised(cells: np.ndarray) -> np.ndarray:
    n, rows, columns, _ = cells.shape
    if rows < 2 or columns < 2:
        blocks = cells.reshape(n, 1, -1)
    else:
        parts = [cells[:, i : rows - 1 + i, j : columns - 1 + j] for i in (0, 1) for j in (0, 1)]
        blocks = np.concatenate(parts, axis=3).reshape(n, (rows - 1) * (columns - 1), -1)
    blocks = blocks / (np.linalg.norm(blocks, axis=2, keepdims=True) + 1e-3)
    blocks = np.minimum(blocks, CLIP)
    blocks = blocks / (np.linalg.norm(blocks, axis=2, keepdims=True) + 1e-3)
    return np.asarray(blocks.reshape(n, -1), dtype=np.float32)


def shifted(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Return images moved by pixels; what comes in repeats the edge."""
    _, height, width, _ = images.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return np.asarray(images[:, rows][:, :, columns])
