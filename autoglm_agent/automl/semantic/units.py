"""What is measured in a column, told from its name, so that only like is added to like.

A unit is a product of dimensions with exponents. A name that says nothing (`x1`, `V12`) has no
unit: such columns may be combined with each other, and the test of their worth has to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autoglm_agent.automl.data.semantics import words_of

_WORDS: dict[str, str] = {
    "money": "price cost costs amount income salary fare fares revenue sales usd eur gbp dollar "
             "dollars fee fees tax taxes budget wage wages rent balance payment payments charge "
             "charges spend spending profit loss tip tips toll tolls premium gain debt",
    "length": "length width height depth distance altitude radius diameter thickness km m cm mm "
              "mile miles feet ft inch inches",
    "mass": "weight mass kg g mg lb lbs pound pounds ton tons",
    "time": "age year years day days month months week weeks hour hours minute minutes sec secs "
            "second seconds duration tenure ms",
    "temperature": "temperature temp celsius fahrenheit kelvin",
    "count": "count counts number num rooms room bedrooms bathrooms bedroom bath baths population "
             "households people persons passengers children visits calls items quantity qty "
             "orders clicks views sibsp parch dependents cars floors storeys",
    "share": "rate ratio pct percent percentage share fraction index score prob probability",
}  # fmt: skip
_AREA = frozenset(["area", "areas", "sqft", "sqm", "acre", "acres", "lot", "surface", "sf"])
_VOLUME = frozenset(["volume", "liter", "litre", "liters", "litres", "gallon", "gallons", "ml"])
_SCALES_TOLD = (
    "km m cm mm mile miles feet ft inch inches kg g mg lb lbs pound pounds ton tons usd eur "
    "gbp year years day days month months week weeks hour hours minute minutes sec secs "
    "second seconds ms sqft sqm acre acres celsius fahrenheit kelvin pct percent"
)
_SCALES = frozenset(_SCALES_TOLD.split())
_DIMENSION = {word: name for name, words in _WORDS.items() for word in words.split()}
_SAY_NOTHING_WORDS = (
    "x v c f a b feature features var variable col column attr attribute field input dim z"
)
_SAY_NOTHING = frozenset(_SAY_NOTHING_WORDS.split())


@dataclass(frozen=True)
class Unit:
    """A product of dimensions.

    Attributes:
        dimensions: Name and exponent of each, sorted by name; empty for a plain number.
        scale: The measure in which it is told (`km`), or empty where the name does not say.
    """

    dimensions: tuple[tuple[str, int], ...] = ()
    scale: str = ""

    def __str__(self) -> str:
        parts = [name if power == 1 else f"{name}^{power}" for name, power in self.dimensions]
        return " ".join(parts) or "number"


PLAIN = Unit()
"""A number without a dimension: a ratio, a score, a code."""


def unit_of(name: str) -> Unit | None:
    """Return the unit that a column's name tells, or None if it says nothing.

    The last word that is known decides; an unknown name is a dimension of its own, by its last
    word, so that `left foo` and `right foo` may be subtracted.
    """
    words = [w for w in words_of(name) if not w.isdigit()]
    scale = next((w for w in reversed(words) if w in _SCALES), "")
    # `area_m2` is an area: a symbol speaks only where no other word does.
    for word in [*reversed([w for w in words if w not in _SCALES]), *reversed(words)]:
        if word in _AREA:
            return Unit((("length", 2),), scale)
        if word in _VOLUME:
            return Unit((("length", 3),), scale)
        if word in _DIMENSION:
            dimension = _DIMENSION[word]
            return Unit((), scale) if dimension == "share" else Unit(((dimension, 1),), scale)
    telling = [w for w in words if len(w) > 1 and w not in _SAY_NOTHING]
    return Unit(((telling[-1], 1),)) if telling else None


def alike(units: Iterable[Unit | None]) -> bool:
    """Whether quantities of these units may be added."""
    found = list(units)
    if any(unit is None for unit in found):
        return all(unit is None for unit in found)
    told = [unit for unit in found if unit is not None]
    scales = {unit.scale for unit in told} - {""}
    return len({unit.dimensions for unit in told}) <= 1 and len(scales) <= 1


def product(units: Iterable[Unit | None], powers: Iterable[int] | None = None) -> Unit | None:
    """Return the unit of a product, each factor to its power (1 by default)."""
    found = list(units)
    exponents = list(powers) if powers is not None else [1] * len(found)
    total: dict[str, int] = {}
    scales = []
    for unit, power in zip(found, exponents, strict=True):
        if unit is None:
            return None
        for name, own in unit.dimensions:
            total[name] = total.get(name, 0) + own * power
        scales += [f"{unit.scale}^{power}"] if unit.scale else []
    kept = tuple(sorted((name, power) for name, power in total.items() if power))
    return Unit(kept, " ".join(scales) if kept else "")
