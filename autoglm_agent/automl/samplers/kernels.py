"""A kernel machine whose width is told relative to the spread of the table."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, clone


class WidthByRule(BaseEstimator):
    """Set `gamma` to a multiple of `1 / (columns * variance)` before fitting.

    A fixed width means something else on every table; a multiple of the rule can be carried
    from one to the next.

    Args:
        machine: An `SVC` or `SVR`.
        factor: Multiple of the rule.
    """

    def __init__(self, machine: Any, factor: float = 1.0) -> None:
        self.machine = machine
        self.factor = factor

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Fit the machine with its width set."""
        spread = float(np.var(X)) * X.shape[1]
        self.machine_ = clone(self.machine).set_params(gamma=self.factor / max(spread, 1e-12))
        self.machine_.fit(X, y)
        if hasattr(self.machine_, "classes_"):
            self.classes_ = self.machine_.classes_
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict by the machine."""
        return np.asarray(self.machine_.predict(X))

    def __sklearn_tags__(self) -> Any:
        return self.machine.__sklearn_tags__()
