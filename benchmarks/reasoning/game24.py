"""The game of 24: reading recorded lines, and checks that a user could write.

A state is the sorted tuple of numbers that are left, as exact fractions; a line is
`a op b = c (left: ...)`. Recorded decimals are rounded, so they are matched within 0.02.
"""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

State = tuple[Fraction, ...]
NUMBER = r"\(?(-?\d+(?:\.\d+)?(?:/\d+)?)\)?"
LINE = re.compile(
    rf"^\s*{NUMBER}\s*([-+*/])\s*{NUMBER}\s*=\s*{NUMBER}\s*\(left:\s*([^()]*(?:\(-?[\d./]+\)[^()]*)*)\)"
)
CLOSE = Fraction(1, 50)
GOAL = Fraction(24)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def state_of(text: str) -> State:
    """Return the state that a list of numbers names.

    Raises:
        ValueError: If a word is not a number.
        ZeroDivisionError: If it divides by zero.
    """
    return tuple(sorted(Fraction(word.strip("()")) for word in text.replace(",", " ").split()))


def apply(state: State, line: str) -> State | None:
    """Return the state that a line leads to, or None if the line is wrong; sound both ways."""
    match = LINE.match(line)
    if not match:
        return None
    try:
        first, second = Fraction(match[1]), Fraction(match[3])
        claimed, left = Fraction(match[4]), state_of(match[5])
    except (ValueError, ZeroDivisionError):
        return None
    rest = list(state)
    used = []
    for operand in (first, second):
        near = min(rest, key=lambda number: abs(number - operand), default=None)
        if near is None or abs(near - operand) > CLOSE:
            return None
        rest.remove(near)
        used.append(near)
    value = calculate(used[0], match[2], used[1])
    if value is None or abs(value - claimed) > CLOSE:
        return None
    after = tuple(sorted([*rest, value]))
    if len(after) != len(left) or any(abs(a - b) > CLOSE for a, b in zip(after, left, strict=True)):
        return None
    return after


def calculate(a: Fraction, operator: str, b: Fraction) -> Fraction | None:
    """Return `a operator b`, or None for a division by zero."""
    if operator == "+":
        return a + b
    if operator == "-":
        return a - b
    if operator == "*":
        return a * b
    return a / b if b else None


@cache
def reaches_goal(state: State) -> bool:
    """Tell whether one or two numbers make 24; never asked about more, which would be an oracle."""
    if len(state) == 1:
        return state[0] == GOAL
    if len(state) != 2:
        raise ValueError("only one or two numbers may be checked exactly")
    return GOAL in successors(*state)


def successors(a: Fraction, b: Fraction) -> set[Fraction | None]:
    """Return all that two numbers can make; None stands for a division by zero."""
    pairs = ((a, "+", b), (a, "-", b), (b, "-", a), (a, "*", b), (a, "/", b), (b, "/", a))
    return {calculate(*pair) for pair in pairs}


def name_of(state: State) -> str:
    """Return the canonical name of a state."""
    return " ".join(map(str, state))
