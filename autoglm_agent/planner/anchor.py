"""One reason to take a column for the target."""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_agent.planner.schema import Column


@dataclass(frozen=True)
class Anchor:
    """A range of tokens that may mean a column."""

    column: Column
    first: int
    last: int
    score: float
    how: str
    """exact, direct, tight, near, pair, level, shared or generic."""
