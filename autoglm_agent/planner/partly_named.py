"""The one column of whose name a telling word is said, where nothing else decides.

A word of a name alone is weak: `staff_pick` is not the number of staff. It is taken where it is of
no other column, the values are of the form asked for, and no word of the wish asks for a quantity
or an event that the name does not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.asked import Asked, fits, read_asked
from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    ENTITIES,
    FILLER,
    FILLER_ZH,
    FUNCTION_ZH,
    LIGHT_VERBS,
    NEUTRAL,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.ranking import places_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.support import whom_concepts, word_support
from autoglm_agent.planner.text import Text

_SURE, _FITTING = 0.6, 0.75
_ASKED = frozenset({"object", "clause", "free"})
_EMPTY = PREDICT | FILLER | (NEUTRAL - ENTITIES)
_LEAST, _MOST = 4, 200
_HAN = "一二三四五六七八九十"
_DAYS = re.compile(
    r"\b(\d{1,3})[- ]?(?:days?|d|weeks?|months?|years?)\b|(\d{1,3}) ?(?:天|日|周|个?月|年)",
    re.ASCII,
)
"""Numbers of days and longer times; shorter ones are budgets."""
_PURPOSE = re.compile(
    r"\bfor (?:[\w-]+ ){1,3}(?:planning|purposes?|scheduling|budgeting|management|monitoring|"
    r"reporting|decisions?|team|department|council|committee|board|office)\b",
    re.ASCII,
)
_COUNTING = frozenset({"how", "many", "much", "number", "count", "多少", "多少个", "几"})


def partly_named(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Collection[str],
    wanted: str | None,
) -> Choice | None:
    """Return the column of whose name alone a word is said, or None.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        mentions: Column mentions in the open text.
        excluded: Columns that cannot be the target.
        wanted: "class" or "number" where the metric or the costs tell it.
    """
    words = _words(text, schema, mentions)
    if not words or of_another_field(text, schema):
        return None
    asked = read_asked(text, wanted)
    usable = [c for c in schema.columns if c.name not in excluded and _usable(c, asked)]
    whether = asked.form == "two"
    for says in (_directly, _by_meaning, _in_compound):
        told = {
            c.name: [
                word for word in words
                if any(says(word, part) for part in _telling(c, says, whether=whether))
                and not _said_of_other(word, c, schema, says)
            ]
            for c in usable
        }  # fmt: skip
        found = [c for c in usable if told[c.name]]
        if len(found) == 1:
            return _choice(text, found[0], words, told[found[0].name], whether=whether)
        if found:
            return None
    return None


def numbered(
    text: Text, schema: Schema, excluded: Collection[str], wanted: str | None
) -> Choice | None:
    """Return the one column in whose name the days stand that are said: 150天, `_150d`.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
        wanted: "class" or "number" where the metric or the costs tell it.
    """
    named, asked = _numbered(text, schema), read_asked(text, wanted)
    usable = [c for c in named if c.name not in excluded and _usable(c, asked)]
    if len(named) != 1 or not usable or of_another_field(text, schema):
        return None
    return Choice(usable[0], _SURE, 0, len(text.norm), "instruction", "alike")


def _numbered(text: Text, schema: Schema) -> list[Column]:
    """Return the columns in whose names a number of days stands that is said."""
    said = {
        str(_HAN.find(number) + 1) if number in _HAN else number.replace("次", "1")
        for match in _DAYS.finditer(text.low)
        for number in match.groups()
        if number
    }
    return [c for c in schema.columns if said & set(re.findall(r"\d+", c.name))]


def of_another_field(text: Text, schema: Schema) -> bool:
    """Tell whether a word is of a field of life that the table knows nothing of.

    What a prediction is made *for*, as "for maintenance planning", does not count.
    """
    aside = [match.span() for match in _PURPOSE.finditer(text.low)]
    return any(
        word_support(token.stem, schema) == "foreign"
        for token in text.tokens
        if not text.is_used(token.start)
        and token.low not in BREAKS | CONTEXT | QUESTION
        and not any(start <= token.start < end for start, end in aside)
    )


@dataclass(frozen=True)
class _Word:
    """An open word with what it means."""

    index: int
    stem: str
    cjk: bool
    names: frozenset[str]


def _words(text: Text, schema: Schema, mentions: list[Mention]) -> list[_Word]:
    """Return the open words that may say what is asked for, each once."""
    places = places_of(text, mentions, find_anchors(text, schema, mentions))
    meaning = senses(text)
    found: dict[str, _Word] = {}
    for index, token in enumerate(text.tokens):
        if text.is_used(token.start) or places[index].region not in _ASKED:
            continue
        if token.cjk and token.low in FUNCTION_ZH | FILLER_ZH:
            continue
        if token.low in BREAKS | CONTEXT | QUESTION | LIGHT_VERBS or token.low.isdigit():
            continue
        if token.stem not in _EMPTY and token.low not in _COUNTING:
            names = frozenset(c.name for c in meaning[index].concepts) - whom_concepts()
            found.setdefault(token.stem, _Word(index, token.stem, token.cjk, names))
    return list(found.values())[:_MOST]


def _usable(column: Column, asked: Asked) -> bool:
    kinds = ("id", "text", "date", "constant", "empty")
    return column.profile.kind not in kinds and fits(column, asked) >= _FITTING


def _directly(word: _Word, part: Part) -> bool:
    return part.says(word.stem)


def _by_meaning(word: _Word, part: Part) -> bool:
    """Tell whether a word of one language means a part of a name in the other."""
    same = word.cjk != part.stem.isascii()
    return _directly(word, part) or (not same and bool(part.concepts & word.names))


def _in_compound(word: _Word, part: Part) -> bool:
    """Tell whether a word ends a compound in a name: *chip*, `microchipped`."""
    long = len(word.stem) >= _LEAST and len(part.stem) >= len(word.stem) + _LEAST
    return long and not word.cjk and part.stem.endswith(word.stem)


_Says = Callable[[_Word, Part], bool]


def _telling(column: Column, says: _Says, *, whether: bool) -> Sequence[Part]:
    """Return the parts that may tell a column; a last word that is said was weighed before.

    Where it is asked whether, a column of yes and no is told by its last word as well.
    """
    whole = says is _in_compound or (whether and column.flag)
    return column.core if whole else column.core[:-1]


def _said_of_other(word: _Word, column: Column, schema: Schema, says: _Says) -> bool:
    others = (c for c in schema.columns if c is not column)
    return any(says(word, part) for other in others for part in other.parts)


def _choice(
    text: Text, column: Column, words: Sequence[_Word], told: Sequence[_Word], *, whether: bool
) -> Choice | None:
    """Return the choice, unless a word asks for what the column's name does not say."""
    kinds = ("yesno",) if whether else ("yesno", "amount", "class")
    meant = {name for part in column.parts for name in part.concepts}
    for word in words if len(told) == 1 else ():
        hints = {c.name for c in concepts_of(word.stem) if c.hint in kinds}
        if word in told or not hints or word.stem in ENTITIES:
            continue
        if not hints & meant and not any(part.says(word.stem) for part in column.parts):
            return None
    first = text.tokens[told[0].index]
    return Choice(column, _SURE, first.start, first.end, "instruction", "alike")
