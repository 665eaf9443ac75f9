"""Image tasks that ask for different things: all generated, but for scikit-learn's digits.

Images are 16 by 16 in three channels; classes are of equal size; what does not matter (place, size,
contrast, colour, clutter, noise) is drawn at random, so that no pixel tells the class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SIDE = 16
TRAIN, TEST = 1000, 1000

Rng = np.random.Generator
Maker = Callable[[int, Rng], np.ndarray]
ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)


@dataclass(frozen=True, eq=False)
class Task:
    """A task of classification.

    Attributes:
        name: Of `TASKS`.
        images: Float32 (TRAIN + TEST, 3, SIDE, SIDE), normalised by the training part; the first
            TRAIN are those to train on.
        codes: Classes, int64.
        classes: How many.
    """

    name: str
    images: np.ndarray
    codes: np.ndarray
    classes: int


def make_task(name: str, seed: int = 0) -> Task:
    """Generate a task.

    Args:
        name: One of `TASKS`.
        seed: Of everything random.
    """
    rng = np.random.default_rng([seed, list(TASKS).index(name)])
    maker, classes = TASKS[name]
    codes = rng.permutation(np.arange(TRAIN + TEST) % classes)
    if name == "digits":
        images, codes = _digits(rng)
    else:
        images = np.stack([maker(int(code), rng) for code in codes])
    images = images.astype(np.float32)
    known = images[:TRAIN]
    images = (images - known.mean(axis=(0, 2, 3), keepdims=True)) / known.std()
    return Task(name, images, codes.astype(np.int64), classes)


def _digits(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Return digits at a random place among pieces of other digits; test digits are never seen."""
    from sklearn.datasets import load_digits

    pixels, truth = load_digits(return_X_y=True)
    order = rng.permutation(len(truth))
    sources = np.concatenate([order[:TRAIN], rng.choice(order[TRAIN:], TEST)])
    images = []
    for i, source in enumerate(sources):
        page = np.zeros((SIDE, SIDE))
        pool = order[:TRAIN] if i < TRAIN else order[TRAIN:]
        for _ in range(4):
            piece = pixels[rng.choice(pool)].reshape(8, 8)[2:6, 2:6]
            row, column = rng.integers(0, SIDE - 3, 2)
            page[row : row + 4, column : column + 4] = piece
        row, column = rng.integers(0, SIDE - 7, 2)
        page[row : row + 8, column : column + 8] = pixels[source].reshape(8, 8)
        images.append(_grey(page / 16 + rng.normal(0, 0.25, page.shape)))
    return np.stack(images), truth[sources]


def _grey(page: np.ndarray) -> np.ndarray:
    return np.repeat(page[None], 3, axis=0)


def _waves(angle: float, cycles: float, rng: Rng) -> np.ndarray:
    phase = rng.uniform(0, 2 * np.pi)
    along = ROWS * np.sin(angle) + COLUMNS * np.cos(angle)
    return np.asarray(np.sin(2 * np.pi * cycles * along / SIDE + phase))


def _orientation(code: int, rng: Rng) -> np.ndarray:
    """Which way the waves run, whatever their length; a plaid of noise lies over them."""
    angle = np.pi * (code + rng.uniform(-0.3, 0.3)) / 8
    page = rng.uniform(0.5, 1) * _waves(angle, rng.uniform(2, 5), rng)
    return _grey(page + rng.normal(0, 1.5, page.shape))


def _frequency(code: int, rng: Rng) -> np.ndarray:
    """How long the waves are, whatever their direction."""
    cycles = 1.2 * 1.45 ** (code + rng.uniform(-0.3, 0.3))
    page = rng.uniform(0.5, 1) * _waves(rng.uniform(0, np.pi), cycles, rng)
    return _grey(page + rng.normal(0, 1.2, page.shape))


