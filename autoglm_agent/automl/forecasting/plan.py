"""How a table is laid out for forecasting: which series, periods, features and simple forecast.

Everything is decided from names, kinds, times and the first part of the history: values that a
holdout may hold are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.forecasting.panel import (
    Gathered,
    Panel,
    find_series,
    fixed_in_series,
    make_panel,
)
from autoglm_agent.automl.forecasting.past import NAIVE, Past, Places, naive_forecast, naive_names
from autoglm_agent.automl.forecasting.periods import (
    Frequency,
    about,
    find_frequency,
    horizon_steps,
)
from autoglm_agent.automl.forecasting.rows import Layout
from autoglm_agent.automl.preparation.target import require_column
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError

BEGUN, EARLY = 0.3, 0.6
"""Shares of the past forecasts by time between which lie those that choose the simple one: of
what comes before the holdout, the later half, since what held in the beginning may be over."""
MOST_COLUMNS = 20
_LEAST_PERIODS = 12
_DIFFERENCES = ("mae", "rmse")
"""Metrics that a difference has in common with the value itself."""
_AHEAD = 0.9
_BY_DAY = ("second", "minute")


@dataclass(frozen=True)
class Plan:
    """What has to be kept so that later histories are laid out in the same way.

    Attributes:
        data_id: Digest of the table that it was made for.
        time: The time column.
        series: Columns that tell series apart.
        gathered: What several rows of one period come to.
        frequency: Of the series.
        horizon: Periods ahead.
        layout: The features.
        numeric: Columns of numbers over time that are used.
        fixed: Columns that never change within a series.
        errors: Mean absolute error of each simple forecast in the early part.
        left_out: Column left out to reason.
        gathers: Whether periods have several rows.
        doubts: What should be known of the history, a sentence each.
        zoned: Whether the table's moments name their zone; they are told in UTC then.
    """

    data_id: str
    time: str
    series: tuple[str, ...]
    gathered: Gathered
    frequency: Frequency
    horizon: int
    layout: Layout
    numeric: tuple[str, ...]
    fixed: tuple[str, ...]
    errors: dict[str, float]
    left_out: dict[str, str]
    gathers: bool = False
    doubts: tuple[str, ...] = ()
    zoned: bool = False

    def made_of(self, name: str) -> tuple[str, ...]:
        """Return what the columns are called that rows may have of one of the table's columns."""
        return name, f"{name} (given)", f"last {name}"

    def when(self, panel: Panel, periods: np.ndarray) -> pd.Index[Any]:
        """Return the moments of a panel's periods, or their numbers where time only counts."""
        told = panel.frequency.moment(panel.first + periods)
        return pd.DatetimeIndex(told, tz="UTC") if self.zoned else pd.Index(told)

    def same_rows(self, other: Plan) -> bool:
        """Tell whether another plan makes the same forecasts, told as differences or not."""
        told = replace(other.layout, relative=self.layout.relative)
        return self == replace(other, layout=told)

    def panel(self, frame: pd.DataFrame) -> Panel:
        """Put typed rows on the grid."""
        return make_panel(
            frame,
            self.frequency,
            time=self.time,
            target=self.layout.target,
            series=self.series,
            gathered=self.gathered,
            numeric=self.numeric,
            fixed=self.fixed,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return {
            **self.__dict__,
            "frequency": dict(self.frequency.__dict__),
            "layout": self.layout.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        """Read back what `to_json` wrote."""
        lists = {name: tuple(data[name]) for name in ("series", "numeric", "fixed")}
        lists["doubts"] = tuple(data.get("doubts", ()))
        frequency, layout = Frequency(**data["frequency"]), Layout.from_json(data["layout"])
        return cls(**{**data, **lists, "frequency": frequency, "layout": layout})


def tells_differences(task: Task) -> bool:
    """Tell whether the metric of a task may judge differences in place of the values themselves."""
    return (task.metric or "mae") in _DIFFERENCES


def make_plan(frame: pd.DataFrame, profile: Profile, task: Task) -> tuple[Plan, Panel]:
    """Decide how a table is laid out.

    Args:
        frame: The table's rows, typed.
        profile: Of the table.
        task: A forecasting task with target and time column.

    Returns:
        The plan, and the series it gives.

    Raises:
        InputError: If the table has no usable time, target, or too short a history.
    """
    time, target = _columns(frame, task)
    frequency = find_frequency(frame[time], about(task.horizon, frame[time]))
    numbers = frequency.number(frame[time])
    series = task.series
    if series is None:
        series = find_series(frame, profile, time, target, numbers)
    left_out: dict[str, str] = {}
    numeric, fixed = _further(frame, profile, task, series, left_out)
    gathered: Gathered = task.per_period or "mean"
    panel = make_panel(
        frame, frequency, time=time, target=target, series=series, gathered=gathered,
        numeric=numeric, fixed=fixed,
    )  # fmt: skip
    last = int(panel.first + panel.last_known.max())
    horizon = horizon_steps(task.horizon, frequency, last)
    horizon = _possible(panel, horizon, given=task.horizon is not None)
    layout, errors = _layout(panel, task, target, horizon, numeric)
    plan = Plan(
        data_id=profile.digest,
        time=time,
        series=tuple(series),
        gathered=gathered,
        frequency=frequency,
        horizon=horizon,
        layout=layout,
        numeric=numeric,
        fixed=fixed,
        errors=errors,
        left_out=left_out,
        gathers=int((panel.rows > 0).sum()) < int(frame[time].notna().sum()),
    )
    return plan, panel


def _columns(frame: pd.DataFrame, task: Task) -> tuple[str, str]:
    """Return the time column and the target; refuse what is none."""
    time, target = task.time_column, str(task.target)
    if time is None:
        raise InputError(
            "A forecast needs a column of dates, and the task names none.",
            "Name it, for example: forecast the sales by `date`.",
        )
    for name, role in ((target, "target"), (time, "time column")):
        require_column(name, map(str, frame.columns), role)
    for name in task.series or ():
        require_column(name, map(str, frame.columns), "column of the series")
    column = frame[target]
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise InputError(
            f"Only numbers are forecast, and {target!r} holds none.",
            "Ask for a prediction of it instead, split by time.",
        )
    dated = pd.api.types.is_datetime64_any_dtype(frame[time])
    if not dated and not pd.api.types.is_numeric_dtype(frame[time]):
        raise InputError(
            f"The time column {time!r} holds no dates.",
            "Name a column of dates (2024-01-31), years or period numbers.",
        )
    return time, target


def _further(
    frame: pd.DataFrame,
    profile: Profile,
    task: Task,
    series: tuple[str, ...],
    left_out: dict[str, str],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the further columns of numbers, and those that never change within a series."""
    numeric: list[str] = []
    fixed: list[str] = []
    for column in profile.columns:
        name = column.name
        if name in (*series, task.time_column, task.target):
            continue
        if column.kind in ("empty", "constant"):
            left_out[name] = column.kind
        elif series and column.kind in ("category", "boolean") and fixed_in_series(
            frame, series, name
        ):  # fmt: skip
            fixed.append(name)
        elif not pd.api.types.is_numeric_dtype(frame[name]) or column.kind == "id":
            left_out[name] = "an id" if column.kind == "id" else "it changes over time, no number"
        elif len(numeric) >= MOST_COLUMNS:
            left_out[name] = f"one of more than {MOST_COLUMNS} columns of numbers"
        else:
            numeric.append(name)
    return tuple(numeric), tuple(fixed)


def _possible(panel: Panel, horizon: int, *, given: bool) -> int:
    """Return how far ahead can be forecast and measured with this history."""
    known = np.isfinite(panel.values)
    if not known.any():
        raise InputError("The target has no number.", "Name another target.")
    periods = int(known.any(axis=0).sum())
    most = max(1, periods // 6)
    if periods < _LEAST_PERIODS or (given and horizon > max(most, periods // 4)):
        raise InputError(
            f"The history has {periods} periods of {panel.frequency.told()}; that is too short to "
            f"forecast {horizon} of them and to measure how good that is.",
            f"Give at least {max(_LEAST_PERIODS, 4 * horizon)} periods"
            + (f", or ask for at most {periods // 4}." if periods >= _LEAST_PERIODS else "."),
        )
    return horizon if given else min(horizon, most)


def _layout(
    panel: Panel, task: Task, target: str, horizon: int, numeric: tuple[str, ...]
) -> tuple[Layout, dict[str, float]]:
    periods = panel.values.shape[1]
    lengths = [m for m in panel.frequency.seasons if periods * EARLY >= 1.5 * m]
    season = lengths[0] if lengths else 1
    if panel.frequency.unit in _BY_DAY and len(lengths) > 1:
        season, lengths = lengths[1], lengths[1:]  # the hour says little beside the day
    long = lengths[1] if len(lengths) > 1 else None
    errors = naive_errors(panel, horizon, season)
    ahead = tuple(name for name in numeric if _told_ahead(panel, name, horizon))
    layout = Layout(
        target=target,
        horizon=horizon,
        season=season,
        long_season=long,
        naive=min(errors, key=lambda name: errors[name], default=NAIVE[0]),
        # Where a simple forecast is never wrong, differences from it would hold nothing to learn.
        relative=tells_differences(task) and min(errors.values(), default=1.0) > 0,
        ahead=ahead,
        past=tuple(name for name in numeric if name not in ahead),
    )
    return layout, errors


def naive_errors(panel: Panel, horizon: int, season: int) -> dict[str, float]:
    """Return the mean absolute error of each simple forecast before what may be sealed."""
    made = _forecasts_by_period(panel, horizon).cumsum()
    begun, end = (int(np.searchsorted(made, share * made[-1])) for share in (BEGUN, EARLY))
    end += 1
    start = max(begun, min(season, end // 3))
    steps = np.unique(np.linspace(1, horizon, min(horizon, 5)).round().astype(np.int64))
    s, period, step = np.meshgrid(
        np.arange(len(panel.values)), np.arange(start + 1, end), steps, indexing="ij"
    )
    places = Places(s.ravel(), (period - step).ravel(), step.ravel())
    places = places[places.origin >= 0]
    past = Past(panel)
    actual = past.at(places.series, places.period)
    found = {}
    for name in naive_names(season):
        error = np.abs(actual - naive_forecast(name, past, places, season))
        error = error[np.isfinite(error)]
        if len(error):
            found[name] = float(error.mean())
    return found


def _forecasts_by_period(panel: Panel, horizon: int) -> np.ndarray:
    """Return how many past forecasts of each period there are: from each known origin before it."""
    known = np.isfinite(panel.values)
    before = np.concatenate([np.zeros((len(known), 1)), known.cumsum(axis=1)], axis=1)
    period = np.arange(known.shape[1])
    origins = before[:, period] - before[:, np.maximum(period - horizon, 0)]
    return np.asarray((known * origins).sum(axis=0))


def _told_ahead(panel: Panel, name: str, horizon: int) -> bool:
    """Tell whether the table gives a column for periods after the last value of the target."""
    last = panel.last_known
    wanted = [
        panel.others[name][s, end + 1 : end + 1 + horizon] for s, end in enumerate(last) if end >= 0
    ]
    return all(len(values) == horizon and np.isfinite(values).mean() >= _AHEAD for values in wanted)
