"""Our policy in the simulated world: a thin adapter; every move is the policy's own."""

from __future__ import annotations

from dataclasses import dataclass

from world import Regime, Text, World

from autoglm_agent.policy import Beliefs, Judged, Left, Rates, Search, SearchPolicy, Share, Vote


@dataclass(frozen=True, slots=True)
class Costs:
    """What a vote costs, in generator steps."""

    step: float = 0.03
    final: float = 0.5


def believed(regime: Regime, costs: Costs = Costs(), factor: float = 1.0) -> Beliefs:
    """Return beliefs that hold the regime's rates, multiplied by `factor` where misjudged."""

    def share(rate: float) -> Share:
        return Share.of(min(0.95, rate * factor))

    return Beliefs(
        p=Share.of(regime.p),
        visibility=regime.visibility,
        rates=(
            Rates(
                check="step",
                false_accept=share(regime.false_accept),
                false_reject=share(regime.false_reject),
                rho=regime.rho**2,
                cost=costs.step,
            ),
            Rates(
                check="final",
                scope="answer",
                false_accept=share(regime.final_false_accept),
                false_reject=share(regime.final_false_reject),
                rho=regime.final_rho**2,
                cost=costs.final,
            ),
        ),
    )


def play(world: World, policy: SearchPolicy, beliefs: Beliefs, seed: int = 0) -> bool | None:
    """Let the policy search until it concludes.

    Returns:
        Whether the answer is right; None if none was verified.
    """
    regime = world.regime
    chain: list[Text] = []
    search, votes = Search(seed=seed), []
    text = world.draw(True, 0)
    while True:
        judged = Judged(votes=tuple(votes), final=len(chain) == regime.n - 1)
        left = Left(steps=world.limit - world.draws, calls=None, finals=None)
        move = policy.next(search, judged, beliefs, left)
        search = move.search
        if move.action == "vote":
            if move.check == "step":
                votes.append(Vote(check="step", accepts=world.vote(text), sound=regime.sure))
            else:
                votes.append(
                    Vote(check="final", accepts=world.final(text), sound=regime.sound_final)
                )
            continue
        if move.action == "conclude":
            return text.right if move.status == "verified" else None
        if move.action == "extend":
            chain.append(text)
        else:
            chain = chain[: move.to]
        text = world.draw(chain[-1].right if chain else True, len(chain))
        votes = []
