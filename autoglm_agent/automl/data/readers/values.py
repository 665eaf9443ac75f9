"""From columns of Python values (JSON, workbooks, databases) to typed columns."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from autoglm_agent.automl.data.readers.cells import type_columns

_INT64 = 2**63


def type_values(columns: dict[str, list[Any]]) -> tuple[pd.DataFrame, list[str]]:
    """Type columns of Python values.

    Text goes the way of text cells, so that numbers stored as text are found. Lists and objects
    become JSON text; columns of several types become text. Both are told.

    Args:
        columns: Values by unique column name, equally long; None and NaN are missing.

    Returns:
        The frame, and a sentence for each repair.
    """
    done: dict[str, pd.Series] = {}
    texts: dict[str, list[str]] = {}
    told: list[str] = []
    for name, values in columns.items():
        plain = _native(values)
        if plain is not None:
            done[name] = plain
            continue
        texts[name], repair = _as_texts(name, values)
        told += [repair] if repair else []
    if texts:
        arrays = [pa.array(values, pa.string()) for values in texts.values()]
        frame, repairs = type_columns(list(texts), arrays)
        told += repairs
        done |= {name: frame[name] for name in texts}
    return pd.DataFrame({name: done[name] for name in columns}, copy=False), told


def _native(values: Sequence[Any]) -> pd.Series | None:
    """Return the column if it needs no text: booleans, numbers, dates; else None."""
    missing = [v is None or (isinstance(v, float) and math.isnan(v)) for v in values]
    kinds = {type(v) for v, gap in zip(values, missing, strict=True) if not gap}
    if not kinds:
        return pd.Series([math.nan] * len(values), dtype="float64")
    gaps = any(missing)
    clean = [None if gap else v for v, gap in zip(values, missing, strict=True)]
    if kinds == {bool}:
        return pd.Series(clean, dtype="boolean" if gaps else "bool")
    if kinds == {int}:
        if all(v is None or -_INT64 <= v < _INT64 for v in clean):
            return pd.Series(clean, dtype="Int64" if gaps else "int64")
        return None
    if kinds <= {int, float, decimal.Decimal}:
        return pd.Series([math.nan if v is None else float(v) for v in clean], dtype="float64")
    if kinds <= {dt.datetime, dt.date}:
        return _dates(clean)
    return None


def _dates(values: Sequence[Any]) -> pd.Series:
    moments = []
    for value in values:
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            value = dt.datetime.combine(value, dt.time())
        moments.append(value)
    return pd.Series(pa.array(moments, pa.timestamp("us")).to_pandas())


def _as_texts(name: str, values: Sequence[Any]) -> tuple[list[str], str | None]:
    kinds = {type(v) for v in values if v is not None and v != ""}
    texts = [_text(v) for v in values]
    if kinds & {dict, list}:
        return texts, f"Lists and objects in {name!r} were kept as JSON text."
    if len(kinds) > 1:
        words = ", ".join(sorted(kind.__name__ for kind in kinds))
        return texts, f"Column {name!r} mixes types ({words}); it was read as text first."
    return texts, None


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, default=str)
    elif isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    # A lone surrogate is no character and cannot be stored.
    return str(value).encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "")
