"""Train one candidate: over the folds side by side, or once with out-of-bag predictions.

The fits are done by threads of this process, or by workers, with the same bits.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.models.base import OutOfTime
from autoglm_agent.automl.models.fitted import versions
from autoglm_agent.automl.models.forest import grow
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.processors import side_by_side
from autoglm_agent.automl.run.workers import own_threads
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.threshold import decision_threshold
from autoglm_agent.automl.search.dispatch import dispatched
from autoglm_agent.automl.search.ensemble import predicted
from autoglm_agent.automl.search.fitting import (
    FORESTS,
    Fitted,
    Order,
    fit,
    fit_seed,
)
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.trials import Candidate, Trial

ENGINE = 5
"""Raised whenever the same parameters would train another model."""


TIMED_ROWS, BEGUN_ROWS = 1_000, 100
"""Rows by which the price of a forest's predictions is told, and that of beginning them."""


@dataclass(frozen=True)
class Spec:
    """A candidate to be trained.

    Attributes:
        name: Short name for people.
        family: A key of `FAMILIES`.
        params: JSON data for the family.
        view: `tree` or `linear`.
        split: Number of the dealing into folds; 0 is the given one.
        folds: Numbers of the folds to run; None means all of them.
        proposer: Who thought of it: `portfolio`, or the name of a search engine.
    """

    name: str
    family: str
    params: dict[str, Any] = field(default_factory=dict)
    view: str = "tree"
    split: int = 0
    folds: tuple[int, ...] | None = None
    proposer: str = "portfolio"


def trial_key(spec: Spec, study: Study) -> str:
    """Return the digest of data, folds, family, parameters, seed and versions."""
    described = {**asdict(spec), "engine": ENGINE, "refit": study.refit}
    described["versions"] = versions([spec.family])
    del described["name"], described["proposer"]
    described["oob"] = out_of_bag(spec, study)
    return study.key(described)


def candidate_id(spec: Spec, study: Study) -> str:
    """Return the id that people and checks use."""
    return f"{spec.name}-{trial_key(spec, study)[:8]}"


def train(spec: Spec, study: Study, deadline: Deadline) -> Trial:
    """Train a candidate within the deadline; all its folds share it evenly.

    Raises:
        OutOfTime: If the deadline came before a single fold had a model.
        FitError: If a fit raised in a worker.
        WorkerLostError: If a worker died.
    """
    if out_of_bag(spec, study):
        return _train_out_of_bag(spec, study, deadline)
    orders = orders_of(spec, study, deadline, extra=study.refit and spec.folds is None)
    return gathered(spec, study, orders, _fits(orders, study, deadline), deadline)


def out_of_bag(spec: Spec, study: Study) -> bool:
    """Whether a candidate is a forest that is validated out of the bag: one fit, no folds."""
    bagged = spec.family in FORESTS and spec.params.get("bootstrap", True)
    return bool(bagged and study.exchangeable and not study.refit)


