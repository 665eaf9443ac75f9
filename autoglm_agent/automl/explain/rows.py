"""One row's prediction, shared out among its columns.

Shapley values by sampled orders (Štrumbelj & Kononenko 2014,
https://doi.org/10.1007/s10115-013-0679-x): columns of a background row are replaced one by one by
those of the row, and each column gets the change that it causes. Along each order the changes
add up exactly to the difference between the row's and the background's prediction, whatever the
model, so the shares of a blend of trees, linear models and networks are in units of the
prediction itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.errors import InputError

ORDERS = 24
"""Orders, each forwards and backwards."""
STACKED = 4_000


def explain_row(
    model: FittedModel, prepared: Prepared, row: pd.DataFrame, *, seed: int = 0
) -> dict[str, Any]:
    """Share the prediction of one row out among its columns.

    Args:
        model: The model.
        prepared: Training rows, from which the background is drawn.
        row: A frame of one row with the model's columns.
        seed: Of the orders and the background.

    Returns:
        `prediction`, `base` (mean prediction of the background), `class` (whose probability it
        is, for classes), `label` (the decision), `parts` (column, value, share and its standard
        error, largest first; `base` and the shares add up to `prediction`).

    Raises:
        InputError: If `row` is not one row.
    """
    if len(row) != 1:
        raise InputError(f"{len(row)} rows were given to be explained.", "Give one row.")
    features = [str(name) for name in model.features]
    given = row[features].reset_index(drop=True)
    rng = np.random.default_rng([seed, 44])
    background = prepared.X[features].iloc[rng.integers(0, len(prepared.X), ORDERS)]
    shown = _class_shown(model, given)
    orders, starts = [], []
    for k in range(ORDERS):
        order = rng.permutation(len(features))
        orders += [order, order[::-1]]
        starts += [k, k]
    predicted = _paths(model, given, background.reset_index(drop=True), orders, starts, shown)
    shares = np.zeros((len(orders), len(features)))
    for k, order in enumerate(orders):
        shares[k, order] = np.diff(predicted[k])
    pairs = shares.reshape(-1, 2, len(features)).mean(axis=1)
    mean, error = pairs.mean(axis=0), pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    whole = model.predict(given)
    parts = [
        {
            "column": features[i],
            "value": told_cell(given[features[i]].iloc[0]),
            "share": float(mean[i]),
            "se": float(error[i]),
        }
        for i in np.argsort(-np.abs(mean), kind="stable")
    ]
    result: dict[str, Any] = {
        "prediction": float(predicted[0][-1]),
        "base": float(np.mean([path[0] for path in predicted])),
        "label": told_cell(model.decide(whole)[0]),
        "parts": parts,
    }
    if shown is not None:
        result["class"] = told_cell(model.problem.classes[shown])
    return result


def _class_shown(model: FittedModel, given: pd.DataFrame) -> int | None:
    if not model.problem.is_classification:
        return None
    if model.problem.kind == "binary":
        return model.problem.positive_index
    return int(model.predict(given)[0].argmax())


def _paths(
    model: FittedModel,
    given: pd.DataFrame,
    background: pd.DataFrame,
    orders: list[np.ndarray],
    starts: list[int],
    shown: int | None,
) -> np.ndarray:
    """Return the predictions along each order, from the background row to the row itself."""
    width = len(given.columns)
    taken = np.zeros((len(orders) * (width + 1), width), dtype=bool)
    at = 0
    for order in orders:
        for step in range(width + 1):
            taken[at, order[:step]] = True
            at += 1
    base = background.take(np.repeat(starts, width + 1)).reset_index(drop=True)
    mixed = pd.DataFrame(
        {
            name: base[name].where(~taken[:, i], given[name].iloc[0])
            if given[name].notna().iloc[0]
            else base[name].mask(taken[:, i])
            for i, name in enumerate(given.columns)
        }
    )
    parts = []
    for start in range(0, len(mixed), STACKED):
        part = model.predict(mixed.iloc[start : start + STACKED])
        parts.append(part if shown is None else part[:, shown])
    return np.concatenate(parts).reshape(len(orders), width + 1)


def told_cell(value: Any) -> Any:
    """Return a cell as JSON data."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if isinstance(value, np.generic) else value
