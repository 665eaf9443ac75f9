"""Which configuration of the library to try next: the algorithm, apart from any framework.

First a greedy portfolio for tables like this one; then expected improvement under a Gaussian
process whose prior is what such tables say and whose nearness is behaviour, mixed with what the
configurations are as far as the observations want it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from autoglm_agent.automl.samplers.behaviour import Behaviour
from autoglm_agent.automl.samplers.embedding import embed
from autoglm_agent.automl.samplers.gaussian import expected_improvement, posterior, scaled
from autoglm_agent.automl.samplers.library import Configuration
from autoglm_agent.automl.samplers.transfer import (
    behaviour_embedding,
    next_of_portfolio,
    table_weights,
)

PORTFOLIO = 8


@dataclass(frozen=True)
class Ablation:
    """Parts that can be switched off, to see what each brings.

    Attributes:
        portfolio: Whether the first ones are a portfolio; else they are random.
        prior: Whether past tables say what to expect.
        nearness: `behaviour`, `ontology` or `both`.
        model: Whether a Gaussian process follows the portfolio.
    """

    portfolio: bool = True
    prior: bool = True
    nearness: str = "both"
    model: bool = True


@dataclass
class Proposer:
    """Proposes configurations of a library.

    Attributes:
        library: The configurations.
        behaviour: What they did on past tables.
        signature: Of the table at hand, or None.
        allowed: Indices that may be proposed; all by default.
        costs: Whether improvement is counted for each second.
        ablation: Which parts are on.
    """

    library: tuple[Configuration, ...]
    behaviour: Behaviour
    signature: np.ndarray | None = None
    allowed: Collection[int] | None = None
    costs: bool = False
    ablation: Ablation = field(default_factory=Ablation)

    def __post_init__(self) -> None:
        self._relative = self.behaviour.relative
        self._what = scaled(embed([c.params for c in self.library]))
        every = range(len(self.library))
        self._allowed = np.array(sorted(self.allowed if self.allowed is not None else every))

    def propose(
        self, seen: np.ndarray, values: np.ndarray, busy: Collection[int], rng: np.random.Generator
    ) -> tuple[int, float]:
        """Return the next configuration and the improvement expected of it, in relative units.

        Args:
            seen: Indices of the configurations tried, best known value each.
            values: Their oriented scores.
            busy: Configurations being tried right now.
            rng: For the ablation without a portfolio.
        """
        taken = set(seen.tolist()) | set(busy)
        open_ = np.array([i for i in self._allowed if i not in taken])
        if not len(open_):
            return int(self._allowed[0]), 0.0
        weights = table_weights(self.behaviour, self.signature, seen, values)
        early = len(seen) + len(busy) < PORTFOLIO
        if early or not self.ablation.model or len(seen) < 3:
            if not self.ablation.portfolio:
                return int(rng.choice(open_)), np.inf
            tried = np.array(sorted(taken), dtype=np.int64)
            return next_of_portfolio(self._relative, weights, tried, open_), np.inf
        gains = self._gains(seen, values, weights)
        if self.costs:
            seconds = np.nanmean(np.where(np.isfinite(self.behaviour.seconds),
                                          self.behaviour.seconds, np.nan), axis=1)  # fmt: skip
            ranked = gains / np.maximum(np.nan_to_num(seconds, nan=1.0), 1e-2)
        else:
            ranked = gains
        best = int(open_[np.argmax(ranked[open_])])
        return best, float(gains[best])

    def expected(self, seen: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Return what past tables say of each configuration that is allowed; see `propose`."""
        weights = table_weights(self.behaviour, self.signature, seen, values)
        return np.asarray(self._relative[self._allowed] @ weights)

    def _gains(self, seen: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Return the expected improvement of every configuration, in relative units."""
        observed = on_relative_scale(values, self._relative[seen] @ weights)
        prior = np.zeros(len(self.library))
        if self.ablation.prior:
            prior = self._relative @ weights
        does = scaled(behaviour_embedding(self._relative, weights))
        kinds = {
            "behaviour": ((does,), (1.0,)),
            "ontology": ((self._what,), (1.0,)),
            "both": ((does, self._what), (1.0, 0.7, 0.4)),
        }
        embeddings, mixtures = kinds[self.ablation.nearness]
        belief = posterior(embeddings, seen, observed, prior, mixtures)
        return expected_improvement(belief, float(observed.max()))


def on_relative_scale(values: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Put scores of this table on the relative scale, by what was expected of those tried."""
    spread = max(float(values.std()), 1e-9)
    slope = max(float(expected.std()), 0.15) / spread
    return np.asarray((values - values.mean()) * slope + expected.mean())
