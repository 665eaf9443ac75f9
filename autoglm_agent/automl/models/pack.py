"""Fitted models to bytes and back, with neither pickle nor a choice of class by the file.

A model is a dataclass of plain fields; the file is an npz of its arrays with JSON beside them,
and names one of the classes listed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from autoglm_agent.automl.features.target import TargetMeans
from autoglm_agent.automl.models.catboost import CatBoostModel
from autoglm_agent.automl.models.constant import ConstantModel
from autoglm_agent.automl.models.forest import ForestModel
from autoglm_agent.automl.models.lightgbm import BoosterModel
from autoglm_agent.automl.models.linear import LinearModel
from autoglm_agent.automl.models.network import NetworkModel
from autoglm_agent.automl.models.searched_network import SearchedNetworkModel
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.errors import StoreError

_KINDS = (
    ConstantModel, ForestModel, BoosterModel, CatBoostModel, LinearModel, NetworkModel,
    SearchedNetworkModel,
)  # fmt: skip
MODELS: dict[str, Any] = {model.__name__: model for model in _KINDS}


def pack(models: Sequence[Any]) -> bytes:
    """Return the models as the bytes of an npz file."""
    return to_npz(arrays_of(models))


def arrays_of(models: Sequence[Any]) -> dict[str, np.ndarray]:
    """Return the models as named arrays; those of the models are not copied."""
    arrays: dict[str, np.ndarray] = {}
    described = []
    for i, model in enumerate(models):
        plain: dict[str, Any] = {"class": type(model).__name__}
        for name in (f.name for f in fields(model)):
            value = getattr(model, name)
            if isinstance(value, np.ndarray):
                arrays[f"{i}.{name}"] = value
            elif isinstance(value, TargetMeans):
                arrays |= {f"{i}.{name}.{j}": m for j, m in enumerate(value.means_)}
                arrays[f"{i}.{name}.prior"] = value.prior_
                plain[name] = {"target_means": value.get_params()}
            elif isinstance(value, list) and all(isinstance(v, np.ndarray) for v in value):
                arrays |= {f"{i}.{name}.{j}": part for j, part in enumerate(value)}
                plain[name] = {"arrays": len(value)}
            else:
                plain[name] = value
        described.append(plain)
    arrays["json"] = json_array(described)
    return arrays


def unpack(data: bytes) -> tuple[Any, ...]:
    """Read back what `pack` wrote.

    Raises:
        StoreError: If the bytes are damaged or name a class that is not ours.
    """
    try:
        return models_of(from_npz(data))
    except (KeyError, ValueError, TypeError) as error:
        raise StoreError(f"A saved model is damaged: {error}.", "Train it again.") from error


def models_of(arrays: Mapping[str, np.ndarray]) -> tuple[Any, ...]:
    """Read back what `arrays_of` gave."""
    described = array_json(arrays["json"])
    return tuple(_build(i, plain, arrays) for i, plain in enumerate(described))


def _build(i: int, plain: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    kind = MODELS[plain.pop("class")]
    values: dict[str, Any] = {}
    for name in (f.name for f in fields(kind)):
        if f"{i}.{name}" in arrays:
            values[name] = arrays[f"{i}.{name}"]
        elif name not in plain:
            continue  # what an older version did not have keeps its default
        elif isinstance(plain[name], dict) and "arrays" in plain[name]:
            values[name] = [arrays[f"{i}.{name}.{j}"] for j in range(plain[name]["arrays"])]
        elif isinstance(plain[name], dict):
            means = TargetMeans(**plain[name]["target_means"])
            means.means_ = [arrays[f"{i}.{name}.{j}"] for j in range(len(means.coded))]
            means.prior_ = arrays[f"{i}.{name}.prior"]
            values[name] = means
        else:
            values[name] = plain[name]
    return kind(**values)
