"""Arithmetic: the equations that a step claims, exactly.

Two sources: the check that the model offers, `{"kind": "arithmetic", "expression": "3*4 == 12"}`,
and the equations written in thought and claim, `<<3*4=12>>` marks included. Text is parsed, never
executed. Models that write their claims as equations make this verifier strong; of prose it sees
only the little that is written as an equation.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from fractions import Fraction

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.verifiers.equality import equal, literal
from autoglm_agent.verifiers.equations import Equation, equations
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Node,
    NoValueError,
    parse,
    parse_tokens,
    tokenize,
)
from autoglm_agent.verifiers.relations import holds, read_relation
from autoglm_agent.verifiers.telling import told

MAX_EQUATIONS = 500
"""Equations of one text that are checked."""


MAX_CLAIM = 20_000
"""Characters of a claim in which numbers are looked for."""


class Arithmetic:
    """Refute a step that claims a wrong equation.

    A pass says that the equations hold and that the claim states one of them or a value that
    they compute; where the claim is nothing but the equation, a pass proves it.

    Args:
        prose: Whether equations in thought and claim are checked, besides the offered check.

    Examples:
        >>> arithmetic = Arithmetic()
        >>> arithmetic(Step(claim="3 * 4 = 13"), Chain())[0].fact
        '"3 * 4 = 13" is wrong: 3 * 4 is 12.'
    """

    check = "arithmetic"
    constraint = "Equations must hold exactly; write each computation as an equation."
    offer = 'A check may be {"kind": "arithmetic", "expression": "3*4 == 12"}.'
    cost = 1e-4

    def __init__(self, *, prose: bool = True) -> None:
        self._prose = prose

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Check the offered expression, then the equations in the text."""
        found: list[Verdict] = []
        if step.check and step.check.get("kind") == self.check:
            found.append(self._offered(step.check.get("expression"), step))
        if self._prose and not any(v.status == "fail" for v in found):
            found += self._texts(step)
        return found

    def _texts(self, step: Step) -> list[Verdict]:
        """Judge claim and thought: the first wrong equation, or one verdict for all.

        What is right in the thought supports the claim only if the claim speaks of a value that
        was computed there.
        """
        sides: set[Fraction] = set()
        count, claimed = 0, 0
        for field, text in (("claim", step.claim), ("thought", step.thought)):
            wrong, right = self._written(field, text)
            if wrong:
                return [wrong]
            count += len(right)
            claimed += len(right) if field == "claim" else 0
            sides |= {value for e in right for value in _values((e.left, e.right))}
        if not count:
            return []
        return [self._standing(step, claimed > 0, sides).model_copy(update={"n": count})]

    def _standing(self, step: Step, claimed: bool, sides: set[Fraction]) -> Verdict:
        """Pass a claim that true equations state or lead to; of any other they say nothing."""
        if claimed or not step.claim.strip() or sides & _numbers(step.claim):
            return self._verdict("pass", "", "")
        return self._verdict(
            "unknown", "The equations are right, but not about the claim.", "claim"
        )

    def _offered(self, expression: object, step: Step) -> Verdict:
        """Judge the offered check: a relation, or a bare expression whose value is claimed."""
        if not isinstance(expression, str):
            return self._verdict("unknown", "The arithmetic check has no expression.", "check")
        try:
            relation = read_relation(expression)
            if relation is None:
                return self._valued(expression, step)
            true, fact = holds(relation)
        except NoValueError:
            return self._verdict("fail", f'"{told(expression)}" divides by zero.', "check")
        except ExpressionError as error:
            fact = f"The offered expression cannot be judged: {told(str(error))}."
            return self._verdict("unknown", fact, "check")
        if true is None:
            return self._verdict("unknown", "The offered relation cannot be decided.", "check")
        if not true:
            return self._verdict("fail", f'"{told(expression)}" is wrong: {fact}.', "check")
        proven = "".join(step.claim.split()) == "".join(expression.split())
        told_of = self._standing(step, proven, _values(relation.sides))
        return told_of.model_copy(update={"sound_pass": proven})

    def _valued(self, expression: str, step: Step) -> Verdict:
        """Judge a claim that is a number by an offered expression without a relation."""
        value = evaluate(parse(expression))
        try:
            claimed: Node | None = parse(step.claim)
        except ExpressionError:
            claimed = None
        if claimed is None or literal(claimed) is None:
            return self._verdict("unknown", "The claim is no number to compare with.", "check")
        if equal(claimed, parse(expression)) is False:
            fact = f"{told(expression)} is {written(value)}, not {told(step.claim)}."
            return self._verdict("fail", fact, "claim")
        return self._verdict("pass", "", "check")

    def _written(self, field: str, text: str) -> tuple[Verdict | None, list[Equation]]:
        """Return the first wrong equation of a text, and the right ones that compute something."""
        right: list[Equation] = []
        for equation in equations(text):
            true = equal(equation.left, equation.right, about=equation.about)
            if true is False:
                return self._wrong(field, text, equation), right
            if true is True and not equation.bare:
                right.append(equation)
            if len(right) >= MAX_EQUATIONS:
                break
        return None, right

    def _wrong(self, field: str, text: str, equation: Equation) -> Verdict:
        said = text[equation.start : equation.end]
        left = said.rsplit("=", 1)[0].rstrip("= ~≈")
        fact = f'"{told(said)}" is wrong: {told(left)} {_value(equation.left)}.'
        return self._verdict("fail", fact, field).model_copy(
            update={"span": (equation.start, equation.end)}
        )

    def _verdict(self, status: str, fact: str, field: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "The arithmetic is right",
                "status": status,
                "fact": fact,
                "field": field if status in ("fail", "unknown") else None,
            }
        )


def _values(sides: Iterable[Node]) -> set[Fraction]:
    """Return the values of sides that have one."""
    found = set()
    for side in sides:
        with contextlib.suppress(ExpressionError):
            found.add(evaluate(side))
    return found


def _numbers(text: str) -> set[Fraction]:
    """Return the numbers that a text names."""
    found = set()
    for token in tokenize(text[:MAX_CLAIM]):
        if token.kind == "number":
            with contextlib.suppress(ExpressionError):
                found.add(evaluate(parse_tokens([token])))
    return found


def _value(node: Node) -> str:
    try:
        value: Fraction = evaluate(node)
    except NoValueError:
        return "has no value"
    except ExpressionError:
        return "is another number"
    return f"is {written(value)}"
