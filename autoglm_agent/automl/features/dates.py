"""Dates to parts, elapsed time, and the time between each two of them."""

from __future__ import annotations

from itertools import combinations
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.values import as_days


class DateEncoder(TransformerMixin, BaseEstimator):
    """Make numbers of date columns.

    For each column: year, month, day of the month, day of the week, day of the year, the hour
    with its fraction if any time is not midnight, and days since the first date seen. For each
    two columns: the hours between them, which is often what matters (a stay, a delay, an age).

    Args:
        most_pairs: Differences are taken of the first columns only, up to this many pairs.
    """

    def __init__(self, most_pairs: int = 15) -> None:
        self.most_pairs = most_pairs

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn the first date of each column and whether it has a time of day."""
        self.names_ = [str(name) for name in X.columns]
        days = [as_days(X[name]) for name in self.names_]
        self.first_ = [float(np.nanmin(d)) if np.isfinite(d).any() else 0.0 for d in days]
        self.timed_ = [bool(np.nanmax(d % 1.0, initial=0.0) > 1e-6) for d in days]
        self.pairs_ = list(combinations(range(len(self.names_)), 2))[: self.most_pairs]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return float32 parts and differences, shape (rows, names out)."""
        days = [as_days(X[name]) for name in self.names_]
        columns: list[np.ndarray] = []
        for d, first, timed in zip(days, self.first_, self.timed_, strict=True):
            columns += _parts(d) + ([(d % 1.0) * 24.0] if timed else []) + [d - first]
        columns += [(days[b] - days[a]) * 24.0 for a, b in self.pairs_]
        if not columns:
            return np.empty((len(X), 0), dtype=np.float32)
        return np.stack(columns, axis=1).astype(np.float32)

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns made."""
        names: list[str] = []
        for name, timed in zip(self.names_, self.timed_, strict=True):
            parts = ["year", "month", "day", "weekday", "day of year"]
            parts += ["hour"] if timed else []
            names += [f"{name} ({part})" for part in [*parts, "days elapsed"]]
        return names + [f"{self.names_[b]} - {self.names_[a]} (hours)" for a, b in self.pairs_]

    def sources(self) -> list[list[str]]:
        """Return for each column made the names of the columns it is made of."""
        made = [[n] for n, t in zip(self.names_, self.timed_, strict=True) for _ in range(6 + t)]
        return made + [[self.names_[a], self.names_[b]] for a, b in self.pairs_]


def _parts(days: np.ndarray) -> list[np.ndarray]:
    missing = ~np.isfinite(days)
    date = np.where(missing, 0, np.floor(np.nan_to_num(days))).astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    month = date.astype("datetime64[M]")
    number = date.astype(np.int64)
    parts = [
        year.astype(np.int64) + 1970,
        (month - year.astype("datetime64[M]")).astype(np.int64) + 1,
        (date - month.astype("datetime64[D]")).astype(np.int64) + 1,
        (number + 3) % 7,  # 1970-01-01 was a Thursday; Monday is 0
        (date - year.astype("datetime64[D]")).astype(np.int64) + 1,
    ]
    return [np.where(missing, np.nan, part.astype(np.float64)) for part in parts]
