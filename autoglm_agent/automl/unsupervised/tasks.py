"""Tasks without a target: groups of rows, and unusual rows.

Both learn from the training rows, read the vault once to see whether what they found holds on
rows they never saw, and then tell of every row of the table.
"""

from __future__ import annotations

import io
import time
from typing import Any, Literal

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.unsupervised.anomalies import (
    AnomalyModel,
    explain_rows,
    fit_anomalies,
    unusual,
)
from autoglm_agent.automl.unsupervised.clustering import (
    ClusterModel,
    agreement,
    describe_clusters,
    fit_clusters,
)
from autoglm_agent.automl.unsupervised.plain_model import load_plain
from autoglm_agent.errors import VaultError

HOLDS = 0.5
"""Adjusted Rand index on held-out rows below which groups are said not to hold there."""
TOP_ROWS = 25
"""Unusual rows that are told one by one."""

Json = dict[str, Any]


def cluster(
    workspace: Workspace,
    prepared: Prepared,
    model_id: str,
    *,
    deadline: Deadline | None = None,
    listener: Listener = silent,
    seed: int | None = None,
) -> Json:
    """Group the rows; write search.json, the model and every row's group.

    Args:
        workspace: The run's folder.
        prepared: From a clustering task.
        model_id: Names the search and the model.
        deadline: When to stop trying further candidates.
        listener: Told of each candidate.
        seed: Of sampling and starts; that of `prepared` if not told.

    Returns:
        The content of `searches/<model_id>/search.json`, also in `unsupervised.json`. An
        existing one is returned as it is.
    """
    if workspace.has("searches", model_id, "search.json"):
        return _found(workspace, model_id)
    start, seed = time.monotonic(), prepared.seed if seed is None else seed

    def told(figures: Json) -> None:
        text = f"{figures['method']}, {figures['k']} groups: silhouette {figures['silhouette']:.3f}"
        listener({"event": "trial.done", "text": text, **figures})

    model, figures = fit_clusters(
        prepared.X,
        dict(prepared.kinds),
        seed=seed,
        deadline=deadline or Deadline(),
        told=told,
        groups=prepared.task.groups,
    )
    model.save(workspace, model_id)
    frame, rows, held, notes = _every_row(workspace, prepared, model_id)
    labels = model.predict(frame)
    held_out = agreement(model, frame[held], seed) if held.any() else None
    groups = describe_clusters(model, frame, labels)
    table = pd.DataFrame({"row": rows, "cluster": labels, "held_out": held})
    result = {
        **_head(prepared, model_id, "clustering", start),
        **figures,
        "metric": "silhouette",
        "greater_is_better": True,
        "held_out": held_out,
        "clusters": groups,
        "notes": notes,
        "predictions": _save_rows(workspace, model_id, table),
    }
    result["text"] = _text_of_clusters(result)
    return _finish(workspace, model_id, result, _cluster_entries(result))


def find_anomalies(
    workspace: Workspace,
    prepared: Prepared,
    model_id: str,
    *,
    deadline: Deadline | None = None,  # noqa: ARG001 - bounded by the sample; same call as cluster
    listener: Listener = silent,
    seed: int | None = None,
) -> Json:
    """Find unusual rows; write search.json, the model and every row's score.

    Args:
        workspace: The run's folder.
        prepared: From an anomaly task.
        model_id: Names the search and the model.
        deadline: Not needed: samples bound the work to seconds.
        listener: Told when the detectors are fitted.
        seed: Of sampling and trees; that of `prepared` if not told.

    Returns:
        The content of `searches/<model_id>/search.json`, also in `unsupervised.json`. An
        existing one is returned as it is.
    """
    if workspace.has("searches", model_id, "search.json"):
        return _found(workspace, model_id)
    start, seed = time.monotonic(), prepared.seed if seed is None else seed
    model, figures = fit_anomalies(prepared.X, dict(prepared.kinds), seed=seed)
    model.save(workspace, model_id)
    listener({"event": "trial.done", "text": "three detectors fitted", **figures})
    frame, rows, held, notes = _every_row(workspace, prepared, model_id)
    opinions = model.standardised(frame)
    score, flagged = opinions.mean(axis=1), unusual(opinions)
    order = np.lexsort((rows, -score))[:TOP_ROWS]
    reasons = explain_rows(model, frame.iloc[order])
    table = pd.DataFrame({"row": rows, "score": score, "unusual": flagged, "held_out": held})
    result = {
        **_head(prepared, model_id, "anomaly", start),
        **figures,
        "metric": "agreement",
        "greater_is_better": True,
        "unusual": int(flagged.sum()),
        "unusual_share": float(flagged.mean()),
        "held_out": {"n": int(held.sum()), "unusual_share": float(flagged[held].mean())}
        if held.any()
        else None,
        "rows": [
            {
                "row": int(rows[i]),
                "score": float(score[i]),
                "unusual": bool(flagged[i]),
                "reasons": why,
            }
            for i, why in zip(order, reasons, strict=True)
        ],
        "notes": notes,
        "predictions": _save_rows(workspace, model_id, table),
    }
    result["text"] = _text_of_anomalies(result)
    return _finish(workspace, model_id, result, _anomaly_entries(result))


