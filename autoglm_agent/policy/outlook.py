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
from functools import cached_property

from autoglm_agent.policy.beliefs import Beliefs, Rates
from autoglm_agent.policy.posterior import RARE
from autoglm_agent.policy.search import Depth, Search
from autoglm_agent.policy.stack import UNSEEN, foreseen

PRIOR_WEIGHT = 5.0
"""Draws that the believed rates of acceptance weigh against the ones of the running search."""
MOST_VOTES = 6
"""Independent votes at most that one verifier can be worth on one text."""
PATIENCE = (1, 2, 3, 4, 6, 8, 12, 20, math.inf)
"""Refusals in a row after which a pass may be given up, of which the best is planned with."""
Prospect = tuple[float, float]
"""Value and cost, in draws, of what is still to come."""


@dataclass(frozen=True)
class Outlook:
    """Rates of all positions of the chain, as far as the search has shown them."""

    chance: float
    """Probability that the present candidate is right if the chain before it is."""
    accept: tuple[float, ...]
    """Probability that a candidate after a right chain is accepted, by position."""
    wrong: tuple[float, ...]
    """The same after a wrong chain: lower where errors show."""
    trust: tuple[float, ...]
    """Probability that an accepted candidate is right, by position."""
    leak: float
    """Probability that the final checks pass a wrong chain."""
    miss: float
    """Probability that they refuse a right one."""
    price: float
    """See `Beliefs.price`."""

    @cached_property
    def draws(self) -> tuple[float, ...]:
        """Expected draws until a candidate is accepted, by position."""
        return tuple([1 / accept for accept in self.accept])

    @cached_property
    def whole(self) -> float:
        """Expected draws of a whole new chain."""
        return sum(self.draws)

    @property
    def fresh(self) -> float:
        """Probability that a new chain is right when it is complete."""
        return math.prod(self.trust)

    @property
    def again(self) -> float:
        """Expected draws until a new chain is right."""
        return self.whole / max(RARE, self.fresh)

    def best(
        self, right: tuple[float, ...], new: tuple[float, ...], least: int, *, final: bool = False
    ) -> int:
        """Return the length of the prefix from which the chain is best redone.

        Args:
            right: Prefix probabilities of the accepted steps.
            new: For each prefix, the share of candidates after it that are new there.
            least: The shortest prefix from which the rest can still be paid for.
            final: Whether a final check was what refused the chain.
        """
        gains = self.gains(right, new, final=final)
        top = len(gains) - 1
        return max(range(min(top, least), top + 1), key=lambda k: (round(gains[k], 12), k))

    def gains(
        self, right: tuple[float, ...], new: tuple[float, ...], *, final: bool = False
    ) -> tuple[float, ...]:
        """Return what redoing the chain yields for a draw, from each prefix; see `best`."""
        ends = (1 - self.miss, -self.leak * (self.price - 1)) if final else (1.0, 0.0)
        best = [-math.inf] * (min(len(right), len(self.accept) - 1) + 1)
        for most in PATIENCE if self.wrong != self.accept else PATIENCE[-1:]:
            ahead = self._ahead(most, ends)
            for k in range(len(best)):
                whole = right[k - 1] if k else 1.0
                after_right, after_wrong = self._before(k, ahead[k + 1], most, new[k])
                value = whole * after_right[0] + (1 - whole) * after_wrong[0]
                cost = whole * after_right[1] + (1 - whole) * after_wrong[1]
                best[k] = max(best[k], value / cost)
        return tuple(best)

    def _ahead(self, most: float, ends: tuple[float, float]) -> list[tuple[Prospect, Prospect]]:
        """Return the prospects of a pass at each position, after a right and a wrong chain.

        Args:
            most: Refusals in a row after which the pass is given up.
            ends: What a right and a wrong complete chain are worth.
        """
        ahead = [((ends[0], 0.0), (ends[1], 0.0))]
        for depth in reversed(range(len(self.accept))):
            ahead.append(self._before(depth, ahead[-1], most, 1.0))
        return ahead[::-1]

    def _before(
        self, depth: int, after: tuple[Prospect, Prospect], most: float, new: float
    ) -> tuple[Prospect, Prospect]:
        """Return the prospects at `depth` by those at the next position."""
        (good, further), (bad, lost) = after
        entered, drawn = _tried(self.accept[depth] * new, most)
        trust = self.trust[depth]
        right = (
            entered * (trust * good + (1 - trust) * bad),
            drawn + entered * (trust * further + (1 - trust) * lost),
        )
        entered, drawn = _tried(self.wrong[depth] * new, most)
        return right, (entered * bad, drawn + entered * lost)


def _tried(accept: float, most: float) -> Prospect:
    """Return how probably one of `most` draws is accepted, and how many are made on average."""
    accept = max(RARE, accept)
    entered = 1.0 if most == math.inf else 1 - (1 - accept) ** most
    return entered, entered / accept


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
    doubt = (1 - beliefs.hard) / max(RARE, beliefs.hard)
    points: dict[tuple[str, ...], tuple[float, float]] = {}
    rows: dict[Depth, tuple[float, float, float, float]] = {}
    ahead = (UNSEEN,) * (length - len(search.depths))
    depths = (*search.depths[:length], *ahead)
    for seen in set(depths):  # what was not seen yet is the same everywhere
        chance = p + gap / (1 + doubt * math.exp(-seen.odds))
        if seen.silent not in points:  # who is silent is all that differs
            points[seen.silent] = _operating_point(search, beliefs, seen.silent)
        true_accept, false_accept = points[seen.silent]
        pleased = max(RARE, chance * true_accept + (1 - chance) * false_accept)
        behind = beliefs.visibility * false_accept + (1 - beliefs.visibility) * pleased
        rows[seen] = (chance, pleased, behind, chance * true_accept / pleased)
    chances, accept, wrong, trust = zip(*[rows[seen] for seen in depths], strict=True)
    leak, miss = final_rates(beliefs)
    return Outlook(chances[position], accept, wrong, trust, leak, miss, beliefs.price)


def _operating_point(
    search: Search, beliefs: Beliefs, silent: tuple[str, ...]
) -> tuple[float, float]:
    """Return how often right and wrong candidates enter the chain: believed, then seen."""
    p = beliefs.p.mean
    accept, trust = foreseen(beliefs, silent)
    accept *= (search.accepts + PRIOR_WEIGHT * accept) / (search.foreseen + PRIOR_WEIGHT * accept)
    trust *= (search.trust + PRIOR_WEIGHT * trust) / (search.foretrust + PRIOR_WEIGHT * trust)
    accept, trust = min(1.0, accept), min(1.0, trust)
    return min(1.0, accept * trust / p), min(1.0, accept * (1 - trust) / (1 - p + RARE))


def final_rates(beliefs: Beliefs) -> tuple[float, float]:
    """Return how often the final checks pass a wrong chain and refuse a right one.

    Each is asked as often as it pays, and `worth` says how much that can teach.
    """
    leak, miss = 1.0, 0.0
    for rates in beliefs.rates:
        if rates.scope == "answer" and rates.task in ("", beliefs.task):
            votes = worth(rates)
            passes_wrong, refuses_right = rates.errors
            leak *= passes_wrong**votes
            miss = 1 - (1 - miss) * (1 - refuses_right**votes)
    return leak, miss


def worth(rates: Rates) -> float:
    """Return how many independent votes a verifier is worth on one text."""
    return min(MOST_VOTES, 1 / rates.rho) if rates.rho > 0 else MOST_VOTES
