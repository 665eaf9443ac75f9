"""Problems of multi-step arithmetic, and the text that a right solution has.

A problem is a chain of assignments, each of which needs the value before it:

    a=81-12;b=a*1;c=b+11

and its solution is one line a step, then the answer:

    a=81-12=69
    b=69*1=69
    ...
    Answer: 80

A fifth of all problems, told by a digest of their text, is held out: never seen in training.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

NAMES = "abcdefghij"
LARGEST = 99
LARGEST_TERM = 15
LARGEST_FACTOR = 9
HELD_OUT_ONE_IN = 5


@dataclass(frozen=True)
class Problem:
    """A problem with its solution.

    Attributes:
        text: The assignments, for example `a=17+25;b=a*2`.
        lines: The steps of the solution, without the answer.
        answer: The value of the last name.
    """

    text: str
    lines: tuple[str, ...]
    answer: int

    @property
    def solution(self) -> str:
        """The whole text of the right solution, the answer included."""
        return "".join(f"{line}\n" for line in (*self.lines, f"Answer: {self.answer}"))

    @property
    def held_out(self) -> bool:
        """Whether the problem belongs to the evaluation."""
        return hashlib.sha256(self.text.encode()).digest()[0] % HELD_OUT_ONE_IN == 0


def problems(seed: int, steps: int, *, held_out: bool) -> Iterator[Problem]:
    """Yield problems without end, of one side of the split only.

    Args:
        seed: Of the draws; the same seed gives the same problems.
        steps: Assignments in each.
        held_out: Which side.
    """
    rng = random.Random(seed)
    while True:
        problem = _draw(rng, steps)
        if problem.held_out == held_out:
            yield problem


def distinct(seed: int, steps: int, count: int) -> list[Problem]:
    """Return different held-out problems."""
    found: dict[str, Problem] = {}
    for problem in problems(seed, steps, held_out=True):
        found.setdefault(problem.text, problem)
        if len(found) == count:
            break
    return list(found.values())


def _draw(rng: random.Random, steps: int) -> Problem:
    parts, lines = [], []
    value = rng.randint(2, LARGEST)
    before = str(value)
    for name in NAMES[:steps]:
        operator, operand = _operation(rng, value)
        result = {"+": value + operand, "-": value - operand, "*": value * operand}[operator]
        parts.append(f"{name}={before}{operator}{operand}")
        lines.append(f"{name}={value}{operator}{operand}={result}")
        value, before = result, name
    return Problem(";".join(parts), tuple(lines), value)


def _operation(rng: random.Random, value: int) -> tuple[str, int]:
    """Return an operator and operand that keep the value within 1 to 99."""
    highest = {
        "+": min(LARGEST - value, LARGEST_TERM),
        "-": min(value - 1, LARGEST_TERM),
        "*": min(LARGEST // value, LARGEST_FACTOR),
    }
    lowest = {"+": 1, "-": 1, "*": 2}
    operator = rng.choice([sign for sign in "+-*" if highest[sign] >= lowest[sign]])
    return operator, rng.randint(lowest[operator], highest[operator])
