"""A world in which chains can be right or wrong: it draws candidates and votes on them.

A chain has `n` steps. A draw after a right prefix is right with probability `p`; after a wrong
one nothing is right, though it looks right with probability `p`, and a verifier sees through
that with probability `visibility`. A verdict on one text persists: with probability `rho` a vote
repeats it. Only the world knows what is right; methods get votes.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Regime:
    """The rates of one world."""

    name: str
    title: str
    n: int = 10
    p: float = 0.9
    false_accept: float = 0.0
    false_reject: float = 0.0
    final_false_accept: float = 0.0
    final_false_reject: float = 0.0
    rho: float = 0.0
    final_rho: float = 0.0
    hard: float = 0.0
    p_hard: float = 0.1
    visibility: float = 0.0
    sure: bool = False
    """Whether the step verifier is known to be without error, so that its words are sound."""

    def with_rates(self, **changes: float) -> Regime:
        """Return the regime with other rates."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def sound_final(self) -> bool:
        """Whether the final check never errs."""
        return self.final_false_accept == 0 and self.final_false_reject == 0


@dataclass(slots=True)
class Text:
    """One drawn candidate: its truth, its looks, and what a judge is inclined to say of it."""

    right: bool
    looks: bool
    bias: bool
    final_bias: bool | None = None


class World:
    """Draws, step votes and final votes of one episode, all of them counted."""

    def __init__(self, regime: Regime, seed: int) -> None:
        self.regime = regime
        self.random = random.Random(seed)
        self.p = [
            regime.p_hard if self.random.random() < regime.hard else regime.p
            for _ in range(regime.n)
        ]
        self.draws = self.votes = self.final_votes = 0

    @property
    def limit(self) -> int:
        """Draws after which an episode counts as lost."""
        return 40 * self.regime.n

    def draw(self, prefix_right: bool, position: int) -> Text:
        """Draw a candidate for `position`."""
        self.draws += 1
        fine = self.random.random() < self.p[position]
        hidden = prefix_right or self.random.random() >= self.regime.visibility
        looks = fine and hidden
        return Text(prefix_right and fine, looks, self._opinion(looks))

    def vote(self, text: Text) -> bool:
        """Ask the step verifier about a candidate."""
        self.votes += 1
        if self.random.random() < self.regime.rho:
            return text.bias
        return self._opinion(text.looks)

    def final(self, text: Text) -> bool:
        """Ask the final check about the chain that ends with this candidate."""
        self.final_votes += 1
        if text.final_bias is None:
            text.final_bias = self._verdict(text.right)
        if self.random.random() < self.regime.final_rho:
            return text.final_bias
        return self._verdict(text.right)

    def _opinion(self, looks: bool) -> bool:
        regime = self.regime
        return self.random.random() < (1 - regime.false_reject if looks else regime.false_accept)

    def _verdict(self, right: bool) -> bool:
        regime = self.regime
        return self.random.random() < (
            1 - regime.final_false_reject if right else regime.final_false_accept
        )
