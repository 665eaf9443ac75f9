"""The training data of one search: encoded once, cut into folds on demand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.features.linear import LinearView
from autoglm_agent.automl.models.base import Fold
from autoglm_agent.automl.scoring.problem import Problem


@dataclass
class Study:
    """What every candidate of a search is trained on.

    Attributes:
        problem: What is predicted.
        y: Codes or numbers, shape (rows,).
        folds: Fold of each row, -1 for rows that are never validated. If there are such rows
            the folds are blocks in time, and a fold is trained on earlier blocks only.
        exchangeable: Whether rows may be dealt into folds at will (no groups, no time).
        encoder: Fitted on all training rows.
        tree: The matrix for trees.
        weight: Weights of the rows, or None.
        seed: Seed of everything random.
        threads: Fits that run side by side.
        refit: Whether the model in use is fitted on all rows instead of averaged over folds.
        digest: Digest of the encoded data, the target and the folds.
        fits: Fits of single folds that a race made, for the candidates that go on from them.
    """

    problem: Problem
    y: np.ndarray
    folds: np.ndarray
    exchangeable: bool
    encoder: TableEncoder
    tree: np.ndarray
    weight: np.ndarray | None
    seed: int
    threads: int
    refit: bool
    digest: str = ""
    fits: dict[str, Any] = field(default_factory=dict)
    linear_view: LinearView | None = None
    _linear: np.ndarray | None = None
    _folds: dict[tuple[str, int, int], Fold] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        X: pd.DataFrame,
        y: np.ndarray,
        problem: Problem,
        folds: np.ndarray,
        *,
        exchangeable: bool,
        kinds: Mapping[str, str] | None,
        weight: np.ndarray | None,
        seed: int,
        threads: int,
        interpretable: bool,
        expressions: Sequence[Mapping[str, Any]] = (),
    ) -> Study:
        """Encode the table and digest it."""
        told = dict(kinds) if kinds else None
        encoder = TableEncoder(told, expressions=tuple(expressions)).fit(X)
        tree = encoder.transform(X)
        digest = hashlib.sha256(json.dumps([tree.shape, problem.to_json()]).encode())
        for array in (tree, y, np.asarray(folds, dtype=np.int64), weight):
            digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        ordered = bool((np.asarray(folds) == -1).any())
        return cls(
            problem, y, np.asarray(folds), exchangeable and not ordered, encoder, tree, weight,
            seed, threads, ordered or interpretable, digest.hexdigest(),
        )  # fmt: skip

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
        if name == "tree":
            return self.tree
        if self._linear is None:
            self.linear_view = LinearView(tuple(self.encoder.coded_)).fit(self.tree)
            self._linear = self.linear_view.transform(self.tree)
        return self._linear

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
        """Return the rows to train on and the rows to validate on."""
        folds = self.split(split)
        train = folds < number if self.ordered else folds != number
        return np.flatnonzero(train), np.flatnonzero(folds == number)

    def fold(self, view: str, number: int, split: int = 0) -> Fold:
        """Return a fold; those of the first split that trees read are kept, with their cache."""
        key = (view, number, split)
        if key in self._folds:
            return self._folds[key]
        train, valid = self.rows(number, split)
        fold = self._cut(view, train, valid)
        if split == 0 and view == "tree":  # the linear view is wide, and nothing of it is cached
            self._folds[key] = fold
        return fold

    def everything(self, view: str) -> Fold:
        """Return all rows to train on and none to validate on."""
        return self._cut(view, np.arange(len(self.y)), np.arange(0))

    def _cut(self, view: str, train: np.ndarray, valid: np.ndarray) -> Fold:
        X = self.view(view)
        tree = view == "tree"
        return Fold(
            X[train], self.y[train], X[valid], self.y[valid],
            None if self.weight is None else self.weight[train],
            tuple(self.encoder.coded_) if tree else (),
            tuple(self.encoder.levels_) if tree else (),
        )  # fmt: skip

    def key(self, described: dict[str, Any]) -> str:
        """Return the digest that names a trial on this data."""
        text = json.dumps([self.digest, self.seed, described], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]
