"""Replay recorded search trees for the game of 24: solved puzzles for how many model calls.

Every recorded proposal call gives several candidates for one state, every candidate was valued
by three samples. A call is a proposal or one sample of a value. The policy gets sound words on
arithmetic and on two numbers; candidates of one call are judged best first by the value votes
that were paid for. A state that was never expanded in the record ends in an empty reply.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from game24 import State, apply, name_of, reaches_goal, read_jsonl, state_of

from autoglm_agent.policy import Beliefs, Judged, Left, Rates, Search, SearchPolicy, Share, Vote

SURE, LIKELY, IMPOSSIBLE = 20.0, 1.0, 0.001
SAMPLES = 3
ROUNDS = 40
"""How often the candidates of one call are offered, refused ones again."""


@dataclass(frozen=True)
class Tree:
    """One recorded puzzle."""

    start: State
    proposals: dict[State, list[tuple[State, float]]]
    """For each expanded state: the states proposed after it, by right lines, and their values."""
    calls: int
    """Model calls of the recording."""
    solved: bool
    """Whether a recorded answer was right."""


def load(path: Path) -> list[Tree]:
    """Read recorded search trees."""
    return [_tree(row) for row in read_jsonl(path)]


def _tree(row: dict[str, Any]) -> Tree:
    start = state_of(row["steps"][0]["x"])
    proposals: dict[State, list[tuple[State, float]]] = {}
    asked, valued = set(), set()
    for step in row["steps"]:
        # Prompts show the numbers left only, so equal numbers were asked about once.
        asked |= {_left(text) for text in step["ys"]}
        valued |= {_left(text) for text in step["new_ys"]}
        for text, value in zip(step["new_ys"], step["values"], strict=True):
            *before, line = [part for part in text.splitlines() if part]
            state: State | None = start
            for earlier in before:
                state = apply(state, earlier) if state else None
            after = apply(state, line) if state else None
            if state is None:
                continue
            known = proposals.setdefault(state, [])
            if after is not None and all(after != other for other, _ in known):
                known.append((after, value))
    calls = len(asked) + SAMPLES * len(valued)
    return Tree(start, proposals, calls, any(info["r"] for info in row["infos"]))


@dataclass
class Pool:
    """What a proposal call has brought after one state and is not judged yet."""

    waiting: list[tuple[State, tuple[Vote, ...]]] = field(default_factory=list)
    seen: list[tuple[State, tuple[Vote, ...]]] = field(default_factory=list)
    rounds: int = 0


def _left(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].split("left:")[-1] if lines else ""


def sampled(value: float, draw: random.Random) -> list[float]:
    """Return the three samples that a recorded value is the sum of, in random order."""
    sure = round(value // SURE)
    likely = round((value - SURE * sure) // LIKELY)
    samples = [SURE] * sure + [LIKELY] * likely
    samples = samples[:SAMPLES] + [IMPOSSIBLE] * (SAMPLES - len(samples))
    draw.shuffle(samples)
    return samples


def beliefs() -> Beliefs:
    """What is assumed of a generator whose candidates are right arithmetic and often dead ends."""
    return Beliefs(
        p=Share.of(0.35),
        visibility=1.0,
        length=2,
        rates=(
            Rates(
                check="value",
                false_accept=Share.of(0.8),
                false_reject=Share.of(0.1),
                calls=1,
                cost=1.0,
            ),
        ),
    )


def search(
    tree: Tree, policy: SearchPolicy, seed: int, samples: int, cap: int = 200
) -> tuple[bool, int]:
    """Let the policy search a recorded tree.

    Args:
        tree: The recording.
        policy: The policy.
        seed: For the policy's randomness.
        samples: Value samples bought for each candidate with more than two numbers left.
        cap: Model calls at most.

    Returns:
        Whether 24 was reached, and the model calls spent.
    """
    known, memory, calls = beliefs(), Search(seed=seed), 0
    draw = random.Random(seed)
    states, pools = [tree.start], {}
    while True:
        state = states[-1]
        if state not in pools:
            calls += 1
            pools[state] = Pool()
            ranked = []
            for after, value in tree.proposals.get(state, []):
                bought = sampled(value, draw)[:samples] if len(after) > 2 else []
                calls += len(bought)
                votes = tuple(Vote(check="value", accepts=word > IMPOSSIBLE) for word in bought)
                ranked.append((-sum(bought), after, votes))
            ranked.sort(key=lambda item: item[0])
            pools[state].waiting = [(after, votes) for _, after, votes in ranked]
        pool = pools[state]
        if not pool.waiting and pool.rounds < ROUNDS:
            pool.rounds += 1
            pool.waiting, pool.seen = pool.seen, []
        judged = Judged(exhausted=True)
        if pool.waiting:
            after, votes = pool.waiting.pop(0)
            pool.seen.append((after, votes))
            judged = _judged(after, votes, len(pool.waiting))
        move = policy.next(memory, judged, known, Left(steps=2000, calls=cap - calls))
        memory = move.search
        if move.action == "conclude":
            return move.status == "verified", calls
        if move.action == "extend":
            states.append(after)
        states = states[: move.to + 1]


def _judged(after: State, votes: tuple[Vote, ...], pending: int) -> Judged:
    key = name_of(after)
    if len(after) > 2:
        return Judged(votes=votes, key=key, state=True, pending=pending, silent=("value",))
    word = Vote(check="two numbers", accepts=reaches_goal(after), sound=True)
    return Judged(
        votes=(word,), final=True, key=key, state=True, pending=pending, silent=("value",)
    )
