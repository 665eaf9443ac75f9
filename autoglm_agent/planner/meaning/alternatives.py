"""Which column's values are listed in an instruction, in whatever language: 夏季还是冬季, `Summer`.

The grammar finds lists whose words it knows; here the items of a list and the values are compared
by meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from autoglm_agent.planner.meaning.encoder import likeness
from autoglm_agent.planner.text import Text

_LAST = re.compile(r"\b(?:or|vs\.?|versus)\b|还是|或者?", re.ASCII)
_SEPARATOR = re.compile(r"\s*[,、，/;]\s*")
_BRACKETS = re.compile(r"[(（]([^()（）]{4,120})[)）]")
_STOP = re.compile(r"[.;:!?。；：！？()（）|]")
_MOST_LISTS, _MOST_ITEMS = 8, 8
_WORDS, _CHARACTERS = 3, 6
"""How long an item is at most, in words and in Chinese characters."""
_SAME = 0.5
"""What a list counts of which two items are nearest to one and the same value."""

Item = Sequence[str]
"""The words of one item, as they may be cut: the list does not tell where its first one begins."""


def listed(text: Text) -> list[list[Item]]:
    """Return the lists of two and more things in the open words of an instruction."""
    left = "".join("|" if text.is_used(i) else char for i, char in enumerate(text.norm))
    found: list[list[Item]] = [_of_brackets(match.group(1)) for match in _BRACKETS.finditer(left)]
    found += [_around(left, match.start(), match.end()) for match in _LAST.finditer(left)]
    return [items for items in found if len(items) > 1][:_MOST_LISTS]


def _of_brackets(inside: str) -> list[Item]:
    parts = _SEPARATOR.split(_LAST.sub(",", inside))
    items: list[Item] = [(part.strip(),) for part in parts if part.strip()]
    return items[:_MOST_ITEMS]


def _around(left: str, start: int, end: int) -> list[Item]:
    """Return the items before and after *or*; the outer ones with every cut that is possible."""
    before, after = _STOP.split(left[:start])[-1], _STOP.split(left[end:])[0]
    items = [part for part in _SEPARATOR.split(before) if part.strip()][-_MOST_ITEMS:]
    behind = [part for part in _SEPARATOR.split(after) if part.strip()][:1]
    if not items or not behind:
        return []
    inner: list[Item] = [(part.strip(),) for part in items[1:]]
    return [_cuts(items[0], from_end=True), *inner, _cuts(behind[0], from_end=False)]


def _cuts(part: str, *, from_end: bool) -> Item:
    """Return the last, or the first, one, two, three words of a part, or Chinese characters."""
    latin = part.isascii()
    words = part.split() if latin else [char for char in part if not char.isspace()]
    sizes = range(1, min(_WORDS if latin else _CHARACTERS, len(words)) + 1)
    blank = " " if latin else ""
    return tuple(blank.join(words[-size:] if from_end else words[:size]) for size in sizes)


def spoken_of(lists: Sequence[Sequence[Item]], levels: Sequence[str]) -> float:
    """Return how far the items of some list are values of a column, from 0 to 1."""
    if len(levels) < 2:
        return 0.0
    best = 0.0
    for items in lists:
        alike = np.array([likeness(item, levels).max(0) for item in items])
        nearest = alike.argmax(1)
        apart = len(set(nearest.tolist())) == min(len(items), len(levels))
        score = float(alike.max(1).mean())
        best = max(best, score if apart else _SAME * score)
    return best
