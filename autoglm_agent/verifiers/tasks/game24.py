"""The game of 24: join numbers two by two with + - * / until 24 is left.

Steps of the kind of Tree of Thoughts (Yao et al. 2023): `10 - 4 = 6 (left: 5 6 6)`, in the end
`Answer: (10 - 4) * (5 - 6 / 6) = 24`. Numbers are exact fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial

from autoglm_agent.chain import Step
from autoglm_agent.verifiers.equality import equal
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Node,
    NoValueError,
    Number,
    Operation,
    parse,
)
from autoglm_agent.verifiers.simulators import Refuted, StateSimulator

MAX_READ = 5_000
"""Characters of a step or question that are read."""
MAX_NUMBERS = 6
"""Numbers that a game may start with; the look-ahead grows fast with them."""
_NUMBER = r"-?\d{1,15}(?:\.\d{1,15}|/\d{1,15})?"
_MOVE = re.compile(
    rf"(?P<a>{_NUMBER})(?:\s*\))?\s*(?P<op>[-+*/×÷])\s*\(?\s*(?P<b>{_NUMBER})\s*\)?"
    rf"\s*=\s*(?P<c>{_NUMBER})"
)
_LEFT = re.compile(rf"left:?\s*(?P<left>(?:{_NUMBER}[,\s]*)*)\)?")


@dataclass(frozen=True)
class Left:
    """The numbers given, and those that are left to be joined, both sorted."""

    given: tuple[Fraction, ...]
    left: tuple[Fraction, ...]
    target: Fraction = Fraction(24)


def start(question: str, target: int = 24) -> Left | None:
    """Return the first state; None where the question does not give two to six numbers."""
    line = question[:MAX_READ].strip()
    found = re.fullmatch(r"(?:[^\d\n]*:)?\s*(\d+(?:[,\s]+\d+)+)\s*", line)
    numbers = [Fraction(n) for n in re.findall(r"\d{1,9}", found.group(1))] if found else []
    if not 2 <= len(numbers) <= MAX_NUMBERS:
        return None
    given = tuple(sorted(numbers))
    return Left(given, given, Fraction(target))


def apply(state: Left, step: Step, *, look_ahead: bool = False) -> Left | None:
    """Return the state after a step; None for a step that neither joins nor answers."""
    text = (step.claim or step.thought)[:MAX_READ]
    answer = re.search(r"(?i)\banswer\b\s*(?:is)?\s*:?\s*(?P<expression>[^\n]*)", text)
    if answer:
        _check_answer(state, answer.group("expression"), answer.span("expression"))
        return state
    moves = list(_MOVE.finditer(text))
    if not moves:
        return None
    for move in moves:
        state = _joined(state, move)
    _check_left(state, text)
    if look_ahead and not reachable(state.left, state.target):
        left = " ".join(map(written, state.left))
        raise Refuted(f"{written(state.target)} cannot be reached from {left}.", field="claim")
    return state


def _joined(state: Left, move: re.Match[str]) -> Left:
    """Return the state after one move."""
    a, left = _taken(state.left, move, "a")
    b, left = _taken(left, move, "b")
    sign = {"×": "*", "÷": "/"}.get(move["op"], move["op"])
    operation = Operation(sign, (Number(a), Number(b)))
    try:
        value = evaluate(operation)
    except NoValueError:
        raise Refuted("It divides by zero.", field="claim", span=move.span()) from None
    if not _shows(parse(move["c"]), value):
        raise Refuted(
            f"{written(a)} {sign} {written(b)} is {written(value)}, not {move['c']}.",
            field="claim",
            span=move.span("c"),
        )
    return Left(state.given, tuple(sorted((*left, value))), state.target)


def _taken(
    left: tuple[Fraction, ...], move: re.Match[str], name: str
) -> tuple[Fraction, tuple[Fraction, ...]]:
    """Take a number, as it is written, from those that are left."""
    written_as = parse(move[name])
    for index, value in enumerate(left):
        if _shows(written_as, value):
            return value, (*left[:index], *left[index + 1 :])
    told = " ".join(map(written, left)) or "nothing"
    raise Refuted(
        f"{move[name]} is not among the numbers left: {told}.",
        field="claim",
        span=move.span(name),
    )


def _check_left(state: Left, text: str) -> None:
    """Compare the numbers that a step says are left."""
    found = _LEFT.search(text)
    if found is None:
        return
    listed = [parse(number) for number in re.findall(_NUMBER, found["left"])]
    unmatched = list(state.left)
    for node in listed:
        match = next((value for value in unmatched if _shows(node, value)), None)
        if match is None:
            break
        unmatched.remove(match)
    if unmatched or len(listed) != len(state.left):
        told = " ".join(map(written, state.left))
        raise Refuted(f"The numbers left are {told}.", field="claim", span=found.span("left"))


def _check_answer(state: Left, expression: str, span: tuple[int, int]) -> None:
    """Refute an answer that is not the target, or does not use each number once."""
    words = expression.split("=")[0].strip(" .")
    try:
        node = parse(words)
        value = evaluate(node)
    except NoValueError:
        raise Refuted("The answer divides by zero.", field="claim", span=span) from None
    except ExpressionError:
        raise Refuted("The answer is no expression.", field="claim", span=span) from None
    target = written(state.target)
    if value != state.target:
        raise Refuted(f"The answer is {written(value)}, not {target}.", field="claim", span=span)
    used = tuple(sorted(_numbers(node)))
    if used != state.given:
        told = [" ".join(map(written, numbers)) for numbers in (used, state.given)]
        raise Refuted(f"The answer uses {told[0]}, not {told[1]}.", field="claim", span=span)


def _numbers(node: Node) -> Iterator[Fraction]:
    if isinstance(node, Number):
        yield node.value
    elif isinstance(node, Operation):
        for operand in node.operands:
            yield from _numbers(operand)


def _shows(node: Node, value: Fraction) -> bool:
    """Return whether a number as written, maybe rounded, is a value."""
    return equal(node, Number(value)) is True


@lru_cache(maxsize=100_000)
def reachable(left: tuple[Fraction, ...], target: Fraction = Fraction(24)) -> bool:
    """Return whether the target can be made of all the numbers, by exhaustive search.

    Args:
        left: Sorted numbers.
        target: What is to be made.
    """
    if len(left) == 1:
        return left[0] == target
    for i, a in enumerate(left):
        for j, b in enumerate(left):
            if i == j:
                continue
            rest = [value for k, value in enumerate(left) if k not in (i, j)]
            results = [a + b, a * b, a - b] if i < j else [a - b]
            if b:
                results.append(a / b)
            if any(reachable(tuple(sorted((*rest, made))), target) for made in results):
                return True
    return False


def goal(state: Left, step: Step) -> str | None:
    """Return why a final step is no answer: it gives none, and the target is not left alone."""
    text = (step.claim or step.thought)[:MAX_READ]
    if re.search(r"(?i)\banswer\b", text) or state.left == (state.target,):
        return None
    return f"{written(state.target)} is not what is left."


def name(state: Left) -> str:
    """Return a state's name: the numbers left, in order."""
    return " ".join(map(written, state.left))


def game24(
    check: str = "game24", *, target: int = 24, look_ahead: bool = False
) -> StateSimulator[Left]:
    """Return the simulator of the game.

    Args:
        check: Stable id of the verdicts.
        target: The number to make.
        look_ahead: Whether a step is also refuted from whose numbers the target cannot be made.
    """
    return StateSimulator(
        partial(start, target=target),
        partial(apply, look_ahead=look_ahead),
        goal=goal,
        name=name,
        check=check,
        title="The numbers are joined as the game allows",
    )
