"""Numbers and dates that a table holds as text, read by the one format that fits their column.

A profile tells the formats of a run's table; for a table without a profile they are found here.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.textdates import detect_dates, detect_integer_dates, parse_dates
from autoglm_agent.automl.data.textnumbers import NumberFormat, detect_numbers

NUMBER = "number"
_EXAMPLES = 50
"""Distinct texts that are looked at before a whole column is."""


def written_formats(frame: pd.DataFrame) -> dict[str, str]:
    """Return the format code of each column that holds numbers or dates as text.

    Args:
        frame: The training rows.

    Returns:
        Column to code, as `NumberFormat.code` and `DateText.format` give them.
    """
    found = {}
    for name in frame.columns:
        column = frame[name]
        code = _integer_date(column) if _whole(column) else None
        if _is_text(column):
            code = _of_text(column.dropna().astype("str"))
        if code is not None:
            found[str(name)] = code
    return found


def as_written(frame: pd.DataFrame, formats: Mapping[str, str]) -> pd.DataFrame:
    """Return the frame with these columns as numbers or moments; what does not parse is missing.

    Args:
        frame: Rows with the columns of training, in any of their forms.
        formats: From `written_formats`.
    """
    if not formats:
        return frame
    columns = {str(name): frame[name] for name in frame.columns}
    for name, code in formats.items():
        if name in columns:
            columns[name] = _parsed(columns[name], code)
    return pd.DataFrame(columns, index=frame.index, copy=False)


def _of_text(present: pd.Series) -> str | None:
    if present.nunique() < 2:
        return None
    counts = present.value_counts()
    sample = counts.iloc[:_EXAMPLES]
    if np.mean([any(c.isdigit() for c in str(text)) for text in sample.index]) < 0.5:
        return None
    numbers = detect_numbers(counts)
    if numbers is not None:
        return numbers.format.code()
    dates = detect_dates(present)
    return None if dates is None else dates.format


def _parsed(column: pd.Series, code: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if code.startswith(NUMBER) and pd.api.types.is_numeric_dtype(column):
        return column
    if not _is_text(column):
        return parse_dates(column, code)
    codes, distinct = pd.factorize(column)
    texts = pd.Series(distinct, dtype="str")
    if code.startswith(NUMBER):
        read = texts.map(NumberFormat.from_code(code).parse).astype("float64")
    else:
        read = parse_dates(texts, code)
    values = pd.Series(read.to_numpy()).reindex(np.where(codes < 0, len(texts), codes))
    return values.set_axis(column.index)


def _integer_date(column: pd.Series) -> str | None:
    distinct = column.dropna()
    if distinct.empty or not distinct.between(19000101, 21001231).all():
        return None
    return detect_integer_dates(pd.Series(distinct.unique()).astype("int64"), hinted=False)


def _whole(column: pd.Series) -> bool:
    return pd.api.types.is_integer_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _is_text(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.StringDtype):
        return True
    return bool(
        column.dtype == object and pd.api.types.infer_dtype(column, skipna=True) == "string"
    )
