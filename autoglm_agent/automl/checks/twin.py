"""A cheap twin of the model on the whole table: what checks refit when they ask "what if".

At most five thousand rows, one encoding that never sees the target (the engine's own), fifty
trees. It is fast enough to be fitted dozens of times, and what it says of splits, scrambles and
noise is said of the table and not of one tuned model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.skills import auc_skill, twin_model
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.scoring.problem import Problem

Pairs = list[tuple[np.ndarray, np.ndarray]]
"""Training and validation indices."""


@dataclass(frozen=True)
class Twin:
    """The rows of the twin as numbers.

    Attributes:
        matrix: Encoded features, float32 (rows, width).
        sources: For each column of the matrix the raw column that it is made of.
        y: Encoded target.
        picked: Index of each row among the training rows.
        pairs: Folds as the run divides them, at most three.
        problem: What is predicted.
        trees: Trees of a fit.
        seed: Of everything random.
        boosted: Never a forest, which is slow.
    """

    matrix: np.ndarray
    sources: tuple[str, ...]
    y: np.ndarray
    picked: np.ndarray
    pairs: Pairs
    problem: Problem
    trees: int
    seed: int
    boosted: bool = False

    def without(self, names: set[str]) -> np.ndarray:
        """Return the matrix without the columns made of these raw columns."""
        return self.matrix[:, [s not in names for s in self.sources]]

    def predict(
        self, matrix: np.ndarray, y: np.ndarray, train: np.ndarray, asked: np.ndarray
    ) -> np.ndarray:
        """Fit on some rows and predict others: probabilities (rows, classes) or (rows, 1)."""
        return np.asarray(self.fitted(matrix, y, train)(matrix[asked]))

    def fitted(self, matrix: np.ndarray, y: np.ndarray, train: np.ndarray) -> Any:
        """Fit on some rows; return the function from a matrix to predictions."""
        known = y[train]
        if self.problem.is_classification and len(np.unique(known)) < 2:
            share = np.eye(self.problem.width)[known[:1]]
            return lambda asked: np.repeat(share, len(asked), axis=0)
        model = twin_model(self.problem, len(train), self.trees, self.seed, boosted=self.boosted)
        model.fit(matrix[train], known)

        def predict(asked: np.ndarray) -> np.ndarray:
            if not self.problem.is_classification:
                return np.asarray(model.predict(asked), dtype=np.float64)[:, None]
            part = np.zeros((len(asked), self.problem.width))
            part[:, model.classes_] = model.predict_proba(asked)
            return part

        predict.model = model  # type: ignore[attr-defined]  # importances are read by V23
        return predict

    def crossed(self, matrix: np.ndarray, y: np.ndarray, pairs: Pairs) -> np.ndarray:
        """Return the predictions of the validation rows, fold after fold."""
        return np.concatenate([self.predict(matrix, y, t, v) for t, v in pairs])

    def losses(self, y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        """Return the quadratic loss of each row (Brier 1950, or the squared error)."""
        return np.asarray(((prediction - self.truth(y)) ** 2).sum(axis=1))

    def truth(self, y: np.ndarray) -> np.ndarray:
        """Return the target in the shape of a prediction."""
        if self.problem.is_classification:
            return np.asarray(np.eye(self.problem.width)[y])
        return np.asarray(y, dtype=np.float64)[:, None]

    def prior_loss(self, y: np.ndarray) -> float:
        """Return the mean loss of knowing only the shares or the mean."""
        truth = self.truth(y)
        return float(((truth - truth.mean(axis=0)) ** 2).sum(axis=1).mean())

    def skill(self, y: np.ndarray, prediction: np.ndarray) -> float:
        """Return 2 AUC - 1 or R2; may be negative."""
        if self.problem.is_classification:
            return auc_skill(y, prediction, self.problem)
        prior = self.prior_loss(y)
        return 1.0 - float(self.losses(y, prediction).mean()) / prior if prior > 0 else 0.0


def twin_of(context: CheckContext) -> Twin:
    """Encode the training rows for the twin; done once per context.

    Raises:
        NotApplicableError: If there is no target, or there are too few rows.
    """
    kept = context.cache.get("twin")
    if isinstance(kept, Twin):
        return kept
    from autoglm_agent.automl.features.encoder import TableEncoder

    prepared, limits = context.need_target(), context.thresholds
    picked = np.arange(len(prepared.X))
    if len(picked) > limits.leak_rows:
        rng = np.random.default_rng([context.seed, 12])
        picked = np.sort(rng.choice(picked, limits.leak_rows, replace=False))
    if len(picked) < limits.leak_least_rows:
        raise NotApplicableError(f"{len(picked)} rows are too few for a twin model.")
    X = prepared.X.iloc[picked].reset_index(drop=True)
    encoder = TableEncoder({str(k): str(v) for k, v in prepared.kinds.items()}).fit(X)
    matrix = encoder.transform(X)
    if not matrix.shape[1]:
        raise NotApplicableError("No column can be encoded for a twin model.")
    pairs = fold_pairs(prepared.plan, prepared.folds[picked])
    twin = Twin(
        matrix=np.where(np.isfinite(matrix), matrix, np.nan).astype(np.float32),
        sources=tuple(source[0] for source in encoder.sources_),
        y=prepared.y[picked],
        picked=picked,
        pairs=[pair for pair in pairs if len(pair[0]) and len(pair[1])][-3:],
        problem=prepared.problem,
        trees=limits.leak_trees,
        seed=context.seed,
    )
    context.cache["twin"] = twin
    return twin
