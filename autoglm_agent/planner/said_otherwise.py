"""Ways to ask for a column that speak of its values or of its kind, and not of its name.

They are tried where no column is named outright as what is asked for: a list of values, a question
of yes and no that ends in *with a* name, and how something ends or in which state it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_agent.planner.asked import read_asked
from autoglm_agent.planner.asked_with import asked_with
from autoglm_agent.planner.choice import Choice, is_clear
from autoglm_agent.planner.endings import (
    asks_for_ending,
    ending_column,
    state_asked,
    state_column,
)
from autoglm_agent.planner.levels_listed import listed_levels
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.partly_named import of_another_field
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text

_NAMED = 0.7
"""What a column named outright counts at least where it is asked for, and not only spoken of."""
_LISTED, _WITH, _ENDING = 0.85, 0.85, 0.8


def said_otherwise(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    ranked: Sequence[Choice],
) -> Choice | None:
    """Return the column that is asked for by its values or its kind, or None.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        mentions: Column mentions in the open text.
        excluded: Columns that cannot be the target.
        ranked: The columns found by words, best first.
    """
    if ranked and ranked[0].how == "exact" and ranked[0].confidence >= _NAMED:
        return None
    end = len(text.norm)
    listed = listed_levels(text, schema, excluded)
    # "We sell by web, phone or shop: estimate how much money an order brings" asks for an amount.
    if listed is not None and (listed.numeric or read_asked(text, None).form != "amount"):
        return Choice(listed, _LISTED, 0, end, "instruction", "level")
    if (thing := asked_with(text, mentions, excluded)) is not None:
        return Choice(thing, _WITH, 0, end, "instruction", "exact")
    usable = [c for c in schema.columns if c.name not in excluded and not c.identifies]
    if asks_for_ending(text.open_part) and (column := ending_column(usable)) is not None:
        return Choice(column, _ENDING, 0, end, "instruction", "outright")
    return _state(text, schema, usable, ranked)


def _state(
    text: Text, schema: Schema, usable: list[Column], ranked: Sequence[Choice]
) -> Choice | None:
    """Return the column of states where a state is asked for that no other column has."""
    match = state_asked(text.open_part)
    column = state_column(usable, text.stems) if match is not None else None
    if match is None or column is None or of_another_field(text, schema):
        return None
    before = any(c.end <= match.start() <= c.end + 1 and c.column is not column for c in ranked)
    if before and is_clear(ranked):
        return None  # a *marital* status is another column's
    return Choice(column, _ENDING, match.start(), match.end(), "instruction", "outright")
