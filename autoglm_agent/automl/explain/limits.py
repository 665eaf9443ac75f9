"""What a model cannot know: where it has seen nothing, so that it can only guess."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.prepare import Prepared

RARE = 10
"""Rows below which a class or level is too rare to be learned."""
MOST = 8


def limits(prepared: Prepared) -> list[dict[str, Any]]:
    """Return what the training rows leave open, as typed facts with their numbers.

    Each has `kind`: `range` (numbers beyond `low` and `high` were never seen), `period` (nothing
    before `low` and after `high`), `rare_levels` (levels with fewer than ten rows), `rare_class`,
    `left_out` (columns that the model does not read) or `no_cause`.
    """
    found: list[dict[str, Any]] = []
    for name in prepared.features:
        column = prepared.X[name].dropna()
        if not len(column):
            continue
        if pd.api.types.is_datetime64_any_dtype(column):
            low, high = column.min().date().isoformat(), column.max().date().isoformat()
            found.append({"kind": "period", "column": name, "low": low, "high": high})
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            low, high = float(column.min()), float(column.max())
            found.append({"kind": "range", "column": name, "low": low, "high": high})
        elif prepared.kinds.get(name) == "category":
            counts = column.value_counts()
            rare = int((counts < RARE).sum())
            if rare:
                found.append({"kind": "rare_levels", "column": name, "levels": rare,
                              "of": len(counts)})  # fmt: skip
    problem = prepared.problem
    if problem is not None and problem.classes:
        sizes = np.bincount(prepared.y, minlength=len(problem.classes))
        found += [
            {"kind": "rare_class", "class": str(label), "rows": int(count)}
            for label, count in zip(problem.classes, sizes, strict=True)
            if count < RARE * 5
        ]
    if prepared.dropped:
        found.append({"kind": "left_out", "columns": list(prepared.dropped)[:MOST],
                      "count": len(prepared.dropped)})  # fmt: skip
    return [*found, {"kind": "no_cause"}]
