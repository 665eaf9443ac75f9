"""Replay recorded chains for the game of 24: how many puzzles for how many generated lines.

The recorded lines are pooled by puzzle and state, and a draw is one of the pool. The policy
gets what a user's verifiers could tell: whether the line is right arithmetic on the numbers
left (sound), and, with two numbers or fewer, whether they make 24 (sound).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from game24 import State, apply, name_of, reaches_goal, read_jsonl, state_of

from autoglm_agent.policy import Beliefs, Judged, Left, Rates, Search, SearchPolicy, Share, Vote

Pool = dict[State, list[str]]
CALCULATION = Vote(check="calculation", accepts=True)
WRONG = Vote(check="calculation", accepts=False, sound=True)
DEAD = Vote(check="two numbers", accepts=False, sound=True)
ALIVE = Vote(check="two numbers", accepts=True, sound=True)


@dataclass(frozen=True)
class Puzzle:
    """One recorded puzzle."""

    start: State
    chains: tuple[tuple[str, ...], ...]
    pool: Pool
    correct: tuple[bool, ...]


def load(path: Path) -> list[Puzzle]:
    """Read recorded chains and pool their lines by state."""
    return [_puzzle(row) for row in read_jsonl(path)]


def _puzzle(row: dict[str, Any]) -> Puzzle:
    start = state_of(row["problem"])
    pool: Pool = {}
    chains = []
    for sample in row["samples"]:
        lines = [line for line in sample["text"].splitlines() if line.strip() not in ("", "Steps:")]
        lines = [line for line in lines if not line.startswith("Answer")][: len(start) - 1]
        chains.append(tuple(lines))
        state: State | None = start
        for line in lines:
            if state is None:
                break
            pool.setdefault(state, []).append(line)
            state = apply(state, line)
    correct = tuple(bool(sample["correct"]) for sample in row["samples"])
    return Puzzle(start, tuple(chains), pool, correct)


def beliefs() -> Beliefs:
    """What is assumed of any generator and any such puzzle: most lines are sound dead ends."""
    return Beliefs(
        p=Share.of(0.35),
        hard=0.3,
        p_hard=0.08,
        visibility=1.0,
        length=3,
        rates=(
            Rates(
                check="calculation",
                false_accept=Share.of(0.95),
                false_reject=Share.of(0.001),
                rho=1,
                cost=0.0,
            ),
        ),
    )


def search(puzzle: Puzzle, policy: SearchPolicy, budget: int, seed: int) -> tuple[bool, int]:
    """Let the policy search; return whether 24 was reached, and the lines it took."""
    draw = random.Random(seed)
    known, left_lines = beliefs(), budget
    states: list[State] = [puzzle.start]
    memory, lines = Search(seed=seed), 0
    while True:
        choices = puzzle.pool.get(states[-1])
        lines += 1
        after = apply(states[-1], draw.choice(choices)) if choices else None
        judged = judge(after, len(states), bool(choices))
        move = policy.next(memory, judged, known, Left(steps=left_lines - lines))
        memory = move.search
        if move.action == "conclude":
            return move.status == "verified", lines
        if move.action == "extend" and after is not None:
            states.append(after)
        states = states[: move.to + 1]


def judge(after: State | None, position: int, drawn: bool) -> Judged:
    """Return what the two verifiers say of a line."""
    final = position == 3
    if not drawn:
        return Judged(exhausted=True)
    if after is None:
        return Judged(votes=(WRONG,), final=final, silent=("two numbers",))
    key = name_of(after)
    if len(after) > 2:
        return Judged(votes=(CALCULATION,), key=key, state=True, silent=("two numbers",))
    word = ALIVE if reaches_goal(after) else DEAD
    return Judged(votes=(CALCULATION, word), final=final, key=key, state=True)


def first_right_chain(puzzle: Puzzle, budget: int, seed: int, *, stop: bool) -> bool:
    """Draw chains with replacement until a perfect final check passes; `stop` at a wrong line."""
    draw = random.Random(seed)
    lines = 0
    while lines + (1 if stop else 3) <= budget:
        state: State | None = puzzle.start
        for _ in range(len(puzzle.start) - 1):
            choices = puzzle.pool.get(state) if state else None
            lines += 1
            state = apply(state, draw.choice(choices)) if state and choices else None
            if state is None and stop:
                break
            if lines > budget:
                return False
        if state is not None and len(state) == 1 and reaches_goal(state):
            return True
    return False
