"""Points of the space as vectors, by what they are (not by what they do).

Family, view and kind of model as bits, settings on their own scale between 0 and 1. This is the
ontology's idea of nearness; alone it is no better than one-hot codes, beside behaviour it tells
apart what the past tables did not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autoglm_agent.automl.samplers.library import TAGS
from autoglm_agent.automl.samplers.space import SHARED, Choice, Range, Value, distributions

ABSENT = 0.5
"""Where a setting lies that a family does not have."""
TAG_WEIGHT = 0.5


def embed(points: Sequence[Mapping[str, Value]], tags: bool = True) -> np.ndarray:
    """Return one vector a point, shape (points, width).

    Args:
        points: As `space.suggest` or the library gives them.
        tags: Whether families with a tag in common are nearer to each other.
    """
    every = sorted(set().union(*TAGS.values()))
    places = distributions()
    rows = []
    for point in points:
        row: list[float] = []
        for name in ("family", *SHARED):
            place = places[name]
            assert isinstance(place, Choice)
            row += [float(point.get(name) == value) for value in place.values]
        for name, place in places.items():
            if "." in name:
                row.append(unit(place, point[name]) if name in point else ABSENT)
        if tags:
            own = TAGS[str(point["family"])]
            row += [TAG_WEIGHT * (tag in own) for tag in every]
        rows.append(row)
    return np.array(rows)


def unit(place: Choice | Range, value: Value) -> float:
    """Return where a value lies between the ends of its place, from 0 to 1."""
    if isinstance(place, Choice):
        return place.values.index(value) / max(1, len(place.values) - 1)
    low, high, at = place.low, place.high, float(value)
    if place.log:
        low, high, at = np.log(low), np.log(high), np.log(at)
    return float((at - low) / (high - low))


def value_at(place: Choice | Range, where: float) -> Value:
    """Return the value at a place between 0 and 1."""
    where = float(np.clip(where, 0.0, 1.0))
    if isinstance(place, Choice):
        return place.values[round(where * (len(place.values) - 1))]
    if place.log:
        found = float(np.exp(np.log(place.low) + where * np.log(place.high / place.low)))
    else:
        found = place.low + where * (place.high - place.low)
    found = float(np.clip(found, place.low, place.high))
    return round(found) if place.whole else found