def _inside(kind: int, row: float, column: float, radius: float, turn: float) -> np.ndarray:
    """Return a soft mask of disc, square, triangle, star, cross or ring, turned."""
    y, x = ROWS - row, COLUMNS - column
    y, x = y * np.cos(turn) - x * np.sin(turn), y * np.sin(turn) + x * np.cos(turn)
    distance, angle = np.hypot(y, x), np.arctan2(y, x)
    if kind == 1:
        gap = radius * 0.85 - np.maximum(np.abs(y), np.abs(x))
    elif kind == 2:
        gap = radius * 0.6 - np.maximum(y, 0.87 * np.abs(x) - 0.5 * y)
    elif kind == 3:
        gap = radius * (0.7 + 0.4 * np.cos(5 * angle)) - distance
    elif kind == 4:
        gap = radius * 0.35 - np.minimum(np.abs(y), np.abs(x))
        gap = np.minimum(gap, radius - distance)
    elif kind == 5:
        gap = radius * 0.28 - np.abs(distance - radius * 0.8)
    else:
        gap = radius * 0.95 - distance
    return np.asarray(np.clip(gap + 0.5, 0, 1))


def _shapes(code: int, rng: Rng) -> np.ndarray:
    """What the shape is, behind lines and noise, light on dark or dark on light."""
    row, column = rng.uniform(5, 10, 2)
    mask = _inside(code, row, column, rng.uniform(3.5, 5.5), rng.uniform(0, 2 * np.pi))
    for _ in range(3):
        angle, offset = rng.uniform(0, np.pi), rng.uniform(-6, 6)
        line = (ROWS - 7.5) * np.sin(angle) + (COLUMNS - 7.5) * np.cos(angle) - offset
        mask = np.where(np.abs(line) < 0.5, rng.random(), mask)
    page = rng.choice([-1, 1]) * (mask - 0.5)
    return _grey(page + rng.normal(0, 0.2, page.shape))


def _relation(code: int, rng: Rng) -> np.ndarray:
    """Where the red disc lies from the green one: above, below, left, right."""
    along, across = rng.uniform(3, 7), rng.uniform(-2, 2)
    step = [(-along, across), (along, across), (across, -along), (across, along)][code]
    middle = rng.uniform(6, 9, 2)
    image = rng.normal(0, 0.55, (3, SIDE, SIDE))
    for channel, side in ((0, 0.5), (1, -0.5)):
        row, column = middle + side * np.array(step)
        image[channel] += _inside(0, row, column, rng.uniform(1.2, 2.2), 0.0)
    for _ in range(3):
        row, column = rng.uniform(0, SIDE, 2)
        image[2] += _inside(0, row, column, rng.uniform(1.2, 2.2), 0.0)
    return image


def _conjunction(code: int, rng: Rng) -> np.ndarray:
    """Which two of colour and form belong together: red square and green disc, or the other way."""
    forms = [(1, 5), (5, 1)][code // 2]
    image = rng.normal(0, 0.5, (3, SIDE, SIDE))
    places = rng.permutation([(4, 4), (4, 11), (11, 4), (11, 11)])
    colours = [(0, 1), (0, 2)][code % 2]
    for channel, form, place in zip(colours, forms, places, strict=False):
        row, column = place + rng.uniform(-0.8, 0.8, 2)
        mask = _inside(form, row, column, rng.uniform(2.4, 3.2), rng.uniform(0, 1.57))
        # Of the same sum, or the amount of a colour would tell the form.
        image[channel] += mask * 16 / mask.sum()
    return image


def _count(code: int, rng: Rng) -> np.ndarray:
    """How many discs there are, whatever their size; none touches another."""
    page, places = np.zeros((SIDE, SIDE)), []
    while len(places) < code + 2:
        row, column = rng.uniform(1.5, SIDE - 2.5, 2)
        if all(np.hypot(row - r, column - c) > 4.4 for r, c in places):
            places.append((row, column))
            page += _inside(0, row, column, rng.uniform(0.9, 2.1), 0.0)
    return _grey(page * rng.uniform(0.6, 1.2) + rng.normal(0, 0.2, page.shape))


GLYPHS = np.array([
    [[1, 1, 1], [1, 0, 0], [1, 0, 0]],
    [[1, 1, 1], [0, 1, 0], [0, 1, 0]],
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]],
    [[0, 1, 0], [1, 1, 1], [0, 1, 0]],
])  # fmt: skip