def load_unsupervised(workspace: Workspace, model_id: str) -> ClusterModel | AnomalyModel:
    """Return a saved model; its `predict(frame)` gives groups or scores of new rows.

    Raises:
        StoreError: If there is none, or it was changed.
    """
    kind = load_plain(workspace, model_id)[0]
    reader = ClusterModel if kind == "clusters" else AnomalyModel
    return reader.load(workspace, model_id)


def _every_row(
    workspace: Workspace, prepared: Prepared, model_id: str
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, list[str]]:
    """Return all rows, their numbers, which were held out, and notes.

    Training rows only, if the vault was read before.
    """
    try:
        frame, _, rows = Vault(workspace, prepared.vault_id).open(model_id)
    except VaultError as error:
        none = np.zeros(len(prepared.rows), dtype=bool)
        return prepared.X, prepared.rows, none, [f"Held-out rows are not told of: {error.problem}"]
    whole = pd.concat([prepared.X, frame[prepared.features]], ignore_index=True)
    numbers = np.concatenate([prepared.rows, rows])
    held = np.arange(len(whole)) >= len(prepared.X)
    order = np.argsort(numbers, kind="stable")
    return whole.iloc[order].reset_index(drop=True), numbers[order], held[order], []


def _head(
    prepared: Prepared, model_id: str, kind: Literal["clustering", "anomaly"], start: float
) -> Json:
    return {
        "id": model_id,
        "prepared": prepared.id,
        "model": model_id,
        "kind": kind,
        "n": len(prepared.X) + prepared.holdout_rows,
        "seconds": round(time.monotonic() - start, 3),
        "stopped": "finished",
    }


def _save_rows(workspace: Workspace, model_id: str, table: pd.DataFrame) -> str:
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    workspace.write_bytes(buffer.getvalue(), "predictions", f"rows-{model_id}.parquet")
    return f"predictions/rows-{model_id}.parquet"


def _finish(
    workspace: Workspace, model_id: str, result: Json, entries: dict[str, tuple[Any, str]]
) -> Json:
    """Enter the figures into the ledger, then write the files; search.json last."""
    ledger = Ledger(workspace)
    for name, (value, unit) in entries.items():
        if value is not None:
            ledger.record(
                name, float(value), unit=unit, source=f"searches/{model_id}", n=result["n"]
            )
    workspace.write_json(result, "unsupervised.json")
    workspace.write_json(result, "searches", model_id, "search.json")
    return result


def _found(workspace: Workspace, model_id: str) -> Json:
    found: Json = workspace.read_json("searches", model_id, "search.json")
    return found


def _cluster_entries(result: Json) -> dict[str, tuple[Any, str]]:
    held = result["held_out"] or {}
    return {
        "clusters": (result["k"], "groups"),
        "silhouette": (result["silhouette"], "score"),
        "silhouette.chance": (result["chance_silhouette"], "score"),
        "stability": (result["stability"], "score"),
        "holdout.silhouette": (held.get("silhouette"), "score"),
        "holdout.agreement": (held.get("agreement"), "score"),
        **{f"cluster.{c['cluster']}.rows": (c["rows"], "rows") for c in result["clusters"]},
        **{f"cluster.{c['cluster']}.share": (c["share"], "share") for c in result["clusters"]},
    }


def _anomaly_entries(result: Json) -> dict[str, tuple[Any, str]]:
    return {
        "unusual.rows": (result["unusual"], "rows"),
        "unusual.share": (result["unusual_share"], "share"),
        "unusual.expected": (result["expected_share"], "share"),
        "detectors.agreement": (result["agreement"], "score"),
        "holdout.unusual": ((result["held_out"] or {}).get("unusual_share"), "share"),
    }


def _text_of_clusters(result: Json) -> str:
    above = result["silhouette"] - result["chance_silhouette"]
    if above < 0.05:
        sure = "hardly more structure than shuffled columns show: weak"
    else:
        sure = "clear structure" if result["silhouette"] >= 0.5 else "overlapping groups"
    held = result["held_out"]
    if held and held["agreement"] is not None and held["agreement"] < HOLDS:
        sure += ", and held-out rows are grouped otherwise"
    if result["stopped"] == "time":
        most = max(figures["k"] for figures in result["tried"])
        sure += f"; time ended the search at {most} groups, and more may fit better"
    lines = [
        f"{result['k']} groups by {result['method']}; {sure} "
        f"(silhouette {result['silhouette']:.2f}, by chance {result['chance_silhouette']:.2f}; "
        f"stability {result['stability']:.2f})."
    ]
    if held and held["agreement"] is not None:
        lines.append(f"On {held['n']} held-out rows the groups agree {held['agreement']:.2f}.")
    lines += [f"group {c['cluster']}: {c['rows']} rows; {c['label']}" for c in result["clusters"]]
    return "\n".join(lines)


def _text_of_anomalies(result: Json) -> str:
    lines = [
        f"{result['unusual']} of {result['n']} rows are unusual, by two of three "
        f"detectors or by one very much so; the detectors agree {result['agreement']:.2f}."
    ]
    for row in result["rows"][:5]:
        why = "; ".join(reason["text"] for reason in row["reasons"][:2])
        lines.append(f"row {row['row'] + 1}: {why}")
    return "\n".join(lines)
