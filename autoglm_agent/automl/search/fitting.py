"""One fit: the smallest piece of work of a search, in this process or in a worker's.

A worker opens what is shared once and keeps it, with the folds that it has cut, for later fits of
the same search.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.models import catboost
from autoglm_agent.automl.models.base import Family, Fit, OutOfTime
from autoglm_agent.automl.models.constant import fit_constant
from autoglm_agent.automl.models.forest import fit_forest
from autoglm_agent.automl.models.lightgbm import fit_lightgbm
from autoglm_agent.automl.models.linear import fit_linear
from autoglm_agent.automl.models.network import fit_network
from autoglm_agent.automl.models.searched_network import fit_searched_network
from autoglm_agent.automl.models.tree import fit_tree
from autoglm_agent.automl.run.clock import Deadline, SentDeadline
from autoglm_agent.automl.run.sharing import Shared
from autoglm_agent.automl.run.workers import die_with
from autoglm_agent.automl.search.rows import Rows
from autoglm_agent.faults import faultpoint

FAMILIES: dict[str, Family] = {
    "baseline": fit_constant,
    "lightgbm": fit_lightgbm,
    "catboost": catboost.fit_catboost,
    "extra_trees": fit_forest,
    "random_forest": fit_forest,
    "linear": fit_linear,
    "network": fit_network,
    "searched_network": fit_searched_network,
    "tree": fit_tree,
}
FORESTS = ("extra_trees", "random_forest")
KEPT_SEARCHES = 2
"""Searches whose rows a worker keeps."""


@dataclass(frozen=True)
class Order:
    """What a fit is asked to do.

    Attributes:
        family: A key of `FAMILIES`.
        params: JSON data for the family.
        view: The matrix that it reads.
        number: The fold; -1 for all rows.
        split: Number of the dealing into folds.
        seed: Of everything random in the fit.
        seconds: What it may take once it has begun; None for no limit of its own.
    """

    family: str
    params: dict[str, Any]
    view: str
    number: int
    split: int
    seed: int
    seconds: float | None = None


@dataclass(frozen=True)
class Fitted:
    """What came of a fit.

    Attributes:
        fit: The model and what is told of it.
        valid: Predictions of the rows to validate on.
        seconds: What it took.
        row_seconds: What the prediction of a row took, of many.
    """

    fit: Fit
    valid: np.ndarray
    seconds: float
    row_seconds: float


def fit_seed(seed: int, family: str, split: int, number: int) -> int:
    """Return the seed of one fit.

    Args:
        seed: Of the search.
        family: A key of `FAMILIES`.
        split: Number of the dealing into folds.
        number: The fold; -1 for a fit on all rows.
    """
    return zlib.crc32(repr((seed, family, split, number)).encode()) % (2**31 - 4096)


def fit(order: Order, rows: Rows, deadline: Deadline) -> Fitted | None:
    """Do one fit; None if the deadline came before there was a model."""
    began = Deadline()
    fold = rows.fold(order.view, order.number, order.split)
    try:
        done = FAMILIES[order.family](
            order.params, fold, rows.problem, seed=order.seed,
            deadline=deadline.within(order.seconds),
        )  # fmt: skip
    except OutOfTime:
        return None
    timer = Deadline()
    valid = done.model.predict(fold.X_valid)
    each = timer.elapsed / max(1, len(fold.X_valid))
    return Fitted(done, valid, began.elapsed, each)


def ready(parent: int | None) -> None:
    """Import in a worker what its fits will need, before anything is timed."""
    if parent is not None:
        die_with(parent)
    if catboost.installed():
        catboost.library()


@dataclass(frozen=True)
class Raised:
    """An exception of a fit in a worker, in words: not every one can be sent."""

    error: str


class FitError(Exception):
    """A fit in a worker raised; the text says what."""


def fit_shared(
    base: Shared, matrix: Shared, told: Rows, order: Order, until: SentDeadline, parent: int | None
) -> Fitted | Raised | None:
    """Do one fit in a worker.

    Args:
        base: `y`, `folds` and `weight`.
        matrix: `X`, the view that the fit reads.
        told: The rest of the rows, with empty arrays.
        order: What to do.
        until: When the candidate must have ended.
        parent: The process without which the worker must not stay.
    """
    if parent is not None:
        die_with(parent)
    deadline = until.arrived()
    if deadline.over:
        return None
    faultpoint("fit.begun")
    try:
        with threadpool_limits(1, "blas"):
            return fit(order, _opened(base, matrix, told, order.view), deadline)
    except Exception as error:  # noqa: BLE001  (what a library raises is told at home)
        return Raised(f"{type(error).__name__}: {error}"[:500])


_opened_rows: OrderedDict[str, Rows] = OrderedDict()


def _opened(base: Shared, matrix: Shared, told: Rows, view: str) -> Rows:
    """Return the rows of a search, opened once in this process."""
    rows = _opened_rows.get(base.token)
    if rows is None:
        arrays = base.open()
        rows = replace(told, weight=None, views={}, _kept={})
        rows.y, rows.folds, rows.weight = arrays["y"], arrays["folds"], arrays.get("weight")
        _opened_rows[base.token] = rows
        while len(_opened_rows) > KEPT_SEARCHES:
            _opened_rows.popitem(last=False)
    if view not in rows.views:
        rows.views[view] = matrix.open()["X"]
    return rows