def _glyphs(code: int, rng: Rng) -> np.ndarray:
    """Which of six pairs of tiny glyphs is on the page, among scattered dots."""
    first, second = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)][code]
    page = (rng.random((SIDE, SIDE)) < 0.12).astype(np.float64)
    corners = rng.permutation([(1, 1), (1, 9), (9, 1), (9, 9)])[:3]
    for glyph, corner in zip((first, second, second), corners, strict=True):
        row, column = corner + rng.integers(0, 4, 2)
        page[row : row + 3, column : column + 3] = GLYPHS[glyph]
    return _grey(page + rng.normal(0, 0.35, page.shape))


def _spectrum(code: int, rng: Rng) -> np.ndarray:
    """How fast the power of coloured noise falls with the frequency."""
    power = 0.35 * (code + rng.uniform(-0.25, 0.25))
    rows, columns = np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE), indexing="ij")
    frequency = np.maximum(np.hypot(rows, columns), 1 / SIDE)
    field = np.fft.fft2(rng.normal(0, 1, (3, SIDE, SIDE))) / frequency**power
    image = np.fft.ifft2(field).real
    image = image / image.std() * rng.uniform(0.7, 1.3)
    return np.asarray(image + rng.normal(0, 0.3, image.shape))


def _same(code: int, rng: Rng) -> np.ndarray:
    """Whether two patches of random dots are the same, mirrored, or unlike."""
    patch = (rng.random((5, 5)) < 0.5).astype(np.float64)
    other = [patch, patch[:, ::-1], (rng.random((5, 5)) < 0.5).astype(np.float64)][code]
    page = np.full((SIDE, SIDE), 0.5)
    row = rng.integers(1, 10)
    page[row : row + 5, 2:7], page[row : row + 5, 9:14] = patch, other
    return _grey(page + rng.normal(0, 0.1, page.shape))


def _motif(code: int, rng: Rng) -> np.ndarray:
    """Which 3x3 motif of random signs is frequent in a field of random signs."""
    motifs = np.random.default_rng(7).choice([-1.0, 1.0], (6, 3, 3))
    page = rng.choice([-1.0, 1.0], (SIDE, SIDE))
    for _ in range(4):
        row, column = rng.integers(0, SIDE - 2, 2)
        page[row : row + 3, column : column + 3] = motifs[code]
    return _grey(page + rng.normal(0, 0.4, page.shape))


def _contour(code: int, rng: Rng) -> np.ndarray:
    """Whether a ring is closed, or on which side it is open; pieces of lines lie around."""
    row, column = rng.uniform(6, 9, 2)
    y, x = ROWS - row, COLUMNS - column
    ring = np.abs(np.hypot(y, x) - rng.uniform(3.5, 5.5)) < 0.8
    page = ring.astype(np.float64)
    if code:
        towards = np.pi / 2 * (code + rng.uniform(-0.3, 0.3))
        turned = np.angle(np.exp(1j * (np.arctan2(y, x) - towards)))
        page[np.abs(turned) < 0.4] = 0.0
    for _ in range(5):
        r, c = rng.integers(0, SIDE - 3, 2)
        flat = rng.random() < 0.5
        page[r : r + (1 if flat else 3), c : c + (3 if flat else 1)] = rng.integers(0, 2)
    return _grey(page * rng.uniform(0.7, 1.3) + rng.normal(0, 0.35, page.shape))


TASKS: dict[str, tuple[Maker, int]] = {
    "digits": (_shapes, 10),  # made by `_digits`
    "orientation": (_orientation, 8),
    "frequency": (_frequency, 6),
    "shapes": (_shapes, 6),
    "relation": (_relation, 4),
    "conjunction": (_conjunction, 4),
    "count": (_count, 5),
    "glyphs": (_glyphs, 6),
    "spectrum": (_spectrum, 6),
    "same": (_same, 3),
    "motif": (_motif, 6),
    "contour": (_contour, 5),
}
"""Name to what draws an image of a class, and the number of classes."""
