"""Whether two sides are equal as people write numbers: exactly, or rounded at the last digit."""

from __future__ import annotations

from fractions import Fraction

from autoglm_agent.verifiers.evaluation import evaluate
from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Node,
    NoValueError,
    Number,
    Operation,
)

ABOUT = Fraction(1, 20)
"""How far "about" may be off, as a share of the larger side."""
MACHINE_PLACES = 12
MACHINE = Fraction(1, 10**12)
"""From so many places on, a decimal is a machine's, and only so exact, relative to its size."""
_PERCENT = (Fraction(1, 100), Fraction(1))
"""A percent sign is a hundredth or, in "75% + 5% = 80", a unit."""


def equal(left: Node, right: Node, *, about: bool = False) -> bool | None:
    """Return whether two sides are equal; None where it cannot be told.

    A single decimal may be rounded or cut at its last digit; whole numbers must be exact. Where
    rounded figures enter a calculation, a difference that the rounding can explain is not told.

    Args:
        left: One side.
        right: The other.
        about: Whether they are said to be equal only roughly.
    """
    readings = _PERCENT if _mentions_percent(left) or _mentions_percent(right) else _PERCENT[:1]
    found: list[bool | None] = []
    for percent in readings:
        try:
            found.append(_equal(left, right, percent, about))
        except NoValueError:
            found.append(False)
        except ExpressionError:
            found.append(None)
    if any(found):
        return True
    return None if None in found else False


def _equal(left: Node, right: Node, percent: Fraction, about: bool) -> bool | None:
    values = evaluate(left, None, percent), evaluate(right, None, percent)
    off = abs(values[0] - values[1])
    if off == 0:
        return True
    if about and off <= ABOUT * max(abs(values[0]), abs(values[1])):
        return True
    sides = (left, values[0], values[1]), (right, values[1], values[0])
    if any(shows(said, value, _last_digit(side, percent)) for side, said, value in sides):
        return True
    if off <= _slack(left, values[0], percent) + _slack(right, values[1], percent):
        return None
    return False


def shows(said: Fraction, value: Fraction, unit: Fraction) -> bool:
    """Return whether a decimal is a value, rounded or cut at its last digit.

    Args:
        said: The decimal as written.
        value: The exact value.
        unit: What one unit of the last digit is worth; 0 for a whole number.
    """
    cut = said * value >= 0 and 0 <= abs(value) - abs(said) < unit
    return cut or said == value or abs(value - said) <= unit / 2


def literal(node: Node) -> Number | None:
    """Return the number that a side consists of, its sign and percent sign left aside."""
    while isinstance(node, Operation) and node.operator in ("neg", "percent"):
        node = node.operands[0]
    return node if isinstance(node, Number) else None


def _last_digit(side: Node, percent: Fraction) -> Fraction:
    """Return what one unit of a single decimal's last digit is worth; 0 for other sides."""
    number = literal(side)
    if number is None or number.places is None:
        return Fraction(0)
    unit = Fraction(1, 10**number.places)
    if number.places >= MACHINE_PLACES:
        # As a machine prints it: 99.00000000000001.
        unit = MACHINE * max(Fraction(1), abs(number.value))
    return unit * percent if _mentions_percent(side) else unit


def _slack(side: Node, value: Fraction, percent: Fraction) -> Fraction:
    """Return how far rounding of the decimals in a calculation can have moved its value."""
    if literal(side):
        return Fraction(0)
    moved = Fraction(0)
    for changed in _nudged(side):
        moved += abs(evaluate(changed, None, percent) - value)
    return moved


def _nudged(node: Node) -> list[Node]:
    """Return the expression once for each decimal of two places or more, half a digit off."""
    if isinstance(node, Number):
        if node.places is None or not 2 <= node.places <= 12:
            return []
        return [Number(node.value + Fraction(1, 2 * 10**node.places), node.places)]
    if not isinstance(node, Operation):
        return []
    found: list[Node] = []
    for i, operand in enumerate(node.operands):
        for changed in _nudged(operand):
            operands = (*node.operands[:i], changed, *node.operands[i + 1 :])
            found.append(Operation(node.operator, operands))
    return found[:20]


def _mentions_percent(node: Node) -> bool:
    if isinstance(node, Operation):
        return node.operator == "percent" or any(map(_mentions_percent, node.operands))
    return False
