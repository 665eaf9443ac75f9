"""A model ready for use: raw columns in, predictions out.

It is the weighted average of the chosen candidates; each candidate is the average of its fold
models. On disk it is a skops file, which is data and not code, beside a manifest with its
SHA-256; loading admits a fixed list of our own classes and refuses everything else.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.run.processors import processors, side_by_side
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.automl.scoring.metrics import decide
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import StoreError

FORMAT = 1
MANY_ROWS = 1000
"""From this many rows on the models predict side by side."""

_OWN = "autoglm_agent.automl."
TRUSTED = (
    _OWN + "features.categories.CategoryEncoder",
    _OWN + "features.dates.DateEncoder",
    _OWN + "features.encoder.TableEncoder",
    _OWN + "features.linear.LinearView",
    _OWN + "features.numbers.NumberEncoder",
    _OWN + "features.target.TargetMeans",
    _OWN + "features.text.TextEncoder",
    _OWN + "semantic.encoder.SemanticEncoder",
    _OWN + "models.fitted.Member",
    _OWN + "models.catboost.CatBoostModel",
    _OWN + "models.constant.ConstantModel",
    _OWN + "models.forest.ForestModel",
    _OWN + "models.lightgbm.BoosterModel",
    _OWN + "models.linear.LinearModel",
    _OWN + "models.network.NetworkModel",
    _OWN + "models.searched_network.SearchedNetworkModel",
)
"""Every class beyond scikit-learn's own that a model file may hold."""


@dataclass
class Member:
    """One candidate in the model.

    Attributes:
        id: Id of the candidate.
        weight: Its share of the prediction.
        view: `tree` or `linear`.
        models: Fold models whose mean is its prediction.
    """

    id: str
    weight: float
    view: str
    models: list[Any]


@dataclass
class FittedModel:
    """Predicts from raw columns.

    Attributes:
        problem: What is predicted.
        features: Names of the raw columns that are read.
        members: The weighted candidates.
        encoder: From raw columns to the matrix for trees; None for the baseline.
        linear: From that matrix to the one for linear models; None if no member needs it.
        threshold: Least probability of the positive class that counts as yes.
    """

    problem: Problem
    features: list[str]
    members: list[Member]
    encoder: TableEncoder | None = None
    linear: LinearView | None = None
    threshold: float = 0.5

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Predict.

        Args:
            frame: Columns as `typed_frame` gives them, or as raw text; order and further
                columns do not matter.

        Returns:
            float64 probabilities, shape (rows, classes), or numbers, shape (rows,).

        Raises:
            InputError: If columns are missing; the message names them.
        """
        views = self.views(frame)
        work = [
            (member.weight / len(member.models), model, views[member.view])
            for member in self.members
            for model in member.models
        ]
        threads = processors() if len(frame) >= MANY_ROWS else 1
        parts = side_by_side(lambda job: job[0] * job[1].predict(job[2]), work, threads)
        total = np.zeros_like(parts[0], dtype=np.float64)
        for part in parts:  # always in the same order, so that the bits are the same
            total += part
        return total

    def decide(self, prediction: np.ndarray) -> np.ndarray:
        """Turn probabilities into labels by the threshold; numbers stay as they are."""
        if not self.problem.is_classification:
            return prediction
        labels = np.asarray(self.problem.classes)
        return np.asarray(labels[decide(prediction, self.problem, self.threshold)])

    def latency_ms(self, frame: pd.DataFrame, repeats: int = 7) -> float:
        """Measure the median time of predicting a single row, in milliseconds."""
        row = frame.iloc[:1]
        self.predict(row)  # the first call builds what later calls reuse
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            self.predict(row)
            times.append(time.perf_counter() - began)
        return float(np.median(times) * 1000.0)

    def save(self, workspace: Workspace, model_id: str) -> dict[str, Any]:
        """Write `models/<id>/model.skops` and its manifest; return the manifest."""
        from autoglm_agent.automl.models.skops_io import io  # takes a second to import

        data = io.dumps(self._state())
        manifest = {
            "format": FORMAT,
            "model": model_id,
            "files": {"model.skops": digest_of(data)},
            "bytes": len(data),
            "versions": versions(self.families()),
            "problem": self.problem.to_json(),
            "features": self.features,
            "threshold": self.threshold,
            "members": [
                {"id": m.id, "weight": m.weight, "models": len(m.models)} for m in self.members
            ],
        }
        workspace.write_bytes(data, "models", model_id, "model.skops")
        workspace.write_json(manifest, "models", model_id, "manifest.json")
        return manifest

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> FittedModel:
        """Read a model back.

        Raises:
            StoreError: If a file is missing, was changed, or holds anything that is not on the
                fixed list; nothing of it has been run then.
        """
        manifest = workspace.read_json("models", model_id, "manifest.json")
        name = ("models", model_id, "model.skops")
        sha256 = str(manifest.get("files", {}).get("model.skops"))
        data = workspace.read_bytes(*name, sha256=sha256)
        path = "/".join(name)
        if manifest.get("format") != FORMAT:
            raise StoreError(
                f"{path} has format {manifest.get('format')}, this version reads {FORMAT}.",
                "Use the version that wrote it, or train the model again.",
            )
        return cls._from_state(_safe_loads(data, path))

    def families(self) -> set[str]:
        """Return the names of extra libraries' families among the members."""
        kinds = {type(model).__name__ for member in self.members for model in member.models}
        return {"catboost"} if "CatBoostModel" in kinds else set()

    def views(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return the matrices that the members read, by the name of the view.

        Raises:
            InputError: If columns are missing; the message names them.
        """
        if self.encoder is None:
            empty = np.zeros((len(frame), 0), dtype=np.float32)
            return {"tree": empty, "linear": empty}
        views = {"tree": self.encoder.transform(frame)}
        if self.linear is not None and any(m.view == "linear" for m in self.members):
            views["linear"] = self.linear.transform(views["tree"])
        return views

    def _state(self) -> dict[str, Any]:
        return {
            "problem": self.problem.to_json(),
            "features": self.features,
            "members": self.members,
            "encoder": self.encoder,
            "linear": self.linear,
            "threshold": self.threshold,
        }

    @classmethod
    def _from_state(cls, state: dict[str, Any]) -> FittedModel:
        return cls(**{**state, "problem": Problem.from_json(state["problem"])})


def _safe_loads(data: bytes, name: str) -> dict[str, Any]:
    import zipfile

    from autoglm_agent.automl.models.skops_io import UntrustedTypesFoundException, io

    try:
        state = io.loads(data, trusted=list(TRUSTED))
    except UntrustedTypesFoundException as error:
        raise StoreError(f"{name} is refused: {error}", "Load only models of this tool.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise StoreError(f"{name} is not a model file: {error}.", "Train it again.") from error
    if not isinstance(state, dict):
        raise StoreError(f"{name} does not hold a model of this tool.", "Train it again.")
    return state


def versions(families: Collection[str] = ()) -> dict[str, str]:
    """Return the versions that a model depends on.

    Args:
        families: Families of its members; extras are named only where they are used.
    """
    import lightgbm
    import sklearn

    found = {
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scikit-learn": sklearn.__version__,
        "lightgbm": lightgbm.__version__,
    }
    if "catboost" in families:
        found["catboost"] = version("catboost")
    return found
