"""Smoothed means per level, which baselines, checks and the target encoding share.

A level with few rows says little of its own mean, so each mean is drawn towards the overall one
(Micci-Barreca 2001, https://doi.org/10.1145/507533.507538).
"""

from __future__ import annotations

import numpy as np


def level_sums(codes: np.ndarray, targets: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of each level, shape (size, 1), and the sums there, shape (size, targets).

    Args:
        codes: Level of each row, integers from 0.
        targets: Shape (rows, targets).
        size: Number of levels.
    """
    counts = np.bincount(codes, minlength=size)[:, None]
    sums = [np.bincount(codes, weights=column, minlength=size) for column in targets.T]
    return counts, np.stack(sums, axis=1)


def smoothed_means(
    codes: np.ndarray, targets: np.ndarray, size: int, prior: np.ndarray, rows: float
) -> np.ndarray:
    """Return the mean of each target per level, shape (size, targets).

    Args:
        codes: Level of each row, integers from 0.
        targets: Shape (rows, targets).
        size: Number of levels.
        prior: Overall means, shape (targets,); a level without rows gets them.
        rows: Rows that the overall mean counts for.
    """
    counts, sums = level_sums(codes, targets, size)
    return np.asarray((sums + rows * prior) / (counts + rows))
