"""Gradient boosted trees by LightGBM (Ke et al. 2017), with the rounds that were chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm as lgb
import numpy as np

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem, smear_of
from autoglm_agent.automl.features.target import HIGH_CARDINALITY, TargetMeans

DATA_SETTINGS: dict[str, Any] = {
    "verbosity": -1, "num_threads": 1, "force_row_wise": True, "feature_pre_filter": False,
    "max_bin": 255,
}  # fmt: skip


def fit_lightgbm(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Train one booster of `fit.length` rounds."""
    own = {k: v for k, v in params.items() if k not in ("rounds", "patience")}
    log = bool(own.pop("log_target", False))
    native, use_means = bool(own.pop("native_categories", False)), own.pop("target_means", False)
    high = [i for i, k in zip(problem.coded, problem.levels, strict=True) if k > HIGH_CARDINALITY]
    means: TargetMeans | None = None
    matrix = X
    if use_means and high:
        targets = np.eye(problem.width)[y][:, 1:] if problem.kind != "regression" else y[:, None]
        means = TargetMeans(high, seed=fit.seed)
        matrix = np.hstack([X, means.fit_transform(X, targets)])
    scaled, offset, scale = _scaled(y, problem, log)
    coded: Any = [i for i in problem.coded if i not in high or means is None] if native else []
    data = lgb.Dataset(matrix, scaled, params=DATA_SETTINGS, categorical_feature=coded)
    booster = lgb.train(
        {**DATA_SETTINGS, "deterministic": True, **own, **_objective(problem), "seed": fit.seed},
        data, num_boost_round=fit.length, keep_training_booster=True,
    )  # fmt: skip

    def predict(X: np.ndarray, smear: float = 1.0) -> np.ndarray:
        matrix = X if means is None else np.hstack([X, means.transform(X)])
        raw = np.asarray(booster.predict(matrix, num_threads=1), dtype=np.float64)
        if problem.kind == "binary":
            return np.column_stack([1.0 - raw, raw])
        if problem.kind == "multiclass":
            return raw
        values = raw * scale + offset
        return np.expm1(values) * smear if log else values

    smear = 1.0
    if log and problem.metric not in ("mae", "mape", "rmsle"):
        smear = smear_of(y, predict(X))
    return lambda X: predict(X, smear)


def _scaled(y: np.ndarray, problem: Problem, log: bool) -> tuple[np.ndarray, float, float]:
    """Scale a numeric target: LightGBM holds labels as float32."""
    if problem.kind != "regression":
        return y, 0.0, 1.0
    y = np.log1p(y) if log else y
    offset = 0.0 if problem.metric == "mape" else float(y.mean())
    scale = float(y.std()) or 1.0
    return (y - offset) / scale, offset, scale


def _objective(problem: Problem) -> dict[str, Any]:
    if problem.kind == "binary":
        return {"objective": "binary"}
    if problem.kind == "multiclass":
        return {"objective": "multiclass", "num_class": problem.width}
    names = {"mae": "regression_l1", "mape": "mape"}
    return {"objective": names.get(problem.metric, "regression")}
