"""Relations: two or more expressions with `==`, `!=`, `<`, `<=`, `>`, `>=` or `≈` between them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from autoglm_agent.verifiers.equality import equal
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import (
    MAX_LENGTH,
    MAX_TOKENS,
    ExpressionError,
    Node,
    parse_tokens,
    tokenize,
)

_SIGNS = {"=": "==", "≠": "!=", "≤": "<=", "≥": ">="}
_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Relation:
    """Sides in order, and the signs between them."""

    sides: tuple[Node, ...]
    signs: tuple[str, ...]


def read_relation(text: str, *, implicit: bool = False) -> Relation | None:
    """Read a relation; None where the text has no relation sign.

    Args:
        text: Such as `3*4 == 12` or `1 < 2 <= 2`.
        implicit: Whether `2x` is a product.

    Raises:
        ExpressionError: If a side cannot be read, or the text is too long.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("it is too long")
    tokens = tokenize(text)
    if len(tokens) > MAX_TOKENS:
        raise ExpressionError("it is too long")
    cuts = [i for i, token in enumerate(tokens) if token.kind == "relation"]
    if not cuts:
        return None
    bounds = zip([-1, *cuts], [*cuts, len(tokens)], strict=True)
    sides = [parse_tokens(tokens[a + 1 : b], implicit=implicit) for a, b in bounds]
    signs = [_SIGNS.get(tokens[i].text, tokens[i].text) for i in cuts]
    return Relation(tuple(sides), tuple(signs))


def holds(relation: Relation) -> tuple[bool | None, str]:
    """Return whether a relation of numbers is true, and the fact where it is not.

    Returns:
        True, False, or None where it cannot be told; and the values of the first pair at fault.

    Raises:
        ExpressionError: If a side has no exact value; `NoValueError` for a division by zero.
    """
    decided = True
    for left, sign, right in zip(relation.sides, relation.signs, relation.sides[1:], strict=False):
        values = evaluate(left), evaluate(right)
        if sign in ("==", "≈"):
            true = equal(left, right, about=sign == "≈")
        else:
            true = _COMPARE[sign](*values)
        if true is False:
            return False, f"the left side is {written(values[0])}, the right {written(values[1])}"
        decided = decided and true is True
    return (True if decided else None), ""
