"""From a table with a history to a table of past forecasts that the engine can learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile, profile_table, stored_profile, typed_frame
from autoglm_agent.automl.data.table import Table, load_snapshot, save_snapshot
from autoglm_agent.automl.data.textdates import names_zone
from autoglm_agent.automl.forecasting.doubts import doubled, ended
from autoglm_agent.automl.forecasting.panel import Panel
from autoglm_agent.automl.forecasting.past import Places
from autoglm_agent.automl.forecasting.plan import Plan, make_plan, tells_differences
from autoglm_agent.automl.forecasting.rows import base_of, lay_rows
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task, digest
from autoglm_agent.errors import InputError

MOST_ROWS = 60_000
"""Past forecasts to learn from; of more, a random part is taken."""
LEAST_ROWS = 30
_LAID = {"target", "time_column", "horizon", "series", "per_period"}
"""Slots of a task that say which forecasts are made."""


def lay_out(
    workspace: Workspace, table: Table, profile: Profile, task: Task
) -> tuple[Table, Profile, Task, Plan]:
    """Return the table of past forecasts, its profile, the regression that it poses, the plan.

    All of them are kept in the run's folder; the same arguments give the same.

    Raises:
        InputError: If the table cannot be forecast; says why and what to do.
    """
    # Nothing else says which forecasts there are: what is left out is left out of their rows, and
    # a metric judges the same ones, so that they stay sealed.
    asked = task.model_dump(mode="json", include=_LAID)
    data_id = digest([table.digest, "forecast", asked, tells_differences(task)])
    plan = stored_plan(workspace, data_id)
    if plan is not None:
        known = stored_profile(workspace, data_id)
        return load_snapshot(workspace, data_id), known, _regression(task, plan, known), plan
    frame = typed_frame(table, profile)
    plan, panel = make_plan(frame, profile, task)
    plan = replace(plan, zoned=names_zone(table.frame[plan.time]))
    plan = replace(plan, doubts=(*doubled(panel, plan), *ended(panel, plan)))
    places = past_forecasts(panel, plan, seed=0)
    rows = table_of(panel, plan, places)
    laid = Table(rows, table.name, data_id, table.repairs)
    save_snapshot(laid, workspace)
    known = profile_table(laid)
    workspace.write_json(known.to_json(), "data", f"{data_id}.profile.json")
    workspace.write_json(plan.to_json(), "data", f"{data_id}.forecast.json")
    return laid, known, _regression(task, plan, known), plan


def table_of(panel: Panel, plan: Plan, places: Places) -> pd.DataFrame:
    """Return the rows of forecasts with what came of them, in column `target`."""
    rows = lay_rows(panel, plan.layout, places, plan.time)
    actual = panel.values[places.series, places.period]
    rows[plan.layout.target] = actual - base_of(panel, plan.layout, places)
    return rows


def past_forecasts(panel: Panel, plan: Plan, seed: int) -> Places:
    """Return the forecasts of the past that can be learned from, in the order of time.

    Raises:
        InputError: If there are too few.
    """
    rng = np.random.default_rng([seed, 7])
    known = np.isfinite(panel.values)
    begun = np.argmax(known, axis=1)
    # A season of history comes first, but for short histories.
    spare = min(plan.layout.season, int(panel.values.shape[1]) // 4)
    found = [
        Places(s[good], origin[good], step[good])
        for s, origin, step in _candidates(panel, plan.horizon, rng)
        if len(good := _usable(known, begun + spare, s, origin, step))
    ]
    series, origin, step = (
        np.concatenate([getattr(p, name) for p in found]) if found else np.empty(0, np.int64)
        for name in ("series", "origin", "step")
    )
    if len(series) < LEAST_ROWS:
        raise InputError(
            f"The history gives {len(series)} past forecasts of {plan.horizon} periods ahead; "
            f"{LEAST_ROWS} are needed.",
            "Give a longer history, or one of more series.",
        )
    if len(series) > MOST_ROWS:
        chosen = rng.permutation(len(series))[:MOST_ROWS]
        series, origin, step = series[chosen], origin[chosen], step[chosen]
    order = np.lexsort((series, step, origin + step))
    return Places(series[order], origin[order], step[order])


def _candidates(
    panel: Panel, horizon: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield series, origin and step of all forecasts, or of a random part of very many."""
    count, periods = panel.values.shape
    total = count * periods * horizon
    most = 40 * MOST_ROWS
    flat = np.arange(total) if total <= most else np.unique(rng.integers(0, total, most))
    for part in np.array_split(flat, max(1, len(flat) // 500_000)):
        rest, step = np.divmod(part, horizon)
        series, origin = np.divmod(rest, periods)
        yield series, origin, step + 1


def _usable(
    known: np.ndarray, first: np.ndarray, s: np.ndarray, origin: np.ndarray, step: np.ndarray
) -> np.ndarray:
    """Return the indices of forecasts of a known value from an origin with a history."""
    inside = (origin + step < known.shape[1]) & (origin >= first[s])
    inside &= known[s, np.where(inside, origin + step, 0)]
    # A forecast is made when a value has come in.
    inside &= known[s, origin]
    return np.flatnonzero(inside)


def _regression(task: Task, plan: Plan, laid: Profile) -> Task:
    """Return the task that the laid out rows pose to the engine."""
    made = [name for left_out in task.exclude for name in plan.made_of(left_out)]
    return task.model_copy(
        update={
            "kind": "regression",
            "metric": task.metric or "mae",
            "time_column": plan.time,
            "group_column": None,
            "exclude": tuple(name for name in made if name in laid.names()),
            "horizon": f"{plan.horizon} periods",
        }
    )


def stored_plan(workspace: Workspace, data_id: str) -> Plan | None:
    """Return the plan by which the rows of `data_id` were laid out; None for a plain table."""
    name = f"{data_id}.forecast.json"
    return (
        Plan.from_json(workspace.read_json("data", name)) if workspace.has("data", name) else None
    )


def same_rows(workspace: Workspace, one: str, other: str) -> bool:
    """Tell whether the rows of two tables are the same ones, be it told in another way."""
    if one == other:
        return True
    plans = stored_plan(workspace, one), stored_plan(workspace, other)
    return plans[0] is not None and plans[1] is not None and plans[0].same_rows(plans[1])


def refuse_forecast(workspace: Workspace, data_id: str) -> None:
    """Refuse to hand out the model of a forecast without what lays out its rows.

    Raises:
        InputError: If the rows of `data_id` were laid out.
    """
    if stored_plan(workspace, data_id) is not None:
        raise InputError(
            f"The model of run {workspace.path.name} reads a history that was laid out, which a "
            "file by itself cannot do.",
            "Forecast with `autoglm predict RUN HISTORY`, or from Python with `predict_file`.",
        )


def notes_of(plan: Plan) -> tuple[str, ...]:
    """Return what a person should know of the layout, one sentence each."""
    count, every = plan.horizon, plan.frequency.told()
    by = f" for each {' and '.join(map(repr, plan.series))}" if plan.series else ""
    notes = [
        f"Every row is a past forecast of up to {count} periods of {every} ahead{by}.",
        f"The simple forecast that a model has to beat is the {plan.layout.naive}.",
    ]
    if plan.layout.relative:
        notes.append("Values are told as differences from the simple forecast.")
    notes += plan.doubts
    if plan.gathers and not any("several rows" in doubt for doubt in plan.doubts):
        what = {"sum": "added up", "mean": "averaged"}[plan.gathered]
        notes.append(f"Several rows of one period were {what}.")
    if plan.layout.ahead:
        names = ", ".join(map(repr, plan.layout.ahead))
        notes.append(f"Told in advance by the table: {names}.")
    notes += [f"{name!r} was not used: {why}." for name, why in plan.left_out.items()]
    return tuple(notes)
