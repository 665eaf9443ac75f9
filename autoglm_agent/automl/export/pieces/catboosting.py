"""Gradient boosted oblivious trees by CatBoost (Prokhorenkova et al. 2018)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import catboost
import numpy as np
import pandas as pd

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem
from autoglm_agent.automl.features.target import level_means, with_means

CATBOOST_SETTINGS: dict[str, Any] = {
    "thread_count": 1, "allow_writing_files": False, "logging_level": "Silent",
    "boosting_type": "Plain", "one_hot_max_size": 8, "max_ctr_complexity": 1,
}  # fmt: skip


def fit_catboost(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Train one model of `fit.length` trees."""
    own = {k: v for k, v in params.items() if k not in ("rounds", "patience")}
    mean_rows = int(own.pop("mean_rows", 0)) * (problem.kind != "multiclass")
    means = level_means(X, y, problem.coded, problem.levels, mean_rows)
    replaced = set(means.coded) if means is not None else set()
    native = own.pop("native_categories", True)
    coded = [i for i in problem.coded if i not in replaced] if native else []
    matrix = with_means(X, means)
    offset, scale = 0.0, 1.0
    if problem.kind == "regression":
        offset = 0.0 if problem.metric == "mape" else float(y.mean())
        scale = float(y.std()) or 1.0
        y = (y - offset) / scale
    # Where fewer than 200 trees are asked for, CatBoost estimates leaves in another way. A fold was
    # asked for `rounds` and ended early; a fit on all rows was asked for what it has.
    asked = params["rounds"] if fit.fold >= 0 else fit.length
    model = catboost.CatBoost(
        {**CATBOOST_SETTINGS, **own, **_catboost_objective(problem), "random_seed": fit.seed,
         "iterations": max(fit.length, min(asked, 200))}
    )  # fmt: skip
    model.fit(catboost.Pool(_catboost_frame(matrix, coded), y, cat_features=coded))
    model.shrink(fit.length)

    def predict(X: np.ndarray) -> np.ndarray:
        raw = np.asarray(
            model.predict(
                _catboost_frame(with_means(X, means), coded),
                prediction_type="RawFormulaVal",
                thread_count=1,
            ),
            dtype=np.float64,
        )
        if problem.kind == "regression":
            return raw * scale + offset
        if raw.ndim == 1:
            raw = np.column_stack([np.zeros(len(raw)), raw])
        raised = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    return predict


def _catboost_frame(X: np.ndarray, coded: Sequence[int]) -> pd.DataFrame:
    """Return the matrix with its codes as integers, missing ones as -1."""
    return pd.DataFrame(
        {
            i: np.nan_to_num(X[:, i], nan=-1.0).astype(np.int32) if i in set(coded) else X[:, i]
            for i in range(X.shape[1])
        }
    )


def _catboost_objective(problem: Problem) -> dict[str, Any]:
    if problem.kind == "binary":
        return {"loss_function": "Logloss"}
    if problem.kind == "multiclass":
        return {"loss_function": "MultiClass", "classes_count": problem.width}
    names = {"mae": "MAE", "mape": "MAPE"}
    return {"loss_function": names.get(problem.metric, "RMSE")}
