"""The members of a model as a graph: each gives probabilities or numbers in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.models.catboost import CatBoostModel
from autoglm_agent.automl.models.constant import ConstantModel
from autoglm_agent.automl.models.forest import PRIOR_ROWS, ForestModel
from autoglm_agent.automl.models.lightgbm import BoosterModel
from autoglm_agent.automl.models.linear import LinearModel
from autoglm_agent.automl.models.network import NetworkModel
from autoglm_agent.automl.onnx import trees, views
from autoglm_agent.automl.onnx.graph import DOUBLE, FLOAT, Graph

WRITTEN = (BoosterModel, CatBoostModel, ConstantModel, ForestModel, LinearModel, NetworkModel)
"""What can be written; CatBoost's only if it reads no categories."""


def refused_model(model: Any) -> str:
    """Return why a member's model cannot be written; nothing if it can."""
    if isinstance(model, CatBoostModel) and model.coded:
        return "CatBoost's statistics of categories"
    return "" if isinstance(model, WRITTEN) else f"models of the kind {type(model).__name__}"


def predicted(graph: Graph, model: Any, matrix: str, width: int) -> str:
    """Write a model.

    Args:
        graph: Gets the operations.
        model: A fold's model.
        matrix: The view that it reads.
        width: Columns of the view for trees.

    Returns:
        Name of the float64 prediction, shape (n, classes), or (n, 1) for numbers.
    """
    if isinstance(model, BoosterModel):
        return _booster(graph, model, matrix, width)
    if isinstance(model, CatBoostModel):
        if model.means is not None:
            matrix = views.with_means(graph, matrix, model.means, width)
        raw = trees.catboost(graph, matrix, model)
        if model.kind == "regression":
            return _scaled(graph, raw, model.scale, model.offset)
        return _shares(graph, raw, model.kind)
    if isinstance(model, ForestModel):
        return _forest(graph, model, matrix)
    if isinstance(model, LinearModel):
        return _linear(graph, model, matrix)
    if isinstance(model, NetworkModel):
        return _network(graph, model, matrix)
    return _constant(graph, model, matrix)


def _booster(graph: Graph, model: BoosterModel, matrix: str, width: int) -> str:
    if model.means is not None:
        means = views.target_means(graph, matrix, model.means)
        matrix = graph.beside([matrix, means])
        width += sum(table.shape[1] for table in model.means.means_)
    dump = model.parsed.dump_model()
    raw = graph.cast(trees.booster(graph, matrix, width, dump), DOUBLE)
    if model.kind != "regression":
        return _shares(graph, raw, model.kind)
    values = _scaled(graph, raw, model.scale, model.offset)
    return _unlogged(graph, values, model.smear) if model.log else values


def _forest(graph: Graph, model: ForestModel, matrix: str) -> str:
    total = graph.cast(trees.forest(graph, matrix, model), DOUBLE)
    mean = graph.op("Div", total, graph.double(float(len(model.sizes))))
    if model.prior is None:
        return mean
    voted = graph.op("Mul", mean, graph.double(1.0 - PRIOR_ROWS))
    shares = graph.op("Add", voted, graph.double(PRIOR_ROWS * model.prior[None, :]))
    if model.power == 1.0:
        return shares
    raised = graph.op("Pow", shares, graph.double(model.power))
    whole = graph.op("ReduceSum", raised, graph.whole([1]), keepdims=1)
    return graph.op("Div", raised, whole)


def _linear(graph: Graph, model: LinearModel, matrix: str) -> str:
    weighed = graph.op("MatMul", matrix, graph.double(model.coefficients))
    raw = graph.op("Add", weighed, graph.double(model.intercept[None, :]))
    if model.kind != "regression":
        return _shares(graph, raw, model.kind)
    values = _unlogged(graph, raw, model.smear) if model.log else raw
    return _clipped(graph, values, model.low, model.high)


def _network(graph: Graph, model: NetworkModel, matrix: str) -> str:
    if model.wide is None or model.edges is None or not len(model.wide):
        value = graph.cast(matrix, FLOAT)
    else:
        value = views.pieces(graph, matrix, model.wide, model.edges)
    last = len(model.layers) // 2 - 1
    for i in range(last + 1):
        weights, bias = (np.asarray(a, dtype=np.float32) for a in model.layers[2 * i : 2 * i + 2])
        value = graph.op("MatMul", value, graph.constant(weights))
        value = graph.op("Add", value, graph.constant(bias[None, :]))
        value = graph.op("Relu", value) if i < last else value
    raw = graph.cast(value, DOUBLE)
    if model.kind != "regression":
        return graph.op("Softmax", raw, axis=1)
    return _clipped(graph, _scaled(graph, raw, model.scale, model.offset), model.low, model.high)


def _constant(graph: Graph, model: ConstantModel, matrix: str) -> str:
    rows = graph.op("Shape", matrix, start=0, end=1)
    shape = graph.op("Concat", rows, graph.whole([1]), axis=0)
    return graph.op("Expand", graph.double(np.atleast_1d(model.value)[None, :]), shape)


def _shares(graph: Graph, raw: str, kind: str) -> str:
    """Return probabilities; a binary problem's one column is the log-odds of the second class."""
    if kind == "binary":
        raw = graph.beside([graph.op("Sub", raw, raw), raw])
    return graph.op("Softmax", raw, axis=1)


def _scaled(graph: Graph, raw: str, scale: float, offset: float) -> str:
    spread = graph.op("Mul", raw, graph.double(float(scale)))
    return graph.op("Add", spread, graph.double(float(offset)))


def _unlogged(graph: Graph, values: str, smear: float) -> str:
    low = graph.op("Min", values, graph.double(700.0))
    numbers = graph.op("Sub", graph.op("Exp", low), graph.double(1.0))
    return graph.op("Mul", numbers, graph.double(float(smear)))


def _clipped(graph: Graph, values: str, low: float, high: float) -> str:
    return graph.op("Clip", values, graph.double(float(low)), graph.double(float(high)))
