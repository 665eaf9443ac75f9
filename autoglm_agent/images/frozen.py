"""Frozen vectors of a vision model with a linear head: the default where one is at hand.

Any vision model of transformers will do: a folder, or a name on the hub. Mean, deviation and size
are those of the model's own configuration.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from autoglm_agent.adapters.backbones import ImageBackbone, extract
from autoglm_agent.adapters.loading import load_backbone
from autoglm_agent.automl.raw.inputs import Family, Values
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, StoreError

FILE = "frozen.npz"
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@lru_cache(maxsize=4)
def vision_backbone(name: str) -> tuple[ImageBackbone, int]:
    """Load a vision model and the side of the images that it reads."""
    model = load_backbone(name, "vision").model
    config = model.config
    sizes = getattr(config, "hidden_sizes", None)
    width = int(sizes[-1] if sizes else config.hidden_size)
    side = getattr(config, "image_size", None) or 224
    mean, deviation = _normalisation(Path(name))
    return ImageBackbone(model, width, mean, deviation), int(side if isinstance(side, int) else
                                                             side[0])  # fmt: skip


def _normalisation(folder: Path) -> tuple[Sequence[float], Sequence[float]]:
    try:
        told = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
        return [float(v) for v in told["image_mean"]], [float(v) for v in told["image_std"]]
    except (OSError, ValueError, KeyError, TypeError):
        return IMAGENET


def frozen_family(name: str) -> Family:
    """Return the family of one vision model."""
    vision_backbone(name)

    def fit(
        values: Values,
        codes: np.ndarray,
        classes: int,
        *,
        seed: int,  # noqa: ARG001 - nothing here is drawn
        deadline: Deadline,  # noqa: ARG001 - one pass and a convex fit
    ) -> FrozenImageModel:
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        vectors = _vectors(name, values)
        scaler = StandardScaler().fit(vectors)
        fitted = LogisticRegression(C=0.1, max_iter=300).fit(scaler.transform(vectors), codes)
        weights, bias = fitted.coef_, fitted.intercept_
        if len(fitted.classes_) == 2:
            weights, bias = np.concatenate([-weights, weights]) / 2, np.r_[-bias, bias] / 2
        if len(fitted.classes_) != classes:
            raise InputError("A fold lacks a class.", "Give more examples of each class.")
        return FrozenImageModel(name, scaler.mean_, scaler.scale_, weights, bias)

    return Family(f"frozen {Path(name).name}", fit, 2.0)


@dataclass(frozen=True)
class FrozenImageModel:
    """A linear head on a vision model.

    Attributes:
        backbone: Folder or hub name of the vision model.
        mean: Of each of its numbers.
        scale: Of each of its numbers.
        weights: Shape (classes, width).
        bias: Shape (classes,).
    """

    backbone: str
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        rows = (_vectors(self.backbone, values).astype(np.float64) - self.mean) / self.scale
        logits = rows @ self.weights.T + self.bias
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the head; of the vision model only the name is kept."""
        arrays = {n: getattr(self, n) for n in ("mean", "scale", "weights", "bias")}
        about = json_array({"backbone": self.backbone})
        workspace.write_bytes(to_npz({**arrays, "about": about}), "models", model_id, FILE)

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> FrozenImageModel:
        """Read back what `save` wrote."""
        try:
            arrays = from_npz(workspace.read_bytes("models", model_id, FILE))
            return cls(str(array_json(arrays.pop("about"))["backbone"]), **arrays)
        except (KeyError, ValueError, TypeError) as error:
            raise StoreError(f"The saved head is damaged: {error}.", "Train it again.") from error


def _vectors(name: str, values: Values) -> np.ndarray:
    backbone, side = vision_backbone(name)
    images = np.asarray(values)
    if images.shape[3] == 1:
        images = np.repeat(images, 3, axis=3)
    parts = []
    for start in range(0, len(images), 64):
        batch = torch.from_numpy(images[start : start + 64]).permute(0, 3, 1, 2).float()
        large = torch.nn.functional.interpolate(batch, (side, side), mode="bilinear")
        sized = large.round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
        parts.append(extract(backbone, sized))
    return np.concatenate(parts)
