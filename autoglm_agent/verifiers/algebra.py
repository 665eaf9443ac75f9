"""Algebra: identities, and solutions of equations.

Offered checks: `{"kind": "algebra", "identity": "(x+1)^2 == x^2 + 2x + 1"}` and
`{"kind": "algebra", "equation": "x^2 = 5x - 6", "solutions": {"x": [2, 3]}}`, with `"all": true`
where these are said to be all real solutions. Refutations are counterexamples in exact
fractions; a proof comes from SymPy, in a process that is killed when its time is over.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.verifiers.algebra_process import tree
from autoglm_agent.verifiers.evaluation import evaluate, written
from autoglm_agent.verifiers.expressions import (
    ExpressionError,
    Node,
    Operation,
    names,
    parse,
)
from autoglm_agent.verifiers.relations import Relation, read_relation
from autoglm_agent.verifiers.telling import told

CONSTANTS = {"pi", "e"}
POINTS = tuple(
    Fraction(n, d) for n, d in [(2, 1), (3, 1), (-1, 1), (1, 2), (5, 3), (-7, 4), (0, 1)]
)
"""Values tried for the variables, in turn, in search of a counterexample."""


class Algebra:
    """Judge the algebraic checks that a step offers.

    Args:
        seconds: Longest time for a proof; after it the verdict is `unknown`.

    Examples:
        >>> step = Step(check={"kind": "algebra", "identity": "(x+1)^2 == x^2 + 1"})
        >>> Algebra()(step, Chain())[0].fact
        'It is no identity: at x = 2 the left side is 9, the right 5.'
    """

    check = "algebra"
    constraint = "Identities and solutions of equations must be true."
    offer = 'A check may be {"kind": "algebra", "identity": "(x+1)^2 == x^2 + 2x + 1"}.'
    cost = 1.0

    def __init__(self, *, seconds: float = 10.0) -> None:
        self._seconds = seconds

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Judge the step's offered check, if it is an algebraic one."""
        offered = step.check or {}
        if offered.get("kind") != self.check:
            return []
        try:
            if isinstance(offered.get("identity"), str):
                return [self._identity(offered["identity"])]
            if isinstance(offered.get("equation"), str):
                solutions = offered.get("solutions")
                complete = offered.get("all") is True
                return [self._solutions(offered["equation"], solutions, complete=complete)]
        except ExpressionError as error:
            return [self._verdict("unknown", f"The check cannot be read: {told(str(error))}.")]
        return [self._verdict("unknown", "The check has neither an identity nor an equation.")]

    def _identity(self, text: str) -> Verdict:
        left, right = _two_sides(text)
        variables = sorted((names(left) | names(right)) - CONSTANTS)
        for point in _points(variables):
            values = _values(left, point), _values(right, point)
            if None not in values and values[0] != values[1]:
                where = _told(point)
                sides = f"the left side is {_n(values[0])}, the right {_n(values[1])}"
                return self._verdict("fail", f"It is no identity: {where}{sides}.")
        reply = ask({"ask": "zero", "tree": tree(Operation("-", (left, right)))}, self._seconds)
        if reply.get("zero") is True:
            return self._verdict("pass", "")
        if reply.get("zero") is False:
            at = ", ".join(f"{name} = {value}" for name, value in reply["at"].items())
            where = f" at {at}" if at else ""
            return self._verdict("fail", f"It is no identity: the sides differ{where}.")
        return self._verdict("unknown", f"No proof and no counterexample: {_why(reply)}.")

    def _solutions(self, text: str, solutions: Any, *, complete: bool) -> Verdict:
        left, right = _two_sides(text)
        difference = Operation("-", (left, right))
        if not isinstance(solutions, dict) or not solutions:
            return self._verdict("unknown", "The check names no solutions.")
        undecided = ""
        for point in _claimed(solutions):
            values = _values(left, point), _values(right, point)
            if None in values:
                undecided = "the sides have no exact value there"
            elif values[0] != values[1]:
                sides = f"the left side is {_n(values[0])}, the right {_n(values[1])}"
                return self._verdict("fail", f"It is no solution: {_told(point)}{sides}.")
        if complete and len(solutions) == 1:
            return self._all(difference, solutions)
        if undecided:
            return self._verdict("unknown", f"The solutions cannot be judged: {undecided}.")
        return self._verdict("pass", "")

    def _all(self, difference: Node, solutions: dict[str, Any]) -> Verdict:
        """Judge a claim that the solutions given are all the real ones."""
        (name, claimed), *_ = solutions.items()
        request = {"ask": "roots", "tree": tree(difference), "name": name}
        reply = ask(request, self._seconds)
        roots = reply.get("roots")
        if roots is None:
            return self._verdict("unknown", f"The solutions cannot be counted: {_why(reply)}.")
        given = len(set(map(str, claimed if isinstance(claimed, list) else [claimed])))
        if len(roots) > given:
            told = ", ".join(sorted(roots)[:6])
            return self._verdict("fail", f"There are {len(roots)} real solutions: {told}.")
        return self._verdict("pass", "")

    def _verdict(self, status: str, fact: str) -> Verdict:
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": "The algebra is right",
                "status": status,
                "fact": fact,
                "field": "check" if status != "pass" else None,
            }
        )


def ask(request: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Ask SymPy in a process of its own.

    Args:
        request: See `algebra_process.answer`.
        seconds: The process is killed after them.

    Returns:
        The reply, or `{"error": ...}`.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-m", "autoglm_agent.verifiers.algebra_process"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the request is data on its input
            command,
            input=json.dumps(request),
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
        reply = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"error": f"it takes longer than {seconds:g} s"}
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        return {"error": f"the process failed ({type(error).__name__})"}
    return reply if isinstance(reply, dict) else {"error": "the process gave no reply"}


def _two_sides(text: str) -> tuple[Node, Node]:
    relation: Relation | None = read_relation(text, implicit=True)
    if relation is None or relation.signs != ("==",):
        raise ExpressionError("one equation with two sides is needed")
    return relation.sides[0], relation.sides[1]


def _points(variables: Sequence[str]) -> list[dict[str, Fraction]]:
    """Return points at which to compare: the values in turn, shifted for each variable."""
    if not variables:
        return [{}]
    size = len(POINTS)
    return [
        {name: POINTS[(turn + i * (1 + turn // 2)) % size] for i, name in enumerate(variables)}
        for turn in range(size)
    ]


def _claimed(solutions: dict[str, Any]) -> list[dict[str, Fraction]]:
    """Return the points that are claimed: of one variable each value, of several the one point.

    Raises:
        ExpressionError: If a value is no number.
    """
    if len(solutions) == 1:
        (name, values), *_ = solutions.items()
        listed = values if isinstance(values, list) else [values]
        return [{str(name): _number(value)} for value in listed[:50]]
    return [{str(name): _number(value) for name, value in list(solutions.items())[:50]}]


def _number(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ExpressionError(f"{type(value).__name__} is no solution")
    return evaluate(parse(str(value)))


def _values(node: Node, point: dict[str, Fraction]) -> Fraction | None:
    try:
        return evaluate(node, point)
    except ExpressionError:
        return None


def _told(point: dict[str, Fraction]) -> str:
    listed = ", ".join(f"{name} = {_n(value)}" for name, value in point.items())
    return f"at {listed} " if listed else ""


def _n(value: Fraction | None) -> str:
    return "undefined" if value is None else written(value)


def _why(reply: dict[str, Any]) -> str:
    return str(reply.get("error", "SymPy could not decide"))
