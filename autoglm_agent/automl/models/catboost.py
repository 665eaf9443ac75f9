"""Gradient boosted oblivious trees by CatBoost (Prokhorenkova et al. 2018), an extra.

Trees that ask the same question on a whole level are regularised by their shape, and categories
become ordered target statistics. A fit uses one thread, stops early by the loss on the validation
rows, and a callback stops it at the deadline with the best trees so far. The library is imported
when the first model is fitted or read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.features.target import TargetMeans, level_means, with_means
from autoglm_agent.automl.models.base import Fit, Fold, OutOfTime, Stored
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.errors import MissingExtraError

FIXED: dict[str, Any] = {
    "thread_count": 1,
    "allow_writing_files": False,
    "logging_level": "Silent",
    "boosting_type": "Plain",
    "one_hot_max_size": 8,
    "max_ctr_complexity": 1,
}


FEW_ROWS = 64
PURGE = "MIMALLOC_PURGE_DELAY"
"""Milliseconds after which the allocator gives back what is free; 0 is at once."""


def installed() -> bool:
    """Return whether CatBoost can be imported."""
    return find_spec("catboost") is not None


@dataclass
class CatBoostModel(Stored):
    """A CatBoost model, kept in its own binary format.

    Attributes:
        blob: The model as bytes; uint8.
        kind: Kind of the problem.
        coded: Columns that hold category codes.
        means: Codes that are read as their level's mean of the target instead; None if none are.
        offset: Added to the raw regression prediction after scaling.
        scale: Factor of the raw regression prediction.
    """

    blob: np.ndarray
    kind: str
    coded: list[int]
    offset: float = 0.0
    scale: float = 1.0
    means: TargetMeans | None = None

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return probabilities (rows, classes) or numbers (rows,)."""
        if not len(X):  # CatBoost complains of no rows on standard output
            return self.predict(np.zeros((1, X.shape[1])))[:0]
        raw = np.asarray(
            self.parsed.predict(
                as_frame(with_means(X, self.means), self.coded),
                prediction_type="RawFormulaVal",
                thread_count=1,
            ),
            dtype=np.float64,
        )
        if self.kind == "regression":
            return raw * self.scale + self.offset
        return shares(raw)

    def parse(self) -> Any:
        """Return the library's model."""
        return library().CatBoost().load_model(blob=self.blob.tobytes())


def shares(raw: np.ndarray) -> np.ndarray:
    """Turn log-odds (rows,) or scores (rows, classes) into probabilities (rows, classes)."""
    if raw.ndim == 1:
        raw = np.column_stack([np.zeros(len(raw)), raw])
    raised = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def as_frame(X: np.ndarray, coded: list[int]) -> pd.DataFrame | np.ndarray:
    """Return the matrix with its codes as integers, missing ones as -1, as CatBoost wants them.

    A few rows become an array of objects, which is ten times as fast as a frame then.
    """
    if not coded:
        return X
    if len(X) <= FEW_ROWS:
        cells = X.astype(object)
        cells[:, coded] = np.nan_to_num(X[:, coded], nan=-1.0).astype(np.int32)
        return cells
    codes = set(coded)
    columns = {
        i: np.nan_to_num(X[:, i], nan=-1.0).astype(np.int32) if i in codes else X[:, i]
        for i in range(X.shape[1])
    }
    return pd.DataFrame(columns, copy=False)


