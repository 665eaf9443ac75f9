"""Periods of time: how far apart the values of a series are, and which period a moment is in.

Every period has a whole number, so that "one season earlier" is a subtraction; months and
quarters differ in length, and weeks of business days have gaps, but their numbers do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.grouping import moments
from autoglm_agent.errors import InputError

Unit = Literal[
    "second", "minute", "hour", "day", "business day", "week", "month", "quarter", "year", "period"
]

_MICRO = {
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "quarter": 91.31, "year": 365.25}
_SEASONS = {
    "second": (60, 3600), "minute": (60, 1440, 10080), "hour": (24, 168), "day": (7, 365),
    "business day": (5, 261), "week": (52,), "month": (12,), "quarter": (4,), "year": (),
    "period": (),
}  # fmt: skip
"""Periods of one unit in the hour, the day, the week and the year, as far as they are known."""
_DEFAULT = {
    "second": 60, "minute": 60, "hour": 24, "day": 14, "business day": 10, "week": 8, "month": 12,
    "quarter": 4, "year": 3, "period": 10,
}  # fmt: skip
_COARSE = 10
"""Minutes of a period from which on a day is looked ahead, not an hour."""
_GATHERED: tuple[Unit, ...] = ("year", "month", "week", "day", "hour")
_LEAST_STEPS = 6.9
"""Periods that a horizon has at least where events are gathered; a week has seven days."""
_ON_GRID = 0.9
"""Share of steps that must be whole multiples of the usual one."""
_UNTIL = re.compile(r"until (\d{4})-(\d{2})-(\d{2})")
_HORIZON = re.compile(r"(\d+) (second|minute|hour|day|week|month|quarter|year|period)s?")


@dataclass(frozen=True)
class Frequency:
    """How far apart the values of a series are.

    Attributes:
        unit: The unit of time; `period` where the time column only counts.
        every: How many units one period has.
        at_end: Whether moments are written as the last day of their month, quarter or year.
        origin: Where counting begins: microseconds or months since 1970, or the first number.
        day: Days from the first of a month to the day on which moments are written.
        events: Whether moments come at no regular step and are gathered into periods.
    """

    unit: Unit
    every: int = 1
    at_end: bool = False
    origin: float = 0.0
    day: int = 0
    events: bool = False

    @property
    def seasons(self) -> tuple[int, ...]:
        """Periods after which values tend to come again, shortest first; none if unknown."""
        told = (_per(count, self.every) for count in _SEASONS[self.unit])
        return tuple(season for season in told if season > 1)

    @property
    def default_horizon(self) -> int:
        """Periods that are forecast where nobody says how many."""
        day = 1440 if self.unit == "minute" and self.every >= _COARSE else _DEFAULT[self.unit]
        return _per(day, self.every)

    def number(self, column: pd.Series) -> np.ndarray:
        """Return the period of each moment as int64; the lowest int64 where it is missing."""
        lowest = np.iinfo(np.int64).min
        if not pd.api.types.is_datetime64_any_dtype(column):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            whole = np.round((values - self.origin) / self.every)
            return np.where(np.isfinite(values), whole, lowest).astype(np.int64)
        missing = column.isna().to_numpy()
        times = np.where(missing, 0, moments(column)).astype("datetime64[us]")
        if self.unit in _MONTHS:
            months = times.astype("datetime64[M]").astype(np.int64)
            found = (months - int(self.origin)) // (_MONTHS[self.unit] * self.every)
        elif self.unit == "business day":
            found = np.busday_count("1970-01-01", times.astype("datetime64[D]"))
        else:
            step = _MICRO[self.unit] * self.every
            # On a grid the nearest period is meant: a day of summer time begins an hour early.
            early = 0 if self.events else step // 2
            found = (times.astype(np.int64) - int(self.origin) + early) // step
        return np.where(missing, lowest, found).astype(np.int64)

    def moment(self, numbers: np.ndarray) -> np.ndarray:
        """Return when periods begin (or end, if `at_end`): datetime64[us], or numbers."""
        numbers = np.asarray(numbers, dtype=np.int64)
        if self.unit == "period":
            told = self.origin + numbers * self.every
            return np.asarray(told.astype(np.int64) if float(self.origin).is_integer() else told)
        if self.unit in _MONTHS:
            months = numbers * _MONTHS[self.unit] * self.every + int(self.origin) + self.at_end
            first = months.astype("datetime64[M]").astype("datetime64[D]")
            shift = -1 if self.at_end else self.day
            return np.asarray((first + shift).astype("datetime64[us]"))
        if self.unit == "business day":
            first = np.busday_offset("1970-01-01", numbers, roll="forward")
            return np.asarray(first.astype("datetime64[us]"))
        step = _MICRO[self.unit] * self.every
        return np.asarray((numbers * step + int(self.origin)).astype("datetime64[us]"))

    @property
    def in_a_day(self) -> int:
        """Periods that a day has at most."""
        return max(1, int(_MICRO["day"] / (_MICRO.get(self.unit, _MICRO["day"]) * self.every)))

    def told(self) -> str:
        """Return the frequency for people: "1 day", "15 minutes"."""
        return f"{self.every} {self.unit}{'s' if self.every > 1 else ''}"


def _per(told: int, every: int) -> int:
    return max(1, round(told / every))


def find_frequency(column: pd.Series, horizon: str | None = None) -> Frequency:
    """Tell how far apart the values of a time column are.

    Args:
        column: Moments or numbers, missing ones allowed.
        horizon: How far ahead is looked, as "2 weeks". Moments that come at no regular step, as in
            a table of single events, are gathered into the longest periods of which it has seven.

    Raises:
        InputError: If there are fewer than three different moments.
    """
    known = column.dropna()
    if not pd.api.types.is_datetime64_any_dtype(known):
        return _of_numbers(np.unique(known.to_numpy(dtype=np.float64)))
    times = np.unique(moments(known))
    if len(times) < 3:
        raise _too_few(len(times))
    days = times.astype("datetime64[us]").astype("datetime64[D]")
    if (days.astype("datetime64[us]").astype(np.int64) == times).all():
        return _of_days(np.unique(days), horizon)
    steps = np.diff(times)
    usual = int(np.median(steps))
    for unit in ("hour", "minute", "second"):
        size = _MICRO[unit]
        if usual >= size and usual % size == 0 and (steps % usual == 0).mean() >= _ON_GRID:
            if unit == "hour" and usual % _MICRO["day"] == 0:
                return Frequency("day", usual // _MICRO["day"], origin=float(times[0]))
            return Frequency(unit, usual // size, origin=float(times[0]))
    return _of_events(times, horizon)


def _of_days(days: np.ndarray, horizon: str | None) -> Frequency:
    steps = np.diff(days.astype(np.int64))
    usual = float(np.median(steps))
    of_month = (days - days.astype("datetime64[M]")).astype(np.int64)
    ends = ((days + 1) == (days + 1).astype("datetime64[M]").astype("datetime64[D]")).all()
    if usual >= 28 and (ends or (of_month == of_month[0]).all()):
        return _of_months(days, at_end=bool(ends), day=int(of_month[0]))
    step = int(usual)
    if step >= 1 and (np.mod(steps, step) == 0).mean() >= _ON_GRID:
        origin = float(days[0].astype("datetime64[us]").astype(np.int64))
        if step % 7 == 0:
            return Frequency("week", step // 7, origin=origin)
        weekend = bool((np.mod(days.astype(np.int64) + 3, 7) >= 5).any())
        if step == 1 and not weekend and len(days) > 10:
            return Frequency("business day")
        return Frequency("day", step, origin=origin)
    return _of_events(days.astype("datetime64[us]").astype(np.int64), horizon)


def _of_months(days: np.ndarray, *, at_end: bool, day: int) -> Frequency:
    months: np.ndarray = days.astype("datetime64[M]").astype(np.int64)
    step, first = int(np.median(np.diff(months))), float(months[0])
    unit: Unit = "month"
    if step % 12 == 0:
        unit = "year"
    elif step % 3 == 0 and (np.mod(months, 3) == np.mod(months[0], 3)).all():
        unit = "quarter"
    return Frequency(unit, step // _MONTHS[unit], at_end, first, 0 if at_end else min(day, 27))


def _of_numbers(values: np.ndarray) -> Frequency:
    if len(values) < 3:
        raise _too_few(len(values))
    step = float(np.median(np.diff(values)))
    if not step.is_integer():
        raise InputError(
            f"The time column counts in steps of {step:.4g}; periods are whole numbers or dates.",
            "Give dates (2024-01-31), years or period numbers.",
        )
    return Frequency("period", int(step), origin=float(values[0]))


def _of_events(times: np.ndarray, horizon: str | None) -> Frequency:
    """Return the period into which single events are gathered."""
    span = times[-1] - times[0]
    unit: Unit = "day"
    if horizon is None and span < 3 * _MICRO["day"]:
        unit = "hour" if span >= 3 * _MICRO["hour"] else "minute"
    if match := _HORIZON.fullmatch(horizon or ""):
        days = int(match[1]) * (_length(match[2]) if match[2] != "period" else 1.0)
        unit = next((u for u in _GATHERED if days / _length(u) >= _LEAST_STEPS), "minute")
    # Weeks begin on Mondays; 1970-01-05 was one.
    origin = float(4 * _MICRO["day"]) if unit == "week" else 0.0
    return Frequency(unit, origin=origin, events=True)


def _too_few(count: int) -> InputError:
    return InputError(
        f"The time column has {count} different value{'s'[: count != 1]}; a forecast needs more.",
        "Give a longer history, or name another time column.",
    )


def is_horizon(text: str) -> bool:
    """Tell whether a text says how far ahead is looked, as "14 days" does."""
    return _HORIZON.fullmatch(text) is not None or _UNTIL.fullmatch(text) is not None


def about(horizon: str | None, column: pd.Series) -> str | None:
    """Return a horizon that names its end as so many days from the last moment of a column."""
    match = _UNTIL.fullmatch(horizon or "")
    if match is None or not pd.api.types.is_datetime64_any_dtype(column):
        return horizon if match is None else None
    last = pd.Timestamp(column.max()).tz_localize(None)
    return f"{max(1, (_end_of(match) - last).days)} days"


def _end_of(match: re.Match[str]) -> pd.Timestamp:
    return pd.Timestamp(int(match[1]), int(match[2]), int(match[3]))


def horizon_steps(horizon: str | None, frequency: Frequency, last: int = 0) -> int:
    """Return how many periods a horizon has.

    Args:
        horizon: As "14 days" or "until 2025-03-31"; None for the frequency's own default.
        frequency: Of the series.
        last: Number of the last period that is known, from which an end by date is counted.

    Raises:
        InputError: If it is no horizon, or shorter than one period.
    """
    if horizon is None:
        return frequency.default_horizon
    if until := _UNTIL.fullmatch(horizon):
        return _steps_until(until, frequency, last)
    match = _HORIZON.fullmatch(horizon)
    if match is None:
        raise InputError(
            f"{horizon!r} is no horizon.", 'Write a number and a unit, for example "14 days".'
        )
    count, unit = int(match[1]), match[2]
    if unit == "period":
        return max(1, count)
    if frequency.unit == "period":
        return max(1, round(count / frequency.every))
    if unit == "day" and frequency.unit == "business day":
        return max(1, count)
    if unit in _MONTHS and frequency.unit in _MONTHS:
        steps = count * _MONTHS[unit] / (_MONTHS[frequency.unit] * frequency.every)
    else:
        steps = count * _length(unit) / (_length(frequency.unit) * frequency.every)
    if round(steps) < 1:
        raise InputError(
            f"The table has one value every {frequency.told()}; {horizon} is shorter than that.",
            f"Ask for at least {frequency.told()}.",
        )
    return round(steps)


def _steps_until(until: re.Match[str], frequency: Frequency, last: int) -> int:
    """Count the periods after the last one that begin on a day or before."""
    if frequency.unit == "period":
        steps = int(np.floor((int(until[1]) - frequency.origin) / frequency.every)) - last
    else:
        over = (_end_of(until) + pd.Timedelta(days=1)).to_datetime64()
        number = int(frequency.number(pd.Series([_end_of(until)]))[0]) + 1
        near = np.arange(number - 2, number + max(3, frequency.in_a_day + 1))
        steps = int(near[frequency.moment(near) < over].max()) - last
    if steps < 1:
        told = frequency.moment(np.array([last]))[0]
        raise InputError(
            f"The values already reach to {str(told)[:10]}, so nothing lies ahead {until.group()}.",
            'Name a later end, or say how far ahead: "the next 14 days".',
        )
    return steps


def _length(unit: str) -> float:
    """Return a unit's mean length in days."""
    if unit == "business day":
        return 7 / 5
    return _DAYS[unit] if unit in _DAYS else _MICRO[unit] / _MICRO["day"]
