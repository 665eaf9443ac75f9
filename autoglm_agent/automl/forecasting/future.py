"""What comes after the end of a history: forecasts with intervals, and how well these held.

The intervals are quantiles of what cross-validation left over, by how far ahead is looked and in
units of each series' spread (locally weighted split conformal prediction, Lei et al. 2018,
https://doi.org/10.1080/01621459.2017.1307116); how many of the held-out values lay inside is
told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile, typed_frame
from autoglm_agent.automl.data.table import Table, load_snapshot
from autoglm_agent.automl.forecasting.doubts import (
    check_same_period,
    live_series,
    name_of,
    of_new_history,
)
from autoglm_agent.automl.forecasting.panel import Panel
from autoglm_agent.automl.forecasting.past import Places
from autoglm_agent.automl.forecasting.plan import Plan
from autoglm_agent.automl.forecasting.rows import Layout, base_of, lay_rows, naive_column
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.newrows import Tell, read_new_rows, unheard
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.result import read_oof
from autoglm_agent.errors import InputError

LEVEL = 0.9
"""Share of future values that the intervals are to hold."""
_BANDS, _LEAST = 6, 40
"""Ranges of steps with an interval of their own, and validated rows each of them needs."""
_PLOTTED_SERIES, _PLOTTED_HORIZONS, _PLOTTED_PERIODS = 6, 5, 40
"""What the page shows: the largest series, and of each so many horizons of its past, or periods."""


@dataclass(frozen=True)
class Band:
    """How far off values were, up to and with a step, in spreads of the values before.

    Attributes:
        upto: Most periods ahead for which it holds.
        low: Quantile of value less forecast below the interval.
        high: The same above.
    """

    upto: int
    low: float
    high: float


@dataclass(frozen=True)
class Bands:
    """Intervals by step; a lively series has wider ones than a calm one.

    Attributes:
        bands: In order of their steps.
        usual: Spread that stands in where a row has none.
    """

    bands: tuple[Band, ...]
    usual: float

    def limits(self, rows: pd.DataFrame, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
        """Return what is added to forecasts below and above, one of each a row."""
        upto = np.array([band.upto for band in self.bands])
        place = np.minimum(np.searchsorted(upto, steps_of(rows)), len(self.bands) - 1)
        scale = scale_of(rows, layout, self.usual)
        low = np.array([band.low for band in self.bands])[place]
        return low * scale, np.array([band.high for band in self.bands])[place] * scale

    def to_json(self) -> dict[str, Any]:
        """Return the intervals as JSON data."""
        return {"bands": [dict(band.__dict__) for band in self.bands], "usual": self.usual}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Bands:
        """Read back what `to_json` wrote."""
        return cls(tuple(Band(**band) for band in data["bands"]), float(data["usual"]))


def scale_of(rows: pd.DataFrame, layout: Layout, usual: float) -> np.ndarray:
    """Return the spread of the values before each row; at least a tenth of the usual one."""
    spread = rows[layout.spread].to_numpy(dtype=np.float64)
    return np.maximum(np.where(np.isfinite(spread), spread, usual), 0.1 * usual)


def measured_bands(
    workspace: Workspace, prepared: Prepared, model_id: str | None, layout: Layout
) -> Bands:
    """Return the intervals of a search's model, from what cross-validation left over.

    Without a model they are those of the simple forecast, from all training rows.
    """
    frame = load_snapshot(workspace, prepared.data_id).frame
    if model_id is None:
        told = np.zeros(len(prepared.y))
        if not layout.relative:
            told = frame[naive_column(layout.target)].to_numpy(dtype=np.float64)[prepared.rows]
    else:
        told = read_oof(workspace, model_id)["ensemble"]
    judged = np.flatnonzero(predicted(told) & (prepared.folds >= 0))
    laid = frame.iloc[prepared.rows[judged]]
    spread = laid[layout.spread].to_numpy(dtype=np.float64)
    spread = spread[np.isfinite(spread) & (spread > 0)]
    usual = float(np.median(spread)) if len(spread) else 1.0
    residual = (prepared.y[judged] - told[judged]) / scale_of(laid, layout, usual)
    return Bands(tuple(bands_of(residual, steps_of(laid), layout.horizon)), usual)


def bands_of(residual: np.ndarray, step: np.ndarray, horizon: int) -> list[Band]:
    """Return the intervals of ranges of steps.

    Args:
        residual: Value less forecast in spreads, shape (rows,).
        step: Periods ahead of each.
        horizon: Most periods ahead.
    """
    count = max(1, min(_BANDS, horizon, len(residual) // _LEAST))
    edges = np.unique(np.linspace(0, horizon, count + 1).round().astype(int))[1:]
    tail = (1 - LEVEL) / 2
    bands: list[Band] = []
    before = 0
    for upto in edges:
        inside = residual[(step > before) & (step <= upto)]
        if len(inside) < _LEAST // 2:
            inside = residual
        # A finite sample's quantiles are taken a little further out.
        reach = max(0.0, tail - 1 / (2 * max(1, len(inside))))
        low, high = np.quantile(inside, [reach, 1 - reach])
        # Where a model leans to one side, the interval still holds what it says.
        bands.append(Band(int(upto), min(float(low), 0.0), max(float(high), 0.0)))
        before = int(upto)
    return bands


def steps_of(rows: pd.DataFrame) -> np.ndarray:
    """Return how far ahead each row looks."""
    if "step" not in rows:
        return np.ones(len(rows), dtype=np.int64)
    return np.asarray(rows["step"].to_numpy(dtype=np.float64).astype(np.int64))


def forecast(model: FittedModel | None, plan: Plan, bands: Bands, panel: Panel) -> pd.DataFrame:
    """Forecast what follows on a history.

    Args:
        model: Trained on rows that the plan laid out; None for the simple forecast.
        plan: How the history is laid out.
        bands: Intervals by step.
        panel: The series; after the last value of the target they may tell columns in advance.

    Returns:
        One row a series and period: the series' columns, the time, `prediction`, `low`, `high`.

    Raises:
        InputError: If no series has a value.
    """
    places = places_ahead(panel, plan)
    rows = lay_rows(panel, plan.layout, places, plan.time)
    if model is None:
        told = rows[naive_column(plan.layout.target)].to_numpy(dtype=np.float64)
    else:
        told = model.predict(rows) + base_of(panel, plan.layout, places)
    low, high = bands.limits(rows, plan.layout)
    keys = {name: panel.keys[name].to_numpy()[places.series] for name in plan.series}
    times = plan.when(panel, places.period)
    return pd.DataFrame(
        {**keys, plan.time: times, "prediction": told, "low": told + low, "high": told + high}
    )


def places_ahead(panel: Panel, plan: Plan) -> Places:
    """Return what is forecast from the end of a history: every step of every series that goes on.

    Raises:
        InputError: If no series has a value.
    """
    begun = live_series(panel, plan)
    if not len(begun):
        raise InputError(
            f"The history has no value of {plan.layout.target!r}.", "Give the past values, too."
        )
    step = np.tile(np.arange(1, plan.horizon + 1), len(begun))
    series = np.repeat(begun, plan.horizon)
    return Places(series, panel.last_known[series], step)


def save_forecasts(
    workspace: Workspace, prepared: Prepared, plan: Plan, model_id: str, profile: Profile
) -> dict[str, Any]:
    """Forecast what follows on the run's own table; write `forecasts.csv` and `forecasts.json`.

    Args:
        workspace: The run's folder. Without an assessment of the model, as where the checks of the
            search refuted it, what is forecast is the simple forecast.
        prepared: What the model was trained on.
        plan: How the table was laid out.
        model_id: The model.
        profile: Of the table that the user gave.
    """
    table = load_snapshot(workspace, plan.data_id)
    panel = plan.panel(typed_frame(table, profile))
    notes = list(plan.doubts)
    assessment: dict[str, Any] | None = None
    if workspace.has("assessments", f"{model_id}.json"):
        assessment = workspace.read_json("assessments", f"{model_id}.json")
    used: str | None = None
    if assessment is None:
        notes.append(
            f"No model was found that is surely better than the simple forecast "
            f"({plan.layout.naive}), so this is what is forecast."
        )
    elif not (assessment.get("simple") or {}).get("surely", True):  # V30 refuses such a model
        notes.append(
            f"On sealed periods the model is not surely better than {assessment['simple']['name']},"
            " so what is forecast is the simple forecast."
        )
    else:
        used = model_id
    bands = measured_bands(workspace, prepared, used, plan.layout)
    model = FittedModel.load(workspace, model_id) if used else None
    told = forecast(model, plan, bands, panel)
    workspace.write_bytes(told.to_csv(index=False).encode(), "forecasts.csv")
    record = {
        "model": model_id,
        "target": plan.layout.target,
        "period": plan.frequency.told(),
        "horizon": plan.horizon,
        "naive": plan.layout.naive,
        "by": "model" if used else "simple forecast",
        "notes": notes,
        "intervals": bands.to_json(),
        "coverage": _held(workspace, prepared, assessment, plan, bands, simple=used is None)
        if assessment
        else {},
        "series": _shown(panel, plan, told),
        "count": int(len(told) / plan.horizon),
    }
    workspace.write_json(record, "forecasts.json")
    return record


def forecast_table(
    workspace: Workspace,
    model: FittedModel,
    plan: Plan,
    table: Table,
    profile: Profile,
    *,
    tell: Tell = unheard,
) -> pd.DataFrame:
    """Forecast what follows on another history than the run's own.

    Raises:
        InputError: If a column that the plan needs is missing.
    """
    known = workspace.read_json("forecasts.json")
    panel = read_history(plan, table, profile, tell=tell)
    bands = Bands.from_json(known["intervals"])
    return forecast(model if known.get("by", "model") == "model" else None, plan, bands, panel)


def read_history(plan: Plan, table: Table, profile: Profile, *, tell: Tell = unheard) -> Panel:
    """Return the series of another history than the run's own, and tell what is doubtful of it.

    Raises:
        InputError: If a column that the plan needs is missing, or it comes in other periods.
    """
    needed = [plan.time, plan.layout.target, *plan.series, *plan.fixed, *plan.numeric]
    absent = [name for name in needed if name not in table.frame.columns]
    if absent:
        raise InputError(
            f"{table.name} lacks {', '.join(map(repr, absent))}, which the forecast reads.",
            "Give the history with the columns of the table that the run learned from.",
        )
    kinds = {plan.layout.target: "number", plan.time: profile.column(plan.time).kind}
    kinds |= dict.fromkeys(plan.numeric, "number")
    frame = read_new_rows(table, profile, kinds, {}, tell=tell)
    check_same_period(frame, plan)
    panel = plan.panel(frame)
    for note in of_new_history(panel, plan):
        tell(note)
    return panel


def _held(
    workspace: Workspace,
    prepared: Prepared,
    assessment: dict[str, Any],
    plan: Plan,
    bands: Bands,
    *,
    simple: bool,
) -> dict[str, Any]:
    """Return how many held-out values lay inside, by the predictions that the assessment kept."""
    path = workspace.file(*assessment["predictions"].split("/"))
    kept = pd.read_parquet(path)
    laid = load_snapshot(workspace, prepared.data_id).frame
    low, high = bands.limits(laid.iloc[kept["row"].to_numpy()], plan.layout)
    residual = kept["actual"].to_numpy() - kept["simple" if simple else "predicted"].to_numpy()
    share = float(((residual >= low) & (residual <= high)).mean())
    return {"level": LEVEL, "held": round(share, 4), "n": len(kept)}


def _written(moment: Any) -> str:
    """Write a moment as ISO 8601 does; a number stays one."""
    return moment.isoformat() if isinstance(moment, pd.Timestamp) else str(moment)


def _shown(panel: Panel, plan: Plan, told: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the end of some histories with their forecasts, the largest series first."""
    size = np.nansum(np.abs(panel.values), axis=1)
    begun = live_series(panel, plan)
    order = begun[np.argsort(-size[begun], kind="stable")][:_PLOTTED_SERIES]
    shown = []
    for s in order:
        end = int(panel.last_known[s])
        start = max(0, end - max(_PLOTTED_HORIZONS * plan.horizon, _PLOTTED_PERIODS))
        periods = np.arange(start, end + 1)
        place = int(np.flatnonzero(begun == s)[0]) * plan.horizon
        ahead = told.iloc[place : place + plan.horizon]
        values = panel.values[s, periods]
        shown.append(
            {
                "key": name_of(panel, plan, int(s)),
                "times": [_written(t) for t in plan.when(panel, periods)],
                "values": [None if np.isnan(v) else float(v) for v in values],
                "ahead": [_written(t) for t in ahead[plan.time]],
                "prediction": ahead["prediction"].tolist(),
                "low": ahead["low"].tolist(),
                "high": ahead["high"].tolist(),
            }
        )
    return shown
