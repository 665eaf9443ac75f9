"""The one column that can be the quantity asked for: a table's only price answers *how much*.

Where no word names a column, a question for a measure may still leave just one: of all columns
only one is a time, or money, or a distance. It is taken unless a word of the wish belongs to a
field of life that the table knows nothing of.
"""

from __future__ import annotations

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
from autoglm_agent.planner.text import Text

_SURE = 0.7
_PLAIN = BREAKS | CONTEXT | QUESTION | LIGHT_VERBS


def only_measure(text: Text, schema: Schema, excluded: Collection[str]) -> Choice | None:
    """Return the one column of the measure that is asked for.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        excluded: Columns that cannot be the target.
    """
    asked = read_asked(text, None)
    if not asked.measure or asked.counts:
        return None
    measured = [c for c in schema.columns if c.numeric and not c.identifies and _is_a(c, asked)]
    if len(measured) != 1 or measured[0].name in excluded or not _of_the_table(text, schema):
        return None
    return Choice(measured[0], _SURE, 0, len(text.norm), "instruction", "alike")


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
