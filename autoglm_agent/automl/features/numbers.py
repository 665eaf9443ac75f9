"""Numbers and booleans: float32, missing stays NaN."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.values import as_numbers, as_truth

LARGEST = 3e38


class NumberEncoder(TransformerMixin, BaseEstimator):
    """Make numeric columns float32 without letting different values fall together.

    A column whose values float32 cannot tell apart (a time in seconds since 1970, say) is
    shifted by its median first; trees do not mind, and the linear view standardises anyway.

    Args:
        truth: Names of the columns that hold yes or no.
    """

    def __init__(self, truth: tuple[str, ...] = ()) -> None:
        self.truth = truth

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn the shifts."""
        self.names_ = [str(name) for name in X.columns]
        self.shift_ = np.zeros(len(self.names_))
        for i, values in enumerate(self._read(X)):
            present = values[np.isfinite(values)]
            if len(present) and np.abs(present).max() > 1e5:
                distinct = np.unique(present)
                if len(np.unique(distinct.astype(np.float32))) < len(distinct):
                    self.shift_[i] = float(np.median(present))
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return float32 values, shape (rows, columns)."""
        columns = [v - s for v, s in zip(self._read(X), self.shift_, strict=True)]
        if not columns:
            return np.empty((len(X), 0), dtype=np.float32)
        return np.clip(np.stack(columns, axis=1), -LARGEST, LARGEST).astype(np.float32)

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns made."""
        return list(self.names_)

    def _read(self, X: pd.DataFrame) -> list[np.ndarray]:
        return [as_truth(X[n]) if n in self.truth else as_numbers(X[n]) for n in self.names_]
