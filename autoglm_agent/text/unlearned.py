"""Zero-shot classification as a candidate: judged on the same sealed texts as what has learned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from autoglm_agent.automl.raw.inputs import Family, Values
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.text.inference import InferenceModel
from autoglm_agent.text.zero_shot import InferenceZeroShot

FILE = "zero_shot.json"


@lru_cache(maxsize=2)
def _classifier(name: str) -> InferenceZeroShot:
    return InferenceZeroShot(InferenceModel(name))


def zero_shot_family(name: str, labels: list[str]) -> Family:
    """Return the family of one model of inference.

    Args:
        name: Folder or hub name.
        labels: The classes in words, in the order of their codes.
    """
    _classifier(name)

    def fit(
        values: Values,  # noqa: ARG001 - nothing is learned
        codes: np.ndarray,  # noqa: ARG001 - as above
        classes: int,  # noqa: ARG001 - as above
        *,
        seed: int,  # noqa: ARG001 - as above
        deadline: Deadline,  # noqa: ARG001 - as above
    ) -> ZeroShotModel:
        return ZeroShotModel(name, tuple(labels))

    return Family(f"zero-shot {Path(name).name}", fit, 2.0)


@dataclass(frozen=True)
class ZeroShotModel:
    """A model of inference and the classes it chooses from.

    Attributes:
        model: Folder or hub name.
        labels: The classes in words.
    """

    model: str
    labels: tuple[str, ...]

    def predict(self, values: Values) -> np.ndarray:
        """Return scores that sum to one, float64 (rows, classes)."""
        choices = _classifier(self.model).classify([str(v) for v in values], self.labels)
        return np.array([[c.scores[label.strip()] for label in self.labels] for c in choices])

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the names of model and classes."""
        record = {"model": self.model, "labels": list(self.labels)}
        workspace.write_json(record, "models", model_id, FILE)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> ZeroShotModel:
        """Read back what `save` wrote."""
        record = workspace.read_record("models", model_id, FILE, keys=("model", "labels"))
        return cls(str(record["model"]), tuple(map(str, record["labels"])))
