"""Predict new rows with the model of a finished run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.automl.features.encoder import known_levels
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
        workspace: Folder of a run that trained a supervised model.
        source: A file that has the columns the model was trained on; others are ignored.
        query: One SELECT statement over the file.
        tell: Hears of cells that the model cannot use, a sentence for each column.

    Returns:
        Classification: `prediction` (the label, by the run's threshold) and one
        `probability_<label>` a class; regression: `prediction`.

    Raises:
        InputError: If the run has no model or the file lacks a column.
    """
    result = workspace.read_record("result.json") if workspace.has("result.json") else {}
    model_id = (result.get("model") or {}).get("id")
    if not model_id:
        raise InputError(
            f"Run {workspace.path.name} has no model.", "Finish it with `autoglm resume` first."
        )
    # Text is read as it was in training, not as these few rows alone would suggest.
    profile = Profile.from_json(workspace.read_record("profile.json", keys=("columns",)))
    table = read_table(source, query=query)
    model = FittedModel.load(workspace, model_id)
    kinds = model.encoder.kinds_ if model.encoder is not None else {}
    levels = known_levels(model.encoder) if model.encoder is not None else {}
    return predicted_frame(model, read_new_rows(table, profile, kinds, levels, tell=tell))


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
