"""Columns that give a target away level by level.

    levels    The levels of a category, or of two together, fix a numeric target (a grade that
              sets the price, a model and its trim).
    written   A text has the numeric target written in it ("now 12.50 instead of 14").
    means     The values of a number are the target's own means over groups of these rows:
              encoded before the rows were divided.

For the last, sampling gives the yardstick: the mean of a group in fresh data lies one standard
error away from the mean here, the mean of these very rows does not.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.likeness import ordered_alike
from autoglm_agent.automl.checks.sums import Formula
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared

SHRINKAGE = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Prior rows that encoders commonly smooth a level's mean with."""
MOST_CATEGORIES = 15
"""Categories of which every pair is looked at."""


def find_fixing(prepared: Prepared, limits: Thresholds) -> list[Formula]:
    """Return the categories whose levels fix a numeric target, each on unseen rows.

    A category counts only if it has far fewer levels than rows, and if the best of the numbers
    does not explain as much: then it says nothing that an honest measure would not.
    """
    if prepared.problem.is_classification:
        return []
    y = prepared.y.astype(np.float64)
    found, short = [], {}
    for name in prepared.features:
        column = prepared.X[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        codes = pd.factorize(column, use_na_sentinel=False)[0]
        if not 3 <= codes.max() + 1 <= len(y) / 10:
            continue
        share = _explained_unseen(codes, y)
        if share >= limits.fixed_by_level:
            words = f"the levels of {name!r} fix {share:.1%} of the target's variance"
            found.append(Formula((name,), words, share))
        else:
            short[name] = codes
    if not found:
        found = _fixing_pair(short, y, limits)
    return found


def _fixing_pair(codes: dict[str, np.ndarray], y: np.ndarray, limits: Thresholds) -> list[Formula]:
    """Return the two categories that a price list is kept by: one value in each cell."""
    for first, second in combinations(list(codes)[:MOST_CATEGORIES], 2):
        cells = np.unique(codes[first] * (int(codes[second].max()) + 1) + codes[second],
                          return_inverse=True)[1]  # fmt: skip
        size = np.bincount(cells)
        if not 6 <= len(size) <= len(y) / 10 or len(np.unique(y)) < 6:
            continue
        low, high = np.full(len(size), np.inf), np.full(len(size), -np.inf)
        np.minimum.at(low, cells, y)
        np.maximum.at(high, cells, y)
        one = ((low == high) & (size > 1))[cells].mean()
        if one >= limits.formula_cover:
            words = f"{first!r} and {second!r} together fix the target in {one:.1%} of the rows"
            return [Formula((first, second), words, float(one))]
    return []


def find_written(prepared: Prepared, limits: Thresholds) -> list[Formula]:
    """Return the texts in which a numeric target is written: their first or last number is it."""
    if prepared.problem.is_classification:
        return []
    found = []
    for name in prepared.features:
        column = prepared.X[name]
        if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        text = column.astype("string").str.replace(",", "", regex=False)
        for pattern in (r"(-?\d+(?:\.\d+)?)", r"(-?\d+(?:\.\d+)?)\D*$"):
            told = pd.to_numeric(text.str.extract(pattern, expand=False), errors="coerce")
            values = told.to_numpy(dtype=np.float64, na_value=np.nan)
            alike = ordered_alike(values, prepared.y.astype(np.float64))
            if alike >= limits.leak_copy:
                words = f"{name!r} has the target written in it (rank correlation {alike:.4f})"
                found.append(Formula((name,), words, alike))
                break
    return found


def _explained_unseen(codes: np.ndarray, y: np.ndarray) -> float:
    """Share of the variance that level means explain, each row left out of its own mean."""
    size = np.bincount(codes)
    mean = (np.bincount(codes, y)[codes] - y) / np.maximum(size[codes] - 1, 1)
    mean = np.where(size[codes] > 1, mean, y.mean())
    spread = float(((y - y.mean()) ** 2).sum())
    return 1.0 - float(((y - mean) ** 2).sum()) / spread if spread > 0 else 0.0


def find_means(prepared: Prepared, limits: Thresholds) -> list[Formula]:
    """Return the numbers that are means of the target over groups of these very rows."""
    found = []
    for name in prepared.features:
        column = prepared.X[name]
        if not pd.api.types.is_float_dtype(column) or column.isna().any():
            continue
        values = column.to_numpy(dtype=np.float64)
        for truth, label in _targets(prepared):
            ratio, levels = means_ratio(values, truth, len(prepared.rows) + prepared.holdout_rows)
            if levels >= limits.means_levels and ratio <= limits.means_ratio:
                p = _chance(ratio, levels)
                if p <= limits.means_p:
                    words = (
                        f"{name!r} holds means of {label} over groups of these very rows "
                        f"({levels} groups, {ratio:.2f} of the distance that fresh rows would have)"
                    )
                    found.append(Formula((name,), words, 1 - ratio))
                    break
    return found


def _targets(prepared: Prepared) -> list[tuple[np.ndarray, str]]:
    y, problem = prepared.y, prepared.problem
    if not problem.is_classification:
        return [(y.astype(np.float64), "the target")]
    classes = range(problem.width) if problem.width > 2 else (1, 0)
    return [((y == c).astype(np.float64), f"{problem.classes[c]!r}") for c in list(classes)[:10]]


def means_ratio(values: np.ndarray, truth: np.ndarray, rows: int) -> tuple[float, int]:
    """Return the distance between values and group means in sampling variances, and the groups.

    Args:
        values: A number that is equal within each group.
        truth: What the means would be of.
        rows: Rows of the whole table, of which these are a part.
    """
    codes = pd.factorize(values)[0]
    size = np.bincount(codes)
    groups = len(size)
    if not 5 <= groups <= len(values) / 3 or values.min() < truth.min() - 1e-9:
        return np.inf, 0
    if values.max() > truth.max() + 1e-9:
        return np.inf, 0
    level = np.empty(groups)
    level[codes] = values
    mean = np.bincount(codes, truth) / size
    variance = float(truth.var())
    # Within the groups: what the groups explain is no sampling error.
    within = float(((truth - mean[codes]) ** 2).sum() / max(1, len(truth) - groups))
    if variance <= 0 or within <= 0:
        return np.inf, 0
    kept = size >= 2
    whole = size * rows / len(values)
    best = np.inf
    for prior in SHRINKAGE:
        weight = whole / (whole + prior)
        near = weight * mean + (1 - weight) * truth.mean()
        unit = (weight**2)[kept].sum() * within
        best = min(best, float((size * (level - near) ** 2)[kept].sum() / unit))
    return best, int(kept.sum())


def _chance(ratio: float, levels: int) -> float:
    from scipy.stats import chi2

    return float(chi2.cdf(ratio * levels, levels))
