"""How the world spoils images: noise, blur, shifts, light (after Hendrycks and Dietterich 2019)."""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.raw.inputs import Disturb, Values
from autoglm_agent.images.features import shifted

NOISE = 0.08
"""Standard deviation, as a share of the range."""


def noisy(values: Values, rng: np.random.Generator) -> np.ndarray:
    """Add Gaussian noise."""
    images = np.asarray(values).astype(np.float32)
    return _bytes(images + rng.normal(0, NOISE * 255, images.shape))


def blurred(values: Values, rng: np.random.Generator) -> np.ndarray:  # noqa: ARG001
    """Mix each pixel with its neighbours, half of it staying."""
    images = np.asarray(values)
    around = [shifted(images, i, j).astype(np.float32)
              for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))]  # fmt: skip
    return _bytes(0.5 * images + 0.5 * np.mean(around, axis=0))


def moved(values: Values, rng: np.random.Generator) -> np.ndarray:
    """Move each image by a sixteenth of its side at most, by a pixel at least."""
    images = np.asarray(values)
    reach = max(1, images.shape[1] // 16)
    told = images.copy()
    for i, (down, right) in enumerate(rng.integers(-reach, reach + 1, (len(images), 2))):
        told[i : i + 1] = shifted(images[i : i + 1], int(down), int(right))
    return told


def dimmed(values: Values, rng: np.random.Generator) -> np.ndarray:
    """Change brightness and contrast by a fifth at most."""
    images = np.asarray(values).astype(np.float32)
    factor = rng.uniform(0.8, 1.2, (len(images), 1, 1, 1))
    return _bytes(images * factor + rng.uniform(-25, 25, (len(images), 1, 1, 1)))


DISTURBANCES: dict[str, Disturb] = {
    "noise": noisy,
    "blur": blurred,
    "shift": moved,
    "light": dimmed,
}
"""By name."""


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.clip(np.round(images), 0, 255).astype(np.uint8)
