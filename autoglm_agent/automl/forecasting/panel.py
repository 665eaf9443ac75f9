"""One or several series on a regular grid of periods, made of the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.forecasting.periods import Frequency
from autoglm_agent.automl.preparation.grouping import moments
from autoglm_agent.errors import InputError

Gathered = Literal["sum", "mean"]

MOST_CELLS = 5_000_000
"""Series times periods."""
_APART = 0.99
"""Share of rows that must be the only one of their series and period."""
_FILLED = 0.2
"""Least share of the grid that the rows of several series fill."""
_PARTIAL = 0.1
"""Share of a period that may lie before the first event, or after the last one."""
_MOST_SERIES = 5_000
_LOWEST = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Panel:
    """Series on a grid.

    Attributes:
        frequency: How far apart the periods are.
        first: Number of the first period.
        values: The target, shape (series, periods), NaN where there is none.
        keys: One row a series: the columns that tell series apart, and what else never changes
            within a series.
        others: Further columns over time, each (series, periods), NaN where missing.
        rows: How many rows each period has, shape (series, periods).
    """

    frequency: Frequency
    first: int
    values: np.ndarray
    keys: pd.DataFrame
    others: dict[str, np.ndarray]
    rows: np.ndarray

    @property
    def last_known(self) -> np.ndarray:
        """Index of the last period with a value, one per series; -1 for none."""
        known = np.isfinite(self.values)
        last = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
        return np.where(known.any(axis=1), last, -1)


def find_series(
    frame: pd.DataFrame, profile: Profile, time: str, target: str, numbers: np.ndarray
) -> tuple[str, ...]:
    """Return the columns that tell series apart: none where each period has one row.

    The fewest columns count with which hardly any period of a series has two rows, and whose
    series fill a good part of the grid.

    Args:
        frame: The rows, typed.
        profile: Of the table.
        time: The time column.
        target: What is forecast.
        numbers: Period of each row.
    """
    placed = numbers != _LOWEST
    if pd.Series(numbers[placed]).duplicated().mean() <= 1 - _APART:
        return ()
    able = [
        column.name
        for column in profile.columns
        if column.name not in (time, target)
        and column.kind in ("category", "boolean", "id", "integer", "text")
        and 2 <= column.distinct <= min(_MOST_SERIES, max(2, len(frame) // 3))
        and (column.kind != "integer" or column.distinct <= 200)
    ]
    able.sort(key=lambda name: profile.column(name).distinct)
    periods = len(np.unique(numbers[placed]))
    for size in (1, 2):
        for names in combinations(able[:12], size):
            codes = _codes(frame, names)
            pairs = pd.DataFrame({"c": codes[placed], "t": numbers[placed]})
            apart = 1 - pairs.duplicated().mean()
            full = len(pairs) / (periods * max(1, pairs["c"].nunique()))
            if apart >= _APART and full >= _FILLED:
                return names
    return ()


def make_panel(
    frame: pd.DataFrame,
    frequency: Frequency,
    *,
    time: str,
    target: str,
    series: Sequence[str],
    gathered: Gathered,
    numeric: Sequence[str],
    fixed: Sequence[str],
) -> Panel:
    """Put rows on the grid.

    Args:
        frame: The rows, typed.
        frequency: Of the grid.
        time: The time column; rows without a time are left out.
        target: What is forecast.
        series: Columns that tell series apart.
        gathered: What several rows of one period come to.
        numeric: Further columns of numbers that change over time.
        fixed: Columns that are told once a series.

    Raises:
        InputError: If the grid were too large.
    """
    numbers = frequency.number(frame[time])
    placed = numbers != _LOWEST
    frame, numbers = frame[placed], numbers[placed]
    codes, keys = _numbered(frame, series)
    first = int(numbers.min())
    columns = numbers - first
    shape = (len(keys), int(columns.max()) + 1)
    if shape[0] * shape[1] > MOST_CELLS:
        raise InputError(
            f"{shape[0]} series of {shape[1]} periods of {frequency.told()} are too many.",
            'Ask for fewer series or longer periods, for example "the sales a day".',
        )
    cell = codes * shape[1] + columns
    for name in fixed:
        keys[name] = frame[name].groupby(codes).first().to_numpy()
    rows = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    values = _gather(frame[target], cell, shape, gathered)
    if frequency.events and gathered == "sum":
        values = _of_whole_periods(values, rows > 0, frequency, first, frame[time])
    return Panel(
        frequency=frequency,
        first=first,
        values=values,
        keys=keys,
        others={name: _gather(frame[name], cell, shape, "mean") for name in numeric},
        rows=rows,
    )


def fixed_in_series(frame: pd.DataFrame, series: Sequence[str], name: str) -> bool:
    """Tell whether a column never changes within a series."""
    if not series:
        return False
    codes, _ = _numbered(frame, series)
    return bool((frame[name].groupby(codes).nunique(dropna=True) <= 1).all())


def _gather(column: pd.Series, cell: np.ndarray, shape: tuple[int, int], how: str) -> np.ndarray:
    """Return the sum or mean of each cell of the grid; NaN where no row has a number."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values)
    size = shape[0] * shape[1]
    counts = np.bincount(cell[known], minlength=size)
    sums = np.bincount(cell[known], weights=values[known], minlength=size)
    told = sums if how == "sum" else sums / np.maximum(counts, 1)
    return np.asarray(np.where(counts > 0, told, np.nan).reshape(shape))


def _of_whole_periods(
    values: np.ndarray, filled: np.ndarray, frequency: Frequency, first: int, times: pd.Series
) -> np.ndarray:
    """Return sums of events: none at all is nought, and a period that is not over is not known."""
    begun = np.cumsum(filled, axis=1) > 0
    told = np.where(begun & ~filled, 0.0, values)
    ends = frequency.moment(np.array([first, first + 1, first + told.shape[1] - 1]))
    after = frequency.moment(np.array([first + told.shape[1]]))[0]
    known = moments(times)
    starts = ends.astype(np.int64)
    if known.min() - starts[0] > _PARTIAL * (starts[1] - starts[0]):
        told[:, 0] = np.nan
    if after.astype(np.int64) - known.max() > _PARTIAL * (after.astype(np.int64) - starts[2]):
        told[:, -1] = np.nan
    return told


def _codes(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    return _numbered(frame, names)[0]


def _numbered(frame: pd.DataFrame, series: Sequence[str]) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the series of each row, numbered in sorted order, and one row of keys a series."""
    if not series:
        return np.zeros(len(frame), dtype=np.int64), pd.DataFrame(index=[0])
    groups = frame.groupby(list(series), dropna=False, sort=True)
    keys = frame.loc[:, list(series)].groupby(groups.ngroup()).first()
    codes = groups.ngroup().to_numpy(dtype=np.int64)
    return codes, keys.reset_index(drop=True)
