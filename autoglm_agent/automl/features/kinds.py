"""What each column is treated as, told by the profile or inferred from its values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import pandas as pd

FeatureKind = Literal["number", "boolean", "category", "text", "date", "drop"]

_TOLD: dict[str, FeatureKind] = {
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "category": "category",
    "text": "text",
    "date": "date",
    "constant": "drop",
    "empty": "drop",
}
_ID_NAME = re.compile(r"(?i:(^|[ _.\-])id$|^index$|^unnamed: 0$|^uuid$|^guid$)|[a-z](Id|ID)$")
_ISO_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([ T].*)?$")
_SAMPLE = 2000


def feature_kinds(
    frame: pd.DataFrame, told: Mapping[str, str] | None = None
) -> dict[str, FeatureKind]:
    """Decide for each column how it becomes numbers.

    Args:
        frame: The training rows.
        told: Kinds of a profile by column name; what is absent or an id is inferred.

    Returns:
        Kind by column name, in the order of the columns.
    """
    told = told or {}
    return {
        name: _TOLD.get(told.get(name, "")) or infer_kind(frame[name], name in told)
        for name in map(str, frame.columns)
    }


def infer_kind(column: pd.Series, keep_id: bool = False) -> FeatureKind:
    """Infer the kind of one column from its type and values.

    Args:
        column: The values.
        keep_id: Whether a column that looks like an id was kept on purpose.
    """
    present = column.dropna()
    if present.empty or present.nunique() < 2:
        return "drop"
    if _looks_like_id(present, str(column.name)) and not keep_id:
        return "drop"
    if pd.api.types.is_bool_dtype(present):
        return "boolean"
    if pd.api.types.is_numeric_dtype(present):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(present):
        return "date"
    if isinstance(present.dtype, pd.CategoricalDtype):
        return "category"
    return _kind_of_strings(present.astype(str))


def _looks_like_id(present: pd.Series, name: str) -> bool:
    if not _ID_NAME.search(name) or pd.api.types.is_float_dtype(present):
        return False
    return bool(len(present) >= 20 and present.is_unique)


def _kind_of_strings(present: pd.Series) -> FeatureKind:
    step = max(1, len(present) // _SAMPLE)
    sample = present.iloc[::step]
    if pd.to_numeric(sample, errors="coerce").notna().mean() >= 0.95:
        return "number"
    if sample.str.match(_ISO_DATE).mean() >= 0.95:
        return "date"
    if set(sample.str.lower().unique()) <= {"true", "false"}:
        return "boolean"
    distinct = present.nunique() / len(present)
    words = float(sample.str.count(r"\s+").mean()) + 1.0
    if (words >= 4.0 and distinct > 0.05 and present.nunique() > 20) or (
        distinct > 0.5 and words >= 2.0 and len(present) >= 20
    ):
        return "text"
    if distinct > 0.98 and len(present) >= 100 and not sample.str.contains(" ").any():
        return "drop"  # every row has its own code: nothing to learn from
    return "category"
