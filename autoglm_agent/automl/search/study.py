"""The training data of one search: encoded once, with what its candidates have in common."""

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
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.sharing import Shared
from autoglm_agent.automl.run.workers import Workers
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.rows import Rows


@dataclass(kw_only=True)
class Study(Rows):
    """What every candidate of a search is trained on.

    Attributes:
        encoder: Fitted on all training rows.
        threads: Fits that run side by side in this process.
        refit: Whether the model in use is fitted on all rows instead of averaged over folds.
        digest: Digest of the encoded data, the target and the folds.
        fits: Fits of single folds that a race made, for the candidates that go on from them.
        linear_view: Fitted once a family reads it.
        workers: Processes that do the fits, or None: threads of this process do.
        shared: What the workers have been sent, by name.
        forest_node: Seconds that a forest takes for a row and one of its nodes; None if unknown.
        encoding: Seconds that it took to encode a row, once the encoder was fitted.
        until: When the workers are killed, whatever they are doing.
    """

    encoder: TableEncoder
    threads: int
    refit: bool
    digest: str = ""
    fits: dict[str, Any] = field(default_factory=dict)
    linear_view: LinearView | None = None
    workers: Workers | None = None
    shared: dict[str, Shared] = field(default_factory=dict)
    forest_node: float | None = None
    encoding: float = 0.0
    until: Deadline = field(default_factory=Deadline)

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
        workers: Workers | None = None,
    ) -> Study:
        """Encode the table and digest it."""
        told = dict(kinds) if kinds else None
        encoder = TableEncoder(told, expressions=tuple(expressions)).fit(X)
        timer = Deadline()
        tree = encoder.transform(X)
        encoding = timer.elapsed / max(1, len(X))
        digest = hashlib.sha256(json.dumps([tree.shape, problem.to_json()]).encode())
        for array in (tree, y, np.asarray(folds, dtype=np.int64), weight):
            digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        ordered = bool((np.asarray(folds) == -1).any())
        return cls(
            problem=problem, y=y, folds=np.asarray(folds),
            exchangeable=exchangeable and not ordered, weight=weight, seed=seed,
            coded=tuple(encoder.coded_), levels=tuple(encoder.levels_), views={"tree": tree},
            encoder=encoder, threads=threads, refit=ordered or interpretable,
            digest=digest.hexdigest(), workers=workers, encoding=encoding,
        )  # fmt: skip

    @property
    def tree(self) -> np.ndarray:
        """The matrix for trees."""
        return self.views["tree"]

    def view(self, name: str) -> np.ndarray:
        """Return the matrix of all rows that a family reads; the linear one is made when asked."""
        if name not in self.views:
            self.linear_view = LinearView(tuple(self.encoder.coded_)).fit(self.tree)
            self.views[name] = self.linear_view.transform(self.tree)
        return self.views[name]

    def key(self, described: dict[str, Any]) -> str:
        """Return the digest that names a trial on this data."""
        text = json.dumps([self.digest, self.seed, described], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]
