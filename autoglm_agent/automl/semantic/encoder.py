"""Accepted expressions as a transformer: raw columns in, float32 columns out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.semantic.evaluate import Evaluation
from autoglm_agent.automl.semantic.expressions import Expression, type_of

LARGEST = 3e38


class SemanticEncoder(TransformerMixin, BaseEstimator):
    """Compute expressions; what they learn is learnt from the rows it is fitted on.

    Args:
        expressions: JSON data, one object an expression (see `Expression.from_json`).
        kinds: Kinds of the columns; inferred where absent.

    Attributes:
        names_: Names of the columns made: the expressions as text.
        columns_: The raw columns that are read.
        coded_: Indices of the columns made that hold category codes.
        levels_: Number of levels of each of them.
    """

    def __init__(
        self, expressions: Sequence[Mapping[str, Any]] = (), kinds: Mapping[str, str] | None = None
    ) -> None:
        self.expressions = expressions
        self.kinds = kinds

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:
        """Learn group means, shares and codes.

        Raises:
            InputError: If an expression does not fit the table.
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: pd.DataFrame, y: None = None, **_: Any) -> np.ndarray:  # noqa: ARG002
        """Learn from the rows and return their columns, float32 (rows, expressions)."""
        parsed = [Expression.from_json(data) for data in self.expressions]
        told: Mapping[str, str] = self.kinds or feature_kinds(X)
        self.kinds_: dict[str, str] = dict(told)
        types = [type_of(expression, self.kinds_) for expression in parsed]
        work = Evaluation(X, self.kinds_)
        fitted = [work.fit(expression) for expression in parsed]
        self.states_ = [state for _, state in fitted]
        self.names_ = [str(expression) for expression in parsed]
        self.columns_ = list(dict.fromkeys(c for e in parsed for c in e.columns()))
        self.coded_ = [i for i, t in enumerate(types) if t.kind == "category"]
        self.levels_ = [len(self.states_[i]["0"]["levels"]) for i in self.coded_]
        return _block([values for values, _ in fitted], len(X))

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the columns by what was learnt, float32 (rows, expressions)."""
        work = Evaluation(X, self.kinds_)
        parsed = [Expression.from_json(dict(data)) for data in self.expressions]
        values = [work.apply(e, s) for e, s in zip(parsed, self.states_, strict=True)]
        return _block(values, len(X))

    def sources(self) -> list[list[str]]:
        """Return for each column made the raw columns it is made of."""
        return [Expression.from_json(dict(data)).columns() for data in self.expressions]

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns made."""
        return list(self.names_)


def _block(values: list[np.ndarray], rows: int) -> np.ndarray:
    if not values:
        return np.empty((rows, 0), dtype=np.float32)
    stacked = np.stack(values, axis=1)
    clipped = np.clip(np.where(np.isfinite(stacked), stacked, np.nan), -LARGEST, LARGEST)
    return np.asarray(clipped, dtype=np.float32)
