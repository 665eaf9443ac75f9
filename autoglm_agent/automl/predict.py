"""Predict new rows with the model of a finished run: a target, groups, or how unusual they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.data.table import Table, read_table
from autoglm_agent.automl.features.encoder import known_levels
from autoglm_agent.automl.forecasting.future import forecast_table
from autoglm_agent.automl.forecasting.laying import stored_plan
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.newrows import Tell, read_new_rows, unheard
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def predict_file(
    workspace: Workspace, source: str, *, query: str | None = None, tell: Tell = unheard
) -> pd.DataFrame:
    """Return one row of predictions for each row of a file.

    Args:
        workspace: Folder of a run that trained a model of a table.
        source: A file that has the columns the model was trained on; others are ignored.
        query: One SELECT statement over the file.
        tell: Hears of cells that the model cannot use, a sentence for each column.

    Returns:
        Classification: `prediction` (the label, by the run's threshold) and one
        `probability_<label>` a class; regression: `prediction`; forecasts: one row for each
        series and period after the end of the file's history, with `prediction` and the 90 %
        interval `low` to `high`; groups: `cluster`, the number
        that the run gave the group; anomalies: `score` (robust standard deviations; 0 is the
        usual row) and `unusual`.

    Raises:
        InputError: If the run has no model or the file lacks a column.
    """
    result = workspace.read_record("result.json") if workspace.has("result.json") else {}
    model_id = (result.get("model") or {}).get("id")
    if not model_id:
        raise InputError(
            f"Run {workspace.path.name} has no model.", "Finish it with `autoglm resume` first."
        )
    if not workspace.has("profile.json"):
        raise InputError(
            f"Run {workspace.path.name} learned from texts or images, not from a table.",
            "Use `autoglm text predict` or `autoglm images predict`.",
        )
    # Text is read as it was in training, not as these few rows alone would suggest.
    profile = Profile.from_json(workspace.read_record("profile.json", keys=("columns",)))
    table = read_table(source, query=query)
    if workspace.has("models", model_id, "model.npz"):
        return _without_target(workspace, model_id, table, profile, tell)
    model = FittedModel.load(workspace, model_id)
    plan = stored_plan(workspace, _data_of(workspace, model_id))
    if plan is not None:
        return forecast_table(workspace, model, plan, table, profile, tell=tell)
    return predicted_frame(model, rows_for(model, table, profile, tell=tell))


def _data_of(workspace: Workspace, model_id: str) -> str:
    """Return the digest of the rows that a model was trained on."""
    search = workspace.read_json("searches", model_id, "search.json")
    return str(workspace.read_json("prepared", search["prepared"], "meta.json")["data_id"])


def rows_for(
    model: FittedModel, table: Table, profile: Profile, *, tell: Tell = unheard
) -> pd.DataFrame:
    """Return new rows as a model reads them, see `newrows.read_new_rows`."""
    kinds = model.encoder.kinds_ if model.encoder is not None else {}
    levels = known_levels(model.encoder) if model.encoder is not None else {}
    return read_new_rows(table, profile, kinds, levels, tell=tell)


def predicted_frame(model: FittedModel, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what `predict_file` does, for rows in memory.

    Args:
        model: Of a run.
        rows: Its raw columns, typed as `typed_frame` types them.

    Raises:
        InputError: If a column is missing.
    """
    import pandas as pd

    predicted = model.predict(rows)
    if model.problem.kind == "regression":
        return pd.DataFrame({"prediction": predicted})
    columns: dict[str, Any] = {"prediction": model.decide(predicted)}
    for index, label in enumerate(model.problem.classes):
        columns[f"probability_{label}"] = predicted[:, index]
    return pd.DataFrame(columns)


def _without_target(
    workspace: Workspace, model_id: str, table: Table, profile: Profile, tell: Tell
) -> pd.DataFrame:
    """Return the group of each row, or how unusual it is."""
    import pandas as pd

    from autoglm_agent.automl.unsupervised.anomalies import AnomalyModel, unusual
    from autoglm_agent.automl.unsupervised.matrix import OTHER
    from autoglm_agent.automl.unsupervised.tasks import load_unsupervised

    model = load_unsupervised(workspace, model_id)
    single = [measure for measure in model.view.measures if len(measure.of) == 1]
    kinds = {measure.of[0]: measure.kind for measure in single}
    # Where rare levels share an indicator, a new one cannot be told from a rare one.
    levels = {
        measure.of[0]: list(measure.levels)
        for measure in single
        if measure.kind == "category"
        and OTHER not in measure.levels
        and measure.of[0] in table.frame
        and pd.api.types.is_string_dtype(table.frame[measure.of[0]])
    }
    rows = read_new_rows(table, profile, kinds, levels, tell=tell)
    if not isinstance(model, AnomalyModel):
        return pd.DataFrame({"cluster": model.predict(rows)})
    opinions = model.standardised(rows)
    return pd.DataFrame({"score": opinions.mean(axis=1), "unusual": unusual(opinions)})
