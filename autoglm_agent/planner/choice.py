"""A column taken for the target, how sure that is, and when it is sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.slots import Source

THRESHOLD = 0.5
"""Least confidence at which a column is taken."""
MARGIN = 0.1
"""Least lead over the second column."""


@dataclass(frozen=True)
class Choice:
    """The target with the reason for it."""

    column: Column
    confidence: float
    start: int
    end: int
    source: Source
    how: str = ""
    """The kind of anchor, as in `Anchor.how`; empty where no anchor decided."""


def is_clear(ranked: Sequence[Choice]) -> bool:
    """Tell whether the first choice is sure enough and leads by enough."""
    if not ranked or ranked[0].confidence < THRESHOLD:
        return False
    return len(ranked) < 2 or ranked[0].confidence - ranked[1].confidence >= MARGIN
