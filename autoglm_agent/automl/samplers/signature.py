"""A few figures that tell how a table is, so that similar ones are found.

Size, kinds, gaps and balance, and landmarks: what cheap, different models reach on a small part
(Pfahringer, Bensusan & Giraud-Carrier 2000): they say what shape suffices, which no count does.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

NAMES = (
    "log rows", "log columns", "log classes", "numeric", "gaps", "smallest class",
    "stump", "neighbour", "bayes", "linear",
)  # fmt: skip
ROWS = 400
"""Rows that the landmarks are measured on."""


def signature(X: pd.DataFrame, y: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Return the figures of a classification table.

    Args:
        X: Columns of numbers and categories, with or without gaps.
        y: Class codes or labels, shape (rows,).
        seed: Of the rows the landmarks are measured on.

    Returns:
        One number a name of `NAMES`, shape (10,).
    """
    codes = pd.factorize(pd.Series(np.asarray(y)), sort=True)[0]
    numeric = [c for c in X.columns if pd.api.types.is_numeric_dtype(X[c])]
    shares = np.bincount(codes) / len(codes)
    plain = [
        np.log10(len(X)), np.log10(max(1, X.shape[1])), np.log2(len(shares)),
        len(numeric) / max(1, X.shape[1]), float(X.isna().to_numpy().mean()),
        float(shares.min() * len(shares)),
    ]  # fmt: skip
    return np.array([*plain, *_landmarks(X, codes, numeric, seed)])


def _landmarks(X: pd.DataFrame, y: np.ndarray, numeric: list[Any], seed: int) -> list[float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.tree import DecisionTreeClassifier

    from autoglm_agent.automl.samplers.library import library
    from autoglm_agent.automl.samplers.pipeline import table_step

    rows = np.sort(np.random.default_rng([seed, 3]).permutation(len(y))[:ROWS])
    counts = np.bincount(y[rows])
    rows = rows[counts[y[rows]] >= 3]
    others = [c for c in X.columns if c not in numeric]
    values = table_step(library()[0].params, numeric, others).fit_transform(X.iloc[rows])
    models = (
        DecisionTreeClassifier(max_depth=1, class_weight="balanced", random_state=0),
        KNeighborsClassifier(1),
        GaussianNB(),
        LogisticRegression(C=0.1, class_weight="balanced", max_iter=100),
    )
    chance = 1.0 / max(2, len(np.unique(y[rows])))
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for model in models:
            scores = cross_val_score(
                model, np.asarray(values), y[rows], cv=3, scoring="balanced_accuracy"
            )
            # Above chance, so that two classes and ten are measured alike.
            found.append((float(np.nanmean(scores)) - chance) / (1.0 - chance))
    return found
