"""Columns that make up a numeric target by arithmetic.

    sum       Other columns, some perhaps subtracted, add up to the target or to a fixed share of
              it (an average, another unit), up to a rest that takes a few values only (a fee, a
              rounding). The end and the beginning of a trip are its duration.
    weighted  A weighted average of them with weights that add up to one.
    product   Powers of them multiply to it: a quantity times a price, a weight by a squared height.

The logarithm of a sum is found as well. A regression finds the columns; what refutes is that the
weights are all the same, add up to one or are whole powers *and* that the rows come out exactly.
No honest relation does both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared

MOST_ROWS = 3_000
MOST_COLUMNS = 60
"""Numeric columns that are regressed on at once."""
SAME = 0.25
"""How far, in parts of their median, weights may lie apart and still be taken for one; what they
claim is then tested exactly."""
POWERS = np.array([-3.0, -2.0, -1.0, -0.5, 0.5, 1.0, 2.0, 3.0])
LEAST_GAIN = 0.01
"""Share of rows that a part must bring to be named."""


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


Weights = dict[str, float]
Judge = Callable[[pd.DataFrame, np.ndarray, Weights], tuple[Weights, float]]
"""From columns, target and the weights of a regression to the weights meant and the share of rows
that they give exactly."""


def find_sum(prepared: Prepared, limits: Thresholds) -> Formula | None:
    """Return the columns that add up, or multiply, to a numeric target."""
    if prepared.problem.is_classification:
        return None
    X, y = _numbers(prepared)
    if _few(y, limits) >= limits.formula_cover:
        # Of a count that takes a few values the rest says nothing, unless it is one value.
        limits = replace(limits, formula_values=1)
    for target, power in _targets(y):
        judges: list[Judge] = [_Sum(limits), _average] if power is None else [_Sum(limits)]
        for judge in judges:
            found = _search(X, target, judge, limits)
            if found:
                return _formula(X, found, "+", "-", "" if power is None else "the exponential of ")
    rows = y > 0
    if rows.mean() < 0.5:
        return None
    logs = _logarithms(X[rows])
    found = _search(logs, np.log(y[rows]), _product, limits)
    if not found:
        return None
    rests = {n: w for n, w in found[0].items() if X[n][rows].min() <= 0}
    formula = _formula(logs, found, "*", "/", "")
    words = formula.words
    for name in rests:
        words = words.replace(repr(name), f"(1 - {name!r})", 1)
    return replace(formula, words=words)


def _formula(
    X: pd.DataFrame, found: tuple[Weights, float], plus: str, minus: str, what: str
) -> Formula:
    """Name the parts; what is the same in another unit would stand in for them."""
    weights, share = found
    others = [o for first, same in _doubles(X).items() for o in (first, *same)
              if o not in weights and not weights.keys().isdisjoint((first, *same))]  # fmt: skip
    terms = " ".join(f"{plus if w > 0 else minus} {n!r}{_times(w, plus)}" for n, w in
                     weights.items())  # fmt: skip
    words = f"{terms.removeprefix(plus + ' ')} is {what}the target in {share:.1%} of the rows"
    return Formula((*weights, *others), words, share)


def _times(weight: float, plus: str) -> str:
    if abs(abs(weight) - 1) < 1e-9:
        return ""
    return f" ** {abs(weight):g}" if plus == "*" else f" * {abs(weight):.3g}"


def _numbers(prepared: Prepared) -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers, and dates in seconds; an absent part counts as none of it."""
    columns = {}
    for name in prepared.features:
        column = prepared.X[name].iloc[:MOST_ROWS]
        if pd.api.types.is_datetime64_any_dtype(column):
            since = (column - column.min()).dt.total_seconds()
            columns[name] = since.fillna(0.0)
        elif pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            columns[name] = column.astype("float64").replace([np.inf, -np.inf], np.nan).fillna(0.0)
    X = pd.DataFrame(columns)
    return X.loc[:, X.nunique() > 2], prepared.y[:MOST_ROWS].astype(np.float64)


