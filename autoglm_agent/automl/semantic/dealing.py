"""Which rows screen, and which rows test in which folds.

Where rows may be dealt at will, half of them screen and the others are dealt into folds several
times. Groups and blocks in time stay as the search's own folds have them: the first folds screen,
the others test, and in time a fold is tested by a model of earlier rows only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autoglm_agent.automl.scoring.problem import Problem

FOLDS = 5
REPEATS = 3


@dataclass(frozen=True)
class Dealing:
    """The rows of both stages.

    Attributes:
        screening: Rows that screen.
        folds: Training and validation rows of each test; no validation row screens.
        first: Number of tests after which an idea that is no better may be given up.
    """

    screening: np.ndarray
    folds: tuple[tuple[np.ndarray, np.ndarray], ...]
    first: int

    @property
    def test_share(self) -> float:
        """Validation rows over training rows, on average."""
        return float(np.mean([len(valid) / len(train) for train, valid in self.folds]))

    @classmethod
    def of(cls, y: np.ndarray, problem: Problem, folds: np.ndarray | None, seed: int) -> Dealing:
        """Deal the rows.

        Args:
            y: Codes or numbers; classes or fifths of the target are spread evenly.
            problem: What is predicted.
            folds: Fold of each row where rows may not be dealt at will.
            seed: Of the dealing.
        """
        if folds is not None:
            return cls._kept_together(folds)
        strata = y
        if not problem.is_classification:
            strata = np.argsort(np.argsort(y, kind="stable")) * FOLDS // max(1, len(y))
        half = _dealt(np.arange(len(y)), strata, 2, np.random.default_rng([seed, 23]))
        screening, testing = np.flatnonzero(half == 0), np.flatnonzero(half == 1)
        tests = []
        for repeat in range(REPEATS):
            rng = np.random.default_rng([seed, 24, repeat])
            numbers = np.full(len(y), -1)
            numbers[testing] = _dealt(testing, strata, FOLDS, rng)
            tests += [(np.flatnonzero(numbers != k), np.flatnonzero(numbers == k))
                      for k in range(FOLDS)]  # fmt: skip
        # A class that is lacking from a training part cannot be predicted.
        usable = [(a, b) for a, b in tests if len(b) and _whole(y, a, problem)]
        return cls(screening, tuple(usable), min(FOLDS, len(usable)))

    @classmethod
    def _kept_together(cls, folds: np.ndarray) -> Dealing:
        ordered = bool((folds == -1).any())
        numbers = [int(n) for n in np.unique(folds) if n >= 0]
        middle = max(1, len(numbers) // 2) - (1 if ordered else 0)
        early = numbers[:middle] + ([-1] if ordered else [])
        tests = []
        for number in numbers[middle:]:
            train = folds < number if ordered else folds != number
            tests.append((np.flatnonzero(train), np.flatnonzero(folds == number)))
        return cls(np.flatnonzero(np.isin(folds, early)), tuple(tests), 1 + len(tests))


def _dealt(
    rows: np.ndarray, strata: np.ndarray, parts: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the part of each row; each stratum is spread evenly."""
    shuffled = rng.permutation(len(rows))
    order = shuffled[np.argsort(strata[rows][shuffled], kind="stable")]
    dealt = np.empty(len(rows), dtype=np.int64)
    dealt[order] = np.arange(len(rows)) % parts
    return dealt


def _whole(y: np.ndarray, rows: np.ndarray, problem: Problem) -> bool:
    return not problem.is_classification or len(np.unique(y[rows])) == problem.width
