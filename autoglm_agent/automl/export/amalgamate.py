"""From functions of several modules to the text of one: what is reachable, and nothing else.

The source is copied, never written anew, so an exported script does what the package does. Names
that modules of this package import from each other are resolved; everything else they import
becomes an import of the script.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

OWN = "autoglm_agent."
Name = tuple[str, str]
"""Module and name."""


@dataclass
class Module:
    """The top level of one module: names to their source, and where imported ones come from."""

    name: str
    lines: list[str]
    nodes: dict[str, ast.stmt] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    own: dict[str, Name] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)


@dataclass
class Amalgam:
    """Copies of definitions, in an order in which they can be executed.

    Attributes:
        parts: Source of each definition.
        imports: Statements that they need.
    """

    parts: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    _modules: dict[str, Module] = field(default_factory=dict)
    _done: dict[str, Name] = field(default_factory=dict)

    def add(self, module: str, name: str) -> None:
        """Copy a definition and what it refers to.

        Raises:
            ValueError: If two modules define different things of that name.
        """
        at = self._module(module)
        if name in at.own:
            self.add(*at.own[name])
            return
        if name in at.foreign:
            self.imports.add(at.foreign[name])
            return
        if name not in at.nodes:
            return  # a built-in, an argument or a local name
        if name in self._done:
            if self._done[name] != (module, name):
                raise ValueError(f"{name} is defined in {self._done[name][0]} and in {module}.")
            return
        self._done[name] = (module, name)
        node = at.nodes[name]
        for used in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)}):
            self.add(module, used)
        for alias in (n for n in ast.walk(node) if isinstance(n, ast.Attribute)):
            if isinstance(alias.value, ast.Name):
                self.add(module, alias.value.id)
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        self.parts.append("\n".join(at.lines[start - 1 : at.ends[name]]))

    def add_all(self, names: Iterable[Name]) -> None:
        """Copy several definitions."""
        for module, name in names:
            self.add(module, name)

    def _module(self, name: str) -> Module:
        if name not in self._modules:
            self._modules[name] = _read(name)
        return self._modules[name]


def _read(name: str) -> Module:
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    source = Path(found.origin).read_text("utf-8")
    module = Module(name, source.splitlines())
    tree = ast.parse(source)
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.Import | ast.ImportFrom):
            _take_import(module, node)
        for defined in _names(node):
            module.nodes[defined] = node
            told = isinstance(after, ast.Expr) and isinstance(node, ast.Assign | ast.AnnAssign)
            end = after if told else node
            module.ends[defined] = getattr(end, "end_lineno", None) or node.lineno
    return module


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [t.id for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _take_import(module: Module, node: ast.Import | ast.ImportFrom) -> None:
    for alias in node.names:
        bound = alias.asname or alias.name.split(".")[0]
        renamed = f" as {alias.asname}" if alias.asname else ""
        if isinstance(node, ast.Import):
            module.foreign[bound] = f"import {alias.name}{renamed}"
        elif node.module and node.module.startswith(OWN):
            module.own[bound] = (node.module, alias.name)
        elif node.module != "__future__":
            module.foreign[bound] = f"from {node.module} import {alias.name}{renamed}"
