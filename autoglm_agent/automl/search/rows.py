"""The rows of a search as its fits read them: dealt into folds, cut out on demand.

It is what a worker in another process needs; the encoders stay with the `Study`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from autoglm_agent.automl.models.base import Fold
from autoglm_agent.automl.scoring.problem import Problem


@dataclass
class Rows:
    """Encoded rows with their target.

    Attributes:
        problem: What is predicted.
        y: Codes or numbers, shape (rows,).
        folds: Fold of each row, -1 for rows that are never validated. If there are such rows
            the folds are blocks in time, and a fold is trained on earlier blocks only.
        exchangeable: Whether rows may be dealt into folds at will (no groups, no time).
        weight: Weights of the rows, or None.
        seed: Seed of everything random.
        coded: Indices of the columns of the view for trees that hold category codes.
        levels: Number of levels of each of them.
        views: Matrices that families read, by name.
    """

    problem: Problem
    y: np.ndarray
    folds: np.ndarray
    exchangeable: bool
    weight: np.ndarray | None
    seed: int
    coded: tuple[int, ...]
    levels: tuple[int, ...]
    views: dict[str, np.ndarray] = field(default_factory=dict)
    _kept: dict[tuple[str, int, int], Fold] = field(default_factory=dict)

    @property
    def ordered(self) -> bool:
        """Whether the folds are blocks in time."""
        return bool((self.folds == -1).any())

    @property
    def fold_numbers(self) -> list[int]:
        """The numbers of the validated folds."""
        return [int(f) for f in np.unique(self.folds) if f >= 0]

    def view(self, name: str) -> np.ndarray:
        """Return the matrix of all rows that a family reads."""
        return self.views[name]

    def split(self, number: int) -> np.ndarray:
        """Return the folds of a repetition; the first is the given one.

        Exchangeable rows are dealt anew, within classes or within tenths of the target.
        """
        if number == 0 or not self.exchangeable:
            return self.folds
        rng = np.random.default_rng([self.seed, number])
        strata = self.y
        if not self.problem.is_classification:
            strata = np.argsort(np.argsort(self.y, kind="stable")) * 10 // len(self.y)
        shuffled = rng.permutation(len(self.y))
        dealt = shuffled[np.argsort(strata[shuffled], kind="stable")]
        folds = np.empty(len(self.y), dtype=np.int64)
        folds[dealt] = np.arange(len(self.y)) % len(self.fold_numbers)
        return folds

    def rows(self, number: int, split: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows to train on and the rows to validate on; fold -1 trains on all."""
        if number == -1:
            return np.arange(len(self.y)), np.arange(0)
        folds = self.split(split)
        train = folds < number if self.ordered else folds != number
        return np.flatnonzero(train), np.flatnonzero(folds == number)

    def fold(self, view: str, number: int, split: int = 0) -> Fold:
        """Return a fold; those of the first split that trees read are kept, with their cache."""
        key = (view, number, split)
        if key in self._kept:
            return self._kept[key]
        fold = self._cut(view, *self.rows(number, split))
        # The linear view is wide, and nothing of it is cached.
        if split == 0 and number >= 0 and view == "tree":
            self._kept[key] = fold
        return fold

    def everything(self, view: str) -> Fold:
        """Return all rows to train on and none to validate on."""
        return self.fold(view, -1)

    def _cut(self, view: str, train: np.ndarray, valid: np.ndarray) -> Fold:
        X = self.view(view)
        tree = view == "tree"
        return Fold(
            X[train], self.y[train], X[valid], self.y[valid],
            None if self.weight is None else self.weight[train],
            self.coded if tree else (), self.levels if tree else (),
        )  # fmt: skip
