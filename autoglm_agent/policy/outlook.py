"""What lies ahead: how dear the rest of a chain is, and from where it is best redone.

Redoing a chain from its first `k` steps succeeds if the prefix and all later steps are right,
and costs the draws of those steps. The index rule picks the `k` with the best success for its
cost; what failed before is in the prefix probabilities, so that one rule gives short jumps
first, longer ones after each failure, and the root where a leaky final check would only be
asked again about a chain that is less likely to be right than a new one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

from autoglm_agent.policy.beliefs import Beliefs, Rates
from autoglm_agent.policy.posterior import RARE
from autoglm_agent.policy.search import Search

PRIOR_WEIGHT = 5.0
"""Draws that the believed rates of acceptance weigh against the ones of the running search."""
MOST_VOTES = 6
"""Independent votes at most that one verifier can be worth on one text."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Rates of all positions of the chain, as far as the search has shown them."""

    chance: float
    """Probability that the present candidate is right if the chain before it is."""
    draws: tuple[float, ...]
    """Expected draws until a candidate is accepted, by position."""
    trust: tuple[float, ...]
    """Probability that an accepted candidate is right, by position."""
    whole: float
    """Expected draws of a whole new chain."""
    fresh: float
    """Probability that a new chain is right when it is complete."""

    @property
    def again(self) -> float:
        """Expected draws until a new chain is right."""
        return self.whole / max(RARE, self.fresh)

    def best(
        self,
        right: tuple[float, ...],
        least: int,
        stale: float,
        leak: float = 0.0,
        miss: float = 0.0,
        price: float = 1.0,
    ) -> int:
        """Return the length of the prefix from which the chain is best redone.

        Args:
            right: Prefix probabilities of the accepted steps.
            least: The shortest prefix from which the rest can still be paid for.
            stale: Further draws at the end of the prefix, where candidates repeat themselves.
            leak: Probability that the final checks pass a wrong chain.
            miss: Probability that they refuse a right one.
            price: See `Beliefs.price`.
        """
        length, loss = len(self.draws), leak * (price - 1)
        costs = list(accumulate(reversed(self.draws)))
        chances = list(accumulate(reversed(self.trust), float.__mul__))
        top = min(len(right), length - 1)
        best, most = top, -math.inf
        for k in range(top, min(top, least) - 1, -1):
            redone = length - k - 1
            success = chances[redone] * (right[k - 1] if k else 1.0)
            cost = costs[redone] + (stale if k == len(right) else 0.0)
            gain = (success * (1 - miss) - (1 - success) * loss) / cost
            if gain > most + 1e-12:
                best, most = k, gain
        return best


def outlook(search: Search, beliefs: Beliefs, position: int, length: int = 0) -> Outlook:
    """Look ahead from the candidate at `position`.

    Args:
        search: The search so far.
        beliefs: Rates of the generator and the verifiers.
        position: Index of the candidate that was drawn last.
        length: Steps of a whole chain; 0: the length seen before, else the one believed.
    """
    length = length or search.length
    if length <= position:
        length = max(round(beliefs.length), position + 2)
    p, gap = beliefs.p.mean, beliefs.p_hard - beliefs.p.mean
    true_accept, false_accept = _operating_point(search, beliefs, p)
    edge, doubt = true_accept - false_accept, (1 - beliefs.hard) / max(RARE, beliefs.hard)
    draws, trust = [], []
    present, whole, fresh = p + gap * beliefs.hard, 0.0, 1.0
    for depth in range(length):
        odds = search.depths[depth].odds if depth < len(search.depths) else 0.0
        chance = p + gap / (1 + doubt * math.exp(-odds))
        pleased = max(RARE, false_accept + edge * chance)
        sure = chance * true_accept / pleased
        if depth == position:
            present = chance
        draws.append(1 / pleased)
        trust.append(sure)
        whole += 1 / pleased
        fresh *= sure
    return Outlook(present, tuple(draws), tuple(trust), whole, fresh)


def _operating_point(search: Search, beliefs: Beliefs, p: float) -> tuple[float, float]:
    """Return how often right and wrong candidates enter the chain: believed, then seen."""
    true_accept = false_accept = 1.0
    for rates in beliefs.rates:
        if rates.scope == "step" and rates.task in ("", beliefs.task):
            true_accept *= 1 - rates.false_reject.mean
            false_accept *= rates.false_accept.mean
    accept = p * true_accept + (1 - p) * false_accept
    trust = p * true_accept / max(RARE, accept)
    accept = (search.accepts + accept * PRIOR_WEIGHT) / (search.draws + PRIOR_WEIGHT)
    trust = (search.trust + trust * PRIOR_WEIGHT) / (search.accepts + PRIOR_WEIGHT)
    return min(1.0, accept * trust / p), min(1.0, accept * (1 - trust) / (1 - p + RARE))


def final_rates(beliefs: Beliefs) -> tuple[float, float]:
    """Return how often the final checks pass a wrong chain and refuse a right one.

    Each is asked as often as it pays, and `worth` says how much that can teach.
    """
    leak, miss = 1.0, 0.0
    for rates in beliefs.rates:
        if rates.scope == "answer" and rates.task in ("", beliefs.task):
            votes = worth(rates)
            leak *= rates.false_accept.mean**votes
            miss = 1 - (1 - miss) * (1 - rates.false_reject.mean**votes)
    return leak, miss


def worth(rates: Rates) -> float:
    """Return how many independent votes a verifier is worth on one text."""
    return min(MOST_VOTES, 1 / rates.rho) if rates.rho > 0 else MOST_VOTES
