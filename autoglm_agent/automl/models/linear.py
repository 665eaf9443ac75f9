"""Regularised linear models: ridge and logistic regression on the linear view.

The strength of the regularisation is chosen on the validation rows from a short path, each
solution starting from the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem


@dataclass
class LinearModel:
    """Coefficients.

    Attributes:
        coefficients: Shape (columns, outputs).
        intercept: Shape (outputs,).
        kind: Kind of the problem; a binary problem has one output, the log-odds of class 1.
        log: Whether the target was log1p-transformed; `smear` then corrects the mean.
        smear: Factor after the back-transformation (Duan 1983).
        low: Least prediction allowed, for regression.
        high: Greatest prediction allowed, for regression.
    """

    coefficients: np.ndarray
    intercept: np.ndarray
    kind: str
    log: bool = False
    smear: float = 1.0
    low: float = -np.inf
    high: float = np.inf

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        raw = X @ self.coefficients + self.intercept
        if self.kind == "regression":
            values = np.expm1(np.minimum(raw[:, 0], 700.0)) * self.smear if self.log else raw[:, 0]
            return np.asarray(np.clip(values, self.low, self.high))
        if self.kind == "binary":
            raw = np.column_stack([np.zeros(len(raw)), raw[:, 0]])
        return np.asarray(np.exp(raw - logsumexp(raw, axis=1, keepdims=True)))


def fit_linear(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,  # noqa: ARG001  (nothing is random here)
    deadline: Deadline,
) -> Fit:
    """Fit ridge or logistic regression; `params`: `strengths` (L2, relative to the rows), `log`."""
    if problem.is_classification:
        return _fit_logistic(params, fold, problem, deadline)
    return _fit_ridge(params, fold, problem, deadline)


def _fit_ridge(params: Mapping[str, Any], fold: Fold, problem: Problem, deadline: Deadline) -> Fit:
    log = bool(params.get("log", False))
    y = np.log1p(fold.y) if log else fold.y
    weight = np.ones(len(y)) if fold.weight is None else fold.weight / fold.weight.mean()
    centre, level = np.average(fold.X, axis=0, weights=weight), np.average(y, weights=weight)
    root = np.sqrt(weight)[:, None]
    Xc, yc = (fold.X - centre) * root, (y - level) * root[:, 0]
    values, vectors = np.linalg.eigh(Xc.T @ Xc)
    values, target = np.maximum(values, 0.0), vectors.T @ (Xc.T @ yc)
    spread = float(fold.y.max() - fold.y.min())
    bounds = (float(fold.y.min()) - 0.1 * spread, float(fold.y.max()) + 0.1 * spread)
    best: tuple[float, LinearModel, float] | None = None
    for strength in params["strengths"]:
        coefficients = vectors @ (target / (values + strength * len(y)))
        intercept = np.array([level - centre @ coefficients])
        model = LinearModel(coefficients[:, None], intercept, problem.kind, log, 1.0, *bounds)
        if log and problem.metric not in ("mae", "mape", "rmsle"):
            model.smear = float(fold.y.mean() / max(model.predict(fold.X).mean(), 1e-12))
        loss = _regression_loss(model, fold, problem)
        if best is None or loss < best[0]:
            best = (loss, model, strength)
        if deadline.over or not len(fold.y_valid):
            break
    assert best is not None
    return Fit(best[1], {"strength": best[2]})


def _regression_loss(model: LinearModel, fold: Fold, problem: Problem) -> float:
    if not len(fold.y_valid):
        return 0.0
    error = model.predict(fold.X_valid) - fold.y_valid
    if problem.metric == "mae":
        return float(np.abs(error).mean())
    if problem.metric == "rmsle":
        told = np.maximum(model.predict(fold.X_valid), 0.0)
        return float(((np.log1p(told) - np.log1p(fold.y_valid)) ** 2).mean())
    if problem.metric == "mape":
        return float((np.abs(error) / np.maximum(np.abs(fold.y_valid), 1e-12)).mean())
    return float((error**2).mean())


def _fit_logistic(
    params: Mapping[str, Any], fold: Fold, problem: Problem, deadline: Deadline
) -> Fit:
    outputs = 1 if problem.kind == "binary" else problem.width
    X = np.column_stack([fold.X, np.ones(len(fold.X))])
    truth = np.eye(problem.width)[fold.y]
    weight = np.ones(len(X)) if fold.weight is None else fold.weight / fold.weight.mean()
    start = np.zeros(X.shape[1] * outputs)
    best: tuple[float, LinearModel, float] | None = None
    for strength in params["strengths"]:
        try:
            start = _minimise(X, truth, weight, outputs, strength, start, deadline)
        except OutOfTime:
            break
        flat = start.reshape(X.shape[1], outputs)
        model = LinearModel(flat[:-1].copy(), flat[-1].copy(), problem.kind)
        loss = 0.0
        if len(fold.y_valid):
            p = model.predict(fold.X_valid)[np.arange(len(fold.y_valid)), fold.y_valid]
            loss = float(-np.log(np.maximum(p, 1e-12)).mean())
        if best is None or loss < best[0]:
            best = (loss, model, strength)
        if not len(fold.y_valid):
            break
    if best is None:
        raise OutOfTime
    return Fit(best[1], {"strength": best[2]})


def _minimise(
    X: np.ndarray,
    truth: np.ndarray,
    weight: np.ndarray,
    outputs: int,
    strength: float,
    start: np.ndarray,
    deadline: Deadline,
) -> np.ndarray:
    """Minimise the mean logistic loss plus `strength`/2 times the squared coefficients."""
    n = weight.sum()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        if deadline.over:
            raise OutOfTime
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
