"""The end of a chain: which final check to ask, whether the answer stands, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autoglm_agent.policy.beliefs import Beliefs, Rates
from autoglm_agent.policy.outlook import Outlook
from autoglm_agent.policy.posterior import logit, sigmoid, tally
from autoglm_agent.policy.search import Ending, Judged
from autoglm_agent.policy.voting import Stakes, question


@dataclass(frozen=True, slots=True)
class Final:
    """What the final checks make of a complete chain."""

    chance: float
    """Probability that the chain is right."""
    odds: float
    """Log-odds that the final checks added."""
    check: str | None = None
    """The final check to ask next."""
    passes: bool = False
    """Whether every final check passed when last asked."""
    stands: bool = False
    """Whether the search may conclude."""
    status: Ending = "unverified"


def weigh(
    judged: Judged, whole: float, ahead: Outlook, beliefs: Beliefs, voters: Sequence[Rates]
) -> Final:
    """Weigh the final checks of a complete chain.

    An answer stands if its checks pass and either it is sure enough for the price of a wrong
    one, or a new chain that passes the same checks would not be surer by more than it costs.

    Args:
        judged: The final step with its votes.
        whole: Probability that the chain is right, by its steps alone.
        ahead: What a new chain would cost and be worth.
        beliefs: Rates of the verifiers.
        voters: Final checks that may be asked.
    """
    said = tally(judged.votes, beliefs, "answer")
    chance = sigmoid(logit(whole) + said.odds)
    last = {v.check: v.accepts for v in judged.votes if beliefs.of(v.check).scope == "answer"}
    passes = all(last.values())
    status: Ending = "verified" if _confirmed(judged, last, beliefs) else "unverified"
    if said.certain is not None and passes:
        return Final(chance, said.odds, None, passes, True, status)
    stakes = Stakes(refuse=ahead.again, accept=ahead.again * beliefs.price)
    check = question(said, logit(whole), stakes, voters, chance)
    if check is None and not passes and stakes.accepts(chance):
        # A likely answer whose last word was a no is asked about once more, never passed over.
        check = next((rates.check for rates in voters if last.get(rates.check) is False), None)
    fresh = sigmoid(logit(ahead.fresh) + said.odds)
    enough = min(beliefs.price / (1 + beliefs.price), fresh - 1 / beliefs.price)
    return Final(chance, said.odds, check, passes, passes and chance >= enough, status)


def _confirmed(judged: Judged, last: dict[str, bool], beliefs: Beliefs) -> bool:
    """Tell whether the final checks, or the step's own where there are none, all passed."""
    if last:
        return all(last.values())
    known = any(
        rates.scope == "answer"
        and rates.task in ("", beliefs.task)
        and rates.check not in judged.silent
        for rates in beliefs.rates
    )
    return not known and bool(judged.votes) and all(vote.accepts for vote in judged.votes)
