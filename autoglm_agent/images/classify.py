"""Image classification as a run: which families are tried, and a finished run's predictions."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.raw.blend import load_with_blends, predicted_table
from autoglm_agent.automl.raw.inputs import Family, RawInputs, RawModel
from autoglm_agent.automl.raw.judging import run_raw
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_agent.images.disturbed import DISTURBANCES
from autoglm_agent.images.plain import FILE, PlainImageModel, fit_plain
from autoglm_agent.images.reading import read_images

FAMILIES = ("linear", "kernel", "network")
"""What can be tried: gradients with a linear or a kernel classifier; a residual network, which
needs the extra `transformers` for torch."""
SEARCHED = "searched_network"
"""A network whose architecture is searched for, only tried where it is asked for."""


def run_images(
    workspace: Workspace,
    source: str | Path,
    *,
    label: str | None = None,
    size: int | None = None,
    families: Sequence[str] = (),
    backbone: str | None = None,
    search: str | None = None,
    metric: str | None = None,
    seconds: float | None = 120.0,
    seed: int = 0,
    listener: Listener = silent,
) -> dict[str, Any]:
    """Train, assess and check a classifier of images; see `raw.judging.run_raw`.

    Args:
        workspace: The run's folder.
        source: See `reading.read_images`.
        label: Column or array of the labels.
        size: Side to which images are brought.
        families: Of `FAMILIES`; by default all that is installed.
        backbone: Folder or hub name of a transformers vision model, whose frozen vectors are tried
            too.
        search: `semantic`, `tpe` or `random`: also try a network whose architecture that engine
            searches for; the family `searched_network` alone means `semantic`.
        metric: scikit-learn's name; accuracy by default.
        seconds: For all of it.
        seed: Of the division and every model.
        listener: Told of progress.

    Raises:
        InputError: If the images cannot be read, or a family is unknown.
        MissingExtraError: If what is asked for is not installed.
    """
    chosen = _families([name for name in families if name != SEARCHED], families)
    if search or SEARCHED in families:
        chosen.append(_searched(search or "semantic"))
    images, labels, notes = read_images(source, label=label, size=size)
    inputs = image_inputs(images, labels, str(source), notes)
    if backbone:
        from autoglm_agent.images.frozen import frozen_family

        chosen.append(frozen_family(backbone))
    result = run_raw(
        workspace, inputs, chosen, instruction="Classify these images.", metric=metric,
        seconds=seconds, seed=seed, listener=listener,
    )  # fmt: skip
    record = {"shape": list(images.shape[1:]), "classes": result["classes"]}
    workspace.write_json(record, "images.json")
    return result


def image_inputs(
    images: np.ndarray, labels: Sequence[Any], source: str, notes: Sequence[str] = ()
) -> RawInputs:
    """Return images as inputs of the harness; their brightness and contrast are the measures."""
    flat = images.reshape(len(images), -1).astype(np.float32)
    measures = pd.DataFrame({"brightness": flat.mean(axis=1), "contrast": flat.std(axis=1)})
    return RawInputs("image", images, labels, source, measures, tuple(notes), DISTURBANCES)


def _families(names: Sequence[str], asked: Sequence[str]) -> list[Family]:
    """Return the families of these names; all that is installed if none was asked for."""
    unknown = [name for name in names if name not in FAMILIES]
    if unknown:
        every = ", ".join((*FAMILIES, SEARCHED))
        raise InputError(f"There is no family {unknown[0]!r}.", f"Use {every}.")
    wanted = list(names) if asked else list(FAMILIES)
    made = []
    if "linear" in wanted:
        made.append(Family("linear", partial(fit_plain, "linear"), 0.5))
    if "kernel" in wanted:
        made.append(Family("kernel", partial(fit_plain, "kernel"), 1.0))
    if "network" in wanted and (asked or importlib.util.find_spec("torch")):
        from autoglm_agent.adapters.loading import require_torch

        require_torch("A network of images")
        from autoglm_agent.images.network import fit_network

        made.append(Family("network", fit_network, 3.0))
    return made


def _searched(engine: str) -> Family:
    from autoglm_agent.adapters.loading import require_torch

    require_torch("A network of images")
    if importlib.util.find_spec("optuna") is None:
        raise MissingExtraError(
            "Searching for an architecture needs Optuna, which is not installed.",
            "Install it: pip install 'autoglm-agent[search]'.",
        )
    from autoglm_agent.images.architectures.sampler import create_sampler
    from autoglm_agent.images.architectures.searching import fit_searched

    create_sampler(engine)
    return Family(SEARCHED, partial(fit_searched, engine), 6.0)


def load_image_model(workspace: Workspace, model_id: str) -> RawModel:
    """Load a run's model.

    Raises:
        StoreError: If it is missing or damaged.
    """
    return load_with_blends(workspace, model_id, _load_one)


def _load_one(workspace: Workspace, model_id: str) -> RawModel:
    if workspace.has("models", model_id, FILE):
        return PlainImageModel.load(workspace, model_id)
    if workspace.has("models", model_id, "frozen.npz"):
        from autoglm_agent.images.frozen import FrozenImageModel

        return FrozenImageModel.load(workspace, model_id)
    from autoglm_agent.images.network import NetworkImageModel

    return NetworkImageModel.load(workspace, model_id)


def predict_images(workspace: Workspace, images: np.ndarray) -> pd.DataFrame:
    """Return label and probabilities of new images by a finished run's model.

    Args:
        workspace: The run's folder.
        images: uint8 of the size that the run was trained on.

    Raises:
        InputError: If the images have another size.
        StoreError: If the run has not ended.
    """
    shape = tuple(workspace.read_record("images.json", keys=("shape",))["shape"])
    if images.shape[1:] != shape:
        raise InputError(f"The images are {images.shape[1:]}, the model reads {shape}.", "Resize.")
    return predicted_table(workspace, images, load_image_model)
