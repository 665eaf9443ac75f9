"""JSON as models write it: bare, in a code fence, or with prose around it."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_LENGTH = 1_000_000
"""Characters of a text that are read."""
MAX_DEPTH = 100
"""Levels of nesting."""
MAX_TRIES = 50
"""Opening brackets that are tried as the beginning of JSON."""
_FENCE = re.compile(r"```[ \t]{0,4}(\w{0,20})[ \t]{0,4}\n(.*?)```", re.DOTALL)


class JSONError(ValueError):
    """The text holds no JSON that can be read."""


def read_json(text: str) -> Any:
    """Return the JSON value of a text.

    The whole text if it is JSON; else the last fenced block that is (the last word counts); else
    the largest object or array in the prose, the later of equals.

    Args:
        text: A model's answer.

    Raises:
        JSONError: If there is none, it is nested too deeply, or the text is too long.
    """
    if len(text) > MAX_LENGTH:
        raise JSONError(f"the text is longer than {MAX_LENGTH:,} characters")
    value = _load(text)
    if value is _ABSENT:
        fenced = (_load(body) for _, body in reversed(_FENCE.findall(text)))
        value = next((found for found in fenced if found is not _ABSENT), _ABSENT)
    if value is _ABSENT:
        value = _in_prose(text)
    if depth(value) > MAX_DEPTH:
        raise JSONError("the JSON is nested too deeply")
    return value


def depth(value: Any) -> int:
    """Return how many levels of lists and objects a JSON value has."""
    levels, layer = 0, [value]
    while layer := [
        inner
        for outer in layer
        if isinstance(outer, dict | list | tuple)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        levels += 1
        if levels > MAX_DEPTH:
            break
    return levels


_ABSENT = object()


def _load(text: str) -> Any:
    try:
        return _DECODER.decode(text.strip().lstrip("\ufeff"))
    except RecursionError:
        raise JSONError("the JSON is nested too deeply") from None
    except ValueError:
        return _ABSENT


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits[:20])


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def _in_prose(text: str) -> Any:
    """Return the largest object or array that a text contains."""
    best: Any = _ABSENT
    length = problem = 0
    at = told = 0
    for _ in range(MAX_TRIES):
        opening = re.compile(r"[\[{]").search(text, at)
        if opening is None:
            break
        try:
            value, end = _DECODER.raw_decode(text, opening.start())
        except RecursionError:
            raise JSONError("the JSON is nested too deeply") from None
        except ValueError as error:
            at = opening.start() + 1
            reached = getattr(error, "pos", 0) - opening.start()
            if reached > problem:
                problem, told = reached, opening.start()
            continue
        if end - opening.start() >= length:
            best, length = value, end - opening.start()
        at = end
    if best is _ABSENT or problem > length:
        raise JSONError(_problem(text, told))
    return best


def _problem(text: str, start: int) -> str:
    try:
        _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return f"{error.msg} at character {error.pos}" if "{" in text or "[" in text else "no JSON"
    except ValueError as error:
        return str(error)
    return "no JSON"
