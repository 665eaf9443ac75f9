"""Predictions of rows that the model did not see, whoever made them.

The checks of quality ask one question of them, whether they are out-of-fold predictions of a
search or what somebody else's model says of a table (`audit`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.ensemble import predicted


@dataclass(frozen=True)
class Judged:
    """Rows with truth and prediction.

    Attributes:
        X: Raw features.
        y: Codes or numbers.
        prediction: Probabilities (rows, classes) or numbers (rows,).
        rows: Row numbers in the table.
        problem: What is predicted.
        threshold: Least probability that counts as yes.
        others: Predictions of the other candidates, by id.
    """

    X: pd.DataFrame
    y: np.ndarray
    prediction: np.ndarray
    rows: np.ndarray
    problem: Problem
    threshold: float
    others: dict[str, np.ndarray]

    @property
    def loss(self) -> np.ndarray:
        """Quadratic loss of each row (Brier 1950, or the squared error)."""
        if self.problem.is_classification:
            truth = np.eye(self.problem.width)[self.y]
            return np.asarray(((self.prediction - truth) ** 2).sum(axis=1))
        return np.asarray((self.prediction - self.y) ** 2)

    @property
    def prior_loss(self) -> float:
        """Mean loss of knowing only the shares or the mean."""
        truth = np.eye(self.problem.width)[self.y] if self.problem.is_classification else self.y
        truth = truth.reshape(len(self.y), -1).astype(np.float64)
        return float(((truth - truth.mean(axis=0)) ** 2).sum(axis=1).mean())

    @property
    def reach(self) -> float:
        """Loss that the model gains over knowing nothing; never negative."""
        return max(0.0, self.prior_loss - float(self.loss.mean()))


def judged(context: CheckContext) -> Judged:
    """Return the predictions that the quality checks are asked of; read once per context.

    Raises:
        NotApplicableError: If nothing was predicted.
    """
    kept = context.cache.get("judged")
    if isinstance(kept, Judged):
        return kept
    prepared, search = context.need_target(), context.need_search()
    oof = stored_oof(context)
    ensemble = oof["ensemble"]
    rows = np.flatnonzero(predicted(ensemble) & (prepared.folds >= 0))
    others = {
        name: values[rows]
        for name, values in oof.items()
        if name != "ensemble" and len(values) == len(ensemble) and predicted(values[rows]).all()
    }
    found = Judged(
        X=prepared.X.iloc[rows].reset_index(drop=True),
        y=prepared.y[rows],
        prediction=ensemble[rows],
        rows=prepared.rows[rows],
        problem=prepared.problem,
        threshold=float(search.get("threshold") or 0.5),
        others=others,
    )
    context.cache["judged"] = found
    return found
