"""The whole model: from the raw rows to the weighted average of its members."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.export.pieces.fits import Fit, Predictor, Problem


@dataclass(frozen=True)
class Member:
    """One kind of model, trained once or on each fold; its prediction is the mean of these.

    Attributes:
        name: What it is called in the run's report.
        weight: Its share of the prediction.
        train: The function that fits it.
        params: Its settings.
        fits: The trainings.
        scaled: Whether it reads the standardised matrix instead of the tree matrix.
    """

    name: str
    weight: float
    train: Callable[[Mapping[str, Any], Fit, np.ndarray, np.ndarray, Problem], Predictor]
    params: Mapping[str, Any]
    fits: Sequence[Fit]
    scaled: bool = False


@dataclass
class Model:
    """Trains the members of the blend and predicts with them.

    Attributes:
        problem: What is predicted.
        classes: The labels; empty for a number.
        positive: Index of the positive class of a binary problem.
        threshold: Least probability of the positive class that counts as yes.
        encoder: From raw columns to the matrix for trees.
        scaler: From that matrix to the standardised one; None if no member reads it.
        members: The weighted members.
    """

    problem: Problem
    classes: Sequence[Any]
    positive: int
    threshold: float
    encoder: ColumnTransformer
    scaler: Any
    members: Sequence[Member]
    trained: list[tuple[float, bool, Predictor]] = field(default_factory=list)

    def codes(self, target: pd.Series) -> np.ndarray:
        """Return class codes, -1 for what is no class, or the numbers of a numeric target."""
        if not self.classes:
            return target.to_numpy(dtype=np.float64)
        known = {label: code for code, label in enumerate(self.classes)}
        plain = target.astype("object").where(target.notna(), None)
        return np.array([known.get(cell, -1) for cell in plain], dtype=np.int64)

    def fit(
        self, X: pd.DataFrame, y: np.ndarray, folds: np.ndarray, again: Callable[[int], np.ndarray]
    ) -> Self:
        """Train every member.

        Args:
            X: Raw columns of the training rows.
            y: Their codes or numbers.
            folds: Fold of each row; -1 for the first rows in time, which validate nothing.
            again: Gives the folds of a repetition by its number.
        """
        trees = np.ascontiguousarray(self.encoder.fit_transform(X), dtype=np.float32)
        scaled = self.scaler.fit(trees).transform(trees) if self.scaler is not None else trees
        ordered = bool((folds == -1).any())
        with threadpool_limits(1, "blas"):  # sums keep their order
            for member in self.members:
                matrix = scaled if member.scaled else trees
                for fit in member.fits:
                    dealt = again(fit.split) if fit.split else folds
                    rows = np.arange(len(y))
                    if fit.fold >= 0:
                        rows = np.flatnonzero(dealt < fit.fold if ordered else dealt != fit.fold)
                    problem = self.problem
                    found = member.train(member.params, fit, matrix[rows], y[rows], problem)
                    self.trained.append((member.weight / len(member.fits), member.scaled, found))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        trees = np.ascontiguousarray(self.encoder.transform(X), dtype=np.float32)
        scaled = self.scaler.transform(trees) if self.scaler is not None else trees
        first = self.trained[0][2](scaled if self.trained[0][1] else trees)
        total = np.zeros_like(first, dtype=np.float64)
        for weight, reads_scaled, predict in self.trained:
            total += weight * predict(scaled if reads_scaled else trees)
        return total

    def labels(self, prediction: np.ndarray) -> np.ndarray:
        """Return the label of each row by the threshold; numbers stay as they are."""
        if not self.classes:
            return prediction
        if self.problem.kind != "binary":
            return np.asarray(np.asarray(self.classes)[prediction.argmax(axis=1)])
        yes = prediction[:, self.positive] >= self.threshold
        codes = np.where(yes, self.positive, 1 - self.positive)
        return np.asarray(np.asarray(self.classes)[codes])

    def table(self, X: pd.DataFrame) -> pd.DataFrame:
        """Return the label or number of each row and the probability of each class."""
        predicted = self.predict(X)
        table = {"prediction": self.labels(predicted)}
        for code, label in enumerate(self.classes):
            table[f"probability_{label}"] = predicted[:, code]
        return pd.DataFrame(table)
