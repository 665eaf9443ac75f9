"""A value found in the instruction, with the place of the words that say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from autoglm_agent.chain import Evidence
from autoglm_agent.planner.text import Text

T = TypeVar("T")
Source = Literal["instruction", "data", "default"]
"""Who decided: the words, the table, or a convention."""


@dataclass(frozen=True)
class Found(Generic[T]):
    """One slot's value; `start` and `end` are places in the normalised text."""

    value: T
    start: int
    end: int
    confidence: float = 0.9
    source: Source = "instruction"

    def evidence(self, text: Text) -> Evidence:
        """Return the evidence with the user's exact words."""
        span = text.span(self.start, self.end) or None
        return Evidence(confidence=round(self.confidence, 3), span=span, source=self.source)
