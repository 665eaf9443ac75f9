"""Confidence intervals by the bootstrap over problems, whose seeds stay together."""

from __future__ import annotations

import random
from collections.abc import Sequence

RESAMPLES = 1000


def interval(means: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile interval of a mean over problems.

    Args:
        means: For each problem, the mean over its seeds; for a paired difference of two methods,
            the difference of their means.
        seed: Of the resampling.
    """
    draw = random.Random(seed)
    n = len(means)
    found = sorted(sum(draw.choices(means, k=n)) / n for _ in range(RESAMPLES))
    return found[round(0.025 * (RESAMPLES - 1))], found[round(0.975 * (RESAMPLES - 1))]
