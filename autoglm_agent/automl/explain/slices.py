"""Where a model fails: values of columns whose rows it predicts clearly worse than the others.

Out-of-fold losses of the rows of a value are compared with those of all other rows by Welch's
test; the false discovery rate is held by Benjamini and Hochberg (1995).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.improvement import select_significant
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.result import read_oof

LEAST_ROWS = 30
MOST_LEVELS = 20
BINS = 4
FALSE_DISCOVERIES = 0.05
MOST = 6


def weak_slices(
    workspace: Workspace, prepared: Prepared, model: FittedModel, search: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the slices on which the blend is clearly worse, the worst first.

    Returns:
        For each: `column`, `value` (a level, `missing`, or a range), `rows`, `loss` and `others`
        (mean loss of the slice and of the other rows), `loss_name`, `p` (one-sided).
    """
    if search is None or not workspace.has("searches", str(search.get("id")), "oof.npz"):
        return []
    oof = read_oof(workspace, str(search["id"]))["ensemble"]
    if len(oof) != len(prepared.X):
        return []
    rows = predicted(oof)
    loss, name = row_losses(model, prepared.y[rows], oof[rows])
    X = prepared.X[rows]
    tried = []
    for column in model.features:
        for value, mask in _values(X[column]):
            if LEAST_ROWS <= mask.sum() <= len(mask) - LEAST_ROWS:
                test = stats.ttest_ind(loss[mask], loss[~mask], equal_var=False,
                                       alternative="greater")  # fmt: skip
                tried.append((float(test.pvalue), column, value, mask))
    tried = [t for t in tried if np.isfinite(t[0])]
    found: list[dict[str, Any]] = []
    kept = select_significant(np.array([t[0] for t in tried]), FALSE_DISCOVERIES)
    for p, column, value, mask in (t for t, good in zip(tried, kept, strict=True) if good):
        found.append(
            {
                "column": column, "value": value, "rows": int(mask.sum()),
                "loss": float(loss[mask].mean()), "others": float(loss[~mask].mean()),
                "loss_name": name, "p": p,
            }
        )  # fmt: skip
    return sorted(found, key=lambda s: s["others"] - s["loss"])[:MOST]


def row_losses(model: FittedModel, y: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, str]:
    """Return each row's loss and its name: log-loss for classes, absolute error for numbers."""
    if not model.problem.is_classification:
        return np.abs(prediction - y), "absolute error"
    p = prediction[np.arange(len(y)), y.astype(np.int64)]
    return -np.log(np.maximum(p, 1e-12)), "log-loss"


def _values(column: pd.Series) -> list[tuple[str, np.ndarray]]:
    """Return the values or ranges of a column with the rows that have them."""
    missing = column.isna().to_numpy()
    found = [("missing", missing)] if missing.any() else []
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and column.nunique() > MOST_LEVELS:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, BINS + 1)))
        for low, high in pairwise(edges):
            last = high == edges[-1]
            mask = (values >= low) & ((values <= high) if last else (values < high))
            found.append((f"{low:g} to {high:g}", mask & ~missing))
        return found
    if pd.api.types.is_datetime64_any_dtype(column):
        return found
    levels = column.value_counts().index[:MOST_LEVELS]
    return found + [(str(level), (column == level).to_numpy(dtype=bool, na_value=False))
                    for level in levels]  # fmt: skip
