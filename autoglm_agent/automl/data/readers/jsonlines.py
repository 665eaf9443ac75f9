"""JSON lines, and JSON files that hold one list of objects."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from autoglm_agent.automl.data.readers.limits import Limits
from autoglm_agent.automl.data.readers.names import clean_names
from autoglm_agent.automl.data.readers.source import Source
from autoglm_agent.automl.data.readers.text import to_utf8
from autoglm_agent.automl.data.readers.values import type_values
from autoglm_agent.errors import InputError


class _DuplicateKey(ValueError):
    pass


def read_json(source: Source, limits: Limits) -> tuple[pd.DataFrame, list[str]]:
    """Read objects with one value per column; a key that an object lacks is a missing value.

    Args:
        source: The file.
        limits: Largest input.

    Returns:
        The typed frame, and a sentence for each repair.

    Raises:
        InputError: If a line is no JSON object, a key occurs twice in it, or there are no rows.
    """
    data, repairs = to_utf8(source.data, source.path)
    text = data.decode("utf-8", "replace")
    rows = _list(text, source.path) if text.lstrip()[:1] == "[" else _lines(text, source.path)
    if not rows:
        raise InputError(f"{source.path} has no rows.", "Give a file with one object per row.")
    raw = list(dict.fromkeys(key for row in rows for key in row))
    if not raw:
        raise InputError(f"{source.path} has rows without columns.", "Give objects with keys.")
    limits.check_shape(len(rows), len(raw), source.path)
    names, renamed = clean_names(raw, source.path)
    columns = {name: [row.get(key) for row in rows] for name, key in zip(names, raw, strict=True)}
    frame, typed = type_values(columns)
    lacking = sum(len(row) < len(raw) for row in rows)
    if lacking:
        repairs.append(f"{lacking} rows lack some of the columns; read as missing values.")
    return frame, [*repairs, *renamed, *typed]


def _lines(text: str, path: str) -> list[dict[str, Any]]:
    if text.lstrip()[:1] != "{":
        raise InputError(f"{path} holds no JSON objects.", "Write one object per line.")
    rows = []
    # Not splitlines(): it also splits at characters that may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            rows.append(_object(line, f"{path}, line {number}"))
    return rows


def _list(text: str, path: str) -> list[dict[str, Any]]:
    value = _parse(text, path)
    for number, row in enumerate(value, 1):
        if not isinstance(row, dict):
            raise InputError(
                f"{path}: element {number} is no object but {type(row).__name__}.",
                "Write a list of objects, one per row.",
            )
    return list(value)


def _object(line: str, where: str) -> dict[str, Any]:
    value = _parse(line, where)
    if not isinstance(value, dict):
        raise InputError(
            f"{where}: expected an object, found {type(value).__name__}.",
            'Write one object per line, such as {"a": 1}.',
        )
    return value


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except _DuplicateKey as error:
        raise InputError(
            f"{where}: the key {error.args[0]!r} occurs twice in one object.", "Rename one of them."
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{where} is no valid JSON: {error}.", "Write one JSON object per line."
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _DuplicateKey(next(key for key in keys if keys.count(key) > 1))
    return value
