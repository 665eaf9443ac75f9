"""Desirabilities (Derringer & Suich 1980): each property on a scale from 0 to 1, one utility.

The utility is the weighted geometric mean, so a model that is useless in one respect is useless,
whatever the others say. https://doi.org/10.1080/00224065.1980.11980968
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

LEAST = 0.01
"""Desirability of the worst; not zero, so that the order among the bad ones stays."""


def rising(values: Sequence[float], worst: float) -> list[float]:
    """Return how desirable higher values are: `LEAST` at `worst` or below, 1 at the highest."""
    best = max(values, default=worst)
    if best <= worst:
        return [1.0 for _ in values]
    return [max(LEAST, min(1.0, (v - worst) / (best - worst))) for v in values]


def falling(values: Sequence[float]) -> list[float]:
    """Return how desirable lower positive values are, on a log scale: 1 at the lowest.

    Ten times the lowest loses half, a hundred times nearly all.
    """
    low = max(min(values, default=1.0), 1e-12)
    return [max(LEAST, 1.0 - 0.5 * math.log10(max(v, low) / low)) for v in values]


def utility(desirabilities: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the weighted geometric mean of the desirabilities."""
    total = sum(weights[name] for name in desirabilities)
    if total <= 0.0:
        return 0.0
    logs = sum(weights[name] * math.log(d) for name, d in desirabilities.items())
    return math.exp(logs / total)


def front(points: Sequence[Sequence[float]]) -> list[bool]:
    """Return which points no other is at least as good as in everything and better in something.

    Args:
        points: For each the properties, turned so that higher is better.
    """
    return [
        not any(
            all(b >= a for a, b in zip(one, other, strict=True))
            and any(b > a for a, b in zip(one, other, strict=True))
            for other in points
        )
        for one in points
    ]
