"""The mean of two models, and what every finished run's model is used for: labels of new inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.raw.inputs import RawModel, Values
from autoglm_agent.automl.run.workspace import Workspace

Load = Callable[[Workspace, str], RawModel]
"""Loads a model by its id."""


@dataclass(frozen=True)
class Blend:
    """The mean of two models' probabilities."""

    members: tuple[RawModel, ...]

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, shape (rows, classes)."""
        return np.asarray(np.mean([m.predict(values) for m in self.members], axis=0))

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the members, each into a folder of its own."""
        for i, member in enumerate(self.members):
            member.save(workspace, f"{model_id}/{i}")
        workspace.write_json({"members": len(self.members)}, "models", model_id, "blend.json")


def load_with_blends(workspace: Workspace, model_id: str, load: Load) -> RawModel:
    """Load a run's model, which may be a blend.

    Args:
        workspace: The run's folder.
        model_id: The model.
        load: Loads one that is no blend.

    Raises:
        StoreError: If it is missing or damaged.
    """
    if not workspace.has("models", model_id, "blend.json"):
        return load(workspace, model_id)
    count = int(workspace.read_json("models", model_id, "blend.json")["members"])
    return Blend(tuple(load(workspace, f"{model_id}/{i}") for i in range(count)))


def predicted_table(workspace: Workspace, values: Values, load: Load) -> pd.DataFrame:
    """Return label (`predicted`) and probabilities (`p_<class>`) of new inputs.

    Args:
        workspace: The folder of a finished run.
        values: What is classified.
        load: Loads the run's model.

    Raises:
        StoreError: If the run has not ended.
    """
    result = workspace.read_record("result.json", keys=("model", "classes"))
    shares = load(workspace, result["model"]["id"]).predict(values)
    labels = np.array(result["classes"], dtype=object)
    table = {"predicted": labels[shares.argmax(axis=1)]}
    return pd.DataFrame(table | {f"p_{c}": shares[:, i] for i, c in enumerate(labels)})
