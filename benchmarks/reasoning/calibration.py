"""What is believed of a recorded generator and its judge: measured on other puzzles.

The puzzles of a recording are split into two halves, and each half is searched with the rates of
the other one. Only here a solver says which states can still reach 24; no search ever asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations
from typing import TypeVar

from game24 import GOAL, State, successors

from autoglm_agent.policy import Share

Item = TypeVar("Item")
HARD = 0.1
"""A position at which fewer candidates than this are right counts as hard."""


@cache
def solvable(state: State) -> bool:
    """Tell whether the numbers can make 24."""
    if len(state) == 1:
        return state[0] == GOAL
    return any(
        solvable(tuple(sorted([*(n for k, n in enumerate(state) if k not in pair), value])))
        for pair in combinations(range(len(state)), 2)
        for value in successors(state[pair[0]], state[pair[1]])
        if value is not None
    )


def halves(items: Sequence[Item]) -> list[tuple[Sequence[Item], Sequence[Item]]]:
    """Return each half with the other one, which is measured for it."""
    even, odd = items[::2], items[1::2]
    return [(even, odd or even), (odd, even)]


def generator(shares: Sequence[float]) -> dict[str, Share | float]:
    """Return the fields of `Beliefs` that tell how often candidates are right.

    Args:
        shares: For each position of each puzzle that is reached by right steps, the share of
            candidates that are right.
    """
    hard = [share for share in shares if share < HARD]
    easy = [share for share in shares if share >= HARD]
    return {
        "p": Share.of(_mean(easy, 0.5)),
        "hard": min(0.9, len(hard) / max(1, len(shares))),
        "p_hard": max(0.01, _mean(hard, HARD / 2)),
    }


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
