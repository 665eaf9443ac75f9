"""The matrix as linear models and networks want it: imputed, one-hot, standardised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

SKEWED = 1.5
CLIP = 6.0


class LinearView(TransformerMixin, BaseEstimator):
    """Turn the matrix of `TableEncoder` into standardised columns without gaps.

    Numbers: skewed non-negative ones on a log scale, median for missing with an indicator
    column, mean 0 and deviation 1, clipped at six deviations. Codes: one column per level that
    occurs at least `rare` times, at most `most_levels`, one for all others, one for missing.

    Args:
        coded: Indices of the columns that hold codes.
        most_levels: One-hot columns per category at most.
        rare: Levels with fewer rows share a column.
    """

    def __init__(self, coded: Sequence[int] = (), most_levels: int = 40, rare: int = 8) -> None:
        self.coded = coded
        self.most_levels = most_levels
        self.rare = rare

    def fit(self, X: np.ndarray, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn medians, scales and levels."""
        coded = set(self.coded)
        self.plain_ = np.array([i for i in range(X.shape[1]) if i not in coded], dtype=np.int64)
        values = X[:, self.plain_].astype(np.float64)
        gaps = ~np.isfinite(values)
        self.gaps_ = np.flatnonzero(gaps.mean(axis=0) >= 0.005)
        self.log_ = np.zeros(len(self.plain_), dtype=bool)
        self.median_ = np.zeros(len(self.plain_))
        for j in range(values.shape[1]):
            present = values[~gaps[:, j], j]
            if len(present):
                self.log_[j] = present.min() >= 0 and skewness(present) > SKEWED
                self.median_[j] = np.median(present)
        filled = self._fill(values)
        self.mean_ = filled.mean(axis=0)
        deviation = filled.std(axis=0)
        self.scale_ = np.where(deviation > 1e-12, deviation, 1.0)
        self.levels_ = []
        for i in self.coded:
            codes, counts = np.unique(X[:, i][np.isfinite(X[:, i])], return_counts=True)
            self.levels_.append(codes[counts >= self.rare][: self.most_levels].astype(np.float32))
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return float64 columns without NaN, shape (rows, width)."""
        values = X[:, self.plain_].astype(np.float64)
        gaps = ~np.isfinite(values[:, self.gaps_])
        scaled = np.clip((self._fill(values) - self.mean_) / self.scale_, -CLIP, CLIP)
        blocks = [scaled, gaps.astype(np.float64)]
        for i, levels in zip(self.coded, self.levels_, strict=True):
            hot = X[:, i][:, None] == levels[None, :]
            missing = ~np.isfinite(X[:, i])
            other = ~hot.any(axis=1) & ~missing
            blocks.append(np.column_stack([hot, other, missing]).astype(np.float64))
        return np.hstack(blocks)

    def _fill(self, values: np.ndarray) -> np.ndarray:
        filled = np.where(np.isfinite(values), values, self.median_)
        logged = np.log1p(np.maximum(filled[:, self.log_], 0.0))
        filled[:, self.log_] = logged
        return filled


def skewness(values: np.ndarray) -> float:
    """Return the third standardised moment of finite numbers; 0 if they are all the same."""
    deviation = values.std()
    if deviation <= 0:
        return 0.0
    return float((((values - values.mean()) / deviation) ** 3).mean())
