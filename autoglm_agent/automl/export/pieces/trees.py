"""Forests (Breiman 2001; Geurts et al. 2006), single trees, and the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem

PRIOR_ROWS = 0.02
"""Share of the class frequencies mixed into the votes, so that no probability is zero."""


def fit_extra_trees(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Grow extremely randomised trees."""
    kind = ExtraTreesRegressor if problem.kind == "regression" else ExtraTreesClassifier
    return _fit_forest(kind, params, fit, X, y, problem)


def fit_random_forest(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Grow a random forest."""
    kind = RandomForestRegressor if problem.kind == "regression" else RandomForestClassifier
    return _fit_forest(kind, params, fit, X, y, problem)


def fit_tree(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Grow one small tree."""
    kind = DecisionTreeRegressor if problem.kind == "regression" else DecisionTreeClassifier
    tree = kind(random_state=fit.seed, **params).fit(X, y)
    return _mean_of_trees([tree], y, problem)


def fit_baseline(
    params: Mapping[str, Any],  # noqa: ARG001
    fit: Fit,  # noqa: ARG001
    X: np.ndarray,  # noqa: ARG001
    y: np.ndarray,
    problem: Problem,
) -> Predictor:
    """Predict the shares of the classes, or the mean (for MAE and its like the median)."""
    if problem.kind != "regression":
        counts = np.bincount(y, minlength=problem.width) + 1.0
        return lambda X: np.tile(counts / counts.sum(), (len(X), 1))
    middle = float(np.mean(y))
    if problem.metric in ("mae", "mape", "rmsle"):
        middle = float(np.quantile(y, 0.5, method="inverted_cdf"))
    return lambda X: np.full(len(X), middle)


def _fit_forest(
    kind: Any, params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    own = {"bootstrap": True, **params}
    own = {k: v for k, v in own.items() if k not in ("trees", "oob_factor", "power")}
    forest = kind(fit.length, n_jobs=-1, random_state=fit.seed, **own).fit(X, y)
    return _mean_of_trees(forest.estimators_, y, problem, float(params.get("power", 1.0)))


def _mean_of_trees(
    trees: Sequence[Any], y: np.ndarray, problem: Problem, power: float = 1.0
) -> Predictor:
    values = [_leaf_values(tree, problem.width) for tree in trees]
    prior = np.bincount(y, minlength=problem.width) / len(y) if y.dtype.kind != "f" else None

    def predict(X: np.ndarray) -> np.ndarray:
        X = np.ascontiguousarray(X, dtype=np.float32)
        total = np.zeros((len(X), problem.width))
        for tree, value in zip(trees, values, strict=True):
            total += value[tree.tree_.apply(X)]
        mean = total / len(trees)
        if prior is None:
            return np.asarray(mean[:, 0])
        shares = (1.0 - PRIOR_ROWS) * mean + PRIOR_ROWS * prior
        if power == 1.0:
            return np.asarray(shares)
        raised = shares**power  # votes are too timid; the run found by how much
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))

    return predict


def _leaf_values(tree: Any, width: int) -> np.ndarray:
    """Return the nodes' values as the model keeps them, in single precision, class by class."""
    values = tree.tree_.value[:, 0, :]
    classes = getattr(tree, "classes_", None)
    if classes is not None and len(classes) != width:
        wide = np.zeros((len(values), width))
        wide[:, classes.astype(np.int64)] = values
        values = wide
    return np.asarray(values.astype(np.float32), dtype=np.float64)
