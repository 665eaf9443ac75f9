"""Sampling that warms up: a step that goes on failing is drawn from further out.

A model that is sure of a wrong step draws it again and again. Sound verifiers make it safe to
sample more widely there: what is wrong is refuted whatever the temperature was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Sampling = Callable[[int, int], Mapping[str, Any]]
"""From refusals in a row at this step, and steps tried in all, to options of the model call."""


@dataclass(frozen=True)
class Warmer:
    """Raise the temperature with each refusal.

    Attributes:
        start: Temperature of the first draws.
        patience: Refusals in a row that do not raise it.
        step: What each further refusal adds.
        most: Where that ends.
    """

    start: float = 1.0
    patience: int = 2
    step: float = 0.1
    most: float = 1.8

    def __call__(self, refusals: int, tried: int) -> Mapping[str, Any]:  # noqa: ARG002
        """Return the temperature of the next call."""
        warmth = self.start + self.step * max(0, refusals - self.patience)
        return {"temperature": min(max(self.start, self.most), warmth)}
