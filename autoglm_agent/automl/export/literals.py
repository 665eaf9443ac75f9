"""Plain values as source text: double quotes, lines of at most a hundred characters."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

WIDEST = 100


def literal(value: Any, *, indent: int = 0, start: int = 30) -> str:
    """Return the source of a plain value.

    Args:
        value: Text, a number, a boolean, None, or a list, tuple or mapping of such.
        indent: Blanks before the closing bracket, if it takes several lines.
        start: Characters that stand before it on its first line; a comma may follow it.
    """
    if isinstance(value, Mapping):
        inner = [f"{literal(k)}: {literal(v, indent=indent + 4)}" for k, v in value.items()]
        return _enclosed("{", inner, "}", indent, start)
    if isinstance(value, list | tuple):
        inner = [literal(item, indent=indent + 4) for item in value]
        if isinstance(value, list):
            return _enclosed("[", inner, "]", indent, start)
        return _enclosed("(", inner, ",)" if len(inner) == 1 else ")", indent, start)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _enclosed(opening: str, inner: list[str], closing: str, indent: int, start: int) -> str:
    line = opening + ", ".join(inner) + closing
    if len(line) + start < WIDEST and "\n" not in line:
        return line
    margin = " " * (indent + 4)
    lines: list[str] = []
    for item in inner:
        fits = lines and "\n" not in item and len(lines[-1]) + len(item) + 3 <= WIDEST
        if fits:
            lines[-1] += f" {item},"
        else:
            lines.append(f"{margin}{item},")
    return "\n".join([opening, *lines, " " * indent + closing.lstrip(",")])
