"""Exact attributions of the boosted trees (TreeSHAP, Lundberg et al. 2020).

LightGBM computes them itself. They add up to the raw prediction, in log-odds for classes, and
belong to columns of the matrix; here those are joined to the raw columns they are made of.
https://doi.org/10.1038/s42256-019-0138-9
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.models.lightgbm import BoosterModel

ROWS = 200


@dataclass(frozen=True)
class Attributions:
    """What each raw column adds to the raw predictions of the boosted members.

    Attributes:
        columns: The raw columns.
        values: Shape (rows, columns, outputs): log-odds for classes (one output if binary), or
            units of the target as the boosters hold it.
        base: What is predicted without knowing the row, shape (outputs,).
        raw: The raw predictions, shape (rows, outputs); `base` plus the sum of `values`.
        weight: Share of the blend that the boosted members have.
    """

    columns: list[str]
    values: np.ndarray
    base: np.ndarray
    raw: np.ndarray
    weight: float


def tree_attributions(model: FittedModel, frame: pd.DataFrame) -> Attributions | None:
    """Return the exact attributions of the boosted members; None if the blend has none."""
    boosted = [m for m in model.members if all(isinstance(b, BoosterModel) for b in m.models)]
    if not boosted or model.encoder is None:
        return None
    matrix = model.views(frame)["tree"]
    sources = [list(source) for source in model.encoder.sources_]
    columns = list(model.features)
    share = _shares(sources, columns)
    outputs = model.problem.width if model.problem.kind == "multiclass" else 1
    weight = sum(member.weight for member in boosted)
    values = np.zeros((len(frame), len(columns), outputs))
    base, raw = np.zeros(outputs), np.zeros((len(frame), outputs))
    for member in boosted:
        for booster in member.models:
            part = member.weight / weight / len(member.models)
            given = _contributions(booster, matrix, outputs)
            wide = share
            if booster.means is not None:  # target means follow the matrix, code by code
                extra = [sources[i] for i in booster.means.coded]
                count = (given.shape[1] - 1 - len(sources)) // max(1, len(extra))
                added = _shares([s for s in extra for _ in range(count)], columns)
                wide = np.vstack([share, added])
            values += part * np.einsum("rmo,mc->rco", given[:, :-1, :], wide)
            base += part * given[:, -1, :].mean(axis=0)
            raw += part * given.sum(axis=1)
    return Attributions(columns, values, base, raw, float(weight))


def mean_attributions(
    model: FittedModel, X: pd.DataFrame, *, seed: int = 0
) -> dict[str, Any] | None:
    """Return the mean absolute attribution of each raw column over some training rows.

    Returns:
        `weight` (share of the blend), `rows` and `columns` (column and mean, falling); None if
        no member is boosted.
    """
    picked = np.random.default_rng([seed, 43]).permutation(len(X))[:ROWS]
    found = tree_attributions(model, X.iloc[np.sort(picked)].reset_index(drop=True))
    if found is None:
        return None
    means = np.abs(found.values).mean(axis=(0, 2))
    order = np.argsort(-means, kind="stable")
    return {
        "weight": found.weight,
        "rows": len(found.raw),
        "columns": [{"column": found.columns[i], "mean": float(means[i])} for i in order],
    }


def _contributions(booster: BoosterModel, matrix: np.ndarray, outputs: int) -> np.ndarray:
    """Return contributions and base as LightGBM gives them, shape (rows, columns + 1, outputs)."""
    X = matrix if booster.means is None else np.hstack([matrix, booster.means.transform(matrix)])
    given = np.asarray(booster.parsed.predict(X, pred_contrib=True, num_threads=1))
    shaped = given.reshape(len(matrix), outputs, -1)
    return np.asarray(shaped.transpose(0, 2, 1), dtype=np.float64)


def _shares(sources: list[list[str]], columns: list[str]) -> np.ndarray:
    """Return which part of each matrix column belongs to which raw column."""
    share = np.zeros((len(sources), len(columns)))
    place = {name: i for i, name in enumerate(columns)}
    for row, names in enumerate(sources):
        for name in names:
            if name in place:
                share[row, place[name]] = 1.0 / len(names)
    return share
