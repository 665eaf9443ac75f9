"""Columns that give a numeric target away together or level by level.

    sum       The target is the sum of other columns, some perhaps subtracted, up to a rest that
              takes a few values only (a fee, a rounding).
    product   The same of logarithms: a quantity times a price.
    levels    The levels of a category fix the target (a grade that sets the price).
    means     The values of a number are the target's own means over groups of these rows:
              encoded before the rows were divided.

An honest column never does the first two: its coefficient is not one and its residual not a
handful of values. For the last, sampling gives the yardstick: the mean of a group in fresh data
lies one standard error away from the mean here, the mean of these very rows does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared

MOST_ROWS = 5_000
SHRINKAGE = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Prior rows that encoders commonly smooth a level's mean with."""


@dataclass(frozen=True)
class Formula:
    """A way in which columns give the target away.

    Attributes:
        columns: The columns.
        words: Why, as a clause that begins with the columns.
        strength: Share of rows, or of variance, that it explains.
    """

    columns: tuple[str, ...]
    words: str
    strength: float


def find_sum(prepared: Prepared, limits: Thresholds) -> Formula | None:
    """Return the columns that add up, or multiply, to a numeric target."""
    if prepared.problem.is_classification:
        return None
    X, y = _numbers(prepared)
    found = _signed_sum(X, y, limits)
    if found:
        terms = " ".join(f"{'+' if sign > 0 else '-'} {name!r}" for name, sign in found[0])
        words = f"{terms.removeprefix('+ ')} is the target in {found[1]:.1%} of the rows"
        return Formula(tuple(name for name, _ in found[0]), words, found[1])
    positive = X.loc[:, (X > 0).all()] if len(X.columns) else X
    if (y > 0).all() and len(positive.columns):
        logs = pd.DataFrame(np.log(positive.to_numpy()), columns=positive.columns)
        found = _signed_sum(logs, np.log(y), limits, exact=True)
    if found and len(found[0]) > 1:
        terms = " ".join(f"{'*' if sign > 0 else '/'} {name!r}" for name, sign in found[0])
        words = f"{terms.removeprefix('* ')} is the target in {found[1]:.1%} of the rows"
        return Formula(tuple(name for name, _ in found[0]), words, found[1])
    return None


def _numbers(prepared: Prepared) -> tuple[pd.DataFrame, np.ndarray]:
    rows = slice(0, MOST_ROWS)
    names = [
        name
        for name in prepared.features
        if pd.api.types.is_numeric_dtype(prepared.X[name])
        and not pd.api.types.is_bool_dtype(prepared.X[name])
    ]
    X = prepared.X[names].iloc[rows].astype("float64")
    X = X.loc[:, X.nunique() > 2]
    # An absent part counts as none of it.
    return X.fillna(0.0), prepared.y[rows].astype(np.float64)


def _signed_sum(
    X: pd.DataFrame, y: np.ndarray, limits: Thresholds, *, exact: bool = False
) -> tuple[list[tuple[str, int]], float] | None:
    """Return the signed columns whose sum leaves a rest of a few values, and the share covered.

    Columns are taken greedily by what they explain of the rest. All coefficients together must
    come out near one, as no honest regression has them.
    """
    chosen: list[str] = []
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0 or X.shape[1] < 2 or _cover(y, limits) >= limits.formula_cover:
        return None
    centred = X - X.mean()
    scale = np.sqrt((centred**2).sum())
    centred = centred.loc[:, scale > 0]
    rest = y - y.mean()
    for _ in range(min(limits.formula_parts, centred.shape[1])):
        with np.errstate(invalid="ignore", divide="ignore"):
            merit = np.abs(centred.T @ rest) / scale[centred.columns]
        merit[chosen] = -1.0
        chosen.append(str(merit.idxmax()))
        design = np.column_stack([centred[chosen].to_numpy(), np.ones(len(y))])
        weights = np.linalg.lstsq(design, y, rcond=None)[0][:-1]
        rest = y - y.mean() - centred[chosen].to_numpy() @ weights
        if 1 - float(rest @ rest) / total < limits.formula_variance:
            continue
        signs = np.sign(weights).astype(int)
        kept = np.abs(np.abs(weights) - 1) < 0.25
        parts = [(c, int(s)) for c, s, k in zip(chosen, signs, kept, strict=True) if k]
        if len(parts) < 2:
            continue
        left = y - sum(s * X[c].to_numpy() for c, s in parts)
        cover = _exact(left) if exact else _cover(left, limits)
        if cover >= limits.formula_cover:
            return _needed(X, y, parts, limits, exact), cover
    return None


def _needed(
    X: pd.DataFrame, y: np.ndarray, parts: list[tuple[str, int]], limits: Thresholds, exact: bool
) -> list[tuple[str, int]]:
    """Leave out what the sum does not need."""
    kept = list(parts)
    for part in reversed(parts):
        rest = [p for p in kept if p != part]
        if len(rest) < 2:
            break
        left = y - sum(s * X[c].to_numpy() for c, s in rest)
        if (_exact(left) if exact else _cover(left, limits)) >= limits.formula_cover:
            kept = rest
    return kept


def _cover(rest: np.ndarray, limits: Thresholds) -> float:
    """Return the share of rows that the most frequent values of the rest cover."""
    unit = max(float(np.abs(rest).max()), 1e-9)
    counts = np.unique(np.round(rest / unit, 6), return_counts=True)[1]
    return float(np.sort(counts)[::-1][: limits.formula_values].sum() / len(rest))


def _exact(rest: np.ndarray) -> float:
    """Return the share of rows whose rest is one constant, within rounding of the parts."""
    return float((np.abs(rest - np.median(rest)) < 0.005).mean())


def find_fixing(prepared: Prepared, limits: Thresholds) -> list[Formula]:
    """Return the categories whose levels fix a numeric target, each on unseen rows.

    A category counts only if it has far fewer levels than rows, and if the best of the numbers
    does not explain as much: then it says nothing that an honest measure would not.
    """
    if prepared.problem.is_classification:
        return []
    y = prepared.y.astype(np.float64)
    found = []
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
