"""Target means of categories with many levels: the one encoding that looks at the target.

Training rows get means of the other folds' rows only (cross-fitting, Pargent et al. 2022), so
that a level seen once does not tell its own label. It belongs inside a validation fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.level_means import smoothed_means

HIGH_CARDINALITY = 200


class TargetMeans(TransformerMixin, BaseEstimator):
    """Smoothed mean of the target for each code.

    Args:
        coded: Indices of the code columns to encode.
        smoothing: Rows that the overall mean counts for.
        folds: Parts of the cross-fitting.
        seed: Seed of the parts.
    """

    def __init__(
        self, coded: Sequence[int] = (), smoothing: float = 10.0, folds: int = 5, seed: int = 0
    ) -> None:
        self.coded = coded
        self.smoothing = smoothing
        self.folds = folds
        self.seed = seed

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Learn the means; `y` has shape (rows, targets), one column per class or number."""
        self.prior_ = y.mean(axis=0)
        self.means_ = [self._means(X[:, i], y) for i in self.coded]
        return self

    def fit_transform(self, X: np.ndarray, y: np.ndarray, **fit_params: object) -> np.ndarray:  # noqa: ARG002
        """Learn the means and return those of the training rows, cross-fitted."""
        self.fit(X, y)
        part = np.random.default_rng(self.seed).permutation(len(X)) % self.folds
        out = np.empty((len(X), len(self.coded) * y.shape[1]), dtype=np.float32)
        for p in range(self.folds):
            others = TargetMeans(self.coded, self.smoothing).fit(X[part != p], y[part != p])
            out[part == p] = others.transform(X[part == p])
        return out

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return float32 means, shape (rows, coded columns x targets)."""
        blocks = []
        for i, means in zip(self.coded, self.means_, strict=True):
            codes = np.nan_to_num(X[:, i], nan=-1.0).astype(np.int64) + 1
            blocks.append(means[np.minimum(codes, len(means) - 1)])
        return np.hstack(blocks).astype(np.float32)

    def _means(self, codes: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Rows: missing, each code, unknown (the overall mean)."""
        index = np.nan_to_num(codes, nan=-1.0).astype(np.int64) + 1
        size = int(index.max(initial=0)) + 1
        means = smoothed_means(index, y, size, self.prior_, self.smoothing)
        return np.vstack([means, self.prior_])


def level_means(
    X: np.ndarray, y: np.ndarray, coded: Sequence[int], levels: Sequence[int], rows: int
) -> TargetMeans | None:
    """Return the means of the code columns that have few levels, not cross-fitted.

    With many rows a level, a row's own target is lost in its level's mean.

    Args:
        X: Codes and numbers, shape (rows, columns).
        y: Numbers, or codes of two classes, shape (rows,).
        coded: Indices of the code columns.
        levels: Number of levels of each of them.
        rows: Rows a level that there must be at least; with 0, no column is taken.

    Returns:
        The means of the columns with three levels or more; None if there are none.
    """
    most = len(y) / rows if rows else 0.0
    few = [int(i) for i, count in zip(coded, levels, strict=True) if 2 < count <= most]
    return TargetMeans(few).fit(X, np.asarray(y, dtype=np.float64)[:, None]) if few else None


def with_means(X: np.ndarray, means: TargetMeans | None) -> np.ndarray:
    """Return the matrix with means in the place of the codes that have them."""
    if means is None:
        return X
    X = X.copy()
    X[:, list(means.coded)] = means.transform(X)
    return X
