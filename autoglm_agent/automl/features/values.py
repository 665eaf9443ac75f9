"""How single cells are read when they come as text, the same way at training and at use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.textnumbers import NumberFormat
from autoglm_agent.automl.preparation.grouping import moments

DAY = 86_400_000_000.0
"""Microseconds."""


def as_numbers(column: pd.Series) -> np.ndarray:
    """Return float64 numbers; what is no number is NaN, infinite values too."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        parsed = pd.to_numeric(column, errors="coerce").astype(np.float64)
        lost = parsed.isna() & column.notna()
        if lost.any():
            parsed[lost] = column[lost].astype("str").map(NumberFormat().parse)
        numbers = parsed.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


_TRUE = frozenset({"true", "yes", "y", "t", "1", "1.0", "on"})
_FALSE = frozenset({"false", "no", "n", "f", "0", "0.0", "off"})


def as_truth(column: pd.Series) -> np.ndarray:
    """Return 1.0 for true, 0.0 for false and NaN for anything else."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return as_numbers(column)
    text = as_text(column)
    return np.array(
        [1.0 if (v := t.strip().lower()) in _TRUE else 0.0 if v in _FALSE else np.nan for t in text]
    )


def as_text(column: pd.Series) -> list[str]:
    """Return each cell as text; missing cells as the empty string, 3.0 and 3 alike as `3`."""
    if pd.api.types.is_bool_dtype(column):
        column = column.astype(object)
    elif pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return ["" if v != v else f"{v:.12g}" for v in numbers.tolist()]
    return ["" if missing else str(v) for v, missing in zip(column, column.isna(), strict=True)]


def as_days(column: pd.Series) -> np.ndarray:
    """Return days since 1970 as float64, NaN where there is no date."""
    if not pd.api.types.is_datetime64_any_dtype(column):
        column = pd.to_datetime(column, errors="coerce", format="mixed")
    return np.where(column.isna().to_numpy(), np.nan, moments(column) / DAY)
