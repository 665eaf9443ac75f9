"""What a table is like, in a few numbers and without any of its rows, names or values.

Simple meta-features (size, kinds, gaps, balance) and landmarks (Pfahringer, Bensusan and
Giraud-Carrier, 2000, "Meta-Learning by Landmarking Various Learning Algorithms"): what a linear
model, a nearest neighbour and shallow trees make of a few hundred training rows. Which landmark
does best tells more of what will win than size and kinds do.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 600
MOST_COLUMNS = 60
REPEATS = 2

SCALES: dict[str, float] = {
    "log_rows": 2.0,
    "log_columns": 0.7,
    "numeric": 0.25,
    "missing": 0.15,
    "log_levels": 1.0,
    "log_classes": 0.7,
    "minority": 0.15,
    "skew": 1.0,
    "linear": 0.12,
    "neighbour": 0.12,
    "stump": 0.12,
    "tree": 0.12,
}
"""By how much a feature may differ before two tables are no longer alike in it."""


def signature_of(
    X: pd.DataFrame, y: np.ndarray, *, classification: bool, seed: int = 0
) -> dict[str, float]:
    """Return the signature of training rows.

    Args:
        X: Raw columns, shape (rows, columns).
        y: Codes of classes or numbers, shape (rows,).
        classification: Whether `y` holds classes.
        seed: Of the sample that the landmarks see.

    Returns:
        Feature to finite number; the keys are those of `SCALES`.
    """
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    numeric = [is_numeric_dtype(X[c]) or is_bool_dtype(X[c]) for c in X.columns]
    levels = [X[c].nunique() for c, n in zip(X.columns, numeric, strict=True) if not n]
    described = {
        "log_rows": math.log(max(1, len(X))),
        "log_columns": math.log(max(1, X.shape[1])),
        "numeric": float(np.mean(numeric)) if numeric else 1.0,
        "missing": float(X.isna().to_numpy().mean()) if X.size else 0.0,
        "log_levels": float(np.mean(np.log1p(levels))) if levels else 0.0,
        **_target(y, classification),
        **_landmarks(X, y, classification, seed),
    }
    return {n: round(v, 4) if math.isfinite(v) else 0.0 for n, v in described.items()}


def likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return how alike two signatures are, from 0 to 1; 0 if either lacks a feature."""
    total = 0.0
    for name, scale in SCALES.items():
        a, b = one.get(name), other.get(name)
        if not isinstance(a, int | float) or not isinstance(b, int | float):
            return 0.0
        total += min(9.0, ((a - b) / scale) ** 2)
    return math.exp(-total / len(SCALES))


def _target(y: np.ndarray, classification: bool) -> dict[str, float]:
    if classification:
        counts = np.unique(y, return_counts=True)[1]
        return {
            "log_classes": math.log(max(1, len(counts))),
            "minority": float(counts.min() / counts.sum()) if len(counts) else 0.0,
            "skew": 0.0,
        }
    values = np.asarray(y, dtype=float)
    deviation = float(values.std())
    third = float(np.mean((values - values.mean()) ** 3)) if deviation else 0.0
    skew = third / deviation**3 if deviation else 0.0
    return {"log_classes": 0.0, "minority": 0.0, "skew": float(np.clip(skew, -3, 3))}


def _landmarks(X: pd.DataFrame, y: np.ndarray, classification: bool, seed: int) -> dict[str, float]:
    """Return how far each simple model gets from guessing (0) to perfect (1)."""
    names = ("linear", "neighbour", "stump", "tree")
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(X))[:MOST_ROWS]
    values = _coded(X.iloc[rows, :MOST_COLUMNS])
    target = np.asarray(y)[rows]
    if len(rows) < 20 or not values.shape[1] or len(np.unique(target)) < 2:
        return dict.fromkeys(names, 0.0)
    scores = np.zeros((REPEATS, len(names)))
    half = len(rows) // 2
    for repeat in range(REPEATS):
        order = rng.permutation(len(rows))
        fit, test = order[:half], order[half:]
        for place, model in enumerate(_models(classification)):
            scores[repeat, place] = _gain(model, values, target, fit, test, classification)
    return dict(zip(names, scores.mean(axis=0).tolist(), strict=True))


def _models(classification: bool) -> list[Any]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    if classification:
        return [
            LogisticRegression(C=0.5, max_iter=200),
            KNeighborsClassifier(5),
            DecisionTreeClassifier(max_depth=1, random_state=0),
            DecisionTreeClassifier(max_depth=6, min_samples_leaf=5, random_state=0),
        ]
    return [
        Ridge(1.0),
        KNeighborsRegressor(5),
        DecisionTreeRegressor(max_depth=1, random_state=0),
        DecisionTreeRegressor(max_depth=6, min_samples_leaf=5, random_state=0),
    ]


def _gain(
    model: Any, X: np.ndarray, y: np.ndarray, fit: np.ndarray, test: np.ndarray, classes: bool
) -> float:
    from sklearn.metrics import balanced_accuracy_score, r2_score

    if classes and len(np.unique(y[fit])) < 2:
        return 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a landmark that does not converge is one all the same
        predicted = model.fit(X[fit], y[fit]).predict(X[test])
        if not classes:
            return max(0.0, float(r2_score(y[test], predicted)))
        chance = 1 / len(np.unique(y[test]))
        reached = float(balanced_accuracy_score(y[test], predicted))
    return max(0.0, (reached - chance) / (1 - chance)) if chance < 1 else 0.0


def _coded(X: pd.DataFrame) -> np.ndarray:
    """Return standardised numbers; levels by frequency, gaps by the mean."""
    import pandas as pd

    columns = []
    for name in X.columns:
        column = X[name]
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        if np.isnan(numbers).mean() > 0.5:  # words: how frequent each is
            numbers = column.map(column.value_counts()).to_numpy(dtype=float, na_value=np.nan)
        if np.isnan(numbers).all():
            continue
        numbers = np.where(np.isfinite(numbers), numbers, np.nanmean(numbers[np.isfinite(numbers)]))
        deviation = numbers.std()
        if deviation > 0:
            columns.append(np.clip((numbers - numbers.mean()) / deviation, -5, 5))
    return np.stack(columns, axis=1) if columns else np.zeros((len(X), 0))
