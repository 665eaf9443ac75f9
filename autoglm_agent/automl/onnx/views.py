"""What stands between the matrix and some models: the linear view, target means, pieces."""

from __future__ import annotations

import numpy as np

from autoglm_agent.automl.features.linear import CLIP, LinearView
from autoglm_agent.automl.features.target import TargetMeans
from autoglm_agent.automl.onnx.graph import DOUBLE, FLOAT, INT64, Graph


def linear(graph: Graph, tree: str, view: LinearView) -> str:
    """Write the linear view; return its float64 matrix."""
    values = graph.cast(graph.op("Gather", tree, graph.whole(view.plain_), axis=1), DOUBLE)
    gaps = graph.op("IsNaN", values)  # nothing is infinite behind the encoder
    filled = graph.op("Where", gaps, graph.double(view.median_), values)
    floor = graph.op("Max", filled, graph.double(0.0))
    logged = graph.op("Log", graph.op("Add", floor, graph.double(1.0)))
    filled = graph.op("Where", graph.constant(np.asarray(view.log_, dtype=bool)), logged, filled)
    centred = graph.op("Sub", filled, graph.double(view.mean_))
    scaled = graph.op("Div", centred, graph.double(view.scale_))
    blocks = [graph.op("Clip", scaled, graph.double(-CLIP), graph.double(CLIP))]
    if len(view.gaps_):
        told = graph.cast(gaps, DOUBLE)
        blocks.append(graph.op("Gather", told, graph.whole(view.gaps_), axis=1))
    for column, levels in zip(view.coded, view.levels_, strict=True):
        blocks.append(_hot(graph, tree, column, np.asarray(levels, dtype=np.float32)))
    return graph.beside(blocks)


def _hot(graph: Graph, tree: str, column: int, levels: np.ndarray) -> str:
    """Return a column for each level, one for all others, one for missing."""
    code = graph.op("Gather", tree, graph.whole([column]), axis=1)
    missing = graph.cast(graph.op("IsNaN", code), DOUBLE)
    known = graph.op("Sub", graph.double(1.0), missing)
    if not len(levels):
        return graph.beside([known, missing])
    hot = graph.cast(graph.op("Equal", code, graph.constant(levels[None, :])), DOUBLE)
    any_level = graph.op("ReduceSum", hot, graph.whole([1]), keepdims=1)
    return graph.beside([hot, graph.op("Sub", known, any_level), missing])


def target_means(graph: Graph, tree: str, means: TargetMeans) -> str:
    """Write the target means; return their float32 columns."""
    blocks = []
    for column, table in zip(means.coded, means.means_, strict=True):
        row = coded_row(graph, tree, column, len(table) - 1)
        stored = graph.constant(np.asarray(table, dtype=np.float32))
        blocks.append(graph.op("Gather", stored, row, axis=0))
    return graph.beside(blocks)


def with_means(graph: Graph, tree: str, means: TargetMeans, width: int) -> str:
    """Write the means into the place of their codes; return the matrix of the same width."""
    wide = graph.beside([tree, target_means(graph, tree, means)])
    place = {column: width + i for i, column in enumerate(means.coded)}
    return graph.op("Gather", wide, graph.whole([place.get(i, i) for i in range(width)]), axis=1)


def coded_row(graph: Graph, tree: str, column: int, last: int) -> str:
    """Return for each row its place in a table of codes: 0 is missing, `last` the greatest."""
    code = graph.op("Gather", tree, graph.whole([column]), axis=1)
    missing = graph.op("IsNaN", code)
    known = graph.op("Where", missing, graph.single(-1.0), code)
    place = graph.op("Add", graph.cast(known, INT64), graph.whole(1))
    return graph.op("Reshape", graph.op("Min", place, graph.whole(last)), graph.whole([-1]))


def pieces(graph: Graph, view: str, wide: np.ndarray, edges: np.ndarray) -> str:
    """Write a network's piecewise linear encoding behind its float32 view."""
    blocks = [graph.cast(view, FLOAT)]
    for column, ends in zip(wide, np.asarray(edges, dtype=np.float32), strict=True):
        size = np.maximum(np.diff(ends), np.float32(1e-6))
        value = graph.op("Gather", blocks[0], graph.whole([int(column)]), axis=1)
        start = graph.op("Sub", value, graph.constant(ends[None, :-1]))
        steps = graph.op("Div", start, graph.constant(size[None, :]))
        low, high = graph.single(0.0), graph.single(1.0)
        kept = graph.op("Clip", steps, low, high)
        blocks.append(graph.op("Sub", kept, graph.single(0.5)))
    return graph.beside(blocks)
