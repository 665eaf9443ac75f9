"""What votes say: probabilities that a candidate, a prefix and a chain are right.

A chain is right as long as every step is; what follows a wrong step is lost. The state of
knowledge is therefore one list, `right[k]`: the probability that the first `k + 1` accepted
steps are right. It is exact for any evidence that depends only on whether a prefix is right,
which is what later rejections and final checks are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.policy.beliefs import Beliefs, Rates, Scope
from autoglm_agent.policy.search import Vote

CERTAIN = 30.0
"""Log-odds that stand for certainty; finite, so that evidence can be summed."""
RARE = 1e-4
"""No rate is believed to be smaller, unless the verifier calls its word sound."""
TINY = 1e-12
"""A probability beyond it counts as certain."""


def logit(probability: float) -> float:
    """Return the log-odds, within certainty on both sides."""
    if probability <= 0:
        return -CERTAIN
    if probability >= 1:
        return CERTAIN
    return max(-CERTAIN, min(CERTAIN, math.log(probability / (1 - probability))))


def shift(old: float, new: float) -> float:
    """Return by how much the log-odds grow from one probability to another."""
    if new == old:
        return 0.0
    if min(old, new) > TINY and max(old, new) < 1 - TINY:  # one logarithm in place of two
        return math.log(new * (1 - old) / (old * (1 - new)))
    return logit(new) - logit(old)


def sigmoid(odds: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-odds)) if odds > -500 else 0.0


def weight(rates: Rates, accepts: bool) -> float:
    """Return the log likelihood ratio, right to wrong, of one word of a verifier."""
    false_accept, false_reject = (min(1 - RARE, max(RARE, rate)) for rate in rates.errors)
    if accepts:
        return math.log((1 - false_reject) / false_accept)
    return math.log(false_reject / (1 - false_accept))


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one candidate, summed by family.

    `k` votes of one family count as `k / (1 + (k - 1) * rho)`; a sound word decides alone, and
    a sound refutation outweighs a proof.
    """

    families: tuple[tuple[str, float, int, float], ...] = ()
    """Name, summed weight, number of votes, and correlation of each family."""
    certain: float | None = None
    """Log-odds by a sound word."""

    @property
    def odds(self) -> float:
        """Log-odds that the votes add, correlated ones discounted."""
        if self.certain is not None:
            return self.certain
        return sum(total / (1 + (count - 1) * rho) for _, total, count, rho in self.families)

    def run(self, rates: Rates, accepts: bool, most: int) -> list[tuple[float, float]]:
        """Return the log-odds along a run of one to `most` more words that all say the same.

        Args:
            rates: The verifier that speaks.
            accepts: What it says.
            most: How many words to look ahead.

        Returns:
            For each word of the run: the odds if it says the same, and if it says the opposite.
        """
        family = rates.family or rates.check
        others, total, count, rho = 0.0, 0.0, 0, rates.rho
        for name, summed, votes, correlation in self.families:
            if name == family:
                total, count, rho = summed, votes, max(rho, correlation)
            else:
                others += summed / (1 + (votes - 1) * correlation)
        same, opposite = weight(rates, accepts), weight(rates, not accepts)
        out = []
        for _ in range(most):
            shrink = 1 + count * rho
            out.append((others + (total + same) / shrink, others + (total + opposite) / shrink))
            total += same
            count += 1
        return out


def tally(votes: Sequence[Vote], beliefs: Beliefs, scope: Scope = "step") -> Tally:
    """Sum the votes of one scope.

    Args:
        votes: All votes on one candidate.
        beliefs: Rates and correlation of each verifier.
        scope: Which verifiers are summed.
    """
    families: dict[str, tuple[float, int, float]] = {}
    certain = None
    for vote in votes:
        rates = beliefs.of(vote.check)
        if rates.scope != scope:
            continue
        if vote.sound and certain != -CERTAIN:
            certain = CERTAIN if vote.accepts else -CERTAIN
        name = rates.family or rates.check
        total, count, rho = families.get(name, (0.0, 0, 0.0))
        families[name] = (total + weight(rates, vote.accepts), count + 1, max(rho, rates.rho))
    return Tally(tuple((name, *sums) for name, sums in families.items()), certain)


def after_candidate(
    right: tuple[float, ...], p: float, odds: float, visibility: float
) -> tuple[float, ...]:
    """Return the prefix probabilities after the votes on a candidate that follows the prefix.

    After a right prefix the candidate is right with probability `p`. After a wrong one the
    verifiers see that with probability `visibility`, and are otherwise as pleased as ever.

    Args:
        right: Prefix probabilities.
        p: Probability that a candidate at this position is right.
        odds: What the votes add to the candidate's log-odds.
        visibility: See `Beliefs.visibility`.
    """
    if not right or visibility <= 0:
        return right
    pleased = p * math.exp(min(CERTAIN, odds)) + 1 - p
    return conditioned(right, pleased / (visibility + (1 - visibility) * pleased))


def conditioned(right: tuple[float, ...], ratio: float) -> tuple[float, ...]:
    """Return the prefix probabilities after evidence on the whole chain.

    Args:
        right: Prefix probabilities.
        ratio: Likelihood of the evidence if the chain is right, over that if it is not.
    """
    whole = right[-1]
    total = whole * ratio + 1 - whole
    if total <= 0:
        return tuple(0.0 for _ in right)
    return tuple([(whole * ratio + part - whole) / total for part in right])
