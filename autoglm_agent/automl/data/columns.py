"""The profile of one column: which kind it is, and its numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from autoglm_agent.automl.data.semantics import (
    is_integer_id,
    is_language,
    is_repeated_key,
    is_text_id,
    is_yes_no,
    names_a_time,
)
from autoglm_agent.automl.data.textdates import detect_dates, detect_integer_dates, parse_dates
from autoglm_agent.automl.data.textnumbers import NumberText, detect_numbers

ColumnKind = Literal[
    "number", "integer", "boolean", "category", "text", "date", "id", "constant", "empty"
]


@dataclass(frozen=True)
class ColumnProfile:
    """One column of a profile.

    Attributes:
        name: The column's name.
        kind: Its semantic kind, see `semantics`.
        dtype: Its dtype in the table.
        missing: Number of empty cells; cells of blanks count.
        distinct: Number of different filled values.
        levels: The (at most 20) most frequent values with their counts; for booleans, categories
            and integers of at most 20 values.
        minimum: Smallest finite number; None for other kinds, as the next four.
        maximum: Largest finite number.
        mean: Mean of the finite numbers.
        median: Their median.
        sd: Their standard deviation (n - 1).
        first: Earliest date (ISO 8601), for dates.
        last: Latest date.
        mean_length: Mean number of characters, for text and categories.
        unit: `money`, `percent` or another unit, when symbols tell it.
        notes: What a person should know of it, one phrase each.
        format: How text or integers write numbers or dates; read by `typed_frame`.
    """

    name: str
    kind: ColumnKind
    dtype: str
    missing: int
    distinct: int
    levels: tuple[tuple[str, int], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    median: float | None = None
    sd: float | None = None
    first: str | None = None
    last: str | None = None
    mean_length: float | None = None
    unit: str | None = None
    notes: tuple[str, ...] = ()
    format: str | None = None


LARGEST = 1e38
"""Models compute in float32: a number beyond it is a slip, or stands for "none"."""
MAX_LEVELS = 20
"""Most levels listed in a profile."""


def profile_column(name: str, column: pd.Series) -> ColumnProfile:
    """Profile one column of a table.

    Args:
        name: Its name.
        column: Its cells, in one of the table's dtypes.
    """
    if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype("str")
    dtype = "str" if isinstance(column.dtype, pd.StringDtype) else str(column.dtype)
    if dtype == "str":
        blank = blank_cells(column)
        blanks = int(blank.sum())
        column = column.mask(blank) if blanks else column
    else:
        blanks = 0
    filled = column.dropna()
    counts = filled.value_counts()
    missing = len(column) - len(filled)
    notes = [f"{100 * missing / len(column):.3g} % missing"] if missing else []
    if blanks:
        notes.append(f"{blanks} cells hold only blanks: missing")
    base = ColumnProfile(name, "empty", dtype, missing, len(counts), notes=tuple(notes))
    if not len(counts):
        return base
    if len(counts) == 1 and not missing:
        return replace(base, kind="constant", levels=_levels(counts))
    if dtype in ("bool", "boolean"):
        return replace(base, kind="boolean", levels=_levels(counts))
    if dtype.startswith("datetime"):
        return _dated(base, filled)
    return _of_text(base, filled, counts) if dtype == "str" else _of_numbers(base, filled, counts)


def within_bounds(values: np.ndarray) -> np.ndarray:
    """Return the numbers, those that models cannot hold drawn in; infinite ones stay."""
    if values.dtype.kind != "f":
        return values
    beyond = (np.abs(values) > LARGEST) & np.isfinite(values)
    return np.where(beyond, np.copysign(LARGEST, values), values) if beyond.any() else values


def blank_cells(column: pd.Series) -> np.ndarray:
    """Return which cells of a text column hold nothing but blanks."""
    trimmed = pc.utf8_trim_whitespace(pa.array(column, pa.string()))
    return np.asarray(pc.equal(trimmed, "").fill_null(False).to_numpy(zero_copy_only=False))


def _of_numbers(base: ColumnProfile, filled: pd.Series, counts: pd.Series) -> ColumnProfile:
    whole = pd.api.types.is_integer_dtype(filled.dtype)
    values = filled.to_numpy(dtype=np.int64 if whole else np.float64)
    if whole:
        if code := detect_integer_dates(pd.Series(counts.index), names_a_time(base.name)):
            dated = _dated(base, parse_dates(filled, code))
            return _noted(replace(dated, format=code), "integer-coded dates")
        if not base.missing and is_integer_id(base.name, values, base.distinct):
            return _noted(replace(_measured(base, values), kind="id"), "a different number per row")
    finite = values[np.isfinite(values)]
    if len(finite) < len(values):
        base = _noted(base, f"{len(values) - len(finite)} infinite values: missing")
    integral = whole or (len(finite) == len(values) and _integral(values))
    within = within_bounds(finite)
    if within is not finite:
        base = _noted(base, f"numbers beyond {LARGEST:g} are taken for that")
    base = _measured(base, within)
    if not integral:
        return replace(base, kind="number")
    if is_repeated_key(base.name, len(values), base.distinct):
        base = _noted(base, "a repeated key: rows with the same value may belong together")
    if base.distinct > MAX_LEVELS:
        return replace(base, kind="integer")
    counts.index = counts.index.astype("int64")
    return replace(base, kind="integer", levels=_levels(counts))


def _of_text(base: ColumnProfile, filled: pd.Series, counts: pd.Series) -> ColumnProfile:
    dates = detect_dates(filled)
    if dates is not None:
        dated = _dated(base, filled.map(dates.values), format=dates.format)
        if dates.ambiguous:
            order = "day" if dates.format.startswith("%d") else "month"
            dated = _noted(dated, f"ambiguous dates, read with the {order} first")
        if "|" in dates.format:
            dated = _noted(dated, f"two date formats: {dates.format}")
        return dated
    numbers = detect_numbers(counts)
    if numbers is not None:
        return _numeric_text(base, filled, counts, numbers)
    length = float(pc.mean(pc.utf8_length(pa.array(filled, pa.string()))).as_py())
    base = replace(base, mean_length=length)
    levels = [str(level) for level in counts.index[:3]]
    if is_yes_no(levels) and base.distinct == 2:
        return replace(base, kind="boolean", levels=_levels(counts))
    if is_text_id(base.name, filled, base.distinct):
        return _noted(replace(base, kind="id"), "a different code per row")
    if is_language(filled, base.distinct):
        return replace(base, kind="text")
    if is_repeated_key(base.name, len(filled), base.distinct):
        base = _noted(base, "a repeated key: rows with the same value may belong together")
    if base.distinct > 100:
        base = _noted(base, f"{base.distinct} levels: high cardinality")
    if merged := _near_twins(counts):
        base = _noted(base, f"levels differ only in case or blanks: {merged}")
    return replace(base, kind="category", levels=_levels(counts))


def _numeric_text(
    base: ColumnProfile, filled: pd.Series, counts: pd.Series, numbers: NumberText
) -> ColumnProfile:
    values = filled.map(numbers.values).to_numpy(dtype=np.float64)
    base = replace(_measured(base, values[np.isfinite(values)]), kind="number")
    odd = [text for text in counts.index if not str(text).replace(".", "", 1).isdigit()]
    example = next((text for text in odd if text not in numbers.unreadable), counts.index[0])
    base = _noted(base, f"numbers written as text ({str(example).strip()[:20]})")
    if numbers.unreadable:
        cells = int(counts[list(numbers.unreadable)].sum())
        shown = ", ".join(repr(text[:20]) for text in numbers.unreadable[:3])
        base = _noted(base, f"{cells} cells are no numbers ({shown}): missing")
    return replace(base, unit=numbers.unit, format=numbers.format.code())


def _dated(base: ColumnProfile, moments: pd.Series, format: str | None = None) -> ColumnProfile:
    lost = int(moments.isna().sum())
    if lost:
        base = _noted(base, f"{lost} cells are no dates: missing")
    first, last = moments.min(), moments.max()
    return replace(base, kind="date", first=_iso(first), last=_iso(last), format=format)


def _iso(moment: Any) -> str:
    text = str(pd.Timestamp(moment).isoformat())
    return text.removesuffix("T00:00:00")


def _measured(base: ColumnProfile, values: np.ndarray) -> ColumnProfile:
    if not len(values):
        return base
    numbers = values.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        sd = float(numbers.std(ddof=1)) if len(numbers) > 1 else 0.0
        mean = float(numbers.mean())
    return replace(
        base,
        minimum=float(numbers.min()),
        maximum=float(numbers.max()),
        mean=mean if np.isfinite(mean) else None,
        median=float(np.median(numbers)),
        sd=sd if np.isfinite(sd) else None,
    )


def _integral(values: np.ndarray) -> bool:
    return bool(np.all(values == np.round(values)) and np.all(np.abs(values) < 2**53))


def _near_twins(counts: pd.Series) -> str:
    """Return two levels that differ only in case or blanks; empty if there are none."""
    if len(counts) > 1000:
        return ""
    seen: dict[str, str] = {}
    for level in counts.index:
        twin = seen.setdefault(" ".join(str(level).casefold().split()), str(level))
        if twin != level:
            return f"{twin!r} and {str(level)!r}"
    return ""


def _levels(counts: pd.Series) -> tuple[tuple[str, int], ...]:
    return tuple((str(level), int(n)) for level, n in counts.iloc[:MAX_LEVELS].items())


def _noted(base: ColumnProfile, note: str) -> ColumnProfile:
    return replace(base, notes=(*base.notes, note))
