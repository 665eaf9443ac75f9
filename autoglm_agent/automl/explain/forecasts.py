"""Why one forecast is what it is: its simple forecast, and what the columns add to that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autoglm_agent.automl.data.profile import Profile, typed_frame
from autoglm_agent.automl.data.table import load_snapshot, read_table
from autoglm_agent.automl.explain.rows import explain_row, told_cell
from autoglm_agent.automl.forecasting.doubts import name_of
from autoglm_agent.automl.forecasting.future import places_ahead, read_history
from autoglm_agent.automl.forecasting.plan import Plan
from autoglm_agent.automl.forecasting.rows import lay_rows, naive_column
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.newrows import Tell, unheard
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError


def explain_forecast(
    workspace: Workspace,
    prepared: Prepared,
    plan: Plan,
    model: FittedModel,
    row: int,
    *,
    data: str | None = None,
    tell: Tell = unheard,
) -> dict[str, Any]:
    """Explain one row of `forecasts.csv`, or of what is forecast from another history.

    Args:
        workspace: The run's folder.
        prepared: What the model was trained on.
        plan: How its rows were laid out.
        model: The run's model.
        row: Number of the forecast, from 1.
        data: Another history; the run's own by default.
        tell: Hears what is doubtful of another history.

    Returns:
        As `rows.explain_row` in units of the target; `base` is the simple forecast with the usual
        correction. Besides, `of`: `series`, `time`, `simple` (value) and `naive` (its name).

    Raises:
        InputError: If there is no such forecast, or no model made it.
    """
    if workspace.read_json("forecasts.json").get("by") == "simple forecast":
        raise InputError(
            f"Run {workspace.path.name} forecasts by the simple forecast ({plan.layout.naive}), "
            "because no model was surely better: no column adds anything to it.",
            "Read the values of the history itself.",
        )
    profile = Profile.from_json(workspace.read_record("profile.json", keys=("columns",)))
    if data:
        panel = read_history(plan, read_table(data), profile, tell=tell)
    else:
        panel = plan.panel(typed_frame(load_snapshot(workspace, plan.data_id), profile))
    places = places_ahead(panel, plan)
    if not 1 <= row <= len(places.series):
        raise InputError(
            f"There is no forecast {row}.",
            f"Rows of forecasts.csv are 1 to {len(places.series)}, without the head.",
        )
    place = places[np.array([row - 1])]
    found = explain_row(model, prepared, lay_rows(panel, plan.layout, place, plan.time))
    plain = lay_rows(panel, replace(plan.layout, relative=False), place, plan.time)
    simple = float(plain[naive_column(plan.layout.target)].iloc[0])
    if plan.layout.relative:  # told as differences from the simple forecast, which nobody sees
        found["prediction"] += simple
        found["base"] += simple
        found["label"] = found["prediction"]
    for part in found["parts"]:
        part["value"] = told_cell(plain[part["column"]].iloc[0])
    series = name_of(panel, plan, int(place.series[0]))
    time = str(plan.when(panel, place.period)[0]).removesuffix(" 00:00:00")
    return {
        **found,
        "of": {"series": series, "time": time, "simple": simple, "naive": plan.layout.naive},
    }
