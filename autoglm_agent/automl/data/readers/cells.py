"""From text cells to typed columns, without losing what the text says.

A column becomes a number only if *every* filled cell is a plain number. Leading zeros (`00123`)
and integers beyond 18 digits stay text, because a number would lose them.

Missing are the empty cell and `NA N/A n/a NaN nan NULL null #N/A <NA> NaT`; except `NA` in a
column that otherwise holds country, continent or sales-region codes, where it is Namibia or North
America. `None` is a level (tables of buildings write "None" for *no garage*), `?` is missing in
any column, and in a column of numbers so are the other usual placeholders (`-`, `None`, …). What
goes beyond the first list is told as a repair. Cells of blanks are left to the profile.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from autoglm_agent.automl.data.readers.codes import na_is_a_code
from autoglm_agent.automl.data.readers.decimals import convert_decimal_commas

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "<NA>", "NaT")
PLACEHOLDERS = (
    "?", "-", "--", "---", ".", "..", "*", "None", "none", "NONE", "na", "n.a.", "N.A.", "Null",
    "Nan", "NAN", "-nan", "missing", "Missing", "unknown", "Unknown", "#NULL!", "#DIV/0!",
    "#VALUE!", "#REF!", "#NAME?", "#NUM!",
)  # fmt: skip
_BOOLEANS = ({"true", "false"}, {"True", "False"}, {"TRUE", "FALSE"})
_MISSING_SET = pa.array(MISSING)
_PLACEHOLDER_SET = pa.array(PLACEHOLDERS)


def type_columns(
    names: Sequence[str], columns: Sequence[pa.Array], *, decimal_comma: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Type text columns.

    Args:
        names: Unique column names.
        columns: Arrow string arrays of equal length.
        decimal_comma: Whether commas may stand for decimal points (another delimiter is used).

    Returns:
        The frame, and a sentence for each repair.
    """
    told: dict[str, list[str]] = {}
    typed = [_type_column(name, column, told) for name, column in zip(names, columns, strict=True)]
    if decimal_comma:
        typed = convert_decimal_commas(names, columns, typed, told)
    data = {name: to_pandas(column) for name, column in zip(names, typed, strict=True)}
    frame = pd.DataFrame(data, copy=False)
    return frame, [_sentence(repair, where) for repair, where in told.items()]


def to_pandas(column: pa.Array) -> pd.Series:
    """Return an Arrow array of numbers, booleans or text in the table's dtypes."""
    kind = column.type
    if pa.types.is_null(kind):
        return pd.Series(np.full(len(column), np.nan))
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        if not column.null_count:
            return pd.Series(column.to_numpy(zero_copy_only=False).copy())
        mask = column.is_null().to_numpy(zero_copy_only=False)
        fill = False if pa.types.is_boolean(kind) else 0
        values = column.fill_null(fill).to_numpy(zero_copy_only=False).copy()
        array = pd.arrays.BooleanArray if fill is False else pd.arrays.IntegerArray
        return pd.Series(array(values, mask))
    if pa.types.is_floating(kind):
        return pd.Series(column.to_numpy(zero_copy_only=False).copy())
    return pd.Series(column.to_pandas(), dtype="str")


def _type_column(name: str, column: pa.Array, told: dict[str, list[str]]) -> pa.Array:
    missing = pc.is_in(column, value_set=_MISSING_SET)
    gaps = pc.sum(missing).as_py() or 0
    if gaps == len(column):
        return pa.nulls(len(column))
    if gaps:
        filled = pc.if_else(missing, pa.scalar(None, column.type), column)
        if pc.any(pc.equal(column, "NA")).as_py() and na_is_a_code(filled):
            told.setdefault("'NA' was kept as a code, not read as missing, in", []).append(name)
            filled = pc.if_else(pc.equal(column, "NA"), column, filled)
        column = filled
    number = _as_number(name, column, told)
    if number is not None:
        return number
    return _as_text(name, column, told)


def _as_number(name: str, column: pa.Array, told: dict[str, list[str]]) -> pa.Array | None:
    """Return the column as int64 or float64 if every filled cell is a plain number, else None."""
    first = column[pc.index(column.is_valid(), True).as_py()].as_py()
    if not (first[0].isdigit() or first[0] in "+-.iIN"):
        return None
    try:
        whole = pc.cast(column, pa.int64())
    except pa.ArrowInvalid:
        pass
    else:
        # Equal to its own text: no leading zero, sign or hexadecimal was dropped.
        if pc.all(pc.equal(pc.cast(whole, pa.string()), column)).as_py():
            return whole
    try:
        number = pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        return None
    if _any(column, r"^[+-]?0\d|^\+\d{7}"):
        told.setdefault("Codes with leading zeros or + signs were kept as text in", []).append(name)
        return None
    if _any(column, r"^[+-]?\d{19}"):
        told.setdefault("Integers of more than 18 digits were kept as text in", []).append(name)
        return None
    return number


def _as_text(name: str, column: pa.Array, told: dict[str, list[str]]) -> pa.Array:
    dubious = pc.is_in(column, value_set=_PLACEHOLDER_SET)
    if pc.any(dubious).as_py():
        rest = pc.if_else(dubious, pa.scalar(None, column.type), column)
        found = [v for v in column.filter(dubious).unique().to_pylist() if v]
        if rest.null_count < len(rest):
            number = _as_number(name, rest, {})
            if number is not None and _mostly(number, column):
                told.setdefault(f"{_quoted(found)} was read as missing in", []).append(name)
                return number
            if "?" in found and _any(rest, r"[\pL\pN]"):
                told.setdefault("'?' was read as missing in", []).append(name)
                column = pc.if_else(pc.equal(column, "?"), pa.scalar(None, column.type), column)
    head = set(column.slice(0, 1000).unique().to_pylist()) - {None}
    if any(head <= words for words in _BOOLEANS):
        levels = set(column.unique().to_pylist()) - {None}
        if len(levels) == 2 and any(levels <= words for words in _BOOLEANS):
            return pc.equal(pc.utf8_lower(column), "true")
    return column


def _mostly(number: pa.Array, column: pa.Array) -> bool:
    """Whether numbers fill at least half of what was filled, so that the rest are gaps."""
    filled = len(column) - column.null_count
    return bool((len(number) - number.null_count) * 2 >= filled)


def _any(column: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, pattern)).as_py())


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(repr(v) for v in sorted(values)[:4])


def _sentence(repair: str, where: list[str]) -> str:
    names = ", ".join(repr(name) for name in where[:8])
    more = f" and {len(where) - 8} more" if len(where) > 8 else ""
    return f"{repair} {names}{more}."
