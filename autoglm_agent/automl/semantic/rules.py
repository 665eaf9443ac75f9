"""What the rules propose: from names, units and kinds of the columns, without the target.

Each rule knows one pattern. The ones that a name speaks for come first; products and differences
of whatever numbers there are come last, because they are many and mean nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import pandas as pd

from autoglm_agent.automl.features.values import as_text
from autoglm_agent.automl.semantic.expressions import Expression, type_of
from autoglm_agent.automl.semantic.ideas import Idea
from autoglm_agent.automl.semantic.names import grids, sequences, sides
from autoglm_agent.automl.semantic.units import PLAIN, Unit, alike, unit_of
from autoglm_agent.errors import InputError

MOST_IDEAS = 400
MOST_LETTERS = 5
"""Levels of a grid's cells at most."""
FEW_NUMBERS = 12
"""Up to so many numeric columns are multiplied and subtracted whatever they are called."""
MOST_SUMMED = 20
MOST_PARTS = 8
"""Quantities of one kind at most for their sum, and for parts and differences."""
ROWS_A_GROUP = 20
"""Rows that a group must have on average: a mean over fewer says nothing about new rows."""


class Columns:
    """The columns by kind, as the rules look at them.

    Args:
        X: The training rows.
        kinds: Column to kind.
    """

    def __init__(self, X: pd.DataFrame, kinds: Mapping[str, str]) -> None:
        self.X = X
        self.kinds = dict(kinds)
        self._levels: dict[str, list[str]] = {}

    def of(self, *kinds: str) -> list[str]:
        """Return the columns of these kinds, in order."""
        return [name for name, kind in self.kinds.items() if kind in kinds]

    def levels(self, name: str) -> list[str]:
        """Return the levels of a column as text, sorted, without the missing one."""
        if name not in self._levels:
            self._levels[name] = sorted(set(as_text(self.X[name])) - {""})
        return self._levels[name]


def propose_by_rules(X: pd.DataFrame, kinds: Mapping[str, str]) -> list[Idea]:
    """Return the ideas of all rules, the more telling ones first, no expression twice.

    Args:
        X: The training rows.
        kinds: Column to kind, as `features.kinds.feature_kinds` tells them.
    """
    columns = Columns(X, kinds)
    known: set[str] = set()
    found: list[Idea] = []
    for rule, weight in RULES:
        for idea in rule(columns):
            new = tuple(e for e in idea.expressions if str(e) not in known and _fits(e, columns))
            if new and len(found) < MOST_IDEAS:
                known |= {str(e) for e in new}
                found.append(Idea(idea.name, new, weight=weight))
    return found


def _fits(expression: Expression, columns: Columns) -> bool:
    try:
        type_of(expression, columns.kinds)
    except InputError:
        return False
    return True


def _make(op: str, *of: Expression | str, value: str = "") -> Expression:
    return Expression(op, of, value)


def _lines(columns: Columns) -> Iterator[Idea]:
    """Cells of a grid with a common alphabet: the fullest line of each letter, and the counts."""
    cells = columns.of("category", "boolean", "number")
    few = [n for n in cells if columns.kinds[n] != "number" or len(columns.levels(n)) <= 5]
    for grid in grids(few):
        letters = sorted({level for row in grid.cells for n in row for level in columns.levels(n)})
        if not 2 <= len(letters) <= MOST_LETTERS or len(grid.cells) * len(grid.cells[0]) < 6:
            continue
        counts = {v: [_make("count_equal", *line, value=v) for line in grid.lines()]
                  for v in letters}  # fmt: skip
        yield Idea("fullest line of the grid", tuple(_make("most", *counts[v]) for v in letters))
        every = [name for row in grid.cells for name in row]
        totals = tuple(_make("count_equal", *every, value=v) for v in letters)
        yield Idea("letters in the grid", totals)


def _sides(columns: Columns) -> Iterator[Idea]:
    """One quantity on two sides: the difference, and that of the products of all quantities."""
    pairs = sides(columns.of("number"))
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for quantity, first, second in pairs:
        yield Idea(f"difference of {quantity}", (_make("difference", first, second),))
        rest = (first.replace(quantity, ""), second.replace(quantity, ""))
        groups.setdefault(rest, []).append((first, second))
    for group in groups.values():
        if 2 <= len(group) <= 3:
            one, other = (_make("product", *(pair[i] for pair in group)) for i in (0, 1))
            yield Idea("difference of the sides' products", (_make("difference", one, other),))


def _sequences(columns: Columns) -> Iterator[Idea]:
    """The same thing at ordered places: level, spread, trend, and last against first."""
    for run in sequences(columns.of("number")):
        if not alike(unit_of(name) for name in run) or len(run) > 40:
            continue
        yield Idea(f"level of {run[0]} to {run[-1]}", (_make("mean", *run),))
        yield Idea(f"change over {run[0]} to {run[-1]}",
                   (_make("trend", *run), _make("difference", run[-1], run[0])))  # fmt: skip
        spread = (_make("deviation", *run), _make("least", *run), _make("most", *run))
        yield Idea(f"spread of {run[0]} to {run[-1]}", spread)


