"""A fitted model of a table as ONNX, or the reasons why it cannot be written."""

from __future__ import annotations

import json

import numpy as np

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.onnx import columns, views
from autoglm_agent.automl.onnx.graph import BOOL, DOUBLE, INT64, STRING, Graph
from autoglm_agent.automl.onnx.models import predicted, refused_model
from autoglm_agent.errors import InputError

INSTEAD = "Use `autoglm code` for a standalone script, or train without what is named."
_LABELS = {"i": INT64, "f": DOUBLE, "b": BOOL}


def refusals(model: FittedModel) -> list[str]:
    """Return why a model cannot be written; empty if it can."""
    reasons: list[str] = []
    if model.encoder is None:
        return reasons
    by_reason: dict[str, list[str]] = {}
    for name, reason in columns.refused_columns(model.encoder).items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        reasons.append(f"it reads {reason} ({', '.join(map(repr, names[:5]))})")
    members = {refused_model(m) for member in model.members for m in member.models} - {""}
    return reasons + [f"it holds {reason}" for reason in sorted(members)]


def written(model: FittedModel) -> bytes:
    """Return the model as ONNX.

    Inputs are the raw columns by name (see `columns`), each of shape (n, 1). Outputs: `label`,
    shape (n,), by the model's threshold, and `probabilities`, float64 (n, classes), for classes;
    `prediction`, float64 (n,), for numbers. The metadata hold problem, classes and threshold.

    Raises:
        InputError: If it cannot be written; the message says why.
    """
    reasons = refusals(model)
    if reasons or model.encoder is None:
        why = "; ".join(reasons) or "it is a baseline that reads no columns"
        raise InputError(f"The model cannot be exported to ONNX: {why}.", INSTEAD)
    graph = Graph()
    tree = columns.matrix(graph, model.encoder)
    matrices = {"tree": tree}
    if any(member.view == "linear" for member in model.members) and model.linear is not None:
        matrices["linear"] = views.linear(graph, tree, model.linear)
    width = len(model.encoder.names_)
    total = ""
    for member in model.members:
        for fitted in member.models:
            value = predicted(graph, fitted, matrices[member.view], width)
            share = graph.op("Mul", value, graph.double(member.weight / len(member.models)))
            total = graph.op("Add", total, share) if total else share
    _outputs(graph, model, total)
    told = {
        "problem": json.dumps(model.problem.to_json(), ensure_ascii=False),
        "threshold": repr(model.threshold),
        "inputs": json.dumps(
            {n: k for n, k in model.encoder.kinds_.items() if k != "drop"}, ensure_ascii=False
        ),
    }
    return graph.model(told)


def _outputs(graph: Graph, model: FittedModel, total: str) -> None:
    problem = model.problem
    if not problem.is_classification:
        flat = graph.op("Reshape", total, graph.whole([-1]))
        graph.output(flat, "prediction", DOUBLE, ["n"])
        return
    if problem.kind == "binary":
        positive = problem.positive_index
        chance = graph.op("Gather", total, graph.whole(positive), axis=1)
        yes = graph.op("GreaterOrEqual", chance, graph.double(model.threshold))
        code = graph.op("Where", yes, graph.whole(positive), graph.whole(1 - positive))
    else:
        code = graph.op("ArgMax", total, axis=1, keepdims=0)
    labels = np.asarray(problem.classes)
    kind = _LABELS.get(labels.dtype.kind, STRING)
    if kind == STRING:
        labels = np.array([str(label) for label in problem.classes], dtype=object)
    stored = graph.constant(labels.astype(np.int64) if kind == INT64 else labels)
    graph.output(graph.op("Gather", stored, code, axis=0), "label", kind, ["n"])
    graph.output(total, "probabilities", DOUBLE, ["n", len(problem.classes)])
