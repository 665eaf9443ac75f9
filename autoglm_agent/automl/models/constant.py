"""The baseline: the shares of the classes, or the mean, whatever the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.models.base import Fit, Fold
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem


@dataclass
class ConstantModel:
    """Predicts the same for every row."""

    value: np.ndarray

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return the constant, once per row."""
        if self.value.ndim == 0:
            return np.full(len(X), float(self.value))
        return np.tile(self.value, (len(X), 1))


def fit_constant(
    params: Mapping[str, Any],  # noqa: ARG001  (every family takes the same arguments)
    fold: Fold,
    problem: Problem,
    *,
    seed: int = 0,  # noqa: ARG001
    deadline: Deadline | None = None,  # noqa: ARG001
) -> Fit:
    """Fit the baseline: class shares with one row more each; mean, or median for MAE and such."""
    weight = np.ones(len(fold.y)) if fold.weight is None else fold.weight
    if problem.is_classification:
        counts = np.bincount(fold.y, weight, minlength=problem.width) + 1.0
        return Fit(ConstantModel(counts / counts.sum()), {})
    if problem.metric in ("mae", "mape", "rmsle"):
        middle = np.quantile(fold.y, 0.5, weights=weight, method="inverted_cdf")
        return Fit(ConstantModel(np.array(middle)), {})
    return Fit(ConstantModel(np.array(np.average(fold.y, weights=weight))), {})
