"""Year, month, day, weekday and day of the year from days since 1970, in whole numbers.

The arithmetic of the Gregorian calendar with years that begin in March (Hinnant 2013,
"chrono-compatible low-level date algorithms").
"""

from __future__ import annotations

from autoglm_agent.automl.onnx.graph import DOUBLE, INT64, Graph

ERA, CENTURY, FOUR_YEARS, YEAR = 146_097, 36_524, 1_460, 365
SINCE_MARCH = 719_468
"""Days from 1 March of the year 0 to 1 January 1970."""


class Whole:
    """A value of whole numbers in a graph, with the usual operators."""

    def __init__(self, graph: Graph, name: str) -> None:
        self.graph, self.name = graph, name

    def _with(self, kind: str, other: Whole | int) -> Whole:
        name = other.name if isinstance(other, Whole) else self.graph.whole(other)
        return Whole(self.graph, self.graph.op(kind, self.name, name))

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("Add", other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("Sub", other)

    def __mul__(self, other: Whole | int) -> Whole:
        return self._with("Mul", other)

    def __floordiv__(self, other: Whole | int) -> Whole:
        return self._with("Div", other)

    def __mod__(self, other: Whole | int) -> Whole:
        return self._with("Mod", other)

    def below(self, other: int) -> Whole:
        """Return 1 where the value is less, else 0."""
        less = self.graph.op("Less", self.name, self.graph.whole(other))
        return Whole(self.graph, self.graph.cast(less, INT64))

    def divisible(self, by: int) -> Whole:
        """Return 1 where the value is a multiple, else 0."""
        return (self % by).below(1)


def parts_of_days(graph: Graph, days: str) -> list[str]:
    """Return the five parts of a column of days, each float64 and NaN where the day is.

    Args:
        graph: Gets the operations.
        days: Name of the column, float64; of the years 0 and later.
    """
    missing = graph.op("IsNaN", days)
    known = graph.op("Where", missing, graph.double(0.0), graph.op("Floor", days))
    number = Whole(graph, graph.cast(known, INT64))
    year, month, day, of_year = _civil(number)
    return [
        graph.op("Where", missing, graph.double(float("nan")), graph.cast(part.name, DOUBLE))
        for part in (year, month, day, (number + 3) % 7, of_year)  # 1970 began on a Thursday
    ]


def _civil(number: Whole) -> tuple[Whole, Whole, Whole, Whole]:
    since = number + SINCE_MARCH
    era = since // ERA
    of_era = since - era * ERA
    spent = of_era // FOUR_YEARS - of_era // CENTURY + of_era // (ERA - 1)
    year_of_era = (of_era - spent) // YEAR
    of_year = of_era - (year_of_era * YEAR + year_of_era // 4 - year_of_era // 100)
    shifted = (of_year * 5 + 2) // 153
    day = of_year - (shifted * 153 + 2) // 5 + 1
    early = Whole(number.graph, number.graph.whole(1)) - shifted.below(10)  # January, February
    month = shifted + 3 - early * 12
    year = year_of_era + era * 400 + early
    leap = year.divisible(4) - year.divisible(100) + year.divisible(400)
    # From 1 March on 59 days have gone before, or 60; January and February follow day 306.
    late = (of_year + 60 + leap) * shifted.below(10)
    return year, month, day, late + (of_year - 305) * early
