"""Text classification from examples as a run: which families are tried, and later predictions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from autoglm_agent.automl.raw.blend import load_with_blends, predicted_table
from autoglm_agent.automl.raw.inputs import Family, RawModel
from autoglm_agent.automl.raw.judging import run_raw
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import labels_of
from autoglm_agent.errors import InputError
from autoglm_agent.text.plain import FILE, WordModel, fit_words
from autoglm_agent.text.reading import read_texts

WAYS = ("frozen", "adapter", "full")
ADAPTER_SECONDS = 120.0
"""Budget from which an adapter is tried besides frozen vectors."""


def run_texts(
    workspace: Workspace,
    source: str | Path,
    *,
    label: str | None = None,
    text: str | None = None,
    encoder: str | None = None,
    ways: Sequence[str] = (),
    inference: str | None = None,
    metric: str | None = None,
    seconds: float | None = 120.0,
    seed: int = 0,
    listener: Listener = silent,
) -> dict[str, Any]:
    """Train, assess and check a classifier of texts; see `raw.judging.run_raw`.

    Args:
        workspace: The run's folder.
        source: See `reading.read_texts`.
        label: Column of the labels.
        text: Column of the texts.
        encoder: Folder or hub name of a transformers encoder; words and letters alone without it.
        ways: Of `WAYS`, what is done with the encoder; frozen vectors by default, an adapter
            too where the budget allows, the whole encoder only if named here.
        inference: Folder or hub name of a model of inference, which is tried on the labels' words
            without learning from the examples.
        metric: scikit-learn's name; accuracy by default.
        seconds: For all of it.
        seed: Of the division and every model.
        listener: Told of progress.

    Raises:
        InputError: If the texts cannot be read, or a way is unknown.
        MissingExtraError: If an encoder is named and transformers or torch is not installed.
    """
    inputs = read_texts(source, label=label, text=text)
    unknown = [way for way in ways if way not in WAYS]
    if unknown or (ways and not encoder):
        raise InputError(
            f"There is no way {unknown[0]!r}." if unknown else "A way needs an encoder.",
            f"Use {', '.join(WAYS)}, and name an encoder.",
        )
    families = [Family("words", fit_words, 1.0)]
    if encoder:
        from autoglm_agent.adapters.loading import require_torch

        require_torch("An encoder of texts")
        from autoglm_agent.text.tuned import encoder_family

        patient = seconds is None or seconds >= ADAPTER_SECONDS
        chosen: list[Any] = list(ways) or (["frozen", "adapter"] if patient else ["frozen"])
        families += [encoder_family(encoder, way) for way in chosen]
    if inference:
        from autoglm_agent.text.unlearned import zero_shot_family

        families.append(zero_shot_family(inference, [str(c) for c in labels_of(inputs.labels)]))
    return run_raw(
        workspace, inputs, families, instruction="Classify these texts.", metric=metric,
        seconds=seconds, seed=seed, listener=listener,
    )  # fmt: skip


def load_text_model(workspace: Workspace, model_id: str) -> RawModel:
    """Load a run's model.

    Raises:
        StoreError: If it is missing or damaged.
    """
    return load_with_blends(workspace, model_id, _load_one)


def _load_one(workspace: Workspace, model_id: str) -> RawModel:
    if workspace.has("models", model_id, FILE):
        return WordModel.load(workspace, model_id)
    if workspace.has("models", model_id, "zero_shot.json"):
        from autoglm_agent.text.unlearned import ZeroShotModel

        return ZeroShotModel.load(workspace, model_id)
    from autoglm_agent.text.tuned import load_encoder_model

    return load_encoder_model(workspace, model_id)


def predict_texts(workspace: Workspace, texts: Sequence[str]) -> pd.DataFrame:
    """Return label and probabilities of new texts by a finished run's model.

    Raises:
        StoreError: If the run has not ended.
    """
    return predicted_table(workspace, list(texts), load_text_model)
