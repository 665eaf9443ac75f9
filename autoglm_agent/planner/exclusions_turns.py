"""Items of an exclusion that describe a column: "the number of staff", "who paid it".

What a target would not be taken for may well be found here, since the instruction says already
that these words mean a column.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.endings import ending_column, state_column
from autoglm_agent.planner.exclusions_groups import AND
from autoglm_agent.planner.grammar import BREAKS, QUESTION
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set

_REST = r"(?P<rest>[\w' -]{2,40}?)(?=\s(?:and|or|nor|as well)\b|\s?[,.;:!?()]|\Z)"
_COUNT_OF = re.compile(
    r"(?:the )?(?:number|count|amount|total|sum|level|share|percentage|quantity) of "
    rf"(?:the |all )*{_REST}",
    re.ASCII,
)
_HOW_MANY = re.compile(
    r"how (?:many|much|long|big|old) (?P<rest>[a-z][\w' -]{1,24}?) "
    r"(?:there (?:are|is|were|was)|it (?:has|had|is|was)|they (?:have|had|are|were)|"
    r"(?:is|are|was|were) there)\b",
    re.ASCII,
)
_WHO = re.compile(
    r"who (?:had |has |have |originally |first )*(?P<verb>[a-z]{3,16}) "
    r"(?:it|them|him|her|this|the [a-z]+|a [a-z]+)\b",
    re.ASCII,
)
_ENDED = re.compile(
    r"how (?:it|they|things|this|the [a-z]+|a [a-z]+|each [a-z]+) (?:all |finally |then )?"
    r"(?:end|finish|conclude|turn|turned|went|go|came|close|was decided|get|got)(?:s|ed|d)?"
    r"(?: out| up| off)?\b",
    re.ASCII,
)
_MONEY = frozenset(map(stem, word_set("money amount sum figure value cash 金额 钱 款")))
_STATES = frozenset(("status", "state", "condition"))
_CURRENCIES = frozenset(map(stem, word_set("usd eur gbp cny inr dollars euros pounds yuan rmb")))
_DOERS = ("er", "or", "r", "ee", "ant", "ent", "ist")
_LEAST = 3


def turned(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Return the columns that a turn of phrase from a token on means, and the token after it.

    Args:
        text: The instruction.
        schema: The table's columns.
        index: The first token of the item.
    """
    start = text.tokens[index].start
    if match := _COUNT_OF.match(text.low, start) or _HOW_MANY.match(text.low, start):
        return _found(_counted(text, schema, match), text, match.end())
    if match := _WHO.match(text.low, start):
        return _found(_doer(match["verb"], schema), text, match.end())
    if match := _ENDED.match(text.low, start):
        return _found(ending_column(schema.columns), text, match.end())
    return None


def described(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Return the column of which an item that is no name says enough, and the token after it.

    Either a compound ends or begins with a word of its name (*butterfat*, `fat_pct`), or the item
    is money of which a word says what kind (*pledged money*, `usd_pledged`).

    Args:
        text: The instruction.
        schema: The table's columns.
        index: The first token of the item.
    """
    token = text.tokens[index]
    if token.cjk or token.low in AND | BREAKS | QUESTION:
        return None
    after = text.tokens[index + 1] if index + 1 < len(text.tokens) else None
    if after is not None and after.stem in _MONEY and text.joined(index, index + 1):
        money = [c for c in schema.columns if c.numeric and _stems(c) & _CURRENCIES]
        told = [c for c in money if any(p.stem == token.stem for p in c.parts)]
        if len(told) == 1:
            return [told[0].name], index + 2
    if token.low in _STATES and (state := state_column(schema.columns)) is not None:
        return [state.name], index + 1
    found = _only([c for c in schema.columns if any(_in_compound(token.stem, p) for p in c.core)])
    return ([found.name], index + 1) if found is not None else None


def _counted(text: Text, schema: Schema, match: re.Match[str]) -> Column | None:
    """Return the column of "the number of X": one that says both, else the quantity called X."""
    whole = columns_for(text.norm[slice(*match.span())], schema)
    words = {stem(word) for word in match["rest"].split()}
    rest = text.norm[match.start("rest") : match.end("rest")]
    told = [c for c in whole if any(p.says(w) for p in c.parts for w in words)]
    if len(told) == 1:
        return told[0]
    named = [c for c in columns_for(rest, schema) if c.numeric]
    said = [c for c in schema.columns if c.numeric and all(_says(c, w) for w in words)]
    return _only(named) or _only(said)


def _doer(verb: str, schema: Schema) -> Column | None:
    """Return the column of who does what a verb says: `funder` for "who funded it"."""
    root = stem(verb)
    doers = {root + end for end in _DOERS} | {stem(root + end) for end in _DOERS}
    return _only([c for c in schema.columns if _stems(c) & doers])


def _found(column: Column | None, text: Text, end: int) -> tuple[list[str], int] | None:
    if column is None:
        return None
    index = text.token_at(end)
    return [column.name], index


def _in_compound(word: str, part: Part) -> bool:
    name = part.stem
    if len(name) < _LEAST or len(word) < len(name) + _LEAST or not word.isascii():
        return False
    return name.isalpha() and word.endswith(name)


def _says(column: Column, word: str) -> bool:
    return any(part.says(word) for part in column.parts)


def _stems(column: Column) -> set[str]:
    return {part.stem for part in column.parts}


def _only(columns: list[Column]) -> Column | None:
    return columns[0] if len(columns) == 1 else None
