"""Every trained model with its quality, speed and size, the front of them, and the weights.

All of it comes from models that are on disk already: new weights never need new training.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.answers import stored_search
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.models.pack import pack
from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.search.trials import Trial
from autoglm_agent.automl.search.workspace_trials import WorkspaceTrials
from autoglm_agent.automl.tradeoffs.desirability import falling, front, rising, utility
from autoglm_agent.errors import InputError

Weights = dict[str, float]
DEFAULT: Weights = {"quality": 4.0, "speed": 1.0, "memory": 1.0}
"""How much each property counts unless the user says otherwise."""
BATCH = 1_000
FILE = "weights.json"


def read_weights(workspace: Workspace) -> Weights:
    """Return the weights of a run: the user's, else the default ones."""
    if not workspace.has(FILE):
        return dict(DEFAULT)
    return {**DEFAULT, **{k: float(v) for k, v in workspace.read_record(FILE).items()}}


def write_weights(
    workspace: Workspace, changed: Mapping[str, float], *, factor: bool = False
) -> Weights:
    """Change weights of a run and return all of them.

    Args:
        workspace: The run's folder.
        changed: New weights by name; the others stay.
        factor: Whether these are factors of the present weights.

    Raises:
        InputError: If a name is unknown, a weight is negative, or all would be zero.
    """
    weights = read_weights(workspace)
    for name, value in changed.items():
        if name not in DEFAULT or not 0.0 <= value < float("inf"):
            raise InputError(
                f"The weight {name!r} = {value} cannot be used.",
                f"Give numbers from 0 for {', '.join(DEFAULT)}.",
            )
        weights[name] = weights[name] * value if factor else float(value)
    if sum(weights.values()) <= 0.0:
        raise InputError("All weights are zero.", "Give at least one a positive weight.")
    workspace.write_json(weights, FILE)
    return weights


def pareto(workspace: Workspace) -> dict[str, Any]:
    """Return the trained models of a run and which of them are on the front.

    Speed and size are measured once and kept in `tradeoffs.json`; weights are applied afresh.

    Returns:
        `search`, `metric`, `weights`, `models` (id, name, score, latency_ms, rows_per_s, size_mb,
        train_s, desirability by name, utility, `front`, `within` the task's latency limit), best
        utility first, `chosen` (id of the first one within the limits), `steps` (seconds and
        memory of each step), `rating`.

    Raises:
        InputError: If the run has no supervised model.
    """
    search = stored_search(workspace)
    metric = str(search.get("metric") or "")
    measured = _measured(workspace, search)
    models = measured["models"]
    weights = read_weights(workspace)
    merits = [oriented(metric, m["score"]) for m in models]
    scales = {
        "quality": rising(merits, oriented(metric, measured["baseline"])),
        "speed": falling([m["latency_ms"] for m in models]),
        "memory": falling([m["size_mb"] for m in models]),
    }
    on_front = front(
        [(q, -m["latency_ms"], -m["size_mb"]) for q, m in zip(merits, models, strict=True)]
    )
    limit = measured["limit_ms"]
    told = []
    for i, model in enumerate(models):
        own = {name: values[i] for name, values in scales.items()}
        told.append(
            {
                **model, "desirability": own, "utility": utility(own, weights),
                "front": on_front[i], "within": limit is None or model["latency_ms"] <= limit,
            }
        )  # fmt: skip
    told.sort(key=lambda m: (not m["within"], -m["utility"]))
    rating = Ledger(workspace).latest().get("user.rating")
    return {
        "search": search["id"], "metric": metric, "weights": weights, "models": told,
        "limit_ms": limit,
        "chosen": told[0]["id"], "steps": steps(workspace),
        "rating": rating.value if rating else None,
    }  # fmt: skip


def steps(workspace: Workspace) -> list[dict[str, Any]]:
    """Return seconds and memory of each step that was run, from the event log."""
    return [
        {"tool": e["tool"], "seconds": e["seconds"], "memory_mb": e.get("memory_mb"),
         "grown_mb": e.get("grown_mb")}
        for e in workspace.lines("events.jsonl")
        if e["event"] == "tool.done"
    ]  # fmt: skip


def _measured(workspace: Workspace, search: dict[str, Any]) -> dict[str, Any]:
    """Measure every model once; what was measured for this search is read back."""
    if workspace.has("tradeoffs.json"):
        stored = workspace.read_record("tradeoffs.json", keys=("search",))
        if stored["search"] == search["id"]:
            return stored
    prepared = load_prepared(workspace, search["prepared"])
    if not prepared.task.target:
        raise InputError(
            f"A {prepared.task.kind} run has no models to weigh.", "Only supervised runs have."
        )
    blend = FittedModel.load(workspace, search["model"])
    frame = prepared.X.iloc[np.arange(min(BATCH, len(prepared.X)))]
    told = {c["id"]: c for c in search["candidates"]}
    found = [_row("blend", "blend", blend, frame, search["ensemble_score"],
                  sum(c["seconds"] for c in told.values()))]  # fmt: skip
    for trial in _trials(workspace, told):
        model = _alone(blend, trial, prepared.X)
        if model is not None and trial.candidate.family != "baseline":
            own = told[trial.candidate.id]
            found.append(
                _row(trial.candidate.id, own["name"], model, frame, own["score"], own["seconds"])
            )
    baseline = next((c["score"] for c in told.values() if c["family"] == "baseline"), None)
    record = {
        "search": search["id"], "models": found,
        "baseline": min(m["score"] for m in found) if baseline is None else baseline,
        "limit_ms": prepared.task.max_latency_ms,
    }  # fmt: skip
    workspace.write_json(record, "tradeoffs.json")
    ledger = Ledger(workspace)
    for row in found:
        for name, unit in (("latency_ms", "ms"), ("rows_per_s", "rows/s"), ("size_mb", "MB")):
            ledger.record(f"model.{row['id']}.{name}", row[name], unit=unit,
                          source=f"search {search['id']}")  # fmt: skip
    return record


def _trials(workspace: Workspace, told: Mapping[str, Any]) -> list[Trial]:
    store, found = WorkspaceTrials(workspace), {}
    for folder in sorted(workspace.file("trials", "x").parent.iterdir()):
        trial = store.load(folder.name)
        if trial is None or trial.candidate.id not in told:
            continue
        if trial.candidate.status == "done":
            found[trial.candidate.id] = trial
    return list(found.values())


def _alone(blend: FittedModel, trial: Trial, X: pd.DataFrame) -> FittedModel | None:
    """Return one candidate as a model of its own."""
    linear = blend.linear
    if trial.view == "linear" and linear is None:
        if blend.encoder is None:
            return None
        linear = LinearView(tuple(blend.encoder.coded_)).fit(blend.encoder.transform(X))
    member = Member(trial.candidate.id, 1.0, trial.view, list(trial.models))
    return FittedModel(
        blend.problem, blend.features, [member], blend.encoder, linear, trial.candidate.threshold
    )


def _row(
    name: str, label: str, model: FittedModel, frame: pd.DataFrame, score: float, seconds: float
) -> dict[str, Any]:
    latency = model.latency_ms(frame, repeats=5)
    began = time.perf_counter()
    model.predict(frame)
    took = max(time.perf_counter() - began, 1e-9)
    size = sum(len(pack(member.models)) for member in model.members)
    return {
        "id": name, "name": label, "score": float(score), "latency_ms": round(latency, 4),
        "rows_per_s": round(len(frame) / took, 1), "size_mb": round(size / 1e6, 6),
        "train_s": round(float(seconds), 3),
    }  # fmt: skip
