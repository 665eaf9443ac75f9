"""Arithmetic in parts: an expression is cut into named parts, each is worked out, then joined.

Steps of the kind of BIG-Bench-Mistake (Tyen et al. 2024): `This equation can be written as
"A - B", where A = (...) and B = (...)`, `Let's calculate A = (...) = (...) = 3`, `the final
equation is A - B = 3 - 4 = -1. So the answer is -1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from autoglm_agent.chain import Step
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Name,
    Node,
    NoValueError,
    Token,
    names,
    parse,
    parse_tokens,
    substitute,
    tokenize,
)
from autoglm_agent.verifiers.simulators import Refuted, StateSimulator

MAX_READ = 20_000
"""Characters of a step or question that are read."""


@dataclass(frozen=True)
class Parts:
    """The expression asked for, the formula over its parts, and what is known of each part."""

    asked: Node
    formula: Node | None = None
    defined: dict[str, Node] = field(default_factory=dict)
    values: dict[str, Fraction] = field(default_factory=dict)
    result: Fraction | None = None

    def value(self, node: Node) -> Fraction | None:
        """Return the value of an expression over the parts, None where it has none yet."""
        try:
            return evaluate(substitute(node, self.defined), self.values)
        except ExpressionError:
            return None


@dataclass(frozen=True)
class _Side:
    node: Node | None
    start: int
    end: int


def start(question: str) -> Parts | None:
    """Return the first state; None where the question is not one expression of numbers."""
    words = re.sub(r"^[^-(\d]*", "", question[:MAX_READ]).rstrip(" \t\n=?.")
    try:
        asked = parse(words)
        evaluate(asked)
    except ExpressionError:
        return None
    return Parts(asked)


def apply(state: Parts, step: Step) -> Parts | None:
    """Return the state after a step; None for a step without an expression."""
    text = (step.claim or step.thought)[:MAX_READ]
    said = False
    for sides in _statements(text):
        state = _take(state, sides)
        said = True
    answer = re.search(r"\banswer is:?\s*\$?(-?\s?[\d,.]*\d(?:/\d+)?)", text)
    claimed = _number(answer.group(1)) if answer else None
    if answer and claimed is not None and state.result is not None:
        if claimed != state.result:
            raise Refuted(
                f"The answer is {written(state.result)}, not {written(claimed)}.",
                field="claim",
                span=answer.span(1),
            )
        said = True
    return state if said else None


def _statements(text: str) -> Iterator[list[_Side]]:
    """Yield the sides of each chain of equations, or of a formula that stands alone."""
    run: list[Token] = []
    for token in [*tokenize(text), Token("other", "", len(text), len(text))]:
        if _belongs(token):
            run.append(token)
            continue
        sides = _sides(run)
        if len(sides) > 1 or (sides and sides[0].node and names(sides[0].node)):
            yield sides
        run = []


def _belongs(token: Token) -> bool:
    if token.kind == "name":
        return len(token.text) == 1 and token.text.isupper()
    return token.kind == "number" or (token.kind == "op" and token.text != ",") or token.text == "="


def _sides(run: list[Token]) -> list[_Side]:
    found: list[_Side] = []
    part: list[Token] = []
    for token in [*run, Token("relation", "=", 0, 0)]:
        if token.text != "=":
            part.append(token)
            continue
        if part:
            try:
                node = parse_tokens(part)
            except ExpressionError:
                node = None
            found.append(_Side(node, part[0].start, part[-1].end))
        part = []
    return found


def _take(state: Parts, sides: list[_Side]) -> Parts:
    """Return the state after one chain of equations, each side checked against the last."""
    first = sides[0]
    state, known = _known(state, first, sides[1:])
    for side in sides[1:]:
        if side.node is None:
            continue
        value = _valued(state, side)
        if value is None:
            continue
        if known is not None and value != known:
            raise Refuted(
                f"This should have the value {written(known)}, not {written(value)}.",
                field="claim",
                span=(side.start, side.end),
            )
        known = value
    if isinstance(first.node, Name) and known is not None and len(sides) > 2:
        return replace(state, values={**state.values, first.node.name: known})
    if first.node and names(first.node) and len(sides) > 1 and not isinstance(first.node, Name):
        return replace(state, result=known)
    return state


def _known(state: Parts, first: _Side, others: list[_Side]) -> tuple[Parts, Fraction | None]:
    """Return what the first side is known to be worth; a new name is defined by what follows."""
    node = first.node
    if node is None:
        return state, None
    if not isinstance(node, Name):
        if not others:
            return replace(state, formula=node), None
        if state.formula is not None and names(node):
            return state, _valued(state, _Side(state.formula, first.start, first.end))
        return state, _valued(state, first)
    if node.name in state.defined or not others or others[0].node is None:
        return state, state.value(node)
    defined = {**state.defined, node.name: others[0].node}
    return replace(state, defined=defined), None


def _valued(state: Parts, side: _Side) -> Fraction | None:
    try:
        return evaluate(substitute(side.node, state.defined), state.values) if side.node else None
    except NoValueError:
        raise Refuted("It divides by zero.", field="claim", span=(side.start, side.end)) from None
    except ExpressionError:
        return None


def _whole(state: Parts, step: Step) -> Parts | None:
    """Apply a step, and require that the parts put together are the expression asked for."""
    after = apply(state, step)
    if after is not None and after.formula is not None and after.formula is not state.formula:
        value, asked = after.value(after.formula), evaluate(after.asked)
        if value != asked:
            told = "is no number" if value is None else f"is {written(value)}"
            raise Refuted(
                f"The formula over its parts {told}, the expression asked for {written(asked)}.",
                field="claim",
            )
    return after


def goal(state: Parts, step: Step) -> str | None:
    """Return why a final step is no answer: another value than that of the expression."""
    text = step.claim or step.thought
    numbers = re.findall(r"-?\d[\d,.]*(?:/\d+)?", text[-MAX_READ:])
    claimed = _number(numbers[-1].rstrip(".,")) if numbers else None
    asked = evaluate(state.asked)
    if claimed is not None and claimed != asked:
        return f"The value is {written(asked)}, not {written(claimed)}."
    return None


def _number(text: str) -> Fraction | None:
    try:
        return evaluate(parse(text))
    except ExpressionError:
        return None


def name(state: Parts) -> str:
    """Return a state's name: the parts defined, and the values known."""
    values = {part: written(value) for part, value in state.values.items()}
    known = dict.fromkeys(state.defined, "?") | values
    listed = ", ".join(f"{part} = {value}" for part, value in sorted(known.items()))
    return listed if state.result is None else f"{listed}, in all {written(state.result)}"


def parts_of_arithmetic(check: str = "parts", *, whole: bool = True) -> StateSimulator[Parts]:
    """Return the simulator of arithmetic in parts.

    Args:
        check: Stable id of the verdicts.
        whole: Whether the parts put together and the answer must also have the value of the
            expression asked for. False judges each step by what the steps before it say.
    """
    return StateSimulator(
        start,
        _whole if whole else apply,
        goal=goal if whole else None,
        name=name,
        check=check,
        title="Each part has the value claimed",
    )
