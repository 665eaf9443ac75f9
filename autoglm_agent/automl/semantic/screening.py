"""Which ideas are worth a test: those that tell something of what the model leaves unexplained.

On half of the rows a small model is cross-validated; each expression is cut into a few bins and
an F test asks whether the residuals differ between them. Ideas are kept at a false discovery
rate, weighted by how plausible they were beforehand (Genovese, Roeder & Wasserman 2006,
https://doi.org/10.1093/biomet/93.3.509). The other half is left for the test proper: judged
there, an idea cannot profit from having been chosen here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.improvement import select_significant
from autoglm_agent.automl.semantic.evaluate import Evaluation
from autoglm_agent.automl.semantic.ideas import Idea

BINS = 8
RATE = 0.2
"""Tolerated share of useless ideas among those that go on to the test."""


def screen(
    ideas: Sequence[Idea],
    X: pd.DataFrame,
    residuals: np.ndarray,
    kinds: Mapping[str, str],
    deadline: Deadline,
) -> tuple[np.ndarray, np.ndarray]:
    """Screen ideas.

    Args:
        ideas: What is proposed.
        X: Raw columns of the screening rows.
        residuals: What the small model leaves, shape (rows, outputs).
        kinds: Column to kind.
        deadline: When to stop; what was not reached has p = 1.

    Returns:
        p-values, shape (ideas,), and the indices of those that go on, most telling first.
    """
    work = Evaluation(X, dict(kinds))
    p = np.ones(len(ideas))
    for i, idea in enumerate(ideas):
        if deadline.over:
            break
        found = [residual_p(work.fit(e)[0], residuals) for e in idea.expressions]
        p[i] = min(1.0, min(found) * len(found))
    weights = np.array([idea.weight for idea in ideas])
    weighted = np.minimum(1.0, p / (weights / weights.mean())) if len(ideas) else p
    kept = np.flatnonzero(select_significant(weighted, RATE))
    return p, kept[np.argsort(weighted[kept], kind="stable")]


def residual_p(values: np.ndarray, residuals: np.ndarray) -> float:
    """Return the p-value of "the residuals have the same mean in every bin of the values".

    One-way analysis of variance, Bonferroni over the outputs.
    """
    from scipy.stats import f as f_distribution

    codes = _bins(values)
    groups, rows = int(codes.max()) + 1, len(codes)
    if groups < 2 or rows <= groups + 1:
        return 1.0
    counts = np.bincount(codes, minlength=groups)
    centred = residuals - residuals.mean(axis=0)
    total = (centred**2).sum(axis=0)
    between = np.zeros(residuals.shape[1])
    for k in range(residuals.shape[1]):
        sums = np.bincount(codes, centred[:, k], minlength=groups)
        between[k] = float((sums**2 / counts).sum())
    within = np.maximum(total - between, 1e-12 * np.maximum(total, 1e-300))
    f = (between / (groups - 1)) / (within / (rows - groups))
    best = float(np.min(f_distribution.sf(f, groups - 1, rows - groups)))
    return float(min(1.0, best * residuals.shape[1]))


def _bins(values: np.ndarray) -> np.ndarray:
    """Cut values into a few bins of about equal size; missing ones are a bin of their own."""
    known = np.isfinite(values)
    distinct = np.unique(values[known])
    if len(distinct) > BINS:
        edges = np.unique(np.quantile(values[known], np.arange(1, BINS) / BINS))
        codes = np.searchsorted(edges, np.where(known, values, 0.0), side="right")
    else:
        codes = np.searchsorted(distinct, np.where(known, values, 0.0))
    codes = np.where(known, codes, codes.max(initial=0) + 1)
    return np.asarray(np.unique(codes, return_inverse=True)[1])
