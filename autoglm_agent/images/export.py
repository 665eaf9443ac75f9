"""A run's network as ONNX: the same answers, checked, and what 8-bit weights cost and save.

Only networks are exported; models of gradients are arrays that numpy multiplies. The comparison is
made on the training images: the vault stays closed.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.raw.inputs import decode_images
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_agent.images.classify import SEARCHED
from autoglm_agent.outfile import write_out

CLOSE = 1e-4
"""Greatest difference of a probability that rounding explains."""
COMPARED = 500
OPSET = 17


@dataclass(frozen=True)
class Exported:
    """One form of a model.

    Attributes:
        form: `torch`, `onnx` or `onnx, 8-bit weights`.
        megabytes: Of its file.
        latency_ms: Median time of one image on one core, in milliseconds.
        accuracy: On the compared training images.
        same_labels: Share of them that get the label of the original.
        gap: Greatest difference of a probability.
        quantised: Whether its weights are rounded; then it is another model, and only compared.
    """

    form: str
    megabytes: float
    latency_ms: float
    accuracy: float
    same_labels: float
    gap: float
    quantised: bool = False

    @property
    def parity(self) -> bool:
        """Whether it answers as the original does."""
        return self.same_labels == 1.0 and self.gap <= CLOSE


def check_export(
    form: str, families: Sequence[str], backbone: str | None, search: str | None = None
) -> tuple[str, ...]:
    """Check, before anything is trained, that the model will be exportable.

    Args:
        form: Only `onnx` is known.
        families: That the user asked for; none means all.
        backbone: Vision model that the user asked for, if any.
        search: Engine that the user asked to search for an architecture, if any.

    Returns:
        The family to train: one kind of network alone, because a blend of two is not exported.

    Raises:
        InputError: If the form is unknown, or something is asked for that cannot be exported.
        MissingExtraError: If what training or exporting a network needs is not installed.
    """
    if form != "onnx":
        raise InputError(f"A model of images cannot be exported as {form[:40]!r}.", "Use onnx.")
    network = SEARCHED if search or SEARCHED in families else "network"
    other = next((name for name in families if name not in ("network", network)), None)
    if other or backbone:
        what = f"The family {other}" if other else "A head on a vision model's vectors"
        raise InputError(
            f"{what} cannot be exported as onnx.", "Ask for --family network alone, or no export."
        )
    from autoglm_agent.adapters.loading import require_torch

    require_torch("A network of images")
    _require()
    return (network,)


def exportable(workspace: Workspace) -> str:
    """Return the id of the run's network.

    Raises:
        InputError: If the run's model is none.
    """
    result = workspace.read_record("result.json", keys=("model",))
    model_id = str(result["model"]["id"])
    if not workspace.has("models", model_id, "network.safetensors"):
        raise InputError(
            f"The run's model ({result['model']['family']}) is no network.",
            "Train with --family network alone to export one as ONNX.",
        )
    return model_id


def export_onnx(workspace: Workspace, out: Path, *, quantise: bool = False) -> list[Exported]:
    """Write a run's network as ONNX and compare it with the original.

    The exported graph reads uint8 images (n, height, width, channels) and gives probabilities:
    normalisation is part of it.

    Args:
        workspace: The run's folder.
        out: File to write.
        quantise: Also write `<name>.int8.onnx`, with weights of 8 bits (dynamic quantisation).

    Returns:
        The original, the export, and the quantised one if asked for.

    Raises:
        InputError: If the run's model is no network, or the file cannot be written.
        MissingExtraError: If onnx or onnxruntime is not installed.
    """
    _require()
    model_id = exportable(workspace)
    from autoglm_agent.images.network import NetworkImageModel

    model = NetworkImageModel.load(workspace, model_id)
    prepared = load_prepared(workspace, _prepared_id(workspace, model_id))
    shape = tuple(workspace.read_record("images.json", keys=("shape",))["shape"])
    rows = prepared.X.head(COMPARED)
    images, y = decode_images(rows, shape), prepared.y[: len(rows)]
    data = _graph(model, images[:2])
    write_out(out, data)
    truth = model.predict(images)
    weights = workspace.file("models", model_id, "network.safetensors").stat().st_size
    made = [_compared("torch", weights, model.predict, images, y, truth)]
    made.append(_compared("onnx", len(data), _session(data), images, y, truth))
    if quantise:
        small = _quantised(out)
        told = _compared(
            "onnx, 8-bit weights", len(small), _session(small), images, y, truth, quantised=True
        )
        made.append(told)
    return made


def _require() -> None:
    import importlib.util

    for package in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f"Exporting to ONNX needs {package}, which is not installed.",
                "Install it: pip install 'autoglm-agent[images]'.",
            )


def _prepared_id(workspace: Workspace, model_id: str) -> str:
    return str(workspace.read_json("searches", model_id, "search.json")["prepared"])


def _graph(model: Any, example: np.ndarray) -> bytes:
    import torch

    from autoglm_agent.images.training import prepared

    class Whole(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            batch = prepared(images, model.mean, model.deviation, "cpu")
            shares: torch.Tensor = model.network(batch).softmax(1)
            if model.flip:
                shares = (shares + model.network(batch.flip(3)).softmax(1)) / 2
            return shares

    model.network.cpu()
    whole = Whole()
    whole.network = model.network
    buffer = io.BytesIO()
    torch.onnx.export(
        whole.eval(), (torch.from_numpy(example),), buffer, dynamo=False, opset_version=OPSET,
        input_names=["images"], output_names=["probabilities"],
        dynamic_axes={"images": {0: "n"}, "probabilities": {0: "n"}},
    )  # fmt: skip
    return buffer.getvalue()


def _session(data: bytes) -> Callable[[np.ndarray], np.ndarray]:
    import onnxruntime  # type: ignore[import-untyped]  # ships no types

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return lambda images: np.asarray(session.run(None, {"images": images})[0], dtype=np.float64)


def _quantised(path: Path) -> bytes:
    from onnxruntime.quantization import (  # type: ignore[import-untyped]  # as above
        QuantType,
        quantize_dynamic,
    )

    small = path.with_suffix(".int8.onnx")
    quantize_dynamic(str(path), str(small), weight_type=QuantType.QUInt8)
    return small.read_bytes()


def _compared(
    form: str,
    size: int,
    predict: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    y: np.ndarray,
    truth: np.ndarray,
    *,
    quantised: bool = False,
) -> Exported:
    told = predict(images)
    times = []
    for i in range(20):
        began = time.perf_counter()
        predict(images[i % len(images) : i % len(images) + 1])
        times.append(1000 * (time.perf_counter() - began))
    return Exported(
        form=form,
        megabytes=round(size / 1e6, 4),
        latency_ms=round(float(np.median(times)), 3),
        accuracy=round(float((told.argmax(axis=1) == y).mean()), 4),
        same_labels=float((told.argmax(axis=1) == truth.argmax(axis=1)).mean()),
        gap=float(np.abs(told - truth).max()),
        quantised=quantised,
    )