def fit_catboost(
    params: Mapping[str, Any],
    fold: Fold,
    problem: Problem,
    *,
    seed: int,
    deadline: Deadline,
) -> Fit:
    """Fit one model.

    `params` are CatBoost's own, plus `rounds`, `patience`, the switch `native_categories`,
    without which codes are read as numbers, and `mean_rows`: a category with more than two levels
    and at least so many rows a level is read as its levels' means of the target, which costs half
    the time and, with so many rows, gives nothing away. Classes beyond two have no such order.

    Raises:
        MissingExtraError: If CatBoost is not installed.
        OutOfTime: If the deadline came before the first tree.
    """
    made, own = library(), dict(params)
    rounds, patience = int(own.pop("rounds")), int(own.pop("patience", 30))
    mean_rows = int(own.pop("mean_rows", 0)) * (problem.kind != "multiclass")
    means = level_means(fold.X, fold.y, fold.coded, fold.levels, mean_rows)
    replaced = set(means.coded) if means is not None else set()
    native = own.pop("native_categories", True)
    coded = [int(i) for i in fold.coded if i not in replaced] if native else []
    draft = CatBoostModel(np.empty(0, dtype=np.uint8), problem.kind, coded, means=means)
    if not problem.is_classification:
        draft.offset = 0.0 if problem.metric == "mape" else float(fold.y.mean())
        draft.scale = float(fold.y.std()) or 1.0
    train, valid = _pools(made, fold, problem, draft)
    stop = _Stop(deadline, patience if valid is not None else None)
    model = made.CatBoost(
        {**FIXED, **own, **_objective(problem), "iterations": rounds, "random_seed": seed}
    )
    model.fit(train, eval_set=valid, callbacks=[stop], use_best_model=False)
    if model.tree_count_ == 0:
        raise OutOfTime
    best = stop.best_round if valid is not None else model.tree_count_
    if best < model.tree_count_:
        model.shrink(best)
    draft.blob = np.frombuffer(model._serialize_model(), dtype=np.uint8)
    return Fit(draft, {"rounds": best, "grown": stop.done, "cut": stop.cut})


class _Stop:
    """Early stopping with patience that grows with the rounds, and the deadline."""

    def __init__(self, deadline: Deadline, patience: int | None) -> None:
        self.deadline, self.patience = deadline, patience
        self.best, self.best_round, self.done, self.cut = float("inf"), 1, 0, False

    def after_iteration(self, info: Any) -> bool:
        """Return whether to go on; CatBoost asks after each tree."""
        self.done = int(info.iteration)
        if self.patience is not None:
            (losses,) = info.metrics["validation"].values()
            if losses[-1] < self.best:
                self.best, self.best_round = losses[-1], self.done
            elif self.done - self.best_round > self.patience + 0.3 * self.best_round:
                return False
        if self.deadline.over:
            self.cut = True
            return False
        return True


def _pools(made: Any, fold: Fold, problem: Problem, draft: CatBoostModel) -> tuple[Any, Any]:
    """Return training and validation data, from the fold's cache where possible."""
    replaced = () if draft.means is None else tuple(draft.means.coded)
    key = ("catboost", len(draft.coded), replaced)
    if key in fold.cache:
        return fold.cache[key]  # type: ignore[no-any-return]  # (the cache holds anything)
    y, y_valid = fold.y, fold.y_valid
    if not problem.is_classification:
        y, y_valid = (y - draft.offset) / draft.scale, (y_valid - draft.offset) / draft.scale
    train = made.Pool(
        as_frame(with_means(fold.X, draft.means), draft.coded),
        y,
        cat_features=draft.coded,
        weight=fold.weight,
    )
    valid = None
    if len(y_valid):
        valid = made.Pool(
            as_frame(with_means(fold.X_valid, draft.means), draft.coded),
            y_valid,
            cat_features=draft.coded,
        )
    fold.cache[key] = (train, valid)
    return train, valid


def _objective(problem: Problem) -> dict[str, Any]:
    if problem.kind == "binary":
        # CatBoost's own choice from 200 trees on. With fewer it would take a single step, and a
        # model refitted with the folds' mean number of trees would be another one than theirs.
        return {"loss_function": "Logloss", "leaf_estimation_iterations": 10}
    if problem.kind == "multiclass":
        return {"loss_function": "MultiClass", "classes_count": problem.width}
    names = {"mae": "MAE", "mape": "MAPE"}
    return {"loss_function": names.get(problem.metric, "RMSE")}


def library() -> Any:
    """Return the package, imported so that memory which it frees goes back to the system.

    It brings an allocator of its own (mimalloc), which reads its options as it is loaded and
    otherwise keeps what the deepest trees needed for as long as the process lives.

    Raises:
        MissingExtraError: If it is not installed.
    """
    own = PURGE not in os.environ
    if own:
        os.environ[PURGE] = "0"
    try:
        import catboost
    except ImportError as error:
        raise MissingExtraError(
            "Models of CatBoost need the package catboost.",
            "pip install 'autoglm-agent[boosters]'",
        ) from error
    finally:
        if own:
            del os.environ[PURGE]
    return catboost
