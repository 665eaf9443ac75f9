"""What was known of series at each moment, and the simple forecasts that are made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.forecasting.panel import Panel

NAIVE = (
    "last value",
    "mean of a season",
    "last value and the same change",
    "same season and smoothed change",
    "same season",
    "same season and drift",
    "mean of four seasons",
)
"""Simple forecasts: the last value; a mean of the past; the last value and what the same step
brought a season before; the value of a season before and how much higher seasons are by now
(exponential smoothing of seasonal differences, Hyndman & Athanasopoulos, "Forecasting", 2021,
chapter 8), or by the change of their means; the value itself; a mean of such values."""
_NO_SEASON = 4
"""The first of them need no season: one period before stands for it."""
_SMOOTHING = 0.3


@dataclass(frozen=True)
class Places:
    """Forecasts to lay out, one an element: series, origin and step (at least 1), int64 arrays."""

    series: np.ndarray
    origin: np.ndarray
    step: np.ndarray

    @property
    def period(self) -> np.ndarray:
        """The period that is forecast."""
        return np.asarray(self.origin + self.step)

    def __getitem__(self, chosen: np.ndarray) -> Places:
        """Return some of them."""
        return Places(self.series[chosen], self.origin[chosen], self.step[chosen])


class Past:
    """What was known of a panel at each origin; nothing later is looked at."""

    def __init__(self, panel: Panel) -> None:
        self._values = panel.values
        known = np.isfinite(panel.values)
        self._sums = _running(np.where(known, panel.values, 0.0))
        self._squares = _running(np.where(known, panel.values, 0.0) ** 2)
        self._counts = _running(known.astype(np.float64))
        index = np.where(known, np.arange(known.shape[1])[None, :], -1)
        self._latest = np.maximum.accumulate(index, axis=1)
        self._changes: dict[int, np.ndarray] = {}

    def at(self, series: np.ndarray, period: np.ndarray) -> np.ndarray:
        """Return values; NaN before the beginning."""
        inside = period >= 0
        told = self._values[series, np.where(inside, period, 0)]
        return np.asarray(np.where(inside, told, np.nan))

    def last(self, series: np.ndarray, origin: np.ndarray) -> np.ndarray:
        """Return the last value that was known at the origin; NaN without one."""
        place = self._latest[series, origin]
        return np.where(place >= 0, self._values[series, np.maximum(place, 0)], np.nan)

    def mean(self, series: np.ndarray, end: np.ndarray, width: int) -> np.ndarray:
        """Return the mean of the `width` values up to and with `end`; NaN without any."""
        count = self._window(self._counts, series, end, width)
        total = self._window(self._sums, series, end, width)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def spread(self, series: np.ndarray, end: np.ndarray, width: int) -> np.ndarray:
        """Return the standard deviation of those values; NaN for fewer than two."""
        count = self._window(self._counts, series, end, width)
        mean = self._window(self._sums, series, end, width) / np.maximum(count, 1)
        square = self._window(self._squares, series, end, width) / np.maximum(count, 1)
        return np.where(count > 1, np.sqrt(np.maximum(square - mean**2, 0.0)), np.nan)

    def change(self, series: np.ndarray, origin: np.ndarray, season: int) -> np.ndarray:
        """Return by how much values are higher than a season before, smoothed; NaN without any."""
        if season not in self._changes:
            differences = np.full_like(self._values, np.nan)
            differences[:, season:] = self._values[:, season:] - self._values[:, :-season]
            smooth = pd.DataFrame(differences.T).ewm(alpha=_SMOOTHING, ignore_na=True).mean()
            self._changes[season] = smooth.to_numpy().T
        return np.asarray(self._changes[season][series, origin])

    @staticmethod
    def _window(running: np.ndarray, series: np.ndarray, end: np.ndarray, width: int) -> np.ndarray:
        stop: np.ndarray = np.maximum(end + 1, 0)
        return np.asarray(running[series, stop] - running[series, np.maximum(stop - width, 0)])


def naive_names(season: int) -> tuple[str, ...]:
    """Return the simple forecasts that there are for a season of so many periods."""
    return NAIVE if season > 1 else NAIVE[:_NO_SEASON]


def naive_forecast(name: str, past: Past, places: Places, season: int) -> np.ndarray:
    """Return a simple forecast; the last known value where its own history is too short."""
    s, origin, period = places.series, places.origin, places.period
    back = season * ((places.step + season - 1) // season)
    last = past.last(s, origin)
    if name == "same season":
        told = past.at(s, period - back)
    elif name == "same season and drift":
        drift = past.mean(s, origin, season) - past.mean(s, origin - back, season)
        # A mean of less than a season would tell of its part of the season.
        told = past.at(s, period - back) + np.where(origin - back + 1 >= season, drift, 0.0)
    elif name == "last value and the same change":
        told = last + past.at(s, period - back) - past.at(s, origin - back)
    elif name == "same season and smoothed change":
        told = past.at(s, period - back) + past.change(s, origin, season) * (back / season)
    elif name == "mean of a season":
        told = past.mean(s, origin, season if season > 1 else 4)
    elif name == "mean of four seasons":
        each = np.stack([past.at(s, period - back - k * season) for k in range(4)])
        known = np.isfinite(each)
        total = np.where(known, each, 0.0).sum(axis=0)
        told = np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
    else:
        told = last
    return np.where(np.isfinite(told), told, last)


def _running(values: np.ndarray) -> np.ndarray:
    """Return sums of all values before each period, shape (series, periods + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
