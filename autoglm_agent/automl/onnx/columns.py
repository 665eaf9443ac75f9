"""The table's encoder as a graph: each raw column is an input, the matrix for trees comes out.

Numbers and truth values come as float64 (NaN where missing), categories as text (empty where
missing), dates as float64 days since 1970-01-01. A category with many levels is also read letter
by letter, which no graph can do: it knows what comes of the levels of training, and takes their
mean for others. Where others are to be expected, the column is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.categories import CategoryEncoder
from autoglm_agent.automl.features.dates import DateEncoder
from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.numbers import LARGEST, NumberEncoder
from autoglm_agent.automl.features.text import TextEncoder
from autoglm_agent.automl.features.values import as_days, as_numbers, as_text, as_truth
from autoglm_agent.automl.onnx.calendar import parts_of_days
from autoglm_agent.automl.onnx.graph import DOUBLE, FLOAT, ML, STRING, Graph

UNSEEN = 0.001
"""Share of rows with a level that training did not hold from which on a column is refused."""


def refused_columns(encoder: TableEncoder) -> dict[str, str]:
    """Return the columns that no graph can read, each with the reason."""
    found = {n: "texts" for n, kind in encoder.kinds_.items() if kind == "text"}
    codes = _categories(encoder)
    for name in lettered(encoder):
        counts = codes.counts_[codes.names_.index(name)]
        # The chance that the next level is a new one (Good 1953).
        if counts.count(1) > UNSEEN * sum(counts):
            found[name] = "the letters of categories that keep growing"
    for part in encoder.parts_:
        if not isinstance(part, NumberEncoder | CategoryEncoder | DateEncoder | TextEncoder):
            found |= {str(n): "semantic features" for n in part.get_feature_names_out()}
    return found


def lettered(encoder: TableEncoder) -> list[str]:
    """Return the categories that are also read letter by letter."""
    kinds = encoder.kinds_
    texts = (p.names_[0] for p in encoder.parts_ if isinstance(p, TextEncoder))
    return [name for name in texts if kinds[name] == "category"]


def matrix(graph: Graph, encoder: TableEncoder) -> str:
    """Write the encoder; return the float32 matrix that trees read.

    Args:
        graph: Gets an input for each column.
        encoder: Without any of `refused_columns`.
    """
    categories = {n for n, kind in encoder.kinds_.items() if kind == "category"}
    texts = {name: graph.input(name, STRING) for name in sorted(categories)}
    blocks = []
    for part in encoder.parts_:
        if not part.names_:
            continue
        if isinstance(part, NumberEncoder):
            blocks.append(_numbers(graph, part))
        elif isinstance(part, CategoryEncoder):
            blocks += [
                _codes(graph, texts[name], levels)
                for name, levels in zip(part.names_, part.levels_, strict=True)
            ]
        elif isinstance(part, DateEncoder):
            blocks.append(_dates(graph, part))
        else:
            blocks.append(_letters(graph, part, texts[part.names_[0]], _levels_of(encoder, part)))
    return graph.beside(blocks)


def feed(encoder: TableEncoder, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the graph's inputs for rows of a table."""
    read: dict[str, Any] = {
        "number": as_numbers,
        "boolean": as_truth,
        "date": as_days,
        "category": lambda column: np.array(as_text(column), dtype=object),
    }
    return {
        name: np.asarray(read[kind](frame[name])).reshape(-1, 1)
        for name, kind in encoder.kinds_.items()
        if kind in read
    }


def _numbers(graph: Graph, part: NumberEncoder) -> str:
    raw = graph.beside([graph.input(name, DOUBLE) for name in part.names_])
    finite = graph.op("Where", graph.op("IsInf", raw), graph.double(np.nan), raw)
    shifted = graph.op("Sub", finite, graph.double(part.shift_))
    kept = graph.op("Clip", shifted, graph.double(-LARGEST), graph.double(LARGEST))
    return graph.cast(kept, FLOAT)


def _codes(graph: Graph, text: str, levels: list[str]) -> str:
    return graph.op(
        "LabelEncoder", text, domain=ML, keys_strings=["", *levels],
        values_floats=[float("nan"), *map(float, range(len(levels)))],
        default_float=float(len(levels)),
    )  # fmt: skip


def _categories(encoder: TableEncoder) -> CategoryEncoder:
    return next(part for part in encoder.parts_ if isinstance(part, CategoryEncoder))


def _levels_of(encoder: TableEncoder, part: TextEncoder) -> list[str]:
    codes = _categories(encoder)
    return list(codes.levels_[codes.names_.index(part.names_[0])])


def _letters(graph: Graph, part: TextEncoder, text: str, levels: list[str]) -> str:
    known = part.transform(pd.DataFrame({part.names_[0]: levels}))
    table = np.vstack([np.full((1, known.shape[1]), np.nan), known, known.mean(axis=0)])
    row = graph.op(
        "LabelEncoder", text, domain=ML, keys_strings=["", *levels],
        values_int64s=list(range(len(levels) + 1)), default_int64=len(levels) + 1,
    )  # fmt: skip
    flat = graph.op("Reshape", row, graph.whole([-1]))
    return graph.op("Gather", graph.constant(table.astype(np.float32)), flat, axis=0)


def _dates(graph: Graph, part: DateEncoder) -> str:
    days = [graph.input(name, DOUBLE) for name in part.names_]
    columns = []
    for value, first, timed in zip(days, part.first_, part.timed_, strict=True):
        columns += parts_of_days(graph, value)
        if timed:
            rest = graph.op("Sub", value, graph.op("Floor", value))
            columns.append(graph.op("Mul", rest, graph.double(24.0)))
        columns.append(graph.op("Sub", value, graph.double(first)))
    for a, b in part.pairs_:
        between = graph.op("Sub", days[b], days[a])
        columns.append(graph.op("Mul", between, graph.double(24.0)))
    return graph.cast(graph.beside(columns), FLOAT)