def _texts(columns: Columns) -> Iterator[Idea]:
    """Digits, capitals and the first number in a text; its length is encoded anyway."""
    for name in columns.of("text"):
        shape = (_make("digit_count", name), _make("upper_share", name))
        yield Idea(f"digits and capitals in {name}", shape)
        yield Idea(f"number in {name}", (_make("number_in", name),))


def _gaps(columns: Columns) -> Iterator[Idea]:
    """Weekends; parts of a date and the time between two are encoded anyway."""
    for name in columns.of("date"):
        yield Idea(f"weekend of {name}", (_make("date_part", name, value="weekend"),))


def _totals(columns: Columns) -> Iterator[Idea]:
    """Quantities of one kind: their total, the parts in it, and the differences of two."""
    groups: dict[Unit, list[str]] = {}
    for name in columns.of("number"):
        unit = unit_of(name)
        if unit is not None and unit != PLAIN:
            groups.setdefault(Unit(unit.dimensions), []).append(name)
    for names in groups.values():
        if 2 < len(names) <= MOST_SUMMED:
            yield Idea(f"total of {', '.join(names[:3])} ...", (_make("sum", *names),))
        if not 2 <= len(names) <= MOST_PARTS:
            continue
        for name in names:
            rest = [other for other in names if other != name]
            yield Idea(f"part of {name} in the total", (_make("share", name, *rest),))
        for first, second in combinations(names, 2):
            yield Idea(f"{first} minus {second}", (_make("difference", first, second),))


def _same(columns: Columns) -> Iterator[Idea]:
    """Two categories with the same levels: whether they agree."""
    names = [n for n in columns.of("category") if len(columns.levels(n)) <= 200]
    for first, second in combinations(names[:30], 2):
        shared = set(columns.levels(first)) & set(columns.levels(second))
        if len(shared) >= 3 and len(shared) >= 0.5 * len(columns.levels(first)):
            yield Idea(f"{first} equals {second}", (_make("same", first, second),))


def _ratios(columns: Columns) -> Iterator[Idea]:
    """One quantity for each unit of another, if both have a unit and the divisor is positive."""
    names = [n for n in columns.of("number") if unit_of(n) not in (None, PLAIN)]
    positive = {n for n in names if _positive(columns.X[n])}
    for first, second in combinations(names[:16], 2):
        for over, under in ((first, second), (second, first)):
            if under in positive:
                yield Idea(f"{over} per {under}", (_make("ratio", over, under),))


def _positive(column: pd.Series) -> bool:
    numbers = pd.to_numeric(column, errors="coerce")
    return bool((numbers.dropna() >= 0).all())


def _groups(columns: Columns) -> Iterator[Idea]:
    """A number against its group; groups with few rows are left out."""
    most = len(columns.X) / ROWS_A_GROUP
    groups = [n for n in columns.of("category") if 3 <= len(columns.levels(n)) <= most]
    numbers = [n for n in columns.of("number") if len(columns.levels(n)) > 10]
    for group in groups[:6]:
        for number in numbers[:8]:
            yield Idea(f"{number} against its {group}", (_make("group_gap", number, group),))


def _pairs(columns: Columns) -> Iterator[Idea]:
    """Products and differences of few numbers, whatever they are called."""
    numbers = columns.of("number")
    if not 2 <= len(numbers) <= FEW_NUMBERS:
        return
    for first, second in combinations(numbers, 2):
        yield Idea(f"{first} times {second}", (_make("product", first, second),))
        yield Idea(f"{first} by {second}", (_make("ratio", first, second),))
        yield Idea(f"{first} minus {second}", (_make("difference", first, second),))
    if len(numbers) <= 6:
        products = [_make("product", a, b) for a, b in combinations(numbers, 2)]
        for one, other in combinations(products, 2):
            if not set(one.columns()) & set(other.columns()):
                yield Idea(f"{one} against {other}", (_make("difference", one, other),))


def _crosses(columns: Columns) -> Iterator[Idea]:
    """Two categories as one, while the pairs keep enough rows."""
    names = [n for n in columns.of("category") if len(columns.levels(n)) >= 2][:12]
    for first, second in combinations(names, 2):
        if (
            len(columns.levels(first)) * len(columns.levels(second))
            <= len(columns.X) / ROWS_A_GROUP
        ):
            yield Idea(f"{first} with {second}", (_make("cross", first, second),))


RULES = (
    (_lines, 4.0), (_sides, 4.0), (_sequences, 2.0), (_texts, 2.0), (_gaps, 2.0), (_totals, 1.0),
    (_same, 1.0), (_ratios, 1.0), (_groups, 1.0), (_pairs, 0.5), (_crosses, 0.5),
)  # fmt: skip
"""The rules and how much their ideas weigh in the screening: what a name speaks for weighs more."""
