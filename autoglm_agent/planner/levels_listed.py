"""Columns whose values an instruction lists or spans: "hardware, software or email", "A to G".

A list of three values of one column, or both ends of its scale, says what is asked for whatever
else is spoken of, wherever in the sentence it stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import LEVELLED, Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.text import Text

_OR = re.compile(r"\bor\b|\bvs\b|还是|或者?|、|/|;", re.ASCII)
_ELSE = re.compile(
    r"\bor (?:something|anything|anywhere|somewhere) else\b|\bor (?:an)?other\b|"
    r"(?:还是|或者?)(?:是)?(?:别的|其他|其它)"
)
"""Stands for the other values of a list: 急诊、门诊还是别的."""
_CODES = re.compile(r"\b(?P<letter>[A-Za-z])(?P<number>\d{1,2})\b", re.ASCII)
_SPAN = re.compile(
    r"(?<![\w.])(?:from )?(?P<letter>[A-Za-z])?(?P<low>\d{1,3}|[A-Za-z])"
    r"(?: to | through |-| - |–|到|至|~)"
    r"(?P<other>[A-Za-z])?(?P<high>\d{1,3}|[A-Za-z])(?![\w%-]|\.\d)",
    re.ASCII,
)
_LETTERS = re.compile(
    r"\b[A-Z](?:(?:, ?|/|、)[A-Z])+(?:,? ?(?:or|还是|或) ?(?:an? )?[A-Z])?\b", re.ASCII
)
"""A list of capital letters."""
_THREE = re.compile(
    r"\b([a-z]+)(?: [a-z]+)?, ?(?:an? |the )?([a-z]+)(?: [a-z]+)?,? or (?:an? |the )?([a-z]+)\b",
    re.ASCII,
)
"""A list of three, each of one word or two."""
_NUMBERED = re.compile(r"\s*[A-Za-z]?(\d{1,2})\b", re.ASCII)
_OF = re.compile(
    r"\b(?:of|for|among|amongst|in|on|from|each|every|all|only)(?: the| an?)? \Z", re.ASCII
)
_THING = re.compile(r"s? (?!and\b|or\b|is\b|are\b|it\b)[a-z]{3,}", re.ASCII)
_LEAST, _LEAST_CODES, _MOST, _BEFORE = 3, 2, 30, 16


def listed_levels(text: Text, schema: Schema, excluded: Collection[str]) -> Column | None:
    """Return the one column whose values are listed or spanned, or None.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
    """
    columns = [
        c
        for c in schema.columns
        if c.name not in excluded and not c.identifies and 2 < c.profile.distinct <= _MOST
    ]
    return (
        _spanned(text, columns)
        or _coded(text, columns)
        or _lettered(text, columns)
        or _as_written(text, columns)
        or _listed(text, columns)
    )


def _listed(text: Text, columns: list[Column]) -> Column | None:
    """Return the column of which most values, three at least, are named in one sentence."""
    meaning = [frozenset(c.name for c in sense.concepts) for sense in senses(text)]
    best: dict[str, int] = {}
    for start, end in text.sentences():
        if not _OR.search(text.low, start, end):
            continue
        for column in columns:
            if column.profile.kind in LEVELLED:
                said = _levels_said(text, meaning, column, start, end)
                more = len(said) > 1 and bool(_ELSE.search(text.low, start, end))
                best[column.name] = max(best.get(column.name, 0), len(said) + more)
    most = max(best.values(), default=0)
    found = [c for c in columns if best.get(c.name) == most]
    return found[0] if most >= _LEAST and len(found) == 1 else None


def _as_written(text: Text, columns: list[Column]) -> Column | None:
    """Return the column of which three values with marks in them are written: "4+, 9+ or 12+"."""
    found = []
    for column in columns:
        marked = [v.lower() for v, _ in column.profile.levels if not v.replace(" ", "").isalnum()]
        places = (re.search(rf"(?<!\w){re.escape(v)}(?!\w)", text.low) for v in marked)
        if sum(m is not None and not text.is_used(m.start()) for m in places) >= _LEAST:
            found.append(column)
    return _only(found)


def _levels_said(
    text: Text, meaning: list[frozenset[str]], column: Column, start: int, end: int
) -> set[str]:
    """Return the values of a column that words of a range say, or mean."""
    keys = column.level_keys
    longest = max((key.count(" ") + 1 for key in keys), default=0)
    indices = [
        i for i, t in enumerate(text.tokens) if start <= t.start < end and not text.is_used(t.start)
    ]
    said: set[str] = set()
    places: list[int] = []
    for first in indices:
        for last in range(first, min(len(text.tokens), first + longest)):
            key = " ".join(t.stem for t in text.tokens[first : last + 1])
            if key in keys:
                said.add(keys[key])
                places += [first, last]
    if places and _of_what(text, min(places), max(places)):
        return set()
    meant = frozenset().union(*(meaning[i] for i in indices))
    alike = {level for key, level in keys.items() if meant & {c.name for c in concepts_of(key)}}
    return said | alike


def _of_what(text: Text, first: int, last: int) -> bool:
    """Tell a list that only says of what something is asked: the price *of red or blue boats*."""
    before = text.low[: text.tokens[first].start][-_BEFORE:]
    after = text.low[text.tokens[last].end :][:_BEFORE]
    return bool(_OF.search(before) and _THING.match(after)) or after.startswith("的")


def _lettered(text: Text, columns: list[Column]) -> Column | None:
    """Return the column whose values are the first letters of a list: *home, draw or away*."""
    lettered = {
        c.name: {v.lower() for v, _ in c.profile.levels}
        for c in columns
        if c.profile.kind == "category" and all(_one_letter(v) for v, _ in c.profile.levels)
    }
    if not lettered:
        return None
    for match in _LETTERS.finditer(text.norm):
        letters = {letter.lower() for letter in re.findall(r"\b[A-Z]\b", match.group())}
        found = [c for c in columns if letters == lettered.get(c.name)]
        found = found or [c for c in columns if letters <= lettered.get(c.name, set())]
        if not text.is_used(match.start()) and len(found) == 1:
            return found[0]
    for match in _THREE.finditer(text.low):
        letters = {item[:1] for item in match.groups()}
        found = [c for c in columns if lettered.get(c.name) == letters]
        if not text.is_used(match.start()) and len(letters) == _LEAST and len(found) == 1:
            return found[0]
    return None


def _one_letter(level: str) -> bool:
    return len(level) == 1 and level.isalpha()


def _coded(text: Text, columns: list[Column]) -> Column | None:
    """Return `priority` for "P1, P2 or P3", where its values begin with these numbers."""
    codes = [m for m in _CODES.finditer(text.norm) if not text.is_used(m.start())]
    letters = {m["letter"].lower() for m in codes}
    numbers = {m["number"] for m in codes}
    if len(letters) != 1 or len(numbers) < _LEAST_CODES:
        return None
    letter = letters.pop()
    return _only([c for c in columns if _initial(c, letter) and numbers <= set(_level_numbers(c))])


def _spanned(text: Text, columns: list[Column]) -> Column | None:
    """Return the column whose scale goes from the one end that is named to the other."""
    for match in _SPAN.finditer(text.norm):
        if text.is_used(match.start()) or _OF_TIME.match(text.low, match.end()):
            continue
        ends = (match["low"], match["high"])
        letter = (match["letter"] or "").lower()
        found = [c for c in columns if _ends(c) == ends and (not letter or _initial(c, letter))]
        if len(found) == 1 and (ends[0] != "a" and ends[0] != ends[1]):
            return found[0]
    return None


_OF_TIME = re.compile(
    r"[- ]?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?)\b|"
    r"个?[天周月年日]"
)
"""After a span that is one of time: "1 to 12 months after joining"."""


def _ends(column: Column) -> tuple[str, str] | None:
    """Return the first and the last value of a scale of letters or of numbers."""
    levels = [level for level, _ in column.profile.levels]
    if levels and all(len(level) == 1 and level.isalpha() for level in levels):
        return min(levels), max(levels)
    numbers = _level_numbers(column)
    if numbers and len(numbers) == len(levels):
        ordered = sorted(map(int, numbers))
        return str(ordered[0]), str(ordered[-1])
    low, high = column.profile.minimum, column.profile.maximum
    whole = column.profile.kind == "integer" and low is not None and high is not None
    return (str(int(low or 0)), str(int(high or 0))) if whole else None


def _level_numbers(column: Column) -> list[str]:
    matches = [_NUMBERED.match(level) for level, _ in column.profile.levels]
    return [match[1] for match in matches if match]


def _initial(column: Column, letter: str) -> bool:
    return any(part.stem.startswith(letter) for part in column.core[:1])


def _only(columns: list[Column]) -> Column | None:
    return columns[0] if len(columns) == 1 else None
