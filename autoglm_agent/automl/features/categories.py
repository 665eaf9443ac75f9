"""Categories to codes, the most frequent level first."""

from __future__ import annotations

from collections import Counter
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.values import as_text


class CategoryEncoder(TransformerMixin, BaseEstimator):
    """Number the levels of each column by falling frequency.

    Ordered so, a code carries how common its level is, and a split of a tree parts common from
    rare. A level never seen gets the next code after the rarest; a missing value is NaN.

    Args:
        most_levels: Levels beyond this many share the code of the unknown.
    """

    def __init__(self, most_levels: int = 5000) -> None:
        self.most_levels = most_levels

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn the levels and their order; ties are broken by name."""
        self.names_ = [str(name) for name in X.columns]
        self.levels_: list[list[str]] = []
        self.counts_: list[list[int]] = []
        for name in self.names_:
            counts = Counter(as_text(X[name]))
            counts.pop("", None)
            ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            kept = ranked[: self.most_levels]
            self.levels_.append([level for level, _ in kept])
            self.counts_.append([count for _, count in kept])
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return float32 codes, shape (rows, columns)."""
        out = np.empty((len(X), len(self.names_)), dtype=np.float32)
        for i, name in enumerate(self.names_):
            codes = self._codes(i)
            unknown = float(len(codes))
            text = as_text(X[name])
            out[:, i] = [np.nan if t == "" else codes.get(t, unknown) for t in text]
        return out

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns made."""
        return list(self.names_)

    def _codes(self, i: int) -> dict[str, float]:
        cache: dict[int, dict[str, float]] = self.__dict__.setdefault("_cache", {})
        if i not in cache:
            cache[i] = {level: float(code) for code, level in enumerate(self.levels_[i])}
        return cache[i]

    def __getstate__(self) -> dict[str, object]:
        state = dict(super().__getstate__())
        state.pop("_cache", None)
        return state
