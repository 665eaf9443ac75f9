"""The one column that can be the quantity asked for: a table's only price answers *how much*.

Where no word names a column, a question for a measure may still leave just one: of all columns
only one is a time, or money, or a distance. It is taken unless a word of the wish belongs to a
field of life that the table knows nothing of.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.asked import Asked, read_asked
from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    ENTITIES,
    FILLER_ZH,
    LIGHT_VERBS,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.impossible import asked_time
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.support import word_support
from autoglm_agent.planner.text import Text, stem
from autoglm_agent.planner.units_asked import columns_in_unit

_SURE, _FIRST_YEAR, _LAST_YEAR = 0.7, 1500, 2100
_AGE, _TIME = stem("age"), stem("time")
_TIMES_ZH = ("分钟", "小时", "天数", "秒数")
_WHOM = re.compile(r"\bfor (?:every|each|all|any) (?:new |single |the )?[a-z]+\b", re.ASCII)
"""Whom a measure is asked of, which says nothing of what is measured."""
_STAYED = re.compile(r"\b(?:length of|time (?:to|until|till))\b", re.ASCII)
_PLAIN = BREAKS | CONTEXT | QUESTION | LIGHT_VERBS


def only_measure(text: Text, schema: Schema, excluded: Collection[str]) -> Choice | None:
    """Return the one column of the measure that is asked for.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
    """
    in_unit = columns_in_unit(text.open_part, schema)
    if len(in_unit) == 1 and asked_time(text.open_part) is None:
        found = in_unit[0]
        named = found.name not in excluded and _of_the_table(text, schema, strict=False)
        return _taken(found, text) if named else None
    asked = read_asked(text, None)
    if not asked.measure or asked.counts:
        return None
    measured = [c for c in schema.columns if c.numeric and not c.identifies and _is_a(c, asked)]
    if _AGE not in asked.stems:
        # An age is no duration, though it is counted in days.
        measured = [c for c in measured if not any(p.stem == _AGE for p in c.parts)]
    if len(measured) != 1 or measured[0].name in excluded:
        return None
    column = measured[0]
    timed = asked_time(text.open_part) or _STAYED.search(text.low)
    strict = not (timed or _said_besides(column, asked, text))
    return _taken(column, text) if _of_the_table(text, schema, strict=strict) else None


def _taken(column: Column, text: Text) -> Choice:
    return Choice(column, _SURE, 0, len(text.norm), "instruction", "alike")


def is_year(column: Column) -> bool:
    """Tell whether a column's values are years of the calendar."""
    low, high = column.profile.minimum, column.profile.maximum
    whole = column.profile.kind == "integer" and low is not None and high is not None
    return whole and (low or 0) >= _FIRST_YEAR and (high or 0) <= _LAST_YEAR


def _is_a(column: Column, asked: Asked) -> bool:
    if _TIME in asked.stems and column.name.endswith(_TIMES_ZH):
        return True
    return any(asked.measured_by(part) for part in (*column.parts, *column.unit)) or any(
        word in asked.stems for part in column.parts for word in part.alternatives if part.light
    )


def _said_besides(column: Column, asked: Asked, text: Text) -> bool:
    """Tell whether a word says another part of a name than the measure: *average*, `avg_stay`."""
    others = [part for part in column.parts if not asked.measured_by(part)]
    words = [t.stem for t in text.tokens if not text.is_used(t.start)]
    return any(part.says(word) for part in others for word in words)


def _of_the_table(text: Text, schema: Schema, *, strict: bool) -> bool:
    """Tell whether the words are about the table: none is foreign, and one is known at least.

    Args:
        text: The instruction.
        schema: The table's columns.
        strict: Whether one word must be known.
    """
    whom = [match.span() for match in _WHOM.finditer(text.low)]
    verdicts = [
        word_support(token.stem, schema)
        for token in text.tokens
        if not text.is_used(token.start)
        and not any(start <= token.start < end for start, end in whom)
        and token.low not in _PLAIN | FILLER_ZH
        and token.stem not in PREDICT | ENTITIES
        and len(token.low) > 1
    ]
    known = "supported" in verdicts or "unknown" not in verdicts
    return "foreign" not in verdicts and (known or not strict)
