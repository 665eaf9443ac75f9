"""Replay recorded search trees for the game of 24: solved puzzles for how many model calls.

Every recorded proposal call gives several candidates for one state, and every candidate was valued
by three samples. A call is a proposal or one sample of a value. The policy gets sound words on
arithmetic and on two numbers, and buys samples of values where it holds them to be worth a call. A
state that was never expanded in the record ends in an empty reply, which costs a call too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from calibration import generator, solvable
from game24 import State, apply, name_of, reaches_goal, read_jsonl, state_of

from autoglm_agent.policy import (
    Backjump,
    Beliefs,
    Judged,
    Left,
    Rates,
    Search,
    SearchPolicy,
    Share,
    Vote,
)

SURE, LIKELY, IMPOSSIBLE = 20.0, 1.0, 0.001
SAMPLES = 3
ROUNDS = 40
"""How often the candidates of one call are offered, refused ones again."""
CAP = 133
"""Model calls at most: about what the recorded breadth-first search made."""


@dataclass(frozen=True)
class Tree:
    """One recorded puzzle."""

    start: State
    proposals: dict[State, list[tuple[State, float]]]
    """For each expanded state: the states proposed after it, by right lines, and their values."""
    calls: int
    """Model calls of the recording: one for each state expanded, three for each state valued."""
    first: bool
    """Whether the recorded answer that was valued highest is right."""
    solved: bool
    """Whether any recorded answer is right."""
    composed: bool
    """Whether a recorded final chain reaches 24, whatever the model wrote as its answer."""


Method = Callable[[Tree, int, int], tuple[bool, int]]
"""From a tree, a cap on calls and a seed to success and the calls made."""


def load(path: Path) -> list[Tree]:
    """Read recorded search trees."""
    return [_tree(row) for row in read_jsonl(path)]


def _tree(row: dict[str, Any]) -> Tree:
    start = state_of(row["steps"][0]["x"])
    proposals: dict[State, list[tuple[State, float]]] = {}
    asked: set[State] = set()
    valued: set[State] = set()
    for step in row["steps"]:
        asked |= {state for text in step["ys"] if (state := follow(start, text)) and len(state) > 1}
        for text, value in zip(step["new_ys"], step["values"], strict=True):
            *before, line = [part for part in text.splitlines() if part] or [""]
            state = follow(start, "\n".join(before))
            after = apply(state, line) if state else None
            if state is None or after is None:
                continue
            valued.add(after)
            known = proposals.setdefault(state, [])
            if all(after != other for other, _ in known):
                known.append((after, value))
    right = [bool(info["r"]) for info in row["infos"]]
    # Only distinct states count, as prompts show nothing else: the least that was spent.
    calls = len(asked) + SAMPLES * len(valued)
    composed = any((end := follow(start, text)) and reaches_goal(end) for text in _finished(row))
    return Tree(start, proposals, calls, right[:1] == [True], any(right), composed)


def follow(start: State, text: str) -> State | None:
    """Return the state after all lines of a text but the answer, None if one is wrong."""
    state: State | None = start
    for line in text.splitlines():
        if line and not line.startswith("Answer"):
            state = apply(state, line) if state else None
    return state


def _finished(row: dict[str, Any]) -> list[str]:
    """Return the final chains with one number left."""
    last = [text for step in row["steps"] for text in step["ys"]] + list(row["ys"])
    return [text for text in last if len(text.strip().splitlines()) >= 3]


def beliefs(measured: Sequence[Tree]) -> Beliefs:
    """Return what is believed of the generator and of one value sample, as on other puzzles."""
    draw = random.Random(0)
    shares, words = [], {True: [0.5, 1.0], False: [0.5, 1.0]}
    for tree in measured:
        for state, proposed in tree.proposals.items():
            if len(state) < 3 or not proposed or not solvable(state):
                continue
            truths = [solvable(after) for after, _ in proposed]
            shares.append(sum(truths) / len(truths))
            for (_, value), truth in zip(proposed, truths, strict=True):
                words[truth][0] += sampled(value, draw)[0] > IMPOSSIBLE
                words[truth][1] += 1
    passes = {truth: said / seen for truth, (said, seen) in words.items()}
    return Beliefs(
        **generator(shares),
        visibility=1.0,
        length=2,
        rates=(
            Rates(
                check="value",
                false_accept=Share.of(passes[False]),
                false_reject=Share.of(1 - passes[True]),
                calls=1,
                cost=1.0,
            ),
        ),
    )


def sampled(value: float, draw: random.Random) -> list[float]:
    """Return the three samples that a recorded value is the sum of, in random order."""
    sure = round(value // SURE)
    likely = round((value - SURE * sure) // LIKELY)
    samples = [SURE] * sure + [LIKELY] * likely
    samples = samples[:SAMPLES] + [IMPOSSIBLE] * (SAMPLES - len(samples))
    draw.shuffle(samples)
    return samples


class Replay:
    """Offers recorded candidates after a state, and counts the calls.

    Args:
        tree: The recording.
        seed: Of the order of value samples.
        bought: Value samples bought for each candidate before it is offered, best first.
    """

    def __init__(self, tree: Tree, seed: int, bought: int) -> None:
        self.calls = 0
        self._tree, self._bought = tree, bought
        self._draw = random.Random(seed)
        self._waiting: dict[State, list[State]] = {}
        self._seen: dict[State, list[State]] = {}
        self._rounds: dict[State, int] = {}
        self._samples: dict[State, list[float]] = {}
        self._told: dict[State, list[Vote]] = {}

    def candidate(self, state: State) -> State | None:
        """Return the next candidate after a state, None if there is no other."""
        if state not in self._waiting:
            self.calls += 1
            proposed = self._tree.proposals.get(state, [])
            for after, value in proposed:
                self._samples.setdefault(after, sampled(value, self._draw))
            proposed_states = [after for after, _ in proposed]
            self._waiting[state] = sorted(proposed_states, key=lambda after: -self._value(after))
            self._seen[state], self._rounds[state] = [], 0
        if not self._waiting[state] and self._rounds[state] < ROUNDS:
            self._rounds[state] += 1
            self._waiting[state], self._seen[state] = self._seen[state], []
        if not self._waiting[state]:
            return None
        after = self._waiting[state].pop(0)
        self._seen[state].append(after)
        return after

    def judged(self, state: State, after: State | None) -> Judged:
        """Return what is known of a candidate."""
        if after is None:
            return Judged(exhausted=True)
        known = {"key": name_of(after), "state": True, "pending": len(self._waiting[state])}
        right = Vote(check="calculation", accepts=True)
        if len(after) < 3:
            word = Vote(check="two numbers", accepts=reaches_goal(after), sound=True)
            return Judged(votes=(right, word), final=True, silent=("value",), **known)
        told = self._told.get(after, [])
        silent = () if len(told) < SAMPLES else ("value",)
        return Judged(votes=(right, *told), silent=silent, **known)

    def vote(self, after: State) -> bool:
        """Buy one more value sample of a candidate, and return whether it is no `impossible`."""
        told = self._told.setdefault(after, [])
        accepts = self._samples[after][len(told)] > IMPOSSIBLE
        self.calls += 1
        told.append(Vote(check="value", accepts=accepts))
        return accepts

    def _value(self, after: State) -> float:
        bought = min(self._bought, SAMPLES) if len(after) > 2 else 0
        while len(self._told.get(after, [])) < bought:
            self.vote(after)
        return sum(self._samples[after][:bought])


def search(
    tree: Tree, cap: int, seed: int, *, policy: SearchPolicy, known: Beliefs, bought: int = 0
) -> tuple[bool, int]:
    """Let the policy search a recorded tree; return success and the model calls made."""
    replay, memory = Replay(tree, seed, bought), Search(seed=seed)
    states = [tree.start]
    after = replay.candidate(tree.start)
    while True:
        state = states[-1]
        left = Left(steps=2000, calls=max(0, cap - replay.calls))
        move = policy.next(memory, replay.judged(state, after), known, left)
        memory = move.search
        if move.action == "vote" and after is not None:
            replay.vote(after)
            continue
        if move.action == "conclude":
            return move.status == "verified", replay.calls
        if move.action == "extend" and after is not None:
            states.append(after)
        states = states[: move.to + 1]
        after = replay.candidate(states[-1])


def naive(tree: Tree, cap: int, seed: int) -> tuple[bool, int]:
    """Propose whole paths, a candidate of each call at random, until the same final check passes.

    The same loop is the one with a perfect check, as two numbers are checked exactly.
    """
    draw, calls = random.Random(seed), 0
    while calls + 2 <= cap:
        state = tree.start
        while len(state) > 2:
            calls += 1
            proposed = tree.proposals.get(state)
            if not proposed or calls >= cap:
                break
            state = draw.choice(proposed)[0]
        if len(state) <= 2 and reaches_goal(state):
            return True, calls
    return False, calls


def covers(tree: Tree, state: State | None = None) -> bool:
    """Tell whether the recorded proposals can solve the puzzle at all."""
    state = state or tree.start
    if len(state) <= 2:
        return reaches_goal(state)
    return any(covers(tree, after) for after, _ in tree.proposals.get(state, ()))


def methods(known: Beliefs, policy: SearchPolicy | None = None) -> dict[str, Method]:
    """Return all methods by name, ours last."""
    way = partial(search, policy=policy or Backjump(), known=known)
    return {
        "as recorded, first answer": recorded(lambda tree: tree.first),
        "as recorded, any of 5 answers": recorded(lambda tree: tree.solved),
        "as recorded, answer composed": recorded(lambda tree: tree.composed),
        "naive loop, same verifiers = perfect": naive,
        "oracle over all recorded steps": recorded(covers),
        "ours, 3 values bought beforehand": partial(way, bought=3),
        "ours, 1 value bought beforehand": partial(way, bought=1),
        "ours": way,
    }


def recorded(found: Callable[[Tree], bool]) -> Method:
    """Return the recorded breadth-first search as a method, successful as `found` tells."""

    def method(tree: Tree, _cap: int, _seed: int) -> tuple[bool, int]:
        return found(tree), tree.calls

    return method
