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
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.support import word_support
from autoglm_agent.planner.text import Text, stem

_SURE, _FIRST_YEAR, _LAST_YEAR = 0.7, 1500, 2100
_UNITS = {
    "kilos kilo kilograms kilogram kg 公斤 千克": "kg 公斤 千克",
    "grams gram grammes 克": "g 克",
    "tonnes tons tonne ton 吨": "t ton tons tonne tonnes 吨",
    "pounds lbs": "lb lbs pounds",
    "kilometres kilometers km 公里": "km 公里 千米",
    "miles": "mi miles",
    "metres meters 米": "m 米",
    "litres liters 升": "l 升 ml",
    "dollars bucks 美元": "usd dollars dollar",
    "euros 欧元": "eur euros euro",
    "degrees 度": "c f k celsius fahrenheit temp",
    "kwh 千瓦时 度电": "kwh mwh",
    "kilowatts kw 千瓦": "kw mw",
    "percent 百分之": "pct percent",
    "points 分": "points pts",
}
"""Words for units in sentences, and how names of columns write them."""
_HOW_MANY = re.compile(
    r"\b(?:how many|number of) (?P<unit>[a-z]{2,12})\b|"
    r"(?:多少|几)(?P<zh>公斤|千克|克|吨|公里|米|升|美元|欧元|千瓦时|千瓦|度电)",
    re.ASCII,
)
_PLAIN = BREAKS | CONTEXT | QUESTION | LIGHT_VERBS


def only_measure(text: Text, schema: Schema, excluded: Collection[str]) -> Choice | None:
    """Return the one column of the measure that is asked for.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
    """
    if (found := _in_unit(text, schema)) is not None:
        named = found.name not in excluded and _of_the_table(text, schema)
        return _taken(found, text) if named else None
    asked = read_asked(text, None)
    if not asked.measure or asked.counts:
        return None
    measured = [c for c in schema.columns if c.numeric and not c.identifies and _is_a(c, asked)]
    if len(measured) != 1 or measured[0].name in excluded or not _of_the_table(text, schema):
        return None
    return _taken(measured[0], text)


def _taken(column: Column, text: Text) -> Choice:
    return Choice(column, _SURE, 0, len(text.norm), "instruction", "alike")


def _in_unit(text: Text, schema: Schema) -> Column | None:
    """Return the one column in the unit of which it is asked how many."""
    low = text.open_part
    numeric = [c for c in schema.columns if c.numeric and not c.identifies]
    for match in _HOW_MANY.finditer(low):
        units = next(
            (u for words, u in _UNITS.items() if (match["unit"] or match["zh"]) in words.split()),
            "",
        )
        wanted = frozenset(map(stem, units.split()))
        found = [c for c in numeric if wanted & {p.stem for p in (*c.parts[1:], *c.unit)}]
        if units:
            return found[0] if len(found) == 1 else None
    return None


def is_year(column: Column) -> bool:
    """Tell whether a column's values are years of the calendar."""
    low, high = column.profile.minimum, column.profile.maximum
    whole = column.profile.kind == "integer" and low is not None and high is not None
    return whole and (low or 0) >= _FIRST_YEAR and (high or 0) <= _LAST_YEAR


def _is_a(column: Column, asked: Asked) -> bool:
    return any(asked.measured_by(part) for part in (*column.parts, *column.unit)) or any(
        word in asked.stems for part in column.parts for word in part.alternatives if part.light
    )


def _of_the_table(text: Text, schema: Schema) -> bool:
    """Tell whether the words are about the table: none is foreign, and one is known at least."""
    verdicts = [
        word_support(token.stem, schema)
        for token in text.tokens
        if not text.is_used(token.start)
        and token.low not in _PLAIN | FILLER_ZH
        and token.stem not in PREDICT | ENTITIES
        and len(token.low) > 1
    ]
    return "foreign" not in verdicts and ("supported" in verdicts or "unknown" not in verdicts)
