"""Texts classified on a transformers encoder: frozen vectors, an adapter, or the whole of it.

Frozen vectors with a linear head are the default; an adapter costs minutes and a few percent of the
parameters; the whole encoder is trained only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import safetensors.torch
import torch

from autoglm_agent.adapters.backbones import TextBackbone, extract
from autoglm_agent.adapters.blocks import Adapter
from autoglm_agent.adapters.host import AdapterHost
from autoglm_agent.adapters.registry import AdapterRegistry
from autoglm_agent.adapters.training import Schedule, Tuned, fit_adapter, fit_whole
from autoglm_agent.automl.raw.inputs import Family, Values
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import StoreError

Way = Literal["frozen", "adapter", "full"]
HEAD, WHOLE, ABOUT = "head.npz", "whole.safetensors", "text.json"


@lru_cache(maxsize=4)
def text_backbone(name: str) -> TextBackbone:
    """Load an encoder, once a process."""
    return TextBackbone.load(name)


@lru_cache(maxsize=4)
def _host(name: str) -> AdapterHost:
    return AdapterHost(text_backbone(name).module)


def encoder_family(name: str, way: Way) -> Family:
    """Return a family on an encoder.

    Args:
        name: Folder or hub name of the encoder.
        way: What is trained.
    """
    text_backbone(name)

    def fit(
        values: Values, codes: np.ndarray, classes: int, *, seed: int, deadline: Deadline
    ) -> FrozenTextModel | AdaptedTextModel | WholeTextModel:
        if way == "frozen":
            return _fit_frozen(name, values, codes, classes)
        texts, labels = [str(v) for v in values], [int(c) for c in codes]
        backbone = text_backbone(name)
        if way == "adapter":
            # Few texts are passed more often: an adapter needs some hundred steps.
            epochs = int(np.clip(20_000 / len(texts), 3, 40))
            schedule = Schedule(epochs=epochs, seed=seed, deadline=deadline)
            adapter = fit_adapter(
                _host(name), backbone, texts, labels, name="task", schedule=schedule
            )
            return AdaptedTextModel(name, adapter, classes)
        schedule = Schedule(epochs=5, seed=seed, deadline=deadline)
        return WholeTextModel(name, fit_whole(backbone, texts, labels, schedule), classes)

    fraction = {"frozen": 1.0, "adapter": 4.0, "full": 8.0}[way]
    return Family(f"{way} {Path(name).name}", fit, fraction)


def _fit_frozen(name: str, values: Values, codes: np.ndarray, classes: int) -> FrozenTextModel:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    vectors = extract(text_backbone(name), [str(v) for v in values])
    scaler = StandardScaler().fit(vectors)
    fitted = LogisticRegression(C=0.3, max_iter=300).fit(scaler.transform(vectors), codes)
    weights, bias = np.zeros((classes, vectors.shape[1])), np.full(classes, -1e3)
    if len(fitted.classes_) == 2:
        weights[fitted.classes_] = np.concatenate([-fitted.coef_, fitted.coef_]) / 2
        bias[fitted.classes_] = np.concatenate([-fitted.intercept_, fitted.intercept_]) / 2
    else:
        weights[fitted.classes_], bias[fitted.classes_] = fitted.coef_, fitted.intercept_
    return FrozenTextModel(name, scaler.mean_, scaler.scale_, weights, bias)


@dataclass(frozen=True, eq=False)
class FrozenTextModel:
    """A linear head on an encoder's vectors."""

    encoder: str
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        vectors = extract(text_backbone(self.encoder), [str(v) for v in values])
        return _shares(((vectors - self.mean) / self.scale) @ self.weights.T + self.bias)

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the head; of the encoder only the name is kept."""
        arrays = {n: getattr(self, n) for n in ("mean", "scale", "weights", "bias")}
        about = json_array({"encoder": self.encoder})
        workspace.write_bytes(to_npz({**arrays, "about": about}), "models", model_id, HEAD)


@dataclass(frozen=True, eq=False)
class AdaptedTextModel:
    """An adapter on an encoder."""

    encoder: str
    adapter: Adapter
    classes: int

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        backbone, host = text_backbone(self.encoder), _host(self.encoder)
        texts = [str(v) for v in values]
        told = []
        for start in range(0, len(texts), 64):
            part = texts[start : start + 64]
            with torch.inference_mode(), host.wearing((self.adapter, len(part))):
                vectors = backbone.features(backbone.collate(part))
                told.append(self.adapter.head(vectors).cpu().double().numpy())
        return _spread(np.concatenate(told), self.adapter.spec.labels, self.classes)

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the adapter; of the encoder only the name is kept."""
        module = text_backbone(self.encoder).module
        AdapterRegistry(workspace.path / "models" / model_id, module).save(self.adapter)
        about = {"encoder": self.encoder, "way": "adapter", "classes": self.classes}
        workspace.write_json(about, "models", model_id, ABOUT)


