"""V43: a model of numbers over time beats the last value, and leaves no pattern behind.

Asked where the rows are divided by time. The naive forecast is the last value known before a
block of validated rows (Hyndman & Koehler 2006, https://doi.org/10.1016/j.ijforecast.2006.03.001);
what is left over should not be correlated with itself (Ljung & Box 1978); intervals that hold on
one half of the validated rows should hold on the other (split conformal, Vovk et al. 2005).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.stored import stored_oof
from autoglm_agent.automl.preparation.grouping import moments
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.chain import Verdict

LEAST_ROWS = 100
LEVEL = 0.9
_NAMED = {False: "the last known value", True: "the simple forecast"}


def check_series(context: CheckContext) -> Verdict:
    """V43: better than the last value, residuals without memory, intervals that hold."""
    prepared, limits = context.need_target(), context.thresholds
    if prepared.plan.kind != "time" or prepared.problem.is_classification:
        raise NotApplicableError("Asked of numbers that are divided by time.")
    told = stored_oof(context)["ensemble"]
    rows = np.flatnonzero(predicted(told) & (prepared.folds >= 0))
    if len(rows) < LEAST_ROWS:
        raise NotApplicableError(f"{len(rows)} rows are too few for a series.")
    times = _times(context)
    rows = rows[np.argsort(times[rows], kind="stable")]
    naive = _naive(prepared, times)
    error, plain = np.abs(told - prepared.y)[rows], np.abs(naive - prepared.y)[rows]
    scaled = float(error.mean() / plain.mean()) if plain.mean() > 0 else 1.0
    p = _memory(prepared, told, rows)
    cover = _coverage(error)
    doubts, forecast = [], prepared.task.horizon is not None
    if scaled >= 1:
        doubts.append(f"{_NAMED[forecast]} does as well (scaled error {scaled:.2f})")
    if p < limits.autocorrelation_p:
        doubts.append("what is left over is correlated in time, so lags would help")
    if abs(cover - LEVEL) > limits.coverage_miss + 2 * np.sqrt(LEVEL * (1 - LEVEL) / len(rows) * 2):
        doubts.append(f"intervals of 90 % cover {cover:.0%} later on")
    fact = f"The error is {scaled:.2f} of that of {_NAMED[forecast]}."
    if doubts:
        fact = f"{'; '.join(doubts)}."
        fact = fact[:1].upper() + fact[1:]
    return Verdict(
        check="V43",
        status="warn" if doubts else "pass",
        fact=fact,
        statistic=round(scaled, 4),
        threshold=1.0,
        n=len(rows),
        evidence={"ljung_box_p": round(p, 6), "coverage": round(cover, 4)},
        blame="train_models" if doubts else None,
    )


def _naive(prepared: Prepared, times: np.ndarray) -> np.ndarray:
    """Return the last value known before each block; of forecasts, the simple forecast."""
    if prepared.simple is not None:
        return prepared.simple.baseline().predict(prepared.X)
    naive = np.full(len(prepared.y), np.nan)
    for train, valid in fold_pairs(prepared.plan, prepared.folds):
        if len(train):
            naive[valid] = prepared.y[train[np.argmax(times[train])]]
    return naive


def _memory(prepared: Prepared, told: np.ndarray, rows: np.ndarray) -> float:
    """Return how likely what is left over has no memory; 1 where rows are no single series."""
    if prepared.task.horizon is not None:
        # Forecasts from one origin share their error; one step ahead they should not.
        steps = prepared.X["step"].to_numpy() if "step" in prepared.X else np.ones(len(told))
        rows = rows[steps[rows] == 1]
        if prepared.X[prepared.plan.column].iloc[rows].duplicated().any():
            return 1.0
    residual = (told - prepared.y)[rows]
    return ljung_box(residual, lags=min(10, len(rows) // 10))


def _times(context: CheckContext) -> np.ndarray:
    prepared = context.need_target()
    column = str(prepared.plan.column)
    if column not in prepared.X:
        # Without the column the folds are all that is left of the order.
        return prepared.folds.astype(np.float64)
    values = prepared.X[column]
    if pd.api.types.is_datetime64_any_dtype(values):
        return moments(values).astype(np.float64)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def ljung_box(residual: np.ndarray, lags: int) -> float:
    """Return the p-value of no correlation of a series with its own past."""
    from scipy.stats import chi2

    centred = residual - residual.mean()
    n, power = len(centred), float(centred @ centred)
    if power <= 0 or lags < 1:
        return 1.0
    q = sum((float(centred[k:] @ centred[:-k]) / power) ** 2 / (n - k) for k in range(1, lags + 1))
    return float(chi2.sf(n * (n + 2) * q, lags))


def _coverage(error: np.ndarray) -> float:
    """Return how many of the later half's errors lie within the earlier half's quantile."""
    half = len(error) // 2
    bound = np.quantile(error[:half], min(1.0, LEVEL * (1 + 1 / half)))
    return float((error[half:] <= bound).mean())


CHECKS = (Check("V43", "Better than the last value", "search", check_series, 0.05, worth=2),)
