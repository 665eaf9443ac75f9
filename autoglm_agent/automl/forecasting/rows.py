"""Rows that a model can learn from: what was known at an origin, and the value some steps later.

One row is one forecast: a series, the last period that was known when it was made (its origin),
and how many periods ahead it looks. Every feature is of the origin or before, except the time
itself and columns that the table tells in advance; one model serves all steps ("direct"
forecasting with the step as a feature, Ben Taieb et al. 2012,
https://doi.org/10.1016/j.eswa.2012.01.039).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.forecasting.panel import Panel
from autoglm_agent.automl.forecasting.past import Past, Places, naive_forecast

_FEATURES = ("same season and drift", "mean of four seasons")
"""Simple forecasts that are features, too; the others are no better than what there is of them."""
_LAGS = 8
_SEASONS_BACK = 3


@dataclass(frozen=True)
class Layout:
    """Which features a row has; the same for training and for what comes later.

    Attributes:
        target: Name of what is forecast.
        horizon: Most periods ahead.
        season: Periods of a season.
        long_season: Periods of a second, longer season; None if the history has not two of them.
        naive: The simple forecast that the others are told relative to.
        relative: Whether values, the target included, are told as differences from it.
        ahead: Columns whose values the table tells in advance.
        past: Further columns, of which only the past is known.
    """

    target: str
    horizon: int
    season: int
    long_season: int | None
    naive: str
    relative: bool
    ahead: tuple[str, ...] = ()
    past: tuple[str, ...] = ()

    @property
    def spread(self) -> str:
        """Name of the feature that tells how far values lie apart, in the target's unit."""
        return f"spread of the last {max(self.season, 4)}"

    def to_json(self) -> dict[str, Any]:
        """Return the layout as JSON data."""
        return {**self.__dict__, "ahead": list(self.ahead), "past": list(self.past)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Layout:
        """Read back what `to_json` wrote."""
        return cls(**{**data, "ahead": tuple(data["ahead"]), "past": tuple(data["past"])})


def naive_column(target: str) -> str:
    """Return the name of the column with the simple forecast of a row."""
    return f"naive {target}"


def base_of(panel: Panel, layout: Layout, places: Places) -> np.ndarray:
    """Return what is to be added to a row's target to have the value itself."""
    if not layout.relative:
        return np.zeros(len(places.series))
    return naive_forecast(layout.naive, Past(panel), places, layout.season)


def lay_rows(panel: Panel, layout: Layout, places: Places, time: str) -> pd.DataFrame:
    """Return the features of forecasts, one row each, with the period's moment in column `time`.

    Args:
        panel: The series; what is later than a row's origin is not looked at, but for
            `layout.ahead`.
        layout: Which features.
        places: The forecasts.
        time: Name of the time column.
    """
    past = Past(panel)
    s, origin, step, period = places.series, places.origin, places.step, places.period
    naive = naive_forecast(layout.naive, past, places, layout.season)
    made: dict[str, Any] = {time: panel.frequency.moment(panel.first + period)}
    made[naive_column(layout.target)] = naive
    if layout.horizon > 1:
        made["step"] = step.astype(np.float64)
    for name, values in _history(past, layout, places).items():
        made[name] = values - naive if layout.relative else values
    made[layout.spread] = past.spread(s, origin, max(layout.season, 4))
    made |= {f"last {name}": panel.others[name][s, origin] for name in layout.past}
    given = {str(name): panel.keys[name].to_numpy()[s] for name in panel.keys.columns}
    given |= {name: _inside(panel.others[name], s, period) for name in layout.ahead}
    # A column of the table may be called as one that is made.
    data = made | {(f"{name} (given)" if name in made else name): v for name, v in given.items()}
    return pd.DataFrame(data)


def _history(past: Past, layout: Layout, places: Places) -> dict[str, np.ndarray]:
    """Return values and means of the target's past by name."""
    s, origin, step, period = places.series, places.origin, places.step, places.period
    season, target = layout.season, layout.target
    told = {f"last {target}": past.last(s, origin)}
    for lag in range(1, _LAGS):
        told[f"{target} {lag} before the last"] = past.at(s, origin - lag)
    if season > 1:
        back = season * ((step + season - 1) // season)
        for k in range(_SEASONS_BACK):
            name = f"{target} {k + 1} season{'s'[: k > 0]} before"
            told[name] = past.at(s, period - back - k * season)
    if layout.long_season:
        back = layout.long_season * ((step + layout.long_season - 1) // layout.long_season)
        told[f"{target} {layout.long_season} before"] = past.at(s, period - back)
    for name in _FEATURES if season > 1 else ():
        told[name] = naive_forecast(name, past, places, season)
    for width in _widths(season):
        told[f"mean of the last {width}"] = past.mean(s, origin, width)
    before = past.mean(s, origin - _widths(season)[-1], _widths(season)[-1])
    told[f"mean of the {_widths(season)[-1]} before these"] = before
    return told


def _widths(season: int) -> Sequence[int]:
    return (3, 8) if season <= 2 else (season, 4 * season)


def _inside(values: np.ndarray, series: np.ndarray, period: np.ndarray) -> np.ndarray:
    known = (period >= 0) & (period < values.shape[1])
    return np.where(known, values[series, np.where(known, period, 0)], np.nan)