@dataclass(frozen=True, eq=False)
class WholeTextModel:
    """An encoder that was trained as a whole."""

    encoder: str
    tuned: Tuned
    classes: int

    def predict(self, values: Values) -> np.ndarray:
        """Return probabilities, float64 (rows, classes)."""
        logits = self.tuned.logits([str(v) for v in values]).cpu().double().numpy()
        return _spread(logits, self.tuned.labels, self.classes)

    def save(self, workspace: Workspace, model_id: str) -> None:
        """Write the weights of encoder and head."""
        state = {f"encoder.{k}": v for k, v in self.tuned.backbone.module.state_dict().items()}
        state |= {f"head.{k}": v for k, v in self.tuned.head.state_dict().items()}
        plain = {k: v.detach().cpu().contiguous().clone() for k, v in state.items()}
        workspace.write_bytes(safetensors.torch.save(plain), "models", model_id, WHOLE)
        about = {"encoder": self.encoder, "way": "full", "classes": self.classes,
                 "labels": list(self.tuned.labels)}  # fmt: skip
        workspace.write_json(about, "models", model_id, ABOUT)


def load_encoder_model(
    workspace: Workspace, model_id: str
) -> FrozenTextModel | AdaptedTextModel | WholeTextModel:
    """Load a saved model of this file.

    Raises:
        StoreError: If it is missing or damaged.
        InputError: If its encoder is no longer there, or is another one.
    """
    try:
        if workspace.has("models", model_id, HEAD):
            arrays = from_npz(workspace.read_bytes("models", model_id, HEAD))
            encoder = str(array_json(arrays.pop("about"))["encoder"])
            return FrozenTextModel(encoder, **arrays)
        about = workspace.read_record("models", model_id, ABOUT, keys=("encoder", "way"))
        name, classes = str(about["encoder"]), int(about["classes"])
        backbone = text_backbone(name)
        if about["way"] == "adapter":
            registry = AdapterRegistry(workspace.path / "models" / model_id, backbone.module)
            return AdaptedTextModel(name, registry.get("task"), classes)
        return WholeTextModel(name, _whole(workspace, model_id, backbone, about), classes)
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(f"The saved model is damaged: {error}.", "Train it again.") from error


def _whole(
    workspace: Workspace, model_id: str, backbone: TextBackbone, about: dict[str, Any]
) -> Tuned:
    import copy

    state = safetensors.torch.load(workspace.read_bytes("models", model_id, WHOLE))
    own = copy.copy(backbone)
    own.module = copy.deepcopy(backbone.module)
    parts: dict[str, dict[str, torch.Tensor]] = {"encoder": {}, "head": {}}
    for key, tensor in state.items():
        place, _, name = key.partition(".")
        parts[place][name] = tensor
    own.module.load_state_dict(parts["encoder"])
    labels = tuple(about["labels"])
    head = torch.nn.Linear(backbone.width, len(labels))
    head.load_state_dict(parts["head"])
    head.to(next(own.module.parameters()).device)
    return Tuned(own, head.eval(), labels, float("nan"))


def _spread(logits: np.ndarray, labels: Sequence[Any], classes: int) -> np.ndarray:
    """Return probabilities in the order of the class codes."""
    whole = np.full((len(logits), classes), -1e3)
    whole[:, [int(label) for label in labels]] = logits
    return _shares(whole)


def _shares(logits: np.ndarray) -> np.ndarray:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))
