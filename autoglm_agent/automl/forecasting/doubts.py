"""What a person should know of a history before its forecasts are believed, a sentence each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from autoglm_agent.automl.forecasting.panel import Panel
from autoglm_agent.automl.forecasting.periods import find_frequency
from autoglm_agent.automl.forecasting.plan import Plan
from autoglm_agent.errors import InputError

_USUAL = 0.5
"""Share of the periods with several rows from which on this is how the table is made."""
_NAMED, _FEW = 3, 3
_CLOSER = 1.5
"""Different times of a period from which on a history is told in shorter ones."""


def doubled(panel: Panel, plan: Plan) -> list[str]:
    """Tell of single periods with several rows in a table that has one row a period elsewhere.

    They may be two sales of one day or one sale told twice; both are gathered alike.
    """
    several = panel.rows > 1
    count, filled = int(several.sum()), int((panel.rows > 0).sum())
    if plan.frequency.events or not count or count > _USUAL * filled:
        return []
    s, period = (int(found[0]) for found in np.nonzero(several))
    what = {"sum": "added up", "mean": "averaged"}[plan.gathered]
    when = str(plan.when(panel, np.array([period]))[0]).removesuffix(" 00:00:00")
    of = f" of {name_of(panel, plan, s)}" if plan.series else ""
    return [
        f"{count} of {filled} periods have several rows, the first {when}{of}; they were {what}."
    ]


def ended(panel: Panel, plan: Plan) -> list[str]:
    """Tell of series that have long ended, which are not forecast."""
    over = sorted(set(np.flatnonzero(panel.last_known >= 0)) - set(live_series(panel, plan)))
    if not over:
        return []
    names = _listed([name_of(panel, plan, int(s)) for s in over])
    return [f"Not forecast, since the last value is long past: {names}."]


def live_series(panel: Panel, plan: Plan) -> np.ndarray:
    """Return the series that go on: the last value is at most a horizon or a season behind."""
    last = panel.last_known
    behind = max(plan.horizon, plan.layout.season)
    known = last[last >= 0]
    # One mistyped year in one series does not make all others old.
    end = min(int(known.max()), int(np.median(known)) + behind) if len(known) else 0
    return np.flatnonzero((last >= 0) & (last >= end - behind))


def check_same_period(frame: pd.DataFrame, plan: Plan) -> None:
    """Refuse a history of another period than the one that was learned from.

    Raises:
        InputError: If its values lie further apart, or closer, than those of the run's own table,
            or none of its times can be read.
    """
    times = frame[plan.time].dropna()
    if times.empty:
        raise InputError(
            f"No cell of {plan.time!r} in the history is a time that can be read.",
            "Write times as in the run's own table, for example 2024-01-31.",
        )
    if plan.frequency.events or times.nunique() < _FEW:
        return
    periods = np.unique(plan.frequency.number(times))
    apart = np.median(np.diff(periods)) if len(periods) > 1 else 0
    if apart > 1 or times.nunique() > _CLOSER * len(periods):
        raise InputError(
            f"The history has a value every {find_frequency(times).told()}; the run learned from "
            f"one every {plan.frequency.told()}.",
            "Give the history in the periods of the run's own table, or start a new run with it.",
        )


def of_new_history(panel: Panel, plan: Plan) -> list[str]:
    """Return what is doubtful of a history that an existing model forecasts from."""
    notes = [*doubled(panel, plan), *ended(panel, plan)]
    live = live_series(panel, plan)
    need = 2 * plan.layout.season if plan.layout.season > 1 else 8
    known = np.isfinite(panel.values[live]).sum(axis=1)
    short = [name_of(panel, plan, int(s)) for s in live[known < need]]
    if short:
        of = f" of {_listed(short)}" if plan.series else ""
        notes.append(
            f"The history{of} has fewer than the {need} values that the features look back on, so "
            "the forecast is little more than their mean and its interval is too narrow."
        )
    for name in plan.layout.ahead:
        ends = panel.last_known[live]
        told = [
            np.isfinite(panel.others[name][s, end + 1 : end + 1 + plan.horizon]).sum()
            for s, end in zip(live, ends, strict=True)
        ]
        if sum(told) < len(live) * plan.horizon:
            notes.append(
                f"{name!r} is read ahead of time, and the history tells it for {sum(told)} of "
                f"{len(live) * plan.horizon} periods to come."
            )
    return notes


def name_of(panel: Panel, plan: Plan, series: int) -> str:
    """Return how a series is called: the values of its columns."""
    return " · ".join(str(panel.keys[name].iloc[series]) for name in plan.series)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(map(repr, names[:_NAMED]))}{more}"
