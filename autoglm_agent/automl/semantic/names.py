"""Structure that lies in the names of columns: grids, sequences and pairs of sides.

`top-left-square` to `bottom-right-square` are nine cells of a grid, `bill_1` to `bill_6` six
points in time, `left-weight` and `right-weight` the same quantity on two sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from autoglm_agent.automl.data.semantics import words_of

_ORDERS = (
    ("top", "middle", "bottom"), ("upper", "middle", "lower"), ("left", "middle", "right"),
    ("left", "center", "right"), ("left", "centre", "right"), ("low", "medium", "high"),
    ("first", "second", "third", "fourth", "fifth", "sixth"),
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    ("january", "february", "march", "april", "may", "june", "july", "august", "september",
     "october", "november", "december"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ("morning", "noon", "afternoon", "evening", "night"),
    ("past", "present", "future"), ("before", "during", "after"),
    tuple("abcdefghijklmnopqrstuvwxyz"),
)  # fmt: skip
_SIDES = (
    ("left", "right"), ("home", "away"), ("before", "after"), ("start", "end"), ("min", "max"),
    ("in", "out"), ("incoming", "outgoing"), ("sent", "received"), ("open", "close"),
    ("low", "high"), ("buy", "sell"), ("source", "target"), ("source", "destination"),
    ("src", "dst"), ("own", "opponent"), ("white", "black"), ("red", "blue"), ("old", "new"),
    ("actual", "planned"), ("systolic", "diastolic"), ("first", "last"), ("a", "b"), ("1", "2"),
)  # fmt: skip


@dataclass(frozen=True)
class Grid:
    """Columns at the crossings of two orders.

    Attributes:
        cells: Names by row and column.
    """

    cells: tuple[tuple[str, ...], ...]

    def lines(self) -> list[tuple[str, ...]]:
        """Return rows, columns and, of a square, the two diagonals."""
        found = [*self.cells, *zip(*self.cells, strict=True)]
        size = len(self.cells)
        if size == len(self.cells[0]):
            found.append(tuple(self.cells[i][i] for i in range(size)))
            found.append(tuple(self.cells[i][size - 1 - i] for i in range(size)))
        return found


def grids(names: Sequence[str]) -> list[Grid]:
    """Return the grids of at least 2 x 2 columns that the names span, the largest first."""
    found: list[Grid] = []
    for members in _by_length(names, least=4).values():
        width = len(next(iter(members.values())))
        for i, j in combinations(range(width), 2):
            found += _grids_at(members, i, j)
    return sorted(found, key=lambda g: -len(g.cells) * len(g.cells[0]))


def _grids_at(members: dict[str, list[str]], i: int, j: int) -> list[Grid]:
    groups: dict[tuple[str, ...], dict[tuple[str, str], str]] = {}
    for name, words in members.items():
        rest = tuple(w for place, w in enumerate(words) if place not in (i, j))
        groups.setdefault(rest, {})[words[i], words[j]] = name
    found = []
    for cells in groups.values():
        rows, columns = ordered({r for r, _ in cells}), ordered({c for _, c in cells})
        if rows and columns and len(rows) * len(columns) == len(cells):
            found.append(Grid(tuple(tuple(cells[r, c] for c in columns) for r in rows)))
    return found


def sequences(names: Sequence[str], least: int = 3) -> list[tuple[str, ...]]:
    """Return columns that are the same thing at ordered places, in order."""
    found: dict[tuple[str, ...], None] = {}
    for members in _by_length(names, least=least).values():
        width = len(next(iter(members.values())))
        for i in range(width):
            for rest, cells in _aside(members, i).items():
                order = ordered(set(cells))
                # A name of nothing but its place (`x1`) is no sequence: all columns are called so.
                if len(order) >= least and any(len(w) > 1 for w in rest):
                    found[tuple(cells[w] for w in order)] = None
    return list(found)


def sides(names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return pairs of columns that are one quantity on two sides: quantity, first, second."""
    found: dict[tuple[str, str, str], None] = {}
    for members in _by_length(names, least=2).values():
        width = len(next(iter(members.values())))
        for i in range(width):
            for rest, cells in _aside(members, i).items():
                for first, second in _SIDES:
                    if rest and set(cells) == {first, second}:
                        found[" ".join(rest), cells[first], cells[second]] = None
    return list(found)


def ordered(words: set[str]) -> list[str]:
    """Return words in the order that they have by meaning, or nothing if they have none."""
    if len(words) < 2:
        return []
    if all(word.isdigit() for word in words):
        return sorted(words, key=int)
    for order in _ORDERS:
        if words <= set(order):
            return sorted(words, key=order.index)
    return []


def _by_length(names: Sequence[str], least: int) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    for name in names:
        words = words_of(name)
        found.setdefault(len(words), {})[name] = words
    return {n: members for n, members in found.items() if n and len(members) >= least}


def _aside(members: dict[str, list[str]], i: int) -> dict[tuple[str, ...], dict[str, str]]:
    """Group names by all their words but one."""
    groups: dict[tuple[str, ...], dict[str, str]] = {}
    for name, words in members.items():
        groups.setdefault((*words[:i], *words[i + 1 :]), {})[words[i]] = name
    return groups
