"""How a network of images is trained: two recipes, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Recipe:
    """A recipe of stochastic gradient descent.

    Attributes:
        epochs: Passes over the images.
        batch_size: Images a step.
        rate: Highest learning rate.
        schedule: `steps`: a tenth every `step_epochs`; `one_cycle`: up for a quarter of the time,
            then down to nothing by a cosine (Smith and Topin 2019).
        step_epochs: Epochs between two steps down.
        momentum: Of the descent.
        nesterov: Whether the momentum looks ahead.
        decay: Weight decay.
        smoothing: Of the labels.
        flip: Whether images are mirrored at random; wrong for digits and letters.
        crop: Pixels by which images are moved at random.
        mixed: Mixed precision on a graphics card.
        channels_last: Memory layout that convolutions like, on a graphics card.
        flip_test: Whether an image and its mirror image are averaged when predicted.
    """

    epochs: int = 30
    batch_size: int = 128
    rate: float = 0.1
    schedule: Literal["steps", "one_cycle"] = "one_cycle"
    step_epochs: int = 30
    momentum: float = 0.9
    nesterov: bool = True
    decay: float = 5e-4
    smoothing: float = 0.1
    flip: bool = True
    crop: int = 4
    mixed: bool = True
    channels_last: bool = True
    flip_test: bool = True

    def rate_at(self, progress: float) -> float:
        """Return the learning rate when this share of the training is done."""
        if self.schedule == "steps":
            return float(self.rate * 0.1 ** int(progress * self.epochs / self.step_epochs + 1e-9))
        from math import cos, pi

        rise = 0.25
        if progress < rise:
            return self.rate * (0.04 + 0.96 * progress / rise)
        return self.rate * 0.5 * (1 + cos(pi * (progress - rise) / (1 - rise)))


ARTICLE = Recipe(
    epochs=90, schedule="steps", nesterov=False, decay=1e-4, smoothing=0.0, crop=0, mixed=False,
    channels_last=False, flip_test=False,
)  # fmt: skip
"""Rate 0.1, a tenth every 30 epochs, momentum 0.9, batches of 128, mirroring, 90 epochs."""

MODERN = Recipe(epochs=18, rate=0.4, batch_size=256)
"""One cycle, smoothed labels, Nesterov, crops, mixed precision, mirror images averaged."""
