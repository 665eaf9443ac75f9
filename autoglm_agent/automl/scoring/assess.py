"""The one reading of the vault: how good the model is on rows that nobody has seen.

Everything that is said about held-out rows is computed here in one go, so that no later
question needs them again: scores with intervals, the best simple baseline and the gain over it
on the same rows, confusion, calibration, residuals, and the predictions themselves.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring import bootstrap
from autoglm_agent.automl.scoring.baselines import best_baseline, fit_baselines
from autoglm_agent.automl.scoring.clusters import clusters_of
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, decide, metrics_for, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import InputError, StoreError

REPEATS = 1000
"""Bootstrap resamples."""

MOST_RESIDUALS = 500

CALIBRATION_BINS = 10

Json = dict[str, Any]


class Model(Protocol):
    """What is assessed; `fitted.FittedModel` in practice."""

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        ...


def assess(
    workspace: Workspace,
    prepared: Prepared,
    model_id: str,
    *,
    naive_score: float,
    cv_score: float | None = None,
    threshold: float | None = None,
    consent: bool = False,
    seed: int = 0,
) -> Json:
    """Assess a saved model on the held-out rows and write everything down.

    An assessment that exists is returned without a new reading.

    Args:
        workspace: The run's folder.
        prepared: What the model was trained on; names the vault.
        model_id: The saved model.
        naive_score: Best cross-validation score of a single candidate, as it stood; kept beside
            the honest score.
        cv_score: Cross-validation score of the model itself; `naive_score` if not told.
        threshold: Least probability that counts as yes; the model's own if not told.
        consent: Whether the user agreed to a further reading of a holdout already read.
        seed: Of the bootstrap.

    Returns:
        The assessment as JSON data, also in `assessments/<model_id>.json`; `positive` is an
        index into `classes`, as in `Problem`.

    Raises:
        VaultError: If the holdout was read for another model and there is no consent.
        InputError: If the task has no target.
    """
    if workspace.has("assessments", f"{model_id}.json"):
        found: Json = workspace.read_json("assessments", f"{model_id}.json")
        return found
    if prepared.task.target is None:
        raise InputError(f"A {prepared.task.kind} task has no held-out score.", "Read its result.")
    from autoglm_agent.automl.models.fitted import FittedModel  # skops takes 1.7 s to import

    model = FittedModel.load(workspace, model_id)
    return assess_model(
        workspace,
        prepared,
        model_id,
        model,
        naive_score=naive_score,
        cv_score=naive_score if cv_score is None else cv_score,
        threshold=model.threshold if threshold is None else threshold,
        consent=consent,
        seed=seed,
    )


def assess_model(
    workspace: Workspace,
    prepared: Prepared,
    model_id: str,
    model: Model,
    *,
    naive_score: float,
    cv_score: float,
    threshold: float,
    consent: bool,
    seed: int,
) -> Json:
    """Do what `assess` says with a model that is already loaded."""
    start = time.monotonic()
    problem = prepared.problem
    # A model that cannot predict must not cost the reading.
    _predict(model, prepared.X.head(5), problem)
    vault = Vault(workspace, prepared.vault_id)
    frame, y, rows = vault.open(model_id, consent=consent)
    prediction = _predict(model, frame[prepared.features], problem)
    baselines = fit_baselines(prepared.X, prepared.y, problem, prepared.simple)
    baseline, simple, _ = best_baseline(baselines, frame, y, problem)
    beside: dict[str, np.ndarray] = {}
    if prepared.simple is not None:
        beside["simple"] = base = prepared.simple.of(frame)
        if prepared.simple.differs:  # these were learned; the values themselves are judged
            y, prediction, simple = y + base, prediction + base, simple + base
    together = clusters_of(prepared, frame)
    if together is not None:
        beside["cluster"] = together
    rivals = {baseline.name: simple}
    if prepared.simple is not None:
        rivals[prepared.simple.told] = beside["simple"]
    metrics, gains = _scores(prepared, y, prediction, rivals, together, threshold, seed)
    path = _save_predictions(workspace, model_id, rows, y, prediction, problem, threshold, beside)
    result: Json = {
        "model": model_id,
        "prepared": prepared.id,
        "vault": vault.id,
        "reading": vault.reading(model_id),
        "n": len(y),
        "metric": problem.metric,
        "score": metrics[problem.metric],
        "naive": float(naive_score),
        "cv": float(cv_score),
        "metrics": metrics,
        "baseline": {name: gains[baseline.name][name] for name in ("name", "value")},
        "gain": gains[baseline.name]["gain"],
        "simple": gains[prepared.simple.told] if prepared.simple is not None else None,
        "classes": list(problem.classes),
        "positive": problem.positive,
        "threshold": threshold if problem.kind == "binary" else None,
        "confusion": _confusion(y, prediction, problem, threshold),
        "calibration": _calibration(y, prediction, problem),
        "residuals": _residuals(y, prediction, problem, seed),
        "predictions": path,
        "seconds": round(time.monotonic() - start, 3),
    }
    _record(workspace, result)
    workspace.write_json(result, "assessments", f"{model_id}.json")
    return result


def _predict(model: Model, frame: pd.DataFrame, problem: Problem) -> np.ndarray:
    prediction = np.asarray(model.predict(frame), dtype=np.float64)
    shape = (len(frame), problem.width) if problem.is_classification else (len(frame),)
    if prediction.shape != shape or not np.isfinite(prediction).all():
        raise StoreError(
            f"The model predicts an array of shape {prediction.shape} with "
            f"{int((~np.isfinite(prediction)).sum())} undefined values; expected {shape}.",
            "Train it again.",
        )
    return prediction


def _scores(
    prepared: Prepared,
    y: np.ndarray,
    prediction: np.ndarray,
    rivals: Mapping[str, np.ndarray],
    together: np.ndarray | None,
    threshold: float,
    seed: int,
) -> tuple[dict[str, Json], dict[str, Json]]:
    """Every defined metric, and the gain over each rival by name; one set of resamples."""
    problem, main = prepared.problem, prepared.problem.metric
    values = {m: score(m, y, prediction, problem, threshold) for m in metrics_for(problem.kind)}
    if problem.kind == "regression" and main != "mape" and np.any(np.abs(y) < 1e-12):
        del values["mape"]  # relative to zero it says nothing
    defined = [m for m, value in values.items() if np.isfinite(value)]
    statistics = [
        *(bootstrap.statistic(m, y, prediction, problem, threshold) for m in defined),
        *(bootstrap.statistic(main, y, rival, problem) for rival in rivals.values()),
    ]
    draws = bootstrap.resample(
        statistics,
        bootstrap.strata(y, problem),
        seed=seed,
        repeats=REPEATS,
        clusters=together,
    )
    metrics = {m: _figures(values[m], d) for m, d in zip(defined, draws, strict=False)}
    sign = 1.0 if GREATER_IS_BETTER[main] else -1.0
    gains: dict[str, Json] = {}
    for place, (name, rival) in enumerate(rivals.items(), start=len(defined)):
        reached = score(main, y, rival, problem)
        drawn = sign * (draws[defined.index(main)] - draws[place])
        gain = _figures(sign * (values[main] - reached), drawn)
        surely = bool(bootstrap.percentiles(drawn, 0.9)[0] > 0)  # one-sided, as V30 asks
        gains[name] = {"name": name, "value": reached, "gain": gain, "surely": surely}
    return metrics, gains


def _figures(value: float, draws: np.ndarray) -> Json:
    low, high = bootstrap.percentiles(draws, 0.95)
    if not (np.isfinite(low) and np.isfinite(high)):
        low = high = value
    return {"value": float(value), "low": low, "high": high}


def _confusion(
    y: np.ndarray, prediction: np.ndarray, problem: Problem, threshold: float
) -> list[list[int]]:
    """Counts, actual classes in rows and told classes in columns; empty for regression."""
    if not problem.is_classification:
        return []
    told = decide(prediction, problem, threshold)
    pairs = np.bincount(y * problem.width + told, minlength=problem.width**2)
    table: list[list[int]] = pairs.reshape(problem.width, problem.width).tolist()
    return table


def _calibration(y: np.ndarray, prediction: np.ndarray, problem: Problem) -> list[Json]:
    """Predicted and observed share in bins of equal size; the most probable class if several."""
    if not problem.is_classification:
        return []
    if problem.kind == "binary":
        told = prediction[:, problem.positive_index]
        true = y == problem.positive_index
    else:
        told = prediction.max(axis=1)
        true = y == prediction.argmax(axis=1)
    order = np.argsort(told, kind="stable")
    bins = np.array_split(order, min(CALIBRATION_BINS, max(1, len(y) // 10)))
    return [
        {
            "mean_predicted": float(told[rows].mean()),
            "observed": float(true[rows].mean()),
            "n": len(rows),
        }
        for rows in bins
        if len(rows)
    ]


def _residuals(y: np.ndarray, prediction: np.ndarray, problem: Problem, seed: int) -> Json:
    if problem.is_classification:
        return {"predicted": [], "actual": []}
    chosen = np.random.default_rng(seed).permutation(len(y))[:MOST_RESIDUALS]
    return {"predicted": prediction[chosen].tolist(), "actual": y[chosen].tolist()}


def _save_predictions(
    workspace: Workspace,
    model_id: str,
    rows: np.ndarray,
    y: np.ndarray,
    prediction: np.ndarray,
    problem: Problem,
    threshold: float,
    beside: dict[str, np.ndarray],
) -> str:
    """Write row number, actual and predicted value, the probability of each class, what else."""
    table: dict[str, Any] = {"row": rows, **beside}
    if problem.is_classification:
        labels = np.array(problem.classes, dtype=object)
        told = labels[decide(prediction, problem, threshold)]
        table |= {"actual": pd.Series(labels[y]), "predicted": pd.Series(told)}
        table |= {f"p_{label}": prediction[:, i] for i, label in enumerate(problem.classes)}
    else:
        table |= {"actual": y, "predicted": prediction}
    buffer = io.BytesIO()
    pd.DataFrame(table).infer_objects().to_parquet(buffer)
    name = f"holdout-{model_id}.parquet"
    workspace.write_bytes(buffer.getvalue(), "predictions", name)
    return f"predictions/{name}"


def _record(workspace: Workspace, result: Json) -> None:
    """Enter every figure into the ledger."""
    ledger, source, n = Ledger(workspace), f"assessments/{result['model']}.json", result["n"]
    for metric, figures in result["metrics"].items():
        ledger.record(
            f"holdout.{metric}",
            figures["value"],
            unit="score",
            source=source,
            low=figures["low"],
            high=figures["high"],
            n=n,
        )
    metric, gain = result["metric"], result["gain"]
    ledger.record(
        f"gain.{metric}",
        gain["value"],
        unit="score",
        source=source,
        low=gain["low"],
        high=gain["high"],
        n=n,
    )
    plain = {
        f"baseline.{metric}": (result["baseline"]["value"], "score"),
        "cv.naive": (result["naive"], "score"),
        f"cv.{metric}": (result["cv"], "score"),
        "holdout.rows": (n, "rows"),
        "holdout.reading": (result["reading"], "readings"),
    }
    if result["threshold"] is not None:
        plain["threshold"] = (result["threshold"], "share")
    for i, row in enumerate(result["confusion"]):
        for j, count in enumerate(row):
            plain[f"confusion.{result['classes'][i]}.{result['classes'][j]}"] = (count, "rows")
    for name, (value, unit) in plain.items():
        if np.isfinite(value):
            ledger.record(name, value, unit=unit, source=source, n=n)
