"""Which architecture to try next, guided by distances between architectures.

The first few are a portfolio: what together does best on the tasks that were measured. Then comes
the best expected improvement under a Gaussian process (Jones et al. 1998) over the embedding of
`embedding`, around what those tasks lead to expect. Knowledge that does harm is dropped twice: a
task that ranks the tried architectures the other way round counts no more, and the expectation as a
whole is trusted as far as it has ranked the tried ones rightly.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from autoglm_agent.automl.samplers.gaussian import expected_improvement, posterior, scaled
from autoglm_agent.automl.samplers.transfer import (
    ENOUGH,
    behaviour_embedding,
    next_of_portfolio,
    rank_agreement,
    table_weights,
)
from autoglm_agent.images.architectures.embedding import by_effects, one_hot, probed
from autoglm_agent.images.architectures.measured import Measured

PORTFOLIO = 4
RANDOM = 8
"""Random tries before the process, where there is no portfolio."""
PATIENCE = 4.0
"""Observations that the first trust in the expectation is worth."""

Nearness = Literal["one-hot", "probed", "effects", "composed", "standings"]


@dataclass(frozen=True)
class Parts:
    """Parts of the search, to see what each brings.

    Attributes:
        portfolio: Whether the first tries are a portfolio; else they are random.
        prior: Whether measured tasks say what to expect.
        nearness: What makes two architectures alike: equal operations; operations that do the same
            with random weights; that have the same effects on measured tasks; both of these;
            or equal standings of the architectures themselves.
        model: Whether a Gaussian process follows the portfolio; else what is expected does.
    """

    portfolio: bool = True
    prior: bool = True
    nearness: Nearness = "effects"
    model: bool = True


@dataclass
class ArchitectureProposer:
    """Proposes architectures of those measured.

    Attributes:
        measured: The known tasks; architectures are named by their row.
        parts: Which parts are on.
    """

    measured: Measured
    parts: Parts = field(default_factory=Parts)

    def __post_init__(self) -> None:
        self._behaviour = self.measured.behaviour
        self._relative = self._behaviour.relative
        self._codes = self.measured.codes
        self._probed = scaled(probed(self._codes, self.measured.properties, self.measured.alike))
        self._one_hot = scaled(one_hot(self._codes))

    def propose(
        self,
        seen: np.ndarray,
        values: np.ndarray,
        busy: Collection[int],
        rng: np.random.Generator,
    ) -> int:
        """Return the row of the architecture to try next.

        Args:
            seen: Rows of those tried.
            values: What they reached, greater is better.
            busy: Rows of those being tried right now.
            rng: For tries without a portfolio.
        """
        taken = np.array(sorted(set(seen.tolist()) | set(busy)), dtype=np.int64)
        every = np.arange(len(self._codes))
        open_ = np.setdiff1d(every, taken)
        if not len(open_):
            return int(rng.choice(every))
        weights = table_weights(self._behaviour, None, seen, values)
        blind = len(seen) < 2
        if self.parts.portfolio and (len(taken) < PORTFOLIO or blind):
            return next_of_portfolio(self._relative, weights, taken, open_)
        if not self.parts.portfolio and (len(taken) < RANDOM or blind):
            return int(rng.choice(open_))
        if not self.parts.model:
            return int(open_[np.argmax((self._relative @ weights)[open_])])
        gains = self._gains(seen, values, weights)
        return int(open_[np.argmax(gains[open_])])

    def _gains(self, seen: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the improvement that is expected of each."""
        spread = max(float(values.std()), 1e-9)
        observed = (values - values.mean()) / spread
        prior = np.zeros(len(self._codes))
        if self.parts.prior:
            expected = self._relative @ weights
            # In units of what the tried ones differ by, but for a portfolio of equals.
            unit = max(float(expected[seen].std()), 0.5 * float(expected.std()), 1e-9)
            prior = self._trust(expected[seen], observed) * expected / unit
        nearness = self._embeddings(weights)
        mixtures = (1.0,) if len(nearness) == 1 else (1.0, 0.7, 0.4)
        belief = posterior(nearness, seen, observed, prior, mixtures)
        return expected_improvement(belief, float(observed.max()))

    def _trust(self, expected: np.ndarray, observed: np.ndarray) -> float:
        """Return how far the expectation counts: 1 at first, then by how it ranks the tried."""
        if len(observed) < ENOUGH:
            return 1.0
        agreement = float(rank_agreement(expected[:, None], observed)[0])
        n = len(observed)
        return max(0.0, (PATIENCE + n * agreement) / (PATIENCE + n))

    def _embeddings(self, weights: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return one or two embeddings of all architectures."""
        if self.parts.nearness == "one-hot":
            return (self._one_hot,)
        if self.parts.nearness == "probed":
            return (self._probed,)
        if self.parts.nearness == "standings":
            return (scaled(behaviour_embedding(self._relative, weights)),)
        does = scaled(by_effects(self._codes, self._codes, self._relative, weights))
        return (does,) if self.parts.nearness == "effects" else (does, self._probed)
