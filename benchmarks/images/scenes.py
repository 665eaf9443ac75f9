"""Generated colour images of the size of CIFAR-10: one of ten shapes, somewhere, on a busy ground.

Where no data set may be fetched, recipes are compared on these. Shape, place, size, turn, shear,
colours, textures, a second (meaningless) blob, a covering bar and noise are drawn for each image;
`difficulty` scales the noise, the covering and how near the colours of shape and ground lie.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

CLASSES = (
    "disc", "triangle", "square", "pentagon", "star", "cross", "ring", "crescent", "heart", "gear",
)  # fmt: skip
BATCH = 1000


def scenes(
    rows: int, seed: int, *, size: int = 32, difficulty: float = 1.0, processes: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return images, uint8 (rows, size, size, 3), and classes, int64 (rows,), all balanced."""
    codes = np.random.default_rng(seed).permutation(np.arange(rows) % len(CLASSES))
    parts = [codes[start : start + BATCH] for start in range(0, rows, BATCH)]
    seeds = [(seed, i) for i in range(len(parts))]
    drawn = partial(_drawn, size=size, difficulty=difficulty)
    if processes == 1:
        return np.concatenate(list(map(drawn, parts, seeds))), codes
    with ProcessPoolExecutor(processes) as pool:
        return np.concatenate(list(pool.map(drawn, parts, seeds))), codes


def _drawn(codes: np.ndarray, seed: tuple[int, int], size: int, difficulty: float) -> np.ndarray:
    n, rng = len(codes), np.random.default_rng(seed)
    ground, shape_colours = _surface(rng, n, size), _surface(rng, n, size)
    near = np.clip(0.45 * difficulty, 0, 0.9)
    shape_colours = near * ground.mean((1, 2), keepdims=True) + (1 - near) * shape_colours
    x, y = _coordinates(rng, n, size)
    mask = _soft(_inside(codes, x, y))
    blob_x, blob_y = _coordinates(rng, n, size, reach=0.9, scale=(0.2, 0.35))
    wobble = 1 + 0.3 * np.sin(3 * np.arctan2(blob_y, blob_x) + rng.uniform(0, 6.3, (n, 1, 1)))
    blob = _soft(wobble - np.hypot(blob_x, blob_y))[..., None]
    image = ground * (1 - blob) + _surface(rng, n, size) * blob
    image = image * (1 - mask[..., None]) + shape_colours * mask[..., None]
    bar_x, _ = _coordinates(rng, n, size, reach=0.6, scale=(0.5, 0.9), turn=3.2)
    covered = (rng.random(n) < 0.4 * difficulty)[:, None, None]
    bar = ((np.abs(bar_x) < 0.12) & covered)[..., None]
    image = np.where(bar, _surface(rng, n, size), image)
    image = image + rng.normal(0, 0.06 * difficulty, image.shape)
    return np.asarray(np.clip(255 * image, 0, 255), dtype=np.uint8)


def _coordinates(
    rng: np.random.Generator,
    n: int,
    size: int,
    *,
    reach: float = 0.35,
    scale: tuple[float, float] = (0.35, 0.7),
    turn: float = 0.5,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels' coordinates within each image's own shifted, turned, sheared frame."""
    at = np.linspace(-1, 1, size)
    across, down = np.meshgrid(at, at)
    shift = rng.uniform(-reach, reach, (2, n, 1, 1))
    angle, shear = rng.uniform(-turn, turn, (n, 1, 1)), rng.normal(0, 0.15, (n, 1, 1))
    wide = rng.uniform(*scale, (n, 1, 1))
    high = wide * rng.uniform(0.8, 1.25, (n, 1, 1))
    dx, dy = across - shift[0], down - shift[1]
    x = (dx * np.cos(angle) + dy * np.sin(angle)) / wide
    y = (dy * np.cos(angle) - dx * np.sin(angle)) / high
    return x + shear * y, y


def _surface(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Return textures in two colours each: smooth noise or stripes, float (n, size, size, 3)."""
    coarse = rng.random((n, 5, 5))
    at = np.linspace(0, 3.999, size)
    low, share = at.astype(int), at - at.astype(int)
    down = coarse[:, low] * (1 - share)[:, None] + coarse[:, low + 1] * share[:, None]
    noise = down[:, :, low] * (1 - share) + down[:, :, low + 1] * share
    angle, pace = rng.uniform(0, np.pi, (n, 1, 1)), rng.uniform(4, 14, (n, 1, 1))
    across, along = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    stripes = 0.5 + 0.5 * np.sin(pace * (across * np.cos(angle) + along * np.sin(angle)))
    weight = np.where(rng.random((n, 1, 1)) < 0.5, noise, stripes)[..., None]
    first, second = rng.random((2, n, 1, 1, 3))
    return np.asarray(first * weight + second * (1 - weight))


def _inside(codes: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how far inside its shape each pixel lies; negative outside."""
    radius, angle = np.hypot(x, y), np.arctan2(x, -y)

    def regular(corners: int) -> np.ndarray:
        part = 2 * np.pi / corners
        within = (angle + part / 2) % part - part / 2
        return np.asarray(np.cos(np.pi / corners) / np.cos(np.abs(within) - np.pi / corners))

    fold = np.abs((angle * 5 / (2 * np.pi) + 0.5) % 1 - 0.5) * 2
    disc = 1 - radius
    plus = np.minimum(0.33 - np.minimum(np.abs(x), np.abs(y)), 0.95 - np.maximum(abs(x), abs(y)))
    heart = 1.0 - np.hypot(x * 1.1, y * 1.2 + 0.65 * np.sqrt(np.abs(x) + 1e-9) - 0.25)
    drawn = (
        0.85 - radius,
        regular(3) - radius,
        0.78 - np.maximum(np.abs(x), np.abs(y)),
        0.95 * regular(5) - radius,
        1.0 - 0.55 * fold - radius,
        plus,
        np.minimum(0.95 - radius, radius - 0.5),
        np.minimum(disc, np.hypot(x - 0.45, y) - 0.75),
        heart,
        0.8 + 0.14 * np.sign(np.sin(8 * angle)) - radius,
    )
    return np.asarray(np.choose(codes[:, None, None], drawn))


def _soft(inside: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(inside * 8 + 0.5, 0, 1))
