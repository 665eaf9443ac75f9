"""Where in a step its program stands."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal

from autoglm_agent.chain import Step

_FENCE = re.compile(
    r"^[ \t]*```[ \t]*([A-Za-z0-9_+-]*)[^\n]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL
)
_PYTHON = {"", "python", "py", "python3"}
MAX_PROGRAM = 100_000
"""Characters of a program; a longer one is no answer to anything."""


@dataclass(frozen=True)
class Program:
    """A program in a step."""

    code: str
    field: Literal["claim", "check"]
    offset: int = 0
    """Where it begins in the claim."""

    def line_span(self, number: int | None) -> tuple[int, int] | None:
        """Return the characters of the claim that one line (from 1) takes."""
        lines = self.code.splitlines(keepends=True)
        if self.field != "claim" or number is None or not 1 <= number <= len(lines):
            return None
        begin = self.offset + sum(map(len, lines[: number - 1]))
        return begin, begin + len(lines[number - 1].rstrip("\r\n"))


def find_program(step: Step) -> Program | None:
    """Return the program that a step offers.

    The check of kind `code` goes first; then, of a final step, the longest fenced block of
    Python in the claim, as examples of use are shorter; then a claim that is Python itself.
    """
    check = step.check or {}
    if check.get("kind") == "code" and isinstance(check.get("code"), str):
        return Program(check["code"], "check")
    if not step.final or len(step.claim) > 2 * MAX_PROGRAM:
        return None
    blocks = [m for m in _FENCE.finditer(step.claim) if m[1].lower() in _PYTHON]
    if blocks:
        longest = max(blocks, key=lambda m: len(m[2]))
        return Program(longest[2], "claim", longest.start(2))
    return Program(step.claim, "claim") if _is_program(step.claim) else None


def _is_program(text: str) -> bool:
    """Whether a text is Python, and more than an expression that reads like prose or a number."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(statement, ast.Expr) for statement in tree.body)
