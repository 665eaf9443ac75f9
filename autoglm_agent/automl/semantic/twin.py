"""The small model that features are judged with: a short LightGBM, fitted in no time.

It stands in for the models of the search, which cost a hundred times as much. What it cannot make
use of is refused: that errs on the side of fewer columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.scoring.problem import Problem

ROUNDS = 50


class Twin:
    """Fits and judges on given rows.

    Args:
        problem: What is predicted.
        y: Codes or numbers of all rows.
        seed: Of the model.
    """

    def __init__(self, problem: Problem, y: np.ndarray, seed: int = 0) -> None:
        self.problem = problem
        self.y = y
        self.seed = seed

    @property
    def loss_name(self) -> str:
        """What `loss` gives."""
        if self.problem.is_classification:
            return "Brier score"
        return "mean absolute error" if self.problem.metric in ("mae", "mape") else "rmse"

    def predict(self, X: np.ndarray, train: np.ndarray, X_valid: np.ndarray) -> np.ndarray:
        """Fit on rows and predict others, float64 (rows, classes) or (rows, 1).

        Args:
            X: Features of the rows to train on.
            train: Positions of these rows in `y`.
            X_valid: Features of the rows to predict.
        """
        import lightgbm

        y = self.y[train]
        settings: dict[str, Any] = {
            "verbosity": -1, "num_threads": 1, "deterministic": True, "force_row_wise": True,
            "learning_rate": 0.1, "num_leaves": 15, "feature_fraction": 0.8, "seed": self.seed,
            "min_data_in_leaf": int(np.clip(len(y) // 60, 3, 20)), "lambda_l2": 1.0,
            "feature_pre_filter": False, "max_bin": 63, "min_data_in_bin": 1,
        }  # fmt: skip
        if not self.problem.is_classification:
            kind = "l1" if self.loss_name == "mean absolute error" else "l2"
            data = lightgbm.Dataset(X, y)
            model = lightgbm.train({**settings, "objective": kind}, data, ROUNDS)
            return np.asarray(model.predict(X_valid), dtype=np.float64)[:, None]
        width = self.problem.width
        own = {"objective": "binary"} if width == 2 else {"objective": "multiclass",
                                                          "num_class": width}  # fmt: skip
        model = lightgbm.train({**settings, **own}, lightgbm.Dataset(X, y), ROUNDS)
        predicted = np.asarray(model.predict(X_valid), dtype=np.float64)
        return np.column_stack([1 - predicted, predicted]) if width == 2 else predicted

    def loss(self, predicted: np.ndarray, rows: np.ndarray) -> float:
        """Return the loss of predictions of these rows; less is better."""
        rest = self.residuals(predicted, rows)
        if self.loss_name == "mean absolute error":
            return float(np.abs(rest).mean())
        mean = float((rest**2).sum(axis=1).mean())
        return mean if self.problem.is_classification else float(np.sqrt(mean))

    def residuals(self, predicted: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return what is left unexplained of these rows, shape (rows, outputs)."""
        y = self.y[rows]
        if not self.problem.is_classification:
            return np.asarray(y[:, None] - predicted)
        rest = np.eye(self.problem.width)[y] - predicted
        return np.asarray(rest[:, 1:] if self.problem.width == 2 else rest)
