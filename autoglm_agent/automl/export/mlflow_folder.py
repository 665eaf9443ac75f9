"""A run's model as an MLflow model folder: loaded by MLflow, answered by this package, no pickle.

The folder holds the run's own model file and its checksum. MLflow is told to load it by this
module (`loader_module`); it asks for this package, in the same version.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.export.wished import need_mlflow
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.onnx.exporting import loaded
from autoglm_agent.automl.predict import predicted_frame
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

MODEL = "model"
"""The model's id within the folder."""


@dataclass(frozen=True)
class Foldered:
    """What was written and how it compares.

    Attributes:
        path: The folder.
        rows: Training rows that both forms predicted.
        same: Whether every prediction and probability is that of the original.
    """

    path: str
    rows: int
    same: bool


def export_mlflow(workspace: Workspace, out: Path) -> Foldered:
    """Write the model of a table's run as an MLflow folder, load it by MLflow, and compare.

    Args:
        workspace: The run's folder.
        out: Folder to make; it must not be there yet.

    Raises:
        InputError: If the run has no model of a table, or the folder cannot be made.
        MissingExtraError: If MLflow is not installed.
    """
    need_mlflow()
    model, rows = loaded(workspace)
    if out.exists():
        raise InputError(f"{str(out)!r} is there already.", "Choose another place.")
    # MLflow reports its use to its makers unless it is told not to.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow.pyfunc  # type: ignore[import-not-found, unused-ignore]  # an extra

    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "run"
        _copy(workspace, data)
        try:
            mlflow.pyfunc.save_model(
                str(out), loader_module=__name__, data_path=str(data),
                pip_requirements=[f"autoglm-agent=={importlib.metadata.version('autoglm-agent')}"],
            )  # fmt: skip
        except OSError as error:
            raise InputError(
                f"Cannot write {str(out)!r}: {error.strerror or error}.", "Choose another place."
            ) from error
    truth = predicted_frame(model, rows)
    told = mlflow.pyfunc.load_model(str(out)).predict(rows)
    return Foldered(str(out), len(rows), _equal(truth, told))


def _copy(workspace: Workspace, data: Path) -> None:
    """Copy what a prediction needs."""
    model_id = str(workspace.read_record("result.json")["model"]["id"])
    target = data / "models" / MODEL
    target.mkdir(parents=True)
    for name in ("manifest.json", "model.skops"):
        shutil.copyfile(workspace.file("models", model_id, name), target / name)


def _equal(truth: pd.DataFrame, told: pd.DataFrame) -> bool:
    if list(truth) != list(told) or len(truth) != len(told):
        return False
    return all(np.array_equal(truth[name].to_numpy(), told[name].to_numpy()) for name in truth)


class Answering:
    """What MLflow asks for predictions.

    Args:
        model: Of the folder.
    """

    def __init__(self, model: FittedModel) -> None:
        self.model = model

    def predict(self, rows: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the columns of `predict.predict_file` for a frame with the raw columns."""
        if params:
            raise InputError("This model takes no parameters.", "Leave them out.")
        return predicted_frame(self.model, rows)


def _load_pyfunc(path: str) -> Answering:
    """Load the model; MLflow calls this by its name, with the folder's data."""
    return Answering(FittedModel.load(Workspace(Path(path)), MODEL))
