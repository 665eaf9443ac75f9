"""What SymPy is asked, in a process of its own that can be killed: `python -m` this module.

It reads one JSON request from standard input and writes one JSON reply. Expressions come as
trees of a closed set of operations; no text reaches SymPy's own parser, which executes code.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from autoglm_agent.verifiers.expressions import Name, Node, Number

MEMORY = 2 * 1024**3
"""Bytes of address space that the process may use, where the system can limit it."""
PRECISE = 60
"""Digits of a numeric evaluation."""


def tree(node: Node) -> list[Any]:
    """Return an expression as JSON data."""
    if isinstance(node, Number):
        return ["number", str(node.value.numerator), str(node.value.denominator)]
    if isinstance(node, Name):
        return ["name", node.name]
    return [node.operator, *(tree(operand) for operand in node.operands)]


def to_sympy(data: list[Any]) -> Any:
    """Build a SymPy expression from a tree of known operations.

    Raises:
        KeyError: If an operation is not known.
    """
    import sympy

    kind, *rest = data
    if kind == "number":
        return sympy.Rational(int(rest[0]), int(rest[1]))
    if kind == "name":
        constants = {"pi": sympy.pi, "e": sympy.E}
        return constants.get(rest[0]) or sympy.Symbol(rest[0], real=True)
    operands = [to_sympy(item) for item in rest]
    functions = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "^": lambda a, b: a**b,
        "mod": sympy.Mod,
        "neg": lambda a: -a,
        "percent": lambda a: a / 100,
        "sqrt": sympy.sqrt,
        "abs": sympy.Abs,
        "min": sympy.Min,
        "max": sympy.Max,
        "floor": sympy.floor,
        "ceil": sympy.ceiling,
        "factorial": sympy.factorial,
        "sin": sympy.sin,
        "cos": sympy.cos,
        "tan": sympy.tan,
        "exp": sympy.exp,
        "log": sympy.log,
        "ln": sympy.log,
    }
    return functions[kind](*operands)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a request: whether an expression is zero, or which real roots it has.

    Args:
        request: `{"ask": "zero", "tree": ...}` or `{"ask": "roots", "tree": ..., "name": "x"}`.
    """
    import sympy

    expression = to_sympy(request["tree"])
    if request["ask"] == "roots":
        symbol = sympy.Symbol(request["name"], real=True)
        found = sympy.solveset(expression, symbol, domain=sympy.S.Reals)
        if not isinstance(found, sympy.FiniteSet):
            return {"roots": None}
        return {"roots": [str(root) for root in found]}
    point = _nonzero_at(expression)
    if point is not None:
        return {"zero": False, "at": point}
    return {"zero": True if sympy.simplify(expression) == 0 else None}


def _nonzero_at(expression: Any) -> dict[str, str] | None:
    """Return a point at which an expression is surely not zero, None where none is found."""
    import sympy

    symbols = sorted(expression.free_symbols, key=str)
    for turn in range(6):
        point = {s: sympy.Rational(3 + 2 * turn + i, 2 + i) for i, s in enumerate(symbols)}
        value = expression.subs(point).evalf(PRECISE)
        if value.is_number and value.is_finite and abs(value) > sympy.Float("1e-30", PRECISE):
            return {str(s): str(v) for s, v in point.items()}
        if not symbols:
            break
    return None


def main() -> None:
    """Answer one request from standard input."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows, or a stricter limit is already set
        pass
    try:
        reply = answer(json.load(sys.stdin))
    except Exception as error:  # noqa: BLE001 - whatever SymPy raises, the reply is "not decided"
        reply = {"error": f"{type(error).__name__}: {error}"[:300]}
    json.dump(reply, sys.stdout)


if __name__ == "__main__":
    main()
