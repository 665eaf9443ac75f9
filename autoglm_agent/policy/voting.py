"""Whether a further vote is worth its cost, and whose.

Accepting a wrong step and refusing a right one both cost draws. A vote is asked for if it
lowers the expected loss by more than it costs, which is a sequential probability ratio test
(Wald, "Sequential Analysis", 1947) whose bounds follow from the stakes: a second word of the
same judge is discounted until it is worth nothing, a verifier of another kind counts in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.policy.beliefs import Beliefs, Rates, Scope
from autoglm_agent.policy.posterior import Tally, sigmoid
from autoglm_agent.policy.search import Judged, Left

LOOK_AHEAD = 4
"""Further words of one verifier that are looked ahead."""
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Stakes:
    """What the two mistakes cost, in draws."""

    refuse: float
    """A right candidate refused."""
    accept: float
    """A wrong candidate accepted."""

    def risk(self, chance: float) -> float:
        """Return the expected loss of the better decision."""
        return min(chance * self.refuse, (1 - chance) * self.accept)

    def accepts(self, chance: float) -> bool:
        """Tell whether accepting is the better decision."""
        return chance * self.refuse >= (1 - chance) * self.accept


def electorate(beliefs: Beliefs, scope: Scope, judged: Judged, left: Left) -> list[Rates]:
    """Return the verifiers that may be asked about a candidate and can be paid for.

    A program that has spoken would only say the same again.
    """
    if scope == "answer" and left.finals is not None and left.finals < 1:
        return []
    spoken = [vote.check for vote in judged.votes]
    return [
        rates
        for rates in beliefs.rates
        if rates.scope == scope
        and rates.task in ("", beliefs.task)
        and rates.check not in judged.silent
        and not (rates.rho >= 1 and rates.check in spoken)
        and (left.calls is None or rates.calls <= left.calls)
    ]


def question(
    said: Tally, prior: float, stakes: Stakes, voters: Sequence[Rates], now: float
) -> str | None:
    """Return the verifier whose next words are worth most beyond their cost, or None.

    Looks ahead along runs of equal words: a judge may be worth asking although only its second
    or third consent would change the decision. Nothing enters unverified: where nobody has
    spoken, the cheapest is asked whatever it is worth.

    Args:
        said: The votes so far.
        prior: Log-odds that the candidate is right, before any vote.
        stakes: What the mistakes cost.
        voters: Who may be asked.
        now: Probability that the candidate is right.
    """
    if not said.families and voters:
        return min(voters, key=lambda rates: rates.cost).check
    best, check = 0.0, None
    for rates in voters:
        if stakes.risk(now) <= rates.cost:
            continue
        gain = max(_run_gain(said, prior, stakes, rates, word, now) for word in (True, False))
        if gain > best:
            best, check = gain, rates.check
    return check


def _run_gain(
    said: Tally, prior: float, stakes: Stakes, rates: Rates, word: bool, now: float
) -> float:
    """Return the best saving of asking until a word differs, over runs of every length."""
    risk = stakes.risk(now)
    best, reached, spent, lost = 0.0, 1.0, 0.0, 0.0
    for same, opposite in said.run(rates, word, LOOK_AHEAD):
        along, aside = sigmoid(prior + same), sigmoid(prior + opposite)
        spread = along - aside
        if -TINY < spread < TINY:
            break
        # Beliefs are a martingale: this share of equal words leaves their mean where it is.
        share = min(1.0, max(0.0, (now - aside) / spread))
        spent += reached * rates.cost
        lost += reached * (1 - share) * stakes.risk(aside)
        reached *= share
        best = max(best, risk - lost - reached * stakes.risk(along) - spent)
        now = along
    return best
