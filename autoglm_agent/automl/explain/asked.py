"""Explanations that are asked for after a run: the whole model, or one row of a table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from autoglm_agent.automl.answers import stored_search
from autoglm_agent.automl.data.profile import stored_profile, typed_frame, without_infinities
from autoglm_agent.automl.data.table import load_snapshot, read_table
from autoglm_agent.automl.explain.counterfactual import counterfactuals
from autoglm_agent.automl.explain.forecasts import explain_forecast
from autoglm_agent.automl.explain.importance import explain
from autoglm_agent.automl.explain.rows import explain_row
from autoglm_agent.automl.forecasting.laying import stored_plan
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.newrows import Tell, unheard
from autoglm_agent.automl.predict import rows_for
from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

SECONDS = 30.0
"""Time of an explanation that is asked for after the run, when nothing else waits."""

_NAMED = {"clustering": "clustering", "anomaly": "finding anomalies"}
"""Tasks without a target, as one says them."""


def explanation_of(workspace: Workspace) -> dict[str, Any]:
    """Return the explanation of a finished run's model, made now if it is not there or not whole.

    Raises:
        InputError: If the run has no model that predicts a column.
    """
    search, prepared = _supervised(workspace)
    stored = workspace.read_json("explain.json") if workspace.has("explain.json") else {}
    cut = bool(stored.get("not_measured")) or "limits" not in stored
    model_id = str(search["model"])
    return explain(workspace, prepared, model_id, search=search, again=cut, seconds=SECONDS)


def explain_asked(
    workspace: Workspace,
    row: int,
    *,
    data: str | None = None,
    change: bool = False,
    fixed: Collection[str] = (),
    free: Collection[str] = (),
    goal: tuple[float, float] | None = None,
    tell: Tell = unheard,
) -> dict[str, Any]:
    """Explain the prediction of one row.

    Args:
        workspace: The run's folder.
        row: Its number in the table, from 1; of a forecast, its number in `forecasts.csv`.
        data: Another table; the run's own by default.
        change: Whether to look for counterfactuals, too.
        fixed: Columns that must not change.
        free: Columns that may change although their name says otherwise.
        goal: For numbers: the range that a counterfactual shall reach.
        tell: Hears of cells of another table that the model cannot use.

    Returns:
        As `rows.explain_row`, with `row` and, if asked for, `counterfactuals`.

    Raises:
        InputError: If the table has no such row.
    """
    search, prepared = _supervised(workspace)
    plan = stored_plan(workspace, prepared.data_id)
    if plan is not None:
        if change:
            raise InputError(
                "A forecast follows from its past, which nobody can change.",
                "Ask without --what-if why it is so.",
            )
        model = FittedModel.load(workspace, str(search["model"]))
        told = explain_forecast(workspace, prepared, plan, model, row, data=data, tell=tell)
        found = {"row": row, **told}
        _record(workspace, found, f"explanation of forecast {row}")
        return found
    profile = stored_profile(workspace, prepared.data_id)
    table = read_table(data) if data else load_snapshot(workspace, prepared.data_id)
    if not 1 <= row <= len(table.frame):
        raise InputError(
            f"There is no row {row} in {table.name}.", f"Rows are 1 to {len(table.frame)}."
        )
    model = FittedModel.load(workspace, str(search["model"]))
    absent = [name for name in model.features if name not in table.frame.columns]
    if absent:
        raise InputError(
            f"The table lacks {len(absent)} column(s) the model reads: {', '.join(absent[:10])}.",
            "Give the same columns as in training.",
        )
    typed = rows_for(model, table, profile, tell=tell) if data else typed_frame(table, profile)
    one = without_infinities(typed.iloc[[row - 1]])
    found = {"row": row, **explain_row(model, prepared, one)}
    _record(workspace, found, f"explanation of row {row} of {table.digest}")
    if change:
        found["counterfactuals"] = counterfactuals(
            model, prepared, one, fixed=fixed, free=free, goal=goal
        )
    return found


def _record(workspace: Workspace, found: dict[str, Any], source: str) -> None:
    """Enter the figures of a row's explanation into the ledger."""
    ledger, row = Ledger(workspace), found["row"]
    ledger.record(f"row.{row}.prediction", found["prediction"], source=source)
    ledger.record(f"row.{row}.base", found["base"], source=source)
    for part in found["parts"]:
        ledger.record(f"row.{row}.{part['column']}", part["share"], source=source)


def _supervised(workspace: Workspace) -> tuple[dict[str, Any], Prepared]:
    search = stored_search(workspace)
    prepared = load_prepared(workspace, search["prepared"])
    if not prepared.task.target:
        raise InputError(
            f"This run's task is {_NAMED.get(prepared.task.kind, prepared.task.kind)}: it predicts "
            "no column, so there is nothing to explain.",
            "Explain a run that predicts a column; `autoglm report RUN` tells what this one found.",
        )
    return search, prepared
