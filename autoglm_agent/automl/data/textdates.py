"""Dates written as text or as integers, and the one reading of a column that fits its cells.

Day and month are told apart by evidence: a first number above 12 is a day. Without evidence the
order that makes the file's rows ascend is taken, else month first for `/` and day first for `.`
and `-`; that is told in a note.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

ISO = "iso"
_ISO = re.compile(
    r"^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$"
)
_DATEISH = re.compile(
    r"^\s*(?:[A-Za-z]{3,9}[.,]?\s+)?(?:\d{1,4}[-/. 年][\dA-Za-z]{1,9}|[A-Za-z]{3,9}[.]?[ -]\d{1,4}"
    r"|\d{8}(?:T\d{4,6})?$)"
)
_DATES = (
    "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y",
    "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y",
    "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d %B %Y", "%d-%B-%Y", "%b %d, %Y", "%B %d, %Y",
    "%b %d %Y", "%B %d %Y", "%Y-%m", "%Y/%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y",
    "%Y年%m月%d日",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M",
    ", %H:%M:%S", "T%H:%M:%S", "T%H%M%S", "T%H%M",
)  # fmt: skip
_SWAPS = {"%d": "%m", "%m": "%d"}
_SAMPLE = 200


@dataclass(frozen=True)
class DateText:
    """A column of dates.

    Attributes:
        format: `iso`, a strptime format, or two of them joined by `|`.
        values: The moment of each distinct text (datetime64[us], naive; zones turned to UTC),
            NaT where it is none; indexed by the text.
        ambiguous: Whether day and month could not be told apart.
    """

    format: str
    values: pd.Series
    ambiguous: bool = False


def detect_dates(texts: pd.Series) -> DateText | None:
    """Tell whether a text column holds dates; at least 95 % of the filled cells must be.

    Args:
        texts: The filled cells, in file order.
    """
    distinct = pd.Series(texts.unique(), dtype="str")
    sample = distinct.iloc[:: max(1, len(distinct) // _SAMPLE)].tolist()
    if np.mean([bool(_DATEISH.match(text)) for text in sample]) < 0.9:
        return None
    first = _best(sample)
    if first is None:
        return None
    values = parse_dates(distinct, first)
    if values.notna().mean() < 0.95:
        rest = distinct[values.isna()]
        second = _best(rest.iloc[:: max(1, len(rest) // _SAMPLE)].tolist())
        if second is None or {first, second} <= {first, _swapped(first)}:
            return None
        first = f"{first}|{second}"
        values = parse_dates(distinct, first)
        if values.notna().mean() < 0.95:
            return None
    values.index = pd.Index(distinct)
    return _told_apart(DateText(first, values), texts, distinct)


def parse_dates(texts: pd.Series, code: str) -> pd.Series:
    """Return moments (datetime64[us]) of texts or integers; NaT where one does not fit.

    Args:
        texts: Text cells; integers for the codes `unix_s`, `unix_ms` and `%Y%m%d`.
        code: As in `DateText.format`.
    """
    if code in ("unix_s", "unix_ms"):
        scale = 1_000_000 if code == "unix_s" else 1_000
        numbers = pd.to_numeric(texts, errors="coerce").astype("Float64") * scale
        return numbers.round().astype("Int64").astype("datetime64[us]")
    if not isinstance(texts.dtype, pd.StringDtype):
        texts = texts.astype("Int64").astype("str") if code == "%Y%m%d" else texts.astype("str")
    texts = texts.str.strip()
    out: pd.Series | None = None
    for one in code.split("|"):
        if one == ISO:
            moments = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True)
            # A bare year or a compact form is ISO as well, but no date to us.
            moments = moments.where(texts.str.len() >= 10).dt.tz_localize(None)
        else:
            moments = pd.to_datetime(texts, format=one, errors="coerce", exact=True)
        moments = moments.astype("datetime64[us]")
        out = moments if out is None else out.fillna(moments)
    assert out is not None
    return out


def names_zone(column: pd.Series) -> bool:
    """Tell whether moments say in which zone they are: `2024-01-31T10:00+01:00`.

    Args:
        column: A time column as it was read, before it was typed.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return True
    if not pd.api.types.is_string_dtype(column.dtype):
        return False
    told = column.dropna().head(_SAMPLE).astype("str").str.strip()
    return bool(len(told)) and bool(told.str.extract(_ISO)[0].notna().mean() > 0.5)


def detect_integer_dates(values: pd.Series, hinted: bool) -> str | None:
    """Tell whether integers are dates: yyyymmdd, or seconds or milliseconds since 1970.

    Args:
        values: Distinct integers.
        hinted: Whether the column's name speaks of a date or time.
    """
    low, high = int(values.min()), int(values.max())
    if low >= 19000101 and high <= 21001231 and (hinted or len(values) >= 20):
        return "%Y%m%d" if parse_dates(values, "%Y%m%d").notna().all() else None
    if hinted and len(values) >= 10:
        if low > 3e8 and high < 4.2e9:
            return "unix_s"
        if low > 3e11 and high < 4.2e12:
            return "unix_ms"
    return None


def _best(sample: Sequence[str]) -> str | None:
    """Return the format that reads most of a sample; None if it reads less than half."""
    if not sample:
        return None
    if np.mean([bool(_ISO.match(text.strip())) for text in sample]) >= 0.5:
        return ISO
    candidates: list[str] = []
    for text in sample[:8]:
        candidates += [f for f in _shortlist(text.strip()) if f not in candidates]
    series = pd.Series(sample, dtype="str")
    scores = {f: float(parse_dates(series, f).notna().mean()) for f in candidates}
    best = max(scores, key=lambda f: scores[f], default=None)
    return best if best is not None and scores[best] >= 0.5 else None


def _shortlist(text: str) -> list[str]:
    found = []
    for date, time in itertools.product(_DATES, _TIMES):
        if date == "%Y%m%d" and not re.match(r"^\d{8}(?!\d)", text):
            continue
        try:
            moment = dt.datetime.strptime(text, date + time)
        except ValueError:
            continue
        if 1000 <= moment.year <= 2999:
            found.append(date + time)
    return found


def _swapped(code: str) -> str:
    return re.sub(r"%[dm]", lambda match: _SWAPS[match.group()], code)


def _told_apart(found: DateText, texts: pd.Series, distinct: pd.Series) -> DateText:
    """Settle the order of day and month where the cells allow both."""
    code = found.format
    if "|" in code or not re.match(r"^%[dm][./-]%[dm]", code):
        return found
    other = parse_dates(distinct, _swapped(code))
    if other.notna().sum() < found.values.notna().sum():
        return found
    other.index = pd.Index(distinct)
    day_first = "/" not in code
    month_code, day_code = sorted((code, _swapped(code)), key=lambda f: f.startswith("%d"))
    readings = {code: found.values, _swapped(code): other}
    rising = {f: _rising(texts.map(values)) for f, values in readings.items()}
    chosen = day_code if day_first else month_code
    if max(rising.values()) > 0.97 and max(rising.values()) - min(rising.values()) > 0.02:
        chosen = max(rising, key=lambda f: rising[f])
    return DateText(chosen, readings[chosen], ambiguous=True)


def _rising(moments: pd.Series) -> float:
    steps = np.diff(moments.dropna().to_numpy()).astype(np.int64)
    return float(max((steps >= 0).mean(), (steps <= 0).mean())) if len(steps) else 0.0
