"""The default policy: typed verdicts, exact posteriors, jumps to where redoing pays most.

Rules, in the order in which they are tried:

1. A sound refutation is a permanent nogood of its state, and what it blames is cut. Every other
   refusal is soft and reopens, more probably each time it comes back.
2. A candidate is accepted or refused by its posterior against what the mistakes cost; a vote is
   asked for while it is worth more than it costs.
3. A refusal lowers the probability that the chain before it is right. Another candidate is
   drawn as long as that pays more than redoing the steps before.
4. A final reject is evidence against the whole chain, and the index rule says from where it is
   redone. Where the final check leaks, that is the root.
5. Everything ends: the allowance, the votes on one candidate and the refusals at one position
   are all bounded.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import Any

from autoglm_agent.policy.beliefs import Beliefs
from autoglm_agent.policy.final import Final, weigh
from autoglm_agent.policy.ladder import distinct, patience, rung
from autoglm_agent.policy.outlook import Outlook, outlook
from autoglm_agent.policy.posterior import (
    CERTAIN,
    after_candidate,
    conditioned,
    logit,
    shift,
    sigmoid,
    tally,
)
from autoglm_agent.policy.search import Ending, Judged, Left, Move, MoveKind, Search
from autoglm_agent.policy.stack import (
    counted,
    cut,
    dead_end,
    depth_at,
    entered,
    freshness,
    key_after,
    name,
    nogood,
    visited,
)
from autoglm_agent.policy.voting import Stakes, electorate, question


@dataclass(frozen=True, slots=True)
class Backjump:
    """Backjumping by posterior; see the module for its rules."""

    most_draws: int = 1000
    """Candidates judged in one search, whatever the allowance says."""
    most_asked: int = 24
    """Votes asked for about one candidate."""
    overhead: float = 1.15
    """What finding a hidden error costs beyond the steps wasted on it, in whole chains."""

    def next(self, search: Search, judged: Judged, beliefs: Beliefs, left: Left) -> Move:
        """Return the next move; see `SearchPolicy.next`."""
        return _Turn(self, search, judged, beliefs, left).move()


class _Turn:
    """One decision."""

    def __init__(
        self, policy: Backjump, search: Search, judged: Judged, beliefs: Beliefs, left: Left
    ) -> None:
        self.policy, self.search, self.judged = policy, search, judged
        self.beliefs, self.left = beliefs, left
        self.position = len(search.right)
        self.outlook = self._look(search)

    def _look(self, search: Search) -> Outlook:
        length = self.position + 1 if self.judged.final else 0
        return outlook(search, self.beliefs, self.position, length)

    def move(self) -> Move:
        """Apply the rules in order."""
        judged, search = self.judged, self.search
        if judged.exhausted:
            changes = dead_end(search)
            return self._stuck(
                "The generator has nothing more to say here.", search.model_copy(update=changes)
            )
        named = name(search, judged)
        if named in search.refuted:
            return self._refuse(search, None, "Refuted before, for certain.")
        if any(vote.sound and not vote.accepts for vote in judged.votes):
            return self._refuted(named)
        prior = logit(self.outlook.chance) + self._remembered()
        said = tally(judged.votes, self.beliefs)
        chance = sigmoid(prior + said.odds)
        reopened = named in search.doubted and not search.asked
        if reopened and not self._reopens(chance):
            return self._refuse(search, None, "Doubted before.", soft=named)
        stakes = self._stakes()
        if search.asked < self.policy.most_asked and said.certain is None:
            voters = electorate(self.beliefs, "step", judged, self.left)
            check = question(said, prior, stakes, voters, chance)
            if check:
                return self._ask(check, chance)
        search = self._informed(said.odds)
        step = (vote for vote in judged.votes if self.beliefs.of(vote.check).scope == "step")
        worth = reopened or stakes.accepts(chance) or all(vote.accepts for vote in step)
        if not worth:
            why = f"Right with probability {chance:.2f}: not worth keeping."
            return self._refuse(search, said.odds, why, soft=named)
        if judged.final:
            return self._finish(search, chance, said.odds, named)
        return self._extend(search, chance, said.odds)

    def _stakes(self) -> Stakes:
        """A right step refused is drawn again; a wrong one wastes what is built on it."""
        ahead, now = self.outlook, self.position
        wasted = sum(ahead.draws[now + 1 :])
        if self.beliefs.visibility > 0:
            wasted = min(wasted, 1 / self.beliefs.visibility)
        return Stakes(
            refuse=ahead.draws[now] / ahead.trust[now],
            accept=wasted
            + self.policy.overhead * ahead.whole
            + ahead.leak * ahead.price * ahead.again,
        )

    def _informed(self, odds: float) -> Search:
        """What later votes tell of the steps before."""
        right = after_candidate(
            self.search.right, self.outlook.chance, odds, self.beliefs.visibility
        )
        return self.search.model_copy(update={"right": right})

    def _finish(self, search: Search, chance: float, odds: float, named: str) -> Move:
        """The step itself stands: ask the final checks, then conclude or look for the error."""
        whole = (search.right[-1] if search.right else 1.0) * chance
        voters = electorate(self.beliefs, "answer", self.judged, self.left)
        if self.search.asked >= self.policy.most_asked:
            voters = []
        final = weigh(self.judged, whole, self.outlook, self.beliefs, voters)
        if final.check:
            return self._ask(final.check, final.chance, final=True)
        if final.stands:
            proved = final.status == "verified"
            why = "The final checks passed." if proved else "No check speaks for or against it."
            return self._conclude(final.status, final.chance, why)
        if final.passes and not self._can_draw():
            return self._conclude(final.status, final.chance, "Nothing better can be afforded.")
        return self._look_back(search, chance, odds, final, named)

    def _look_back(
        self, search: Search, chance: float, odds: float, final: Final, named: str
    ) -> Move:
        """A final reject is evidence against all steps; redo from where it pays most."""
        before = search.right[-1] if search.right else 1.0
        full = conditioned((*search.right, before * chance), math.exp(final.odds))
        changes = {
            "right": full[:-1],
            "length": self.position + 1,
            "final_rejects": search.final_rejects + 1,
        }
        sound = final.odds <= -CERTAIN
        why = "The final check refuted the chain." if sound else "The final check doubts the chain."
        changes |= nogood(search, named, sound=sound)
        return self._refuse(
            search.model_copy(update=changes), odds, why, final=True, hope=final.chance
        )

    def _refuted(self, named: str) -> Move:
        """A sound verifier refuted the candidate, or the chain that ends with it."""
        judged = self.judged
        refuting = [vote for vote in judged.votes if vote.sound and not vote.accepts]
        steps = [v for v in judged.votes if v not in refuting]
        odds = tally(steps, self.beliefs).odds
        if judged.blame is not None and 0 <= judged.blame < self.position:
            return self._jump(self.search, judged.blame, "A verifier blames an earlier step.", True)
        if all(self.beliefs.of(vote.check).scope == "answer" for vote in refuting):
            chance = sigmoid(logit(self.outlook.chance) + odds)
            final = Final(chance=0.0, odds=-2 * CERTAIN)
            return self._look_back(self._informed(odds), chance, odds, final, named)
        suspect = self._suspect()
        if suspect is not None:
            return self._jump(self.search, suspect, "The most doubtful step in conflict.", False)
        search = self._informed(-CERTAIN)
        search = search.model_copy(update=nogood(search, named, sound=True))
        return self._refuse(search, -CERTAIN, "Refuted for certain.")

    def _visited(self, search: Search) -> dict[str, Any]:
        """What this candidate tells of its prefix, to be remembered beyond a jump."""
        if not self.judged.key:
            return {}
        pairs = zip(self.search.right, search.right, strict=True)
        return visited(self.search, self.judged, [shift(old, new) for old, new in pairs])

    def _suspect(self) -> int | None:
        """Of the steps in conflict, the one more likely wrong than all candidates refused here."""
        right = (1.0, *self.search.right)
        doubts = {
            step: 1 - right[step + 1] / max(right[step], 1e-9)
            for step in self.judged.conflicts
            if 0 <= step < self.position
        }
        refused = depth_at(self.search, self.position).rejects + 1
        worst = max(doubts, key=lambda step: (doubts[step], step), default=None)
        if worst is None or doubts[worst] < (1 - self.outlook.chance) ** refused:
            return None
        return worst

    def _remembered(self) -> float:
        """What earlier visits to the candidate's state told of it, in log-odds."""
        if not self.search.visits or not self.judged.key:
            return 0.0
        visit = self.search.visits.get(key_after(self.search, self.judged))
        return visit.odds if visit else 0.0

    @staticmethod
    def _new(search: Search) -> tuple[float, ...]:
        """Return the share of candidates that do not come again, after each prefix."""
        return tuple(freshness(search, key) for key in ("", *search.keys))

    def _reopens(self, chance: float) -> bool:
        """A doubted candidate is taken again as often as that promises more than another one.

        The fewer new candidates come, the more probably: none is given up for ever.
        """
        search = self.search
        before = search.right[-1] if search.right else 1.0
        new = (*self._new(search), freshness(search, key_after(search, self.judged)))
        gains = self.outlook.gains((*search.right, before * chance), new)
        if len(gains) == len(search.right) + 1:
            gains = (*gains, chance)  # a final step: nothing is drawn after it
        again, other = max(0.0, gains[-1]), max(0.0, *gains[:-1])
        fingerprint = hashlib.blake2b(f"{search.seed}/{search.draws}".encode(), digest_size=4)
        share = int.from_bytes(fingerprint.digest(), "big") / 2**32
        return share * (again + other) < again

    def _can_draw(self, *, call: bool = True) -> bool:
        left = self.left
        steps = left.steps is None or left.steps >= 1
        calls = not call or left.calls is None or left.calls >= 1
        return steps and calls and self.search.draws + 1 < self.policy.most_draws

    def _refuse(
        self,
        search: Search,
        odds: float | None,
        why: str,
        *,
        soft: str = "",
        final: bool = False,
        hope: float = 0.0,
    ) -> Move:
        """The candidate is out: draw another, or redo an earlier step."""
        counts = counted(self.search, self.judged, self.beliefs, odds, accepted=False)
        changes = {**counts, **self._visited(search), **nogood(search, soft, sound=False)}
        search = search.model_copy(update=changes)
        if not self._can_draw(call=not self.judged.pending):
            status: Ending = "unverified" if hope > 0 else "abstained"
            return self._conclude(status, hope, f"{why} Nothing is left to spend.")
        ahead = self._look(search)
        least = 0
        if self.left.steps is not None:
            least = max(0, len(ahead.accept) - self.left.steps)
        best = ahead.best(search.right, self._new(search), least, final=final)
        if best < self.position:
            return self._jump(search, best, why, False, counted_already=True)
        depth = search.depths[self.position]
        if depth.rejects >= patience(ahead.accept[self.position]):
            return self._stuck(why, search)
        return self._moved(
            "resample",
            self.position,
            search,
            why,
            distinct=0 if self.judged.pending else distinct(depth),
            rung=rung(depth),
        )

    def _stuck(self, why: str, search: Search | None = None) -> Move:
        """Nothing acceptable comes after this chain: give its last step up, softly."""
        search = search or self.search
        if not self._can_draw():
            return self._conclude("abstained", 0.0, why)
        if self.position:
            return self._jump(search, self.position - 1, why, False, counted_already=True)
        depth = depth_at(search, 0)
        if self.judged.exhausted or depth.rejects >= 4 * patience(self.outlook.accept[0]):
            return self._conclude("abstained", 0.0, f"{why} There is no other way to begin.")
        return self._moved(
            "resample",
            0,
            search,
            why,
            distinct=0 if self.judged.pending else distinct(depth),
            rung=rung(depth),
        )

    def _jump(
        self, search: Search, to: int, why: str, sound: bool, *, counted_already: bool = False
    ) -> Move:
        if not counted_already:
            counts = counted(self.search, self.judged, self.beliefs, None, accepted=False)
            search = search.model_copy(update=counts)
        search = cut(search, to, sound=sound)
        if not self._can_draw():
            return self._conclude("abstained", 0.0, f"{why} Nothing is left to spend.")
        return self._moved("jump", to, search, why, distinct=1, rung="pop")

    def _extend(self, search: Search, chance: float, odds: float) -> Move:
        counts = counted(self.search, self.judged, self.beliefs, odds, accepted=True)
        changes = {
            **counts,
            **self._visited(search),
            **entered(search, self.judged, chance),
        }
        if not self._can_draw():
            return self._conclude("abstained", 0.0, "The chain is unfinished: nothing is left.")
        why = f"Right with probability {chance:.2f}."
        whole = changes["right"][-1]
        return self._moved("extend", self.position + 1, search, why, changes, confidence=whole)

    def _ask(self, check: str, chance: float, *, final: bool = False) -> Move:
        search = self.search
        changes = {
            "asked": search.asked + 1,
            "moves": search.moves + 1,
            "final_checks": search.final_checks + final,
        }
        return Move(
            action="vote",
            to=self.position,
            check=check,
            distinct=0,
            confidence=chance,
            reason=f"Right with probability {chance:.2f}; a word of {check} is worth its cost.",
            search=search.model_copy(update=changes),
        )

    def _conclude(self, status: Ending, confidence: float, why: str) -> Move:
        answered = status != "abstained"
        return self._moved(
            "conclude",
            self.position + answered,
            self.search,
            why,
            status=status,
            confidence=confidence,
            distinct=0,
            rung="same" if answered else "abstain",
        )

    def _moved(
        self,
        action: MoveKind,
        to: int,
        search: Search,
        why: str,
        changes: dict[str, Any] | None = None,
        **rest: Any,
    ) -> Move:
        """Return a move that is done with the present candidate; `changes` are of the search."""
        exhausted = self.judged.exhausted
        changes = {
            **(changes or {}),
            "draws": search.draws + (not exhausted),
            "asked": 0,
            "moves": search.moves + 1,
        }
        return Move(
            action=action, to=to, reason=why, search=search.model_copy(update=changes), **rest
        )