def orders_of(
    spec: Spec, study: Study, deadline: Deadline, *, extra: int = 0, others: int = 0
) -> list[Order]:
    """Return the fits of a candidate.

    Args:
        spec: The candidate.
        study: The data.
        deadline: Shared by the fits, evenly.
        extra: Further fits that will follow on these.
        others: Fits of other candidates that are under way at the same time.
    """
    numbers = list(spec.folds) if spec.folds is not None else study.fold_numbers
    width = study.workers.width if study.workers is not None else study.threads
    waves = -(-(len(numbers) + extra + others) // width)
    each = None if deadline.seconds is None else deadline.left * 0.97 / waves
    return [_order(spec, study, _fit_params(spec), number, each) for number in numbers]


def _fit_params(spec: Spec) -> dict[str, Any]:
    params = {k: v for k, v in spec.params.items() if k != "oob_factor"}
    return {**params, "kind": spec.family} if spec.family in FORESTS else params


def _order(
    spec: Spec, study: Study, params: dict[str, Any], number: int, seconds: float | None
) -> Order:
    seed = fit_seed(study.seed, spec.family, spec.split, number)
    return Order(spec.family, params, spec.view, number, spec.split, seed, seconds)


def _fits(orders: list[Order], study: Study, deadline: Deadline) -> list[Fitted | None]:
    """Do the fits that no race has done already."""
    missing = [order for order in orders if _fit_key(order) not in study.fits]
    if study.workers is None:
        for view in {order.view for order in missing}:
            study.view(view)  # made once, before the threads ask for it
        with threadpool_limits(1, "blas"):  # fits run side by side; and sums keep their order
            done = side_by_side(lambda order: fit(order, study, deadline), missing, study.threads)
    else:
        done = list(dispatched(missing, study, deadline))
    found = iter(done)
    return [study.fits[k] if (k := _fit_key(o)) in study.fits else next(found) for o in orders]


def _fit_key(order: Order) -> str:
    told = [order.family, order.params, order.view, order.split, order.number]
    return json.dumps(told, sort_keys=True)


def _train_out_of_bag(spec: Spec, study: Study, deadline: Deadline) -> Trial:
    """Grow one forest in threads of this process, whose chunks are too short to be sent."""
    params = {"kind": spec.family, **spec.params}
    params["trees"] = int(params["trees"] * params.pop("oob_factor", 1))
    seed = fit_seed(study.seed, spec.family, spec.split, 0)
    with threadpool_limits(1, "blas"), own_threads():
        model, oof, info = grow(
            params, study.everything(spec.view), study.problem, seed=seed, deadline=deadline,
            threads=study.threads, out_of_bag=True,
        )  # fmt: skip
    info |= {"fold": -1, "split": spec.split, "seed": seed}
    assert oof is not None
    if study.forest_node is None:  # nothing has been predicted out of the bag: try it once
        study.forest_node = _row_seconds(model, study.view(spec.view)) / info["nodes"]
    each = study.forest_node * info["nodes"]
    return _told(spec, study, oof, [model], [info], deadline.elapsed, each)


def _row_seconds(model: Any, X: np.ndarray) -> float:
    """Return what a forest takes for a row of many: each call begins with setting up the trees."""
    few, many = X[: len(X) // 8 + 1][:BEGUN_ROWS], X[:TIMED_ROWS]
    timer = Deadline()
    model.predict(few)
    begun = timer.elapsed
    model.predict(many)
    whole = timer.elapsed - begun
    rows = max(1, len(many) - len(few))
    return max(whole - begun, 0.1 * whole) / rows


def gathered(
    spec: Spec, study: Study, orders: list[Order], outcomes: list[Fitted | None],
    deadline: Deadline, *, seconds: float | None = None,
) -> Trial:  # fmt: skip
    """Make a trial of what came of the fits of a candidate.

    Args:
        spec: The candidate.
        study: The data.
        orders: Its fits.
        outcomes: What came of each; None where there was no time.
        deadline: For a last fit on all rows.
        seconds: What the trial took; the time since the deadline began by default.

    Raises:
        OutOfTime: If no fit has a model.
    """
    width = (study.problem.width,) if study.problem.is_classification else ()
    oof = np.full((len(study.y), *width), np.nan)
    models, infos, each = [], [], 0.0
    for order, outcome in zip(orders, outcomes, strict=True):
        if outcome is None:
            continue
        if spec.folds is not None and not outcome.fit.info.get("cut"):
            study.fits[_fit_key(order)] = outcome
        oof[study.rows(order.number, spec.split)[1]] = outcome.valid
        models.append(outcome.fit.model)
        infos.append(_noted(order, outcome))
        each += outcome.row_seconds
    if not models:
        raise OutOfTime
    if study.refit and spec.folds is None:
        each /= len(models)
        order, outcome = _refit(spec, study, infos, deadline)
        models = [outcome.fit.model]
        infos.append(_noted(order, outcome))
    took = deadline.elapsed if seconds is None else seconds
    return _told(spec, study, oof, models, infos, took, each)


def _noted(order: Order, outcome: Fitted) -> dict[str, Any]:
    """Return what is kept of a fit, so that it can be done again."""
    return {**outcome.fit.info, "fold": order.number, "split": order.split, "seed": order.seed}


def _refit(
    spec: Spec, study: Study, infos: list[dict[str, Any]], deadline: Deadline
) -> tuple[Order, Fitted]:
    """Fit on all rows with what the folds found out."""
    params = _fit_params(spec)
    if spec.family in ("lightgbm", "catboost", "network", "searched_network"):
        params["rounds"] = max(1, round(float(np.mean([i["rounds"] for i in infos[-3:]])) * 1.1))
    if spec.family == "linear":
        params["strengths"] = [float(np.median([i["strength"] for i in infos]))]
    # The model is worth more than the deadline here: without it the folds were in vain.
    late = Deadline(None if deadline.seconds is None else max(deadline.left, 0.5))
    order = _order(spec, study, params, -1, None)
    (outcome,) = _fits([order], study, late)
    if outcome is None:
        raise OutOfTime
    return order, outcome


def _told(
    spec: Spec, study: Study, oof: np.ndarray, models: list[Any], infos: list[dict[str, Any]],
    seconds: float, row_seconds: float,
) -> Trial:  # fmt: skip
    """Score the predictions and wrap everything into a trial."""
    params = {**spec.params, "split": spec.split, "fitted": infos}
    candidate = Candidate(
        candidate_id(spec, study), spec.name, spec.family, params, seconds=seconds,
        proposer=spec.proposer,
        **measured(study, oof, study.split(spec.split)),
    )  # fmt: skip
    return Trial(trial_key(spec, study), candidate, oof, tuple(models), spec.view, row_seconds)


def measured(study: Study, oof: np.ndarray, folds: np.ndarray) -> dict[str, Any]:
    """Return score, its standard error, the folds' scores, status and threshold of predictions."""
    problem, y = study.problem, study.y
    rows = predicted(oof)
    threshold = decision_threshold(problem, y[rows], oof[rows])
    fold_scores = []
    for number in study.fold_numbers:
        part = rows & (folds == number)
        if part.any():
            fold_scores.append(score(problem.metric, y[part], oof[part], problem, threshold))
    finite = [s for s in fold_scores if np.isfinite(s)]
    return {
        "score": score(problem.metric, y[rows], oof[rows], problem, threshold),
        "se": float(np.std(finite, ddof=1) / np.sqrt(len(finite))) if len(finite) > 1 else 0.0,
        "fold_scores": fold_scores,
        "status": "done" if rows[study.folds >= 0].all() else "stopped",
        "threshold": threshold,
    }
