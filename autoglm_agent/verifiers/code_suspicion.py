"""Whether a program could deceive its tests.

Tests run in one process with the program, which can reach them by way of the interpreter, or
answer every comparison with yes. What is read here is its text, and every doubt counts: a suspect
program may well be right, only its pass is no proof.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterator


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURE = _words(
    "abc array bisect cmath collections copy dataclasses datetime decimal enum fractions functools"
    " graphlib heapq itertools json math numbers random re statistics string textwrap time typing"
    " unicodedata __future__"
)
"""Modules by which a program cannot reach the one that judges it."""
_REACHING = _words(
    "eval exec compile globals locals vars getattr setattr delattr open input breakpoint"
    " __import__ __builtins__ __loader__ __spec__"
)
_METHODS = _words(
    "__init__ __post_init__ __repr__ __str__ __iter__ __next__ __call__ __enter__ __exit__"
)
"""Special methods that a test cannot mistake for the behaviour of a plain value; those of
comparison and arithmetic it can."""
_HARMLESS = _words("__init__ __name__ __doc__")
_INTERNALS = re.compile(
    r"__\w+__|_getframe|(f|tb|gi|cr|ag)_\w+|mro|Formatter|get_field|get_type_hints|ForwardRef"
)
"""Attributes that lead to frames, to globals, or from a text to an object."""


def can_deceive(code: str) -> str:
    """Return by what a program could make tests pass that it fails; empty if by nothing known.

    Args:
        code: Python that compiles.
    """
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if reason := _suspicious(node):
            return f"it {reason}"
    for node in _outside_functions(tree):
        names = _bound(node)
        if taken := [name for name in names if hasattr(builtins, name)]:
            return f"it binds the name {taken[0]} anew"
    return ""


def _suspicious(node: ast.AST) -> str:
    """Return what a node does that could reach its judge; empty if nothing."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return _suspicious_import(node)
    if isinstance(node, ast.FunctionDef) and node.name.startswith("__"):
        return "" if node.name in _METHODS else f"defines {node.name}"
    if isinstance(node, ast.Name) and node.id in _REACHING:
        return f"uses {node.id}"
    if isinstance(node, ast.Global) and any(hasattr(builtins, name) for name in node.names):
        return "binds a built-in name anew"
    if isinstance(node, ast.Attribute):
        if node.attr not in _HARMLESS and _INTERNALS.fullmatch(node.attr):
            return f"uses {node.attr}"
        # Modules carry what they import: `dataclasses.sys` is the module `sys`.
        if node.attr.lstrip("_") in sys.stdlib_module_names - PURE:
            return f"uses {node.attr}"
        root = node.value
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        own = isinstance(root, ast.Name) and root.id == "self"
        if not isinstance(node.ctx, ast.Load) and not own:
            return f"sets the attribute {node.attr} of something"
    return ""


def _suspicious_import(node: ast.Import | ast.ImportFrom) -> str:
    modules = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        taken = [n for n in modules if n == "*" or _INTERNALS.fullmatch(n)]
        taken += [n for n in modules if n.lstrip("_") in sys.stdlib_module_names - PURE]
        if taken:
            return f"imports {taken[0]}"
        modules = [node.module or "."]
    strange = [name for name in modules if name.split(".")[0] not in PURE]
    return f"imports {strange[0]}" if strange else ""


def _outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes whose names are names of the module."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _bound(node: ast.AST) -> list[str]:
    """Return the names that a node binds."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.alias):
        return [node.asname or node.name]
    return []
