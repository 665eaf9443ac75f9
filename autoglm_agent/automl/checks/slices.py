"""V37: groups of rows on which the model is much worse than elsewhere.

Every category and every quartile of a number with enough rows is compared with the other rows
(Welch's t-test on the quadratic loss); the false discovery rate is held over all of them (Chung et
al. 2019, https://doi.org/10.1109/ICDE.2019.00139). Told where the loss that is added is a fifth of
what the model gains at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.judged import Judged, judged
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.scoring.improvement import select_significant
from autoglm_agent.chain import Verdict

QUANTILES = 4
MOST_COLUMNS = 60
MOST_LEVELS = 20
MOST_TOLD = 5


@dataclass(frozen=True)
class Slice:
    """A group of rows.

    Attributes:
        column: The column that defines it.
        label: Its value or range.
        rows: Number of rows.
        excess: Loss beyond the other rows', as a share of the model's gain.
        p: One-sided p-value.
        worthless: Whether the model does worse there than the slice's own mean or shares.
    """

    column: str
    label: str
    rows: int
    excess: float
    p: float
    worthless: bool


def check_slices(context: CheckContext) -> Verdict:
    """V37: no group of rows is served much worse than the others."""
    found, limits = judged(context), context.thresholds
    if len(found.y) < 4 * limits.slice_rows:
        raise NotApplicableError(f"{len(found.y)} rows are too few for slices.")
    if found.reach <= 0:
        raise NotApplicableError("The model gains nothing anywhere.")
    slices = weak_slices(found, limits)
    listed = [f"{s.column!r} = {s.label} ({s.rows} rows)" for s in slices[:MOST_TOLD]]
    fact = "No group of rows is served clearly worse than the others."
    if slices:
        fact = f"Much worse than elsewhere, and worse than guessing there: {'; '.join(listed)}."
    evidence: dict[str, Any] = {
        "slices": [
            {
                "column": s.column,
                "value": s.label,
                "rows": s.rows,
                "excess": round(s.excess, 4),
                "p": float(f"{s.p:.3g}"),
            }
            for s in slices[:20]
        ]
    }
    return Verdict(
        check="V37",
        status="warn" if slices else "pass",
        fact=fact,
        statistic=round(slices[0].excess, 4) if slices else 0.0,
        threshold=limits.slice_effect,
        n=len(found.y),
        columns=tuple(dict.fromkeys(s.column for s in slices)),
        evidence=evidence,
        blame="train_models" if slices else None,
    )


def weak_slices(found: Judged, limits: Thresholds) -> list[Slice]:
    """Return the weak slices, the worst first."""
    tried = [s for name in list(found.X.columns)[:MOST_COLUMNS] for s in _of(found, name, limits)]
    if not tried:
        return []
    kept = select_significant(np.array([s.p for s in tried]), limits.slice_q)
    weak = [
        s
        for s, significant in zip(tried, kept, strict=True)
        if significant and s.excess >= limits.slice_effect and s.worthless
    ]
    return sorted(weak, key=lambda s: -s.excess)


def _of(found: Judged, name: str, limits: Thresholds) -> list[Slice]:
    from scipy.stats import ttest_ind

    loss, slices = found.loss, []
    least = max(limits.slice_rows, int(limits.slice_share * len(loss)))
    for label, inside in _groups(found.X[name]):
        size = int(inside.sum())
        if size < least or size > len(loss) - limits.slice_rows:
            continue
        excess = float(loss[inside].mean() - loss[~inside].mean()) / found.reach
        if excess <= 0:
            continue
        p = float(ttest_ind(loss[inside], loss[~inside], equal_var=False, alternative="greater")[1])
        own = _prior(found, inside)
        worthless = float(loss[inside].mean()) > own
        slices.append(Slice(name, label, size, excess, p, worthless))
    return slices


def _prior(found: Judged, inside: np.ndarray) -> float:
    """Loss of knowing the shares or the mean of the slice itself."""
    y = found.y[inside]
    truth = np.eye(found.problem.width)[y] if found.problem.is_classification else y[:, None]
    return float(((truth - truth.mean(axis=0)) ** 2).sum(axis=1).mean())


def _groups(column: pd.Series) -> list[tuple[str, np.ndarray]]:
    """Return the slices of a column as label and rows."""
    found = []
    missing = column.isna().to_numpy()
    if missing.any():
        found.append(("missing", missing))
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if numeric and column.nunique() > MOST_LEVELS:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, QUANTILES + 1)))
        for low, high in pairwise(edges):
            last = high == edges[-1]
            inside = (values >= low) & ((values <= high) if last else (values < high))
            found.append((f"{low:.4g} to {high:.4g}", inside))
    elif not pd.api.types.is_datetime64_any_dtype(column):
        for level in column.value_counts().index[:MOST_LEVELS]:
            inside = np.asarray((column == level).fillna(False), dtype=bool)
            found.append((str(level)[:40], inside))
    return found


CHECKS = (Check("V37", "Weak groups of rows", "search", check_slices, 0.3, worth=2),)
