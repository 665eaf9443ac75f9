"""Rules for free reasoning: the verifiers vote, the search policy says what is next.

A refutation is answered with another draw, here or after a jump back. Only sound refutations
become permanent nogoods; the others are exclusions that give way to newer ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autoglm_agent.chain import Budget, Chain, Nogood, Step, Usage, Verdict
from autoglm_agent.policy import Decision, exhausted
from autoglm_agent.policy.beliefs import Beliefs
from autoglm_agent.policy.search import Judged, Left, Move, Search, SearchPolicy, Vote
from autoglm_agent.prompting.proposal import MALFORMED
from autoglm_agent.verifiers import Verifier
from autoglm_agent.verifiers.protocol import ask_one
from autoglm_graphs.reviving import as_data, revived
from autoglm_graphs.rules import Ruling
from autoglm_graphs.state import State, candidates_of, chain_of, nogoods_of, step_of, usage_of

if TYPE_CHECKING:
    from autoglm_graphs.scene import Scene

UNREADABLE = 8
"""Replies in a row that cannot be read before the machine gives up on the model."""
VOTES = 16
"""Votes on one step that the policy may ask for: a stop for policies of other people."""
UNWRITTEN: Mapping[str, Any] = {
    "asked_for": {"distinct": 1, "rung": "same"},
    "best": None,
    "tallies": {},
}
"""What a key means that was never written."""


@dataclass
class _Trial:
    """One step on trial: its verdicts and what they cost."""

    step: Step
    chain: Chain
    budget: Budget
    usage: Usage
    verdicts: list[Verdict] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)

    def ask(self, verifiers: Sequence[Verifier]) -> list[Verdict]:
        """Ask verifiers that the budget allows; keep and return their verdicts."""
        fresh: list[Verdict] = []
        for verifier in verifiers:
            calls = getattr(verifier, "calls", 0)
            if calls and exhausted(self.budget, self.usage, model_calls=calls, tokens=0, seconds=0):
                self.silent.add(verifier.check)
                continue
            told = ask_one(verifier, self.step, self.chain)
            fresh += told
            if not _votes(told):
                self.silent.add(verifier.check)
            if any(v.calls or v.tokens for v in told):
                spent = sum(v.calls for v in told)
                self.usage = self.usage.plus(model_calls=spent, tokens=sum(v.tokens for v in told))
            if any(v.status == "fail" and v.sound for v in told):
                break
        self.verdicts += fresh
        return fresh

    def judged(self, pending: int) -> Judged:
        """Return what the policy is told."""
        state = next((v.state for v in self.verdicts if v.state is not None), None)
        if state is not None:
            self.step = self.step.model_copy(update={"state": state})
        blame = [v for v in self.verdicts if v.status == "fail" and v.sound and v.conflicts]
        return Judged(
            votes=tuple(_votes(self.verdicts)),
            final=self.step.final,
            key=self.step.key,
            state=state is not None,
            blame=blame[0].conflicts[0] if blame and len(blame[0].conflicts) == 1 else None,
            conflicts=blame[0].conflicts if blame else (),
            silent=tuple(sorted(self.silent)),
            pending=pending,
        )


class SearchRules:
    """Rules that follow a `SearchPolicy`.

    Args:
        policy: Says what is next.
        beliefs: How far the model and the verifiers are trusted on this kind of task.
        seed: Of the policy's draws.
    """

    def __init__(self, policy: SearchPolicy, beliefs: Beliefs, seed: int = 0) -> None:
        self._policy = policy
        self._beliefs = beliefs
        self._seed = seed

    def rule(self, state: State, scene: Scene) -> Ruling:
        """Collect votes until the policy has seen enough, and carry out its move."""
        step = step_of(state)
        if any(v.check == MALFORMED for v in step.verdicts):
            return _unread(state, step)
        trial = _Trial(step, chain_of(state), scene.budget, usage_of(state), [*step.verdicts])
        if not trial.verdicts:
            trial.ask(scene.verifiers)
        move = self._moved(state, scene, trial)
        done = trial.step.model_copy(update={"verdicts": tuple(trial.verdicts)})
        fresh = {
            "asked_for": {"distinct": max(1, move.distinct), "rung": move.rung},
            "best": _better(state, done, move),
            "tallies": tallied(state.get("tallies") or {}, trial.verdicts),
        }
        # A key that is not written costs no step of the graph and no checkpoint anything.
        changed = {k: v for k, v in fresh.items() if v != state.get(k, UNWRITTEN[k])}
        changed["search"] = as_data(move.search)
        if trial.usage is not usage_of(state):
            changed["usage"] = as_data(trial.usage)
        return Ruling(done, _decision(trial.chain, done, move), changed)

    def _moved(self, state: State, scene: Scene, trial: _Trial) -> Move:
        search = revived(Search, state.get("search") or {"seed": self._seed})
        at = candidates_of(state)
        length = len(trial.chain.steps)
        pending = len(at[length]) if len(at) > length else 0
        by_check = {v.check: v for v in scene.verifiers}
        for _ in range(VOTES):
            left = _left(scene.budget, trial.usage)
            move = self._policy.next(search, trial.judged(pending), self._beliefs, left)
            if move.action != "vote":
                return move
            search = move.search
            asked = by_check.get(move.check or "")
            if asked is None:
                trial.silent.add(move.check or "")
            else:
                trial.ask([asked])
        # Nothing more may be asked: the policy must do with what there is.
        trial.silent.update(by_check)
        spent = _left(scene.budget, trial.usage).model_copy(update={"calls": 0})
        return self._policy.next(search, trial.judged(pending), self._beliefs, spent)


def _votes(verdicts: Sequence[Verdict]) -> list[Vote]:
    return [
        Vote(
            check=v.check,
            accepts=v.status != "fail",
            sound=v.sound if v.status == "fail" else v.sound_pass,
        )
        for v in verdicts
        if v.status in ("pass", "warn", "fail")
    ]


def _left(budget: Budget, usage: Usage) -> Left:
    def rest(cap: int | None, spent: int) -> int | None:
        return None if cap is None else max(0, cap - spent)

    return Left(
        steps=rest(budget.steps, usage.steps), calls=rest(budget.model_calls, usage.model_calls)
    )


def _decision(chain: Chain, step: Step, move: Move) -> Decision:
    failing = tuple(v for v in step.verdicts if v.status == "fail")
    facts = " ".join(dict.fromkeys(v.fact for v in failing))
    if move.action == "extend":
        return Decision(action="accept")
    if move.action == "conclude":
        if move.status == "verified":
            return Decision(action="accept", done=True)
        reason = " ".join(filter(None, (facts, move.reason)))
        return Decision(action="conclude", refuted=failing, reason=reason)
    nogoods = [_nogood(chain, step, facts or move.reason, failing)]
    if move.to < len(chain.steps):
        cut, left = chain.cut(move.to), chain.steps[move.to]
        surely = any(v.sound and v.conflicts == (move.to,) for v in failing)
        nogoods.append(_nogood(cut, left, facts or move.reason, failing, sound=surely))
    return Decision(
        action="jump",
        to=min(move.to, len(chain.steps)),
        nogoods=tuple(nogoods),
        refuted=failing,
        reason=facts or move.reason,
    )


def _nogood(
    chain: Chain,
    step: Step,
    reason: str,
    failing: Sequence[Verdict],
    *,
    sound: bool | None = None,
) -> Nogood:
    if sound is None:
        sound = any(v.sound and not v.conflicts for v in failing)
    return Nogood(
        prefix=chain.prefix_key,
        step=step.key,
        tool=step.tool,
        args=step.args,
        text=step.claim,
        reason=reason,
        check=failing[0].check if failing else "search",
        sound=sound,
    )


def _unread(state: State, step: Step) -> Ruling:
    """A reply that cannot be read says nothing of the chain: only the next prompt changes."""
    fact = step.verdicts[0].fact
    unread = 1
    for nogood in reversed(nogoods_of(state)):
        if nogood.check != MALFORMED:
            break
        unread += 1
    if unread > UNREADABLE:
        reason = f"The model's replies cannot be read: {fact}"
        return Ruling(step, Decision(action="conclude", refuted=step.verdicts, reason=reason))
    chain = chain_of(state)
    # Not sound: another reply that is malformed in another way has the same (empty) content.
    nogood = _nogood(chain, step, fact, step.verdicts, sound=False)
    decision = Decision(
        action="jump",
        to=len(chain.steps),
        nogoods=(nogood.model_copy(update={"text": step.thought[:200]}),),
        refuted=step.verdicts,
        reason=fact,
    )
    return Ruling(step, decision)


def _better(state: State, step: Step, move: Move) -> dict[str, Any] | None:
    """Return the better of the best answer so far and this one, if it is one."""
    kept = state.get("best")
    if not step.final or any(v.status == "fail" and v.sound for v in step.verdicts):
        return kept
    votes = _votes(step.verdicts)
    share = sum(v.accepts for v in votes) / len(votes) if votes else 0.5
    confidence = move.confidence if move.action == "conclude" else 0.5 * share
    if kept and kept["confidence"] >= confidence:
        return kept
    return {"step": as_data(step), "confidence": confidence}


def tallied(tallies: dict[str, Any], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Count the soft verdicts on a step that a sound refutation shows to be wrong.

    Args:
        tallies: Check to `[right accepts, false accepts, right rejects, false rejects]`.
        verdicts: All verdicts on one step.
    """
    if not any(v.status == "fail" and v.sound for v in verdicts):
        return tallies
    counted = dict(tallies)
    for verdict in verdicts:
        if verdict.status in ("pass", "fail") and not (verdict.status == "fail" and verdict.sound):
            row = list(counted.get(verdict.check, (0, 0, 0, 0)))
            row[1 if verdict.status == "pass" else 2] += 1
            counted[verdict.check] = row
    return counted
