"""Whether a column *is* the target under another name.

An honest column may tell the target, but the target hardly tells the column: many widths of
petals belong to one species. A column that was made from the target can be told from it, so the
sign of a copy is that the relation holds in both directions. Four forms of it:

    few levels, one a class        Cohen's kappa of the best naming of the levels
    numbers close to k values      share of the column's variance that the classes explain, where
                                   the nearest class mean tells the class (Cohen's kappa)
    a number in the target's order rank correlation with a numeric target
    buckets of a numeric target    Cohen's kappa of guessing the level from the target
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from autoglm_agent.automl.checks.columns import Sample, levels

NEAREST = 0.92
"""Kappa of the nearest class mean below which numbers are no copy: with many classes a column
that overlaps with its neighbours' values still has nearly all of its variance between them."""
LEVELS_A_CLASS = 2
"""A renamed target may have spare levels (a spelling, missing), but not many."""
MOST_BUCKETS = 50


def likeness(sample: Sample, name: str) -> tuple[str, float]:
    """Return the form in which a column resembles the target most, and how much, from 0 to 1.

    Classes: `levels` (kappa) or `numbers` (explained variance); numbers: `order` (absolute rank
    correlation) or `buckets` (kappa). Texts and dates resemble nothing here.
    """
    column = sample.X[name]
    if sample.kinds.get(name) in ("text", "id") or pd.api.types.is_datetime64_any_dtype(column):
        return "", 0.0
    codes = levels(column)
    found = [("", 0.0)]
    numeric = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan) if numeric else None
    if sample.problem.is_classification:
        found.append(("levels", renamed(codes, sample.y, sample.problem.width)))
        if values is not None and len(np.unique(codes)) > LEVELS_A_CLASS * sample.problem.width:
            near = nearest(values, sample.y) >= NEAREST
            found.append(("numbers", explained(values, sample.y) if near else 0.0))
    else:
        found.append(("buckets", bucketed(codes, sample.y)))
        if values is not None:
            found.append(("order", ordered_alike(values, sample.y)))
    return max(found, key=lambda form: form[1])


def renamed(codes: np.ndarray, y: np.ndarray, width: int) -> float:
    """Return Cohen's kappa between the classes and the levels named after their main class.

    Args:
        codes: Level of each row, from 0.
        y: Class of each row, from 0.
        width: Number of classes.

    Returns:
        Kappa; 0 if the column has fewer levels than classes, or more than two a class.
    """
    count = int(codes.max()) + 1
    if not width <= count <= LEVELS_A_CLASS * width + 1:
        return 0.0
    table = np.zeros((count, width))
    np.add.at(table, (codes, y), 1)
    naming = table.argmax(axis=1)
    said = np.bincount(naming, table.sum(axis=1), width)
    return _kappa(table.max(axis=1).sum() / len(y), float(said @ table.sum(axis=0)) / len(y) ** 2)


def explained(values: np.ndarray, y: np.ndarray) -> float:
    """Return the share of a number's variance that the classes explain (eta squared)."""
    known = np.isfinite(values)
    if known.mean() < 0.9:
        return 0.0
    values, y = values[known], y[known]
    values = values / max(float(np.abs(values).max()), 1e-300)  # a share has no unit
    size = np.bincount(y)
    sums, squares = np.bincount(y, values), float(((values - values.mean()) ** 2).sum())
    kept = size > 0
    between = float((size[kept] * (sums[kept] / size[kept] - values.mean()) ** 2).sum())
    return between / squares if squares > 0 else 0.0


def nearest(values: np.ndarray, y: np.ndarray) -> float:
    """Return how well the nearest class mean tells the class of a number, as Cohen's kappa."""
    known = np.isfinite(values)
    if not known.any():
        return 0.0
    values = values[known] / max(float(np.abs(values[known]).max()), 1e-300)
    classes, codes = np.unique(y[known], return_inverse=True)
    means = np.bincount(codes, values) / np.bincount(codes)
    order = np.argsort(means)
    between = (means[order][1:] + means[order][:-1]) / 2
    said = order[np.searchsorted(between, values)]
    share, told = np.bincount(codes) / len(codes), np.bincount(said, minlength=len(classes))
    return _kappa(float((said == codes).mean()), float(share @ told) / len(codes))


def ordered_alike(values: np.ndarray, y: np.ndarray) -> float:
    """Return the absolute rank correlation (Spearman) of two numbers; 0 if many are missing."""
    known = np.isfinite(values)
    if known.mean() < 0.9 or len(np.unique(values[known])) < 10:
        return 0.0
    first, second = rankdata(values[known]), rankdata(y[known])
    if first.std() == 0 or second.std() == 0:
        return 0.0
    return float(abs(np.corrcoef(first, second)[0, 1]))


def bucketed(codes: np.ndarray, y: np.ndarray) -> float:
    """Return how well the level can be told from a numeric target, as Cohen's kappa.

    A small tree on the target alone guesses the level of unseen rows; two folds.
    """
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    count = int(codes.max()) + 1
    share = np.bincount(codes) / len(codes)
    if not 2 <= count <= min(MOST_BUCKETS, len(codes) // 5) or share.max() > 0.95:
        return 0.0
    tree = DecisionTreeClassifier(max_leaf_nodes=3 * count, min_samples_leaf=2, random_state=0)
    folds = KFold(2, shuffle=True, random_state=0)
    guess = cross_val_predict(tree, y[:, None], codes, cv=folds)
    said = np.bincount(guess, minlength=count) / len(codes)
    return _kappa(float((guess == codes).mean()), float(said @ share))


def _kappa(agreement: float, chance: float) -> float:
    return float((agreement - chance) / (1 - chance)) if chance < 1 else 0.0
