"""From a point of the space to a scikit-learn pipeline for a table of numbers and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from autoglm_agent.automl.samplers.estimators import estimator
from autoglm_agent.automl.samplers.space import Value, within
from autoglm_agent.errors import InputError

WIDEST_PRODUCTS = 24
"""More columns than this are cut to the strongest before they are multiplied."""


def build(
    point: Mapping[str, Value],
    *,
    numbers: Sequence[Any],
    categories: Sequence[Any],
    classification: bool = True,
    seed: int = 0,
) -> Pipeline:
    """Return an unfitted pipeline.

    Args:
        point: As `space.suggest` or the library gives it.
        numbers: Names (or positions) of the numeric columns.
        categories: Those of the categorical columns.
        classification: Whether labels are predicted; numbers otherwise.
        seed: Of whatever is random in the family.

    Raises:
        InputError: If the point is not of the space.
    """
    if not within(point):
        raise InputError("That is no point of the space.", "Take one from `suggest` or `library`.")
    steps = [("table", table_step(point, numbers, categories))]
    steps += feature_steps(point, classification)
    return Pipeline([*steps, ("model", estimator(point, classification=classification, seed=seed))])


def table_step(
    point: Mapping[str, Value], numbers: Sequence[Any], categories: Sequence[Any]
) -> BaseEstimator:
    """Return the column transformer: gaps filled, numbers scaled, categories encoded."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    if point["encoder"] == "onehot":
        code: Any = OneHotEncoder(
            handle_unknown="infrequent_if_exist", min_frequency=5, sparse_output=False
        )
    else:
        code = OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
        )
    gaps = SimpleImputer(strategy="median", keep_empty_features=True)
    parts = [("numbers", make_pipeline(gaps, _scaler(str(point["scaler"]))), list(numbers))]
    parts += [("categories", code, list(categories))]
    return ColumnTransformer([part for part in parts if part[2]])


def _scaler(name: str) -> Any:
    from sklearn.preprocessing import QuantileTransformer, RobustScaler, StandardScaler

    if name == "standard":
        return StandardScaler()
    if name == "robust":
        return RobustScaler()
    if name == "quantile":
        return QuantileTransformer(n_quantiles=100, output_distribution="normal", random_state=0)
    return "passthrough"


def feature_steps(point: Mapping[str, Value], classification: bool) -> list[tuple[str, Any]]:
    """Return the steps between the table and the model."""
    from sklearn.decomposition import PCA
    from sklearn.feature_selection import SelectPercentile, VarianceThreshold
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    kind = point["features"]
    if kind == "select":
        half = SelectPercentile(_relevance(classification), percentile=50)
        return [("vary", VarianceThreshold()), ("select", half)]
    if kind == "pca":
        return [("pca", PCA(n_components=0.95, svd_solver="full"))]
    if kind == "products":
        return [
            ("vary", VarianceThreshold()),
            ("few", Strongest(classification, WIDEST_PRODUCTS)),
            ("products", PolynomialFeatures(2, include_bias=False)),
            ("scale", StandardScaler()),
        ]
    return []


class Strongest(TransformerMixin, BaseEstimator):
    """Keep the columns most related to the target, at most so many.

    Args:
        classification: Whether the target is a class.
        most: Columns kept.
    """

    def __init__(self, classification: bool, most: int) -> None:
        self.classification = classification
        self.most = most

    def fit(self, X: np.ndarray, y: np.ndarray) -> Self:
        """Rank the columns by their F statistic."""
        order = np.argsort(-np.nan_to_num(_relevance(self.classification)(X, y)[0]), kind="stable")
        self.kept_ = np.sort(order[: self.most])
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the columns kept."""
        return np.asarray(X[:, self.kept_])


def _relevance(classification: bool) -> Any:
    from sklearn.feature_selection import f_classif, f_regression

    return f_classif if classification else f_regression
