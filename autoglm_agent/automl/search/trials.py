"""A trial: one candidate model that was trained, with all that is needed to use it again.

The search asks the store before it trains and saves as soon as it is done, so that a process
that was killed never trains a finished candidate a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np

from autoglm_agent.automl.search.shelf import Shelf

CandidateStatus = Literal["done", "failed", "stopped"]


@dataclass(frozen=True)
class Candidate:
    """What is told of one candidate model.

    Attributes:
        id: Stable id; the same data, folds, family, parameters and seed give the same id.
        name: Short name for people, for example `lightgbm_slow`.
        family: `baseline`, `lightgbm`, `extra_trees`, `random_forest`, `linear`, `tree`, ...
        params: JSON data: what was asked for and, under `fitted`, what came of it.
        score: Cross-validated or out-of-bag score in the metric's own orientation; NaN if failed.
        se: Standard error of the score over the folds (0 for out-of-bag predictions).
        fold_scores: Score of each validated fold.
        seconds: Wall time of the training.
        status: `done`: every row that can be validated has a prediction; `stopped`: some rows
            have none, so it can never be the best; `failed`: it raised.
        error: Error class and message of a failed candidate.
        threshold: Least probability that counts as yes when the metric needs a decision.
        proposer: Who thought of it: `portfolio`, or the name of a search engine.
    """

    id: str
    name: str
    family: str
    params: dict[str, Any]
    score: float
    se: float
    fold_scores: list[float]
    seconds: float
    status: CandidateStatus
    error: str | None = None
    threshold: float = 0.5
    proposer: str = "portfolio"


@dataclass(frozen=True)
class Trial:
    """A candidate with its out-of-fold predictions and its fitted models.

    Attributes:
        key: Digest of data, folds, family, parameters, seed and versions.
        candidate: What is told of it.
        oof: Predictions of rows by models that never saw them, NaN where there is none.
        models: The fitted models whose average is this candidate's prediction; where they are
            kept on disk they are read each time they are asked for.
        view: Which features the models read (`tree` or `linear`).
        row_seconds: What a prediction by all the models takes for one row of many, as measured.
    """

    key: str
    candidate: Candidate
    oof: np.ndarray
    models: Sequence[Any] = ()
    view: str = "tree"
    row_seconds: float = 0.0


class Trials(Protocol):
    """Where finished trials are kept."""

    def load(self, key: str) -> Trial | None:
        """Return the trial of that key, or None."""
        ...

    def save(self, trial: Trial) -> Trial:
        """Keep a trial; once this returns it survives the process, if the store can.

        Returns:
            The trial to go on with, whose models need not be in memory.
        """
        ...


@dataclass
class MemoryTrials:
    """Trials that end with the process, for use without a workspace."""

    kept: dict[str, Trial] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)

    def load(self, key: str) -> Trial | None:
        """Return the trial of that key, or None."""
        return self.kept.get(key)

    def save(self, trial: Trial) -> Trial:
        """Keep a trial, its models on the shelf if they are large."""
        kept = self.kept[trial.key] = replace(trial, models=self.shelf.put(trial.models))
        return kept
