"""The shared parts of the fits: what they are given and what they give back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Predictor = Callable[[np.ndarray], np.ndarray]
"""From a matrix to probabilities (rows, classes) or numbers (rows,)."""


@dataclass(frozen=True)
class Problem:
    """What is predicted.

    Attributes:
        kind: `binary`, `multiclass` or `regression`.
        metric: The metric that the model was chosen by.
        width: Number of classes; 1 for regression.
        coded: Columns of the tree matrix that hold category codes.
        levels: Number of levels of each of them.
    """

    kind: str
    metric: str
    width: int
    coded: tuple[int, ...] = ()
    levels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fit:
    """One training: on which rows, with which seed, and how long.

    Attributes:
        fold: Fold to leave out; -1 for none.
        seed: Of this fit.
        split: Number of the dealing into folds.
        length: Rounds, trees, epochs or position on the path that cross-validation chose.
    """

    fold: int
    seed: int
    split: int = 0
    length: int = 0


def smear_of(y: np.ndarray, predicted: np.ndarray) -> float:
    """Return the factor that keeps the mean after a logarithm is undone (Duan 1983)."""
    return float(np.mean(y) / max(np.mean(predicted), 1e-12))
