"""A run's model as an ONNX file, compared with the original on the training rows.

The vault stays closed: that two forms of a model answer alike needs no labels, and no new rows.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from autoglm_agent.automl.forecasting.laying import refuse_forecast
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, MissingExtraError
from autoglm_agent.outfile import write_out

CLOSE = 1e-4
"""Greatest difference that rounding explains: of a probability, or of a number's spread."""
COMPARED = 2_000


@dataclass(frozen=True)
class Exported:
    """What was written and how it compares.

    Attributes:
        path: The file.
        size: Its bytes.
        rows: Training rows that both forms predicted.
        same_labels: Share of them with the same label; 1 for numbers.
        gap: Greatest difference of a probability, or of a number in units of the predictions'
            standard deviation.
        latency_ms: Median time of one row by ONNX Runtime on one core.
        original_ms: The same by the original.
        inputs: Kinds of the raw columns that the file reads, by name.
        lettered: Columns whose unseen levels it only approximates.
    """

    path: str
    size: int
    rows: int
    same_labels: float
    gap: float
    latency_ms: float
    original_ms: float
    inputs: dict[str, str]
    lettered: tuple[str, ...] = ()

    @property
    def parity(self) -> bool:
        """Whether it answers as the original does."""
        return self.same_labels == 1.0 and self.gap <= CLOSE


def export_onnx(workspace: Workspace, out: Path) -> Exported:
    """Write the model of a table's run as ONNX and compare it with the original.

    Args:
        workspace: The run's folder.
        out: File to write.

    Raises:
        InputError: If the run has no model of a table, the model cannot be written as ONNX
            (the message says why), or the file cannot be written.
        MissingExtraError: If onnx or onnxruntime is not installed.
    """
    for package in ("onnx", "onnxruntime"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f"Exporting to ONNX needs {package}, which is not installed.",
                "Install it: pip install 'autoglm-agent[onnx]'.",
            )
    from autoglm_agent.automl.onnx import columns, writing

    model, rows = loaded(workspace)
    data = writing.written(model)
    write_out(out, data)
    assert model.encoder is not None  # a model without one is refused by `written`
    answer = _session(data)
    fed = columns.feed(model.encoder, rows)
    same, gap = _compared(model, model.predict(rows), answer(fed))
    one = {name: values[:1] for name, values in fed.items()}
    return Exported(
        path=str(out),
        size=len(data),
        rows=len(rows),
        same_labels=same,
        gap=gap,
        latency_ms=_median_ms(lambda: answer(one)),
        original_ms=round(model.latency_ms(rows), 3),
        inputs={n: k for n, k in model.encoder.kinds_.items() if k != "drop"},
        lettered=tuple(columns.lettered(model.encoder)),
    )


def loaded(workspace: Workspace) -> tuple[FittedModel, pd.DataFrame]:
    """Return the run's model and some of its training rows.

    Raises:
        InputError: If there is none, or it is not a model of a table.
    """
    result = workspace.read_record("result.json") if workspace.has("result.json") else {}
    model_id = (result.get("model") or {}).get("id")
    if not model_id:
        raise InputError(
            f"Run {workspace.path.name} has no model.", "Finish it with `autoglm resume` first."
        )
    if not workspace.has("models", model_id, "model.skops"):
        raise InputError(
            f"The model of run {workspace.path.name} is not a predictor of a table's column.",
            "Networks of images are exported by `autoglm images export`.",
        )
    prepared_id = str(workspace.read_json("searches", model_id, "search.json")["prepared"])
    prepared = load_prepared(workspace, prepared_id)
    refuse_forecast(workspace, prepared.data_id)
    return FittedModel.load(workspace, model_id), prepared.X.head(COMPARED)


def _session(data: bytes) -> Callable[[Mapping[str, np.ndarray]], list[np.ndarray]]:
    import onnxruntime  # type: ignore[import-untyped]  # ships no types

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return lambda fed: [np.asarray(value) for value in session.run(None, dict(fed))]


def _compared(model: FittedModel, truth: np.ndarray, told: list[np.ndarray]) -> tuple[float, float]:
    if not model.problem.is_classification:
        spread = float(truth.std()) or 1.0
        return 1.0, float(np.abs(told[0] - truth).max() / spread)
    labels = np.array([str(label) for label in model.decide(truth)])
    same = float((np.array([str(label) for label in told[0]]) == labels).mean())
    return same, float(np.abs(told[1] - truth).max())


def _median_ms(work: Callable[[], object], repeats: int = 20) -> float:
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return round(float(np.median(times)), 3)
