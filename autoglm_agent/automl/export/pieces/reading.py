"""The raw file: every cell is converted by itself, nothing is fitted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.textdates import parse_dates
from autoglm_agent.automl.data.textnumbers import NumberFormat

GAPS = frozenset(("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "<NA>", "NaT"))
"""Cells that hold nothing."""

Converter = Callable[[pd.Series], pd.Series]


def read_csv(
    path: str,
    columns: Mapping[str, Converter],
    *,
    encoding: str = "utf-8",
    sep: str = ",",
    skip: int = 0,
    padded: bool = False,
    header: Sequence[str] = (),
) -> pd.DataFrame:
    """Read delimited text as text, then convert the columns that are wanted.

    Args:
        path: The file.
        columns: Converter by column name; other columns are ignored.
        encoding: How characters are written.
        sep: What separates the cells.
        skip: Lines before the header.
        padded: Whether a blank follows every separator.
        header: Names to use if the file has as many columns; those of the file by default.
    """
    raw = pd.read_csv(
        path, sep=sep, encoding=encoding, skiprows=skip, dtype="str", na_filter=False,
        skipinitialspace=padded, index_col=False,
    )  # fmt: skip
    if len(header) == len(raw.columns):
        raw.columns = pd.Index(header)
    return pd.DataFrame({name: convert(raw[name]) for name, convert in columns.items()})


def read_parquet(path: str, columns: Mapping[str, Converter]) -> pd.DataFrame:
    """Read a Parquet file, then convert each column."""
    raw = pd.read_parquet(path)
    return pd.DataFrame({name: convert(raw[name]) for name, convert in columns.items()})


def number(column: pd.Series) -> pd.Series:
    """Plain numbers; everything else is missing."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    return _by_distinct(column, _plain_number)


def number_as(code: str) -> Converter:
    """Numbers written for people, such as `$1,234.50`; everything else is missing."""
    parse = NumberFormat.from_code(code).parse
    return lambda column: _by_distinct(column, parse)


def text(column: pd.Series) -> pd.Series:
    """Text; empty cells, cells of blanks and the usual words for nothing are missing."""
    column = column.astype("str")
    return column.mask(column.isin(GAPS) | (column.str.strip() == ""))


def text_with(code: str) -> Converter:
    """Text in which one word, missing elsewhere, is a code of its own."""
    return lambda column: column.mask(column.isin(GAPS - {code}) | (column.str.strip() == ""))


def marked(column: pd.Series) -> pd.Series:
    """Text in which a question mark, too, says that there is nothing."""
    found = text(column)
    return found.mask(found == "?")


def truth(column: pd.Series) -> pd.Series:
    """`true` and `false`."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("boolean")
    return column.str.lower().map({"true": True, "false": False}).astype("boolean")


def date(code: str) -> Converter:
    """Dates in the written form `code`; `iso` is ISO 8601."""
    return lambda column: parse_dates(number_or_text(column), code)


def moment(column: pd.Series) -> pd.Series:
    """Dates that the file holds as dates."""
    return column.astype("datetime64[us]")


def number_or_text(column: pd.Series) -> pd.Series:
    """Return whole numbers as text: dates may be written so."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("Int64").astype("str")
    return text(column)


def _plain_number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


def _by_distinct(column: pd.Series, parse: Callable[[str], float]) -> pd.Series:
    codes, distinct = pd.factorize(column.astype("str"))
    parsed = np.array([parse(cell) for cell in distinct] + [math.nan], dtype=np.float64)
    return pd.Series(parsed[codes], index=column.index)
