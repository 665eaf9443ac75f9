"""When the judge's word decides: where the grammar has no column, or only a weak one.

On tables that it was not fitted on, the judge is as sure of a column in 17 of 300 instructions of
the planner's corpus for which the table has none, most of them written to mislead, and right in
.986 of those that it takes (`python -m benchmarks.instructions.meaning`).
"""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_agent.planner.choice import THRESHOLD, Choice, is_clear
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.ranking import BY_WORDS
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text

SURE = 0.75
"""How likely a column must be to be taken where the grammar has no clear one."""
OVERRULES = 0.8
"""The same where the grammar has a weak one, and is right more often than not."""
_WEAK, _DOUBTED = 0.75, 0.35
"""Confidence of the grammar below which its choice is weak, and from which it knows of a column."""
_NAMED = 0.9
"""Score of a mention from which a column is named as it is written."""


def is_weak(best: Choice) -> bool:
    """Tell whether the grammar's choice rests on so little that its meaning is asked for, too."""
    return best.confidence < _WEAK and best.how in BY_WORDS | {"alike"}


def by_meaning(
    text: Text,
    ranked: Sequence[Choice],
    likely: Sequence[tuple[Column, float]],
    mentions: Sequence[Mention],
) -> Choice | None:
    """Return the grammar's clear choice or the judge's, or None where it has to be asked.

    What the grammar has weighed stays a question, whatever the judge says: columns that are named
    equally well, and one that is named, but in a place where nothing is asked for or beside a
    word that is none of its own, as *lung* is not of `SkinCancer`. One that it found by less than
    its name and doubted is taken where the judge agrees.

    Args:
        text: The instruction.
        ranked: The grammar's choices, best first.
        likely: Columns with how likely each is meant, the likeliest first.
        mentions: Column mentions in the text.
    """
    clear = is_clear(ranked)
    best = ranked[0] if ranked else None
    if likely:
        column, chance = likely[0]
        tied = best is not None and not clear and best.confidence >= THRESHOLD
        doubted = best is not None and best.column is column and best.confidence >= _DOUBTED
        known = doubted and best is not None and best.how in ("exact", "direct")
        named = any(m.column is column and m.score >= _NAMED for m in mentions)
        least = OVERRULES if clear else SURE
        if chance >= least and not (tied or known or named):
            return Choice(column, chance, 0, len(text.norm), "instruction", "meaning")
    return best if clear else None
