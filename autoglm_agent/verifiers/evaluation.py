"""The exact value of an expression, over fractions and within bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction

from autoglm_agent.verifiers.expressions import (
    MAX_BITS,
    ExpressionError,
    Name,
    Node,
    NoValueError,
    Number,
)

_PERCENT = Fraction(1, 100)


def evaluate(
    node: Node, values: Mapping[str, Fraction] | None = None, percent: Fraction = _PERCENT
) -> Fraction:
    """Return the exact value of an expression.

    Args:
        node: The expression.
        values: Values of its variables.
        percent: What a percent sign is worth; 1 reads `75%` as 75.

    Raises:
        NoValueError: If it divides by zero.
        ExpressionError: If a variable has no value, or the value is irrational or beyond bounds.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        if values is None or node.name not in values:
            raise ExpressionError(f"{node.name!r} has no value")
        return values[node.name]
    operands = [evaluate(operand, values, percent) for operand in node.operands]
    if node.operator == "percent":
        return operands[0] * percent
    value = _apply(node.operator, operands)
    if value.numerator.bit_length() + value.denominator.bit_length() > MAX_BITS:
        raise ExpressionError("the value is too large")
    return value


def _apply(operator: str, operands: list[Fraction]) -> Fraction:
    action = _ACTIONS.get(operator)
    if action is None:
        raise ExpressionError(f"{operator!r} is no operation known here")
    try:
        return Fraction(action(*operands))
    except ZeroDivisionError:
        raise NoValueError("it divides by zero") from None
    except TypeError:
        raise ExpressionError(f"{operator!r} has the wrong number of operands") from None


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    root = exponent.denominator
    if root > 10 or abs(exponent.numerator) > MAX_BITS:
        raise ExpressionError("the exponent is beyond bounds")
    base = _root(base, root)
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits > 1 and bits * abs(exponent.numerator) > MAX_BITS:
        raise ExpressionError("the value is too large")
    return base**exponent.numerator


def _root(value: Fraction, degree: int) -> Fraction:
    if degree == 1:
        return value
    if value < 0:
        raise ExpressionError("a root of a negative number is not real")
    parts = [_integer_root(part, degree) for part in (value.numerator, value.denominator)]
    found = Fraction(*parts)
    if found**degree != value:
        raise ExpressionError("the value is irrational")
    return found


def _integer_root(value: int, degree: int) -> int:
    if degree == 2:
        return math.isqrt(value)
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low


def _whole(value: Fraction) -> int:
    if value.denominator != 1:
        raise ExpressionError("a whole number is needed")
    return value.numerator


def _factorial(value: Fraction) -> int:
    if not 0 <= value <= 500:
        raise ExpressionError("the factorial is beyond bounds")
    return math.factorial(_whole(value))


_ACTIONS: dict[str, Callable[..., Fraction | int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "neg": lambda a: -a,
    "^": _power,
    "sqrt": lambda a: _root(a, 2),
    "abs": abs,
    "min": min,
    "max": max,
    "floor": math.floor,
    "ceil": math.ceil,
    "gcd": lambda a, b: math.gcd(_whole(a), _whole(b)),
    "factorial": _factorial,
}


def written(value: Fraction) -> str:
    """Return a value as people write it: a whole number, an exact decimal, or a fraction."""
    if value.denominator == 1:
        return str(value.numerator) if value.numerator.bit_length() < 400 else "a huge number"
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 and value.denominator < 10**9 and abs(value.numerator) < 10**15:
        with localcontext(prec=60):
            return format(Decimal(value.numerator) / Decimal(value.denominator), "f")
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 200:
        return "a fraction with many digits"
    return f"{value.numerator}/{value.denominator}"
