"""Piecewise linear encoding of numeric columns (Gorishniy et al. 2022).

A network sees a number as the position in each of a few intervals, so that a step or a bend in
its effect is one weight and not a matter of many units.
"""

from __future__ import annotations

import numpy as np


def pieces_of(X: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return which columns are worth reading piece by piece, and the ends of their pieces.

    Args:
        X: Standardised columns.
        count: Pieces a column, between quantiles; 0 for none.
    """
    wide = [j for j in range(X.shape[1] if count else 0) if len(np.unique(X[:512, j])) > 4]
    ends = np.linspace(0.0, 1.0, count + 1)
    edges = np.quantile(X[:, wide], ends, axis=0).T if wide else np.zeros((0, count + 1))
    return np.array(wide, dtype=np.int64), edges.astype(np.float32)


def widened(X: np.ndarray, wide: np.ndarray | None, edges: np.ndarray | None) -> np.ndarray:
    """Append the piecewise linear encoding of some columns (Gorishniy et al. 2022); float32.

    Each piece is -0.5 below its interval, 0.5 above it and linear between.
    """
    X = X.astype(np.float32)
    if wide is None or edges is None or not len(wide):
        return X
    count = edges.shape[1] - 1
    out = np.empty((len(X), X.shape[1] + len(wide) * count), dtype=np.float32)
    out[:, : X.shape[1]] = X
    for place, (column, ends) in enumerate(zip(wide, edges, strict=True)):
        size = np.maximum(np.diff(ends), np.float32(1e-6))
        steps = (X[:, column, None] - ends[:-1]) / size
        start = X.shape[1] + place * count
        out[:, start : start + count] = np.clip(steps, 0.0, 1.0) - np.float32(0.5)
    return out
