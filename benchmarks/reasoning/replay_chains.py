"""Replay recorded chains for the game of 24: how many puzzles for how many generated lines.

The recorded lines are pooled by puzzle and state, and a draw is one of the pool, so that a method
that goes back to a state meets what the generator said there. The policy gets what a user's
verifiers could tell: whether the line is right arithmetic on the numbers left (sound), and, with
two numbers or fewer, whether they make 24 (sound). The other methods get the same verifiers where
they use any. A method is a function of a puzzle, a budget of lines and a seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
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

CALCULATION = Vote(check="calculation", accepts=True)
WRONG = Vote(check="calculation", accepts=False, sound=True)
DEAD = Vote(check="two numbers", accepts=False, sound=True)
ALIVE = Vote(check="two numbers", accepts=True, sound=True)


@dataclass(frozen=True)
class Puzzle:
    """One recorded puzzle."""

    start: State
    pool: dict[State, list[str]]
    """Recorded lines after each state."""
    answers: tuple[tuple[str, bool], ...]
    """Of each recorded chain: its answer as written, and whether it is right."""

    @property
    def chain(self) -> int:
        """Lines of a whole chain."""
        return len(self.start) - 1

    @cached_property
    def after(self) -> dict[State, list[State | None]]:
        """For each line of the pool, the state that it leads to."""
        return {state: [apply(state, line) for line in self.pool[state]] for state in self.pool}


Method = Callable[[Puzzle, int, int], tuple[float, int]]
"""From a puzzle, a budget of lines and a seed to success (0 to 1) and the lines used."""


def load(path: Path) -> list[Puzzle]:
    """Read recorded chains and pool their lines by state."""
    return [_puzzle(row) for row in read_jsonl(path)]


def _puzzle(row: dict[str, Any]) -> Puzzle:
    start = state_of(row["problem"])
    pool: dict[State, list[str]] = {}
    answers = []
    for sample in row["samples"]:
        lines = [line for line in sample["text"].splitlines() if line.strip() not in ("", "Steps:")]
        told = [line for line in lines if line.startswith("Answer")]
        answers.append((told[-1].strip() if told else "", bool(sample["correct"])))
        state: State | None = start
        for line in [line for line in lines if line not in told][: len(start) - 1]:
            if state is None:
                break
            pool.setdefault(state, []).append(line)
            state = apply(state, line)
    return Puzzle(start, pool, tuple(answers))


def beliefs(measured: Sequence[Puzzle]) -> Beliefs:
    """Return what is believed of the generator, as it was on other puzzles.

    The verifiers are programs: one finds any wrong line and hardly any dead end, one is exact.
    """
    program = {"false_reject": Share.of(0.001), "rho": 1.0, "cost": 0.0}
    return Beliefs(
        **generator([share for puzzle in measured for share in _shares(puzzle)]),
        visibility=1.0,
        length=3,
        rates=(
            Rates(check="calculation", false_accept=Share.of(0.95), **program),
            Rates(check="two numbers", false_accept=Share.of(0.001), **program),
        ),
    )


def _shares(puzzle: Puzzle) -> Iterator[float]:
    """Give the share of right lines at each position, over the lines after right prefixes."""
    for size in range(len(puzzle.start), 1, -1):
        lines = [
            after is not None and solvable(after)
            for state, states in puzzle.after.items()
            if len(state) == size and solvable(state)
            for after in states
        ]
        if lines:
            yield sum(lines) / len(lines)


def ours(policy: SearchPolicy, known: Beliefs) -> Method:
    """Return our policy as a method."""
    return lambda puzzle, budget, seed: search(puzzle, policy, known, budget, seed)


def search(
    puzzle: Puzzle, policy: SearchPolicy, known: Beliefs, budget: int, seed: int
) -> tuple[bool, int]:
    """Let the policy search; return whether 24 was reached, and the lines it took."""
    draw = random.Random(seed)
    states: list[State] = [puzzle.start]
    memory, lines = Search(seed=seed), 0
    while True:
        choices = puzzle.after.get(states[-1])
        lines += 1
        after = draw.choice(choices) if choices else None
        judged = judge(after, len(states) == puzzle.chain, bool(choices))
        move = policy.next(memory, judged, known, Left(steps=budget - lines))
        memory = move.search
        if move.action == "conclude":
            return move.status == "verified", lines
        if move.action == "extend" and after is not None:
            states.append(after)
        states = states[: move.to + 1]


def judge(after: State | None, final: bool, drawn: bool) -> Judged:
    """Return what the two verifiers say of a line."""
    if not drawn:
        return Judged(exhausted=True)
    if after is None:
        return Judged(votes=(WRONG,), final=final, silent=("two numbers",))
    key = name_of(after)
    if len(after) > 2:
        return Judged(votes=(CALCULATION,), key=key, state=True, silent=("two numbers",))
    word = ALIVE if reaches_goal(after) else DEAD
    return Judged(votes=(CALCULATION, word), final=final, key=key, state=True)


def regenerate(
    puzzle: Puzzle,
    budget: int,
    seed: int,
    *,
    abort: bool = False,
    leak: float = 0.0,
    miss: float = 0.0,
) -> tuple[bool, int]:
    """Draw whole chains until a final check passes.

    Args:
        puzzle: The puzzle.
        budget: Lines at most.
        seed: Of the draws.
        abort: Whether a line that the verifiers refute ends a chain at once.
        leak: Share of wrong chains that the final check passes.
        miss: Share of right chains that it refuses.
    """
    draw, lines = random.Random(seed), 0
    while lines + (1 if abort else puzzle.chain) <= budget:
        state: State | None = puzzle.start
        for _ in range(puzzle.chain):
            choices = puzzle.after.get(state) if state else None
            lines += 1
            state = draw.choice(choices) if choices else None
            refuted = state is None or (len(state) < 3 and not reaches_goal(state))
            if lines >= budget or (abort and refuted):
                break
        right = state is not None and len(state) == 1 and reaches_goal(state)
        if draw.random() < (1 - miss if right else leak):
            return right, lines
    return False, lines


def majority(puzzle: Puzzle, budget: int, seed: int) -> tuple[bool, int]:
    """Take the answer that most recorded chains state, as many as the budget allows."""
    drawn = _drawn(puzzle, budget, seed)
    common = Counter(answer for answer, _ in drawn).most_common(1)[0][0]
    return next(right for answer, right in drawn if answer == common), puzzle.chain * len(drawn)


def oracle(puzzle: Puzzle, budget: int, seed: int) -> tuple[bool, int]:
    """Tell whether any recorded chain is right, of as many as the budget allows."""
    drawn = _drawn(puzzle, budget, seed)
    return any(right for _, right in drawn), puzzle.chain * len(drawn)


def one(puzzle: Puzzle, _budget: int, _seed: int) -> tuple[float, int]:
    """Take one recorded chain; its success is the mean over all of them."""
    return sum(right for _, right in puzzle.answers) / len(puzzle.answers), puzzle.chain


def _drawn(puzzle: Puzzle, budget: int, seed: int) -> list[tuple[str, bool]]:
    count = max(1, min(budget // puzzle.chain, len(puzzle.answers)))
    return random.Random(seed).sample(puzzle.answers, count)


def methods(known: Beliefs, policy: SearchPolicy | None = None) -> dict[str, Method]:
    """Return all methods by name, ours last; oracles know what no method can."""
    return {
        "pass@1": one,
        "majority": majority,
        "naive loop, judge that errs (.1/.1)": partial(regenerate, leak=0.1, miss=0.1),
        "naive loop, same verifiers = perfect": regenerate,
        "the same, restart at a refuted line": partial(regenerate, abort=True),
        "oracle over whole chains": oracle,
        "ours": ours(policy or Backjump(), known),
    }


def coverage(puzzles: Sequence[Puzzle]) -> float:
    """Return the share of puzzles that the pooled lines can solve at all."""
    return sum(_covers(puzzle, puzzle.start) for puzzle in puzzles) / len(puzzles)


def _covers(puzzle: Puzzle, state: State) -> bool:
    if len(state) == 1:
        return reaches_goal(state)
    return any(
        _covers(puzzle, after) for after in set(puzzle.after.get(state, ())) if after is not None
    )