def _targets(y: np.ndarray) -> Iterator[tuple[np.ndarray, str | None]]:
    """Yield the target, and what it may be the logarithm of."""
    yield y, None
    if y.min() > -20 and y.max() < 40 and not np.array_equal(y, np.round(y)):
        yield np.exp(y), "exp"


def _logarithms(X: pd.DataFrame) -> pd.DataFrame:
    """Logarithms of positive columns, and of what is left of a share (a discount)."""
    logs = {name: np.log(X[name]) for name in X if X[name].min() > 0}
    for name in X:
        if X[name].min() == 0 and X[name].max() < 1:
            logs[name] = np.log1p(-X[name])
    return pd.DataFrame(logs, index=X.index)


def _search(
    X: pd.DataFrame, y: np.ndarray, judge: Judge, limits: Thresholds
) -> tuple[Weights, float] | None:
    """Return the weights that a judge accepts, those of columns that are needed."""
    spread = float(((y - y.mean()) ** 2).sum())
    if (
        spread <= 0
        or not np.isfinite(spread)
        or X.shape[1] < 2
        or _few(y, limits) >= limits.formula_cover
    ):
        return None
    doubles = _doubles(X)
    once = X.drop(columns=[other for others in doubles.values() for other in others])
    for names in _candidates(once, y, limits):
        weights = _regress(X[names], y)
        told = X[names] @ pd.Series(weights)
        left = y - told - float((y - told).mean())
        if 1 - float(left @ left) / spread < limits.formula_variance:
            continue
        moving = {n: w for n, w in weights.items()
                  if abs(w) * float(X[n].std()) > 0.01 * float(y.std())}  # fmt: skip
        for tried in (*_swapped(X, moving, doubles), weights):
            meant, share = judge(X, y, tried)
            if share >= limits.formula_cover and len(meant) > 1:
                return _needed(X, y, meant, share, judge)
    return None


def _doubles(X: pd.DataFrame) -> dict[str, list[str]]:
    """Return for a column the later ones that are the same in another unit."""
    found: dict[str, list[str]] = {}
    values = X.to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        near = np.abs(np.corrcoef(values, rowvar=False)) > 1 - 1e-9
    known = set[str]()
    for i, name in enumerate(map(str, X.columns)):
        if name not in known:
            same = [str(X.columns[j]) for j in range(i + 1, len(near)) if near[i, j]]
            known.update(same)
            found[name] = [other for other in same if other not in found]
    return found


def _swapped(X: pd.DataFrame, weights: Weights, doubles: dict[str, list[str]]) -> Iterator[Weights]:
    """Yield the weights as they are, then with one column in its other units."""
    yield weights
    for name in weights:
        for other in doubles[name]:
            again = {n: w for n, w in weights.items() if n != name}
            ratio = _regress(X[[other]], X[name].to_numpy())[other]
            yield {**again, other: weights[name] * ratio}


