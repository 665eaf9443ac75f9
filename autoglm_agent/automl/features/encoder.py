"""The whole table to one float32 matrix that trees can read.

Nothing here looks at the target, so it is fitted once on all training rows and shared by all
folds and models. What looks at the target (`features.target`) is fitted inside the folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from autoglm_agent.automl.features.categories import CategoryEncoder
from autoglm_agent.automl.features.dates import DateEncoder
from autoglm_agent.automl.features.kinds import feature_kinds
from autoglm_agent.automl.features.numbers import NumberEncoder
from autoglm_agent.automl.features.text import TextEncoder
from autoglm_agent.automl.semantic.encoder import SemanticEncoder
from autoglm_agent.errors import InputError

TEXT_COMPONENTS = 24
MANY_LEVELS = 40
"""A category with more levels than this is also read letter by letter."""
LEVEL_COMPONENTS = 8


class TableEncoder(TransformerMixin, BaseEstimator):
    """Encode numbers, booleans, categories, dates and texts.

    Args:
        kinds: Kinds of the columns as a profile tells them; inferred where absent.
        seed: Seed of the text reduction.
        expressions: Semantic features to compute besides, as `semantic.encoder` takes them.

    Attributes:
        features_: The raw columns that are read.
        names_: Names of the columns of the matrix.
        sources_: For each column of the matrix the raw columns it is made of.
        coded_: Indices of the columns of the matrix that hold category codes.
        levels_: Number of levels of each of them.
    """

    def __init__(
        self,
        kinds: Mapping[str, str] | None = None,
        seed: int = 0,
        expressions: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.kinds = kinds
        self.seed = seed
        self.expressions = expressions

    def fit(self, X: pd.DataFrame, y: None = None) -> Self:  # noqa: ARG002  (scikit-learn's signature)
        """Learn every encoding from the training rows."""
        self.kinds_ = feature_kinds(X, self.kinds)
        by_kind: dict[str, list[str]] = {}
        for name, kind in self.kinds_.items():
            by_kind.setdefault(kind, []).append(name)
        truth = by_kind.get("boolean", [])
        numbers = [n for n, k in self.kinds_.items() if k in ("number", "boolean")]
        categories = by_kind.get("category", [])
        self.parts_: list[Any] = [NumberEncoder(tuple(truth)).fit(X[numbers])]
        sources = [[n] for n in numbers]
        codes = CategoryEncoder().fit(X[categories])
        self.parts_.append(codes)
        self.coded_ = list(range(len(numbers), len(numbers) + len(categories)))
        self.levels_ = [len(levels) for levels in codes.levels_]
        sources += [[n] for n in categories]
        dates = DateEncoder().fit(X[by_kind.get("date", [])])
        self.parts_.append(dates)
        sources += dates.sources()
        many = [n for n, k in zip(categories, self.levels_, strict=True) if k > MANY_LEVELS]
        for name in [*by_kind.get("text", []), *many]:
            size = LEVEL_COMPONENTS if name in many else TEXT_COMPONENTS
            part = TextEncoder(size, seed=self.seed).fit(X[[name]])
            self.parts_.append(part)
            sources += [[name]] * len(part.get_feature_names_out())
        if self.expressions:
            sources += self._fit_expressions(X)
        self.sources_ = sources
        self.names_ = [n for part in self.parts_ for n in part.get_feature_names_out()]
        self.features_ = [n for n, k in self.kinds_.items() if k != "drop"]
        return self

    def _fit_expressions(self, X: pd.DataFrame) -> list[list[str]]:
        """Append the semantic features; return what raw columns each is made of."""
        before = sum(len(part.get_feature_names_out()) for part in self.parts_)
        part = SemanticEncoder(tuple(self.expressions), dict(self.kinds_)).fit(X)
        self.parts_.append(part)
        self.coded_ += [before + i for i in part.coded_]
        self.levels_ += part.levels_
        return part.sources()

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return the float32 matrix, shape (rows, len(names_)); further columns are ignored.

        Raises:
            InputError: If columns are missing; the message names them.
        """
        absent = [name for name in self.features_ if name not in X.columns]
        if absent:
            raise InputError(
                f"The table lacks {len(absent)} column(s) the model reads: "
                f"{', '.join(map(repr, absent[:10]))}.",
                "Give the same columns as in training.",
            )
        blocks = [part.transform(X) for part in self.parts_ if part.names_]
        if not blocks:
            return np.zeros((len(X), 0), dtype=np.float32)
        return np.ascontiguousarray(np.hstack(blocks), dtype=np.float32)

    def get_feature_names_out(self, input_features: None = None) -> list[str]:  # noqa: ARG002
        """Return the names of the columns of the matrix."""
        return list(self.names_)


def known_levels(encoder: TableEncoder) -> dict[str, list[str]]:
    """Return the levels of each category that training held, by column."""
    codes = next(part for part in encoder.parts_ if isinstance(part, CategoryEncoder))
    return dict(zip(codes.names_, codes.levels_, strict=True))
