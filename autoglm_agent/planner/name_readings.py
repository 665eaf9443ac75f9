"""What the words of a column's name stand for beside their neighbours: sides, letters, phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from types import MappingProxyType
from typing import TYPE_CHECKING

from autoglm_agent.planner.lexicon import SMALL, concepts_of, english_words, phrase_key
from autoglm_agent.planner.short_forms import ABBREVIATIONS
from autoglm_agent.planner.text import stem

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import ColumnProfile

_MOST_READINGS, _PAIRS = 24, 2
_HOME, _AWAY = ("home", "host"), ("away", "visitor", "visiting", "guest", "opponent")


def sides(names: list[str]) -> dict[str, tuple[str, ...]]:
    """Return what `h_` and `a_` stand for where two columns differ in nothing else."""
    cut = [name.lower().partition("_") for name in names]
    tails = {side: {tail for head, _, tail in cut if head == side} for side in ("h", "a")}
    return {"h": _HOME, "a": _AWAY} if tails["h"] & tails["a"] - {""} else {}


_LETTERED = (
    {"w": "wins", "l": "losses", "d": "draws", "t": "ties"},
    {"n": "nitrogen", "p": "phosphorus", "k": "potassium"},
)
"""What single letters stand for in a table that has the first two of a row as names."""


def letters(words: list[str], columns: tuple[ColumnProfile, ...]) -> tuple[str, ...]:
    """Return what a name of one letter stands for, where another one makes the reading plain."""
    if len(words) != 1 or len(words[0]) > 1:
        return ()
    names = {column.name.lower() for column in columns}
    read = next((row for row in _LETTERED if set(list(row)[:2]) <= names), {})
    return (read[words[0]],) if words[0] in read else ()


_ACRONYM = re.compile(r"[A-Z]{2,5}", re.ASCII)
_BEGINS = (("FT", "full time fulltime"), ("HT", "half time halftime"), ("", ""))
_ENDS = {
    "G": "goals", "R": "red cards", "S": "shots", "ST": "shots target", "Y": "yellow cards",
    "C": "corners", "F": "fouls", "W": "woodwork", "O": "offsides",
}  # fmt: skip


@lru_cache(maxsize=16)
def mirrored(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return what initials stand for that a table has of both sides: `HS` and `AS`, `FTHG`.

    Args:
        names: The names of all columns.

    Returns:
        From each such name in lower case to its words; nothing where fewer than two pairs are.
    """
    found: dict[str, tuple[str, ...]] = {}
    pairs = 0
    for name in names:
        for begin, begun in _BEGINS:
            side, end = name[len(begin) : len(begin) + 1], name[len(begin) + 1 :]
            if not _ACRONYM.fullmatch(name) or not name.startswith(begin) or end not in _ENDS:
                continue
            if side in ("H", "A") and begin + "HA"[side == "H"] + end in names:
                told = _HOME if side == "H" else _AWAY
                found[name.lower()] = (*told, *begun.split(), *_ENDS[end].split())
                pairs += 1
        for begin, begun in _BEGINS[:2]:
            if name == f"{begin}R":
                found[name.lower()] = (*begun.split(), "result", "outcome")
    return found if pairs >= 2 * _PAIRS else {}


def initials(names: list[list[str]]) -> dict[str, tuple[str, ...]]:
    """Return what short words of names stand for that are the initials of another name's words.

    `bw` of `low_bw` is *birth weight* where a column is called `birth_weight_g`.

    Args:
        names: The words of every name.
    """
    short = {
        word
        for words in names
        for word in words
        if len(words) > 1 and _PAIRS <= len(word) <= 2 * _PAIRS and word not in ABBREVIATIONS
    }
    found: dict[str, set[tuple[str, ...]]] = {}
    for words in names:
        for size in range(_PAIRS, min(len(words), 2 * _PAIRS) + 1):
            key = "".join(word[0] for word in words[:size])
            whole = all(len(word) > _PAIRS for word in words[:size])
            if whole and key in short and not concepts_of(stem(key)):
                found.setdefault(key, set()).add(tuple(words[:size]))
    return {key: readings.pop() for key, readings in found.items() if len(readings) == 1}


def cut_short(word: str) -> bool:
    """Tell whether a short form is only by chance the stem of a longer word: `los` of *lose*."""
    return word in ABBREVIATIONS and f"{word}e" in english_words()


def phrase_concepts(
    words: list[str], initials: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[frozenset[str]]:
    """Return for each word of a name the concepts of the phrases of two to four words around it.

    Args:
        words: The words of the name.
        initials: What those of them stand for that are initials of another name's words.
    """
    if any(word in initials for word in words):
        spelt = [initials.get(word, (word,)) for word in words]
        flat = iter(phrase_concepts([word for told in spelt for word in told]))
        return [frozenset().union(*(next(flat) for _ in told)) for told in spelt]
    found: list[set[str]] = [set() for _ in words]
    told = [i for i, word in enumerate(words) if word not in SMALL]
    for size in (2, 3, 4):
        for place in range(len(told) - size + 1):
            window = told[place : place + size]
            names = {c.name for c in concepts_of(phrase_key([words[i] for i in window]))}
            for index in window:
                found[index] |= names
            # Short forms are read for the last word alone: `arr` of `arr_dly` is no delay.
            # Nor is what a side word means by itself what the head means: `home` of `home_tm`.
            readings = _readings([words[i] for i in window])
            sides = {c.name for i in window[:-1] for c in concepts_of(stem(words[i]))}
            found[window[-1]] |= {c.name for key in readings for c in concepts_of(key)} - sides
    return [frozenset(names) for names in found]


def _readings(words: list[str]) -> list[str]:
    """Return the keys of a phrase as written and with its short forms spelt out: `mod_temp`."""
    forms = [(word, *ABBREVIATIONS.get(word, ())) for word in words]
    return [phrase_key(list(told)) for told in islice(product(*forms), _MOST_READINGS)]