def _candidates(X: pd.DataFrame, y: np.ndarray, limits: Thresholds) -> Iterator[list[str]]:
    """Yield all columns at once, then sets that grow by what explains most of the rest.

    All at once finds readings that only their difference relates to the target; growing sets
    tell a part from its doubles.
    """
    if 2 <= X.shape[1] <= min(MOST_COLUMNS, len(y) // 5):
        yield list(X.columns)
    centred = X - X.mean()
    scale = np.sqrt((centred**2).sum())
    centred = centred.loc[:, scale > 0]
    rest, chosen = y - y.mean(), list[str]()
    for _ in range(min(limits.formula_parts, centred.shape[1])):
        merit = np.abs(centred.T @ rest) / scale[centred.columns]
        merit[chosen] = -1.0
        chosen.append(str(merit.idxmax()))
        weights = _regress(X[chosen], y)
        rest = y - (X[chosen] @ pd.Series(weights)).to_numpy()
        rest = rest - rest.mean()
        if len(chosen) > 1:
            yield list(chosen)


def _regress(X: pd.DataFrame, y: np.ndarray) -> Weights:
    centred = (X - X.mean()).to_numpy()
    scale = np.sqrt((centred**2).sum(axis=0))
    scale[scale == 0] = 1.0
    found = np.linalg.lstsq(centred / scale, y - y.mean(), rcond=1e-9)[0] / scale
    return dict(zip(map(str, X.columns), map(float, found), strict=True))


def _needed(
    X: pd.DataFrame, y: np.ndarray, weights: Weights, share: float, judge: Judge
) -> tuple[Weights, float]:
    """Leave out what brings no rows."""
    size = {name: abs(w) * float(np.std(X[name].to_numpy())) for name, w in weights.items()}
    for name in sorted(size, key=lambda n: size[n]):
        rest = {n: w for n, w in weights.items() if n != name}
        if len(rest) > 1:
            meant, less = judge(X, y, rest)
            if len(meant) == len(rest) and less > share - LEAST_GAIN:
                weights, share = meant, less
    return weights, share


class _Sum:
    """Columns with one common weight, up to a rest of a few values."""

    def __init__(self, limits: Thresholds) -> None:
        self._limits = limits

    def __call__(self, X: pd.DataFrame, y: np.ndarray, weights: Weights) -> tuple[Weights, float]:
        """Return the signed columns with their common weight, and the share of exact rows."""
        best: tuple[Weights, float] = ({}, 0.0)
        sizes = np.abs(np.array(list(weights.values())))
        for unit in {1.0, float(np.median(sizes)), float(sizes.max())}:
            kept = {n: float(np.sign(w)) for n, w in weights.items()
                    if abs(abs(w) - unit) <= SAME * unit}  # fmt: skip
            if unit <= 0 or len(kept) < 2:
                continue
            total = (X[list(kept)] @ pd.Series(kept)).to_numpy()
            # A fee that takes a few values bends the slope; a plain sum needs none.
            slope = 1.0 if abs(unit - 1) <= SAME else _regress(pd.DataFrame({"t": total}), y)["t"]
            share = max(_few(y - total, self._limits) if slope == 1.0 else 0.0,
                        _close(y, slope * total))  # fmt: skip
            if share > best[1]:
                best = ({n: s * slope for n, s in kept.items()}, share)
        return best


def _average(X: pd.DataFrame, y: np.ndarray, weights: Weights) -> tuple[Weights, float]:
    """Weights above zero that add up to one."""
    kept = {n: w for n, w in weights.items() if w > 0.01}
    if len(kept) < 2 or abs(sum(kept.values()) - 1) > 0.02:
        return {}, 0.0
    kept = _regress(X[list(kept)], y)
    if abs(sum(kept.values()) - 1) > 0.02:
        return {}, 0.0
    return kept, _close(y, (X[list(kept)] @ pd.Series(kept)).to_numpy())


def _product(X: pd.DataFrame, y: np.ndarray, weights: Weights) -> tuple[Weights, float]:
    """Whole or half powers of columns (here logarithms)."""
    powers = {n: float(POWERS[np.abs(POWERS - w).argmin()]) for n, w in weights.items()}
    kept = {n: p for n, p in powers.items() if abs(p - weights[n]) <= 0.1 * abs(p)}
    if len(kept) < 2:
        return {}, 0.0
    rest = y - (X[list(kept)] @ pd.Series(kept)).to_numpy()
    return kept, float((np.abs(rest - np.median(rest)) < 0.005).mean())


def _few(rest: np.ndarray, limits: Thresholds) -> float:
    """Return the share of rows that the most frequent values of the rest cover."""
    unit = max(float(np.abs(rest).max()), 1e-9)
    counts = np.unique(np.round(rest / unit, 6), return_counts=True)[1]
    return float(np.sort(counts)[::-1][: limits.formula_values].sum() / len(rest))


def _close(y: np.ndarray, told: np.ndarray) -> float:
    """Return the share of rows that are told, up to one constant, within rounding."""
    rest = y - told
    low, high = np.quantile(y, [0.25, 0.75])
    room = max(resolution(y), 0.003 * min(float(y.std()), float(high - low) / 1.35))
    return float((np.abs(rest - np.median(rest)) <= room).mean())


def resolution(values: np.ndarray) -> float:
    """Return the last decimal place that numbers are written to, down to a billionth."""
    for digits in range(10):
        if np.allclose(values, np.round(values, digits), rtol=0, atol=1e-10):
            return float(10.0**-digits)
    return 0.0
