"""Ridge and logistic regression with the strength that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem, smear_of


def fit_ridge(
    params: Mapping[str, Any], fit: Fit, X: np.ndarray, y: np.ndarray, problem: Problem
) -> Predictor:
    """Fit ridge regression; predictions stay within a tenth of the range of the target."""
    log = bool(params.get("log", False))
    target = np.log1p(y) if log else y
    weight = np.ones(len(y))
    centre, level = np.average(X, axis=0, weights=weight), np.average(target, weights=weight)
    Xc, yc = X - centre, target - level
    values, vectors = np.linalg.eigh(Xc.T @ Xc)
    values, turned = np.maximum(values, 0.0), vectors.T @ (Xc.T @ yc)
    strength = params["strengths"][fit.length]
    coefficients = vectors @ (turned / (values + strength * len(y)))
    intercept = level - centre @ coefficients
    spread = float(y.max() - y.min())
    low, high = float(y.min()) - 0.1 * spread, float(y.max()) + 0.1 * spread

    def predict(X: np.ndarray, smear: float = 1.0) -> np.ndarray:
        raw = (X @ coefficients[:, None] + np.array([intercept]))[:, 0]
        values = np.expm1(np.minimum(raw, 700.0)) * smear if log else raw
        return np.asarray(np.clip(values, low, high))

    smear = 1.0
    if log and problem.metric not in ("mae", "mape", "rmsle"):
        smear = smear_of(y, predict(X))
    return lambda X: predict(X, smear)


def fit_logistic(
    params: Mapping[str, Any],
    fit: Fit,
    X: np.ndarray,
    y: np.ndarray,
    problem: Problem,
) -> Predictor:
    """Fit logistic regression along the path of strengths, each start the last solution."""
    outputs = 1 if problem.kind == "binary" else problem.width
    matrix = np.column_stack([X, np.ones(len(X))])
    flat = np.zeros(matrix.shape[1] * outputs)
    for strength in params["strengths"][: fit.length + 1]:
        flat = _minimise(matrix, np.eye(problem.width)[y], outputs, strength, flat)
    found = flat.reshape(matrix.shape[1], outputs)

    def predict(X: np.ndarray) -> np.ndarray:
        raw = X @ found[:-1].copy() + found[-1]
        if outputs == 1:
            raw = np.column_stack([np.zeros(len(raw)), raw[:, 0]])
        return np.asarray(np.exp(raw - logsumexp(raw, axis=1, keepdims=True)))

    return predict


def _minimise(
    X: np.ndarray, truth: np.ndarray, outputs: int, strength: float, start: np.ndarray
) -> np.ndarray:
    """Minimise the mean logistic loss plus `strength`/2 times the squared coefficients."""
    weight = np.ones(len(X))
    n = weight.sum()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        b = flat.reshape(X.shape[1], outputs)
        raw = X @ b
        if outputs == 1:
            raw = np.column_stack([np.zeros(len(X)), raw[:, 0]])
        logs = raw - logsumexp(raw, axis=1, keepdims=True)
        gap = (np.exp(logs) - truth) * weight[:, None] / n
        gradient = X.T @ (gap[:, 1:] if outputs == 1 else gap)
        penal = b.copy()
        penal[-1] = 0.0  # the intercept is free
        value = -(weight @ (logs * truth).sum(axis=1)) / n + 0.5 * strength * (penal**2).sum()
        return float(value), (gradient + strength * penal).ravel()

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x)
