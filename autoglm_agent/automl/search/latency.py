"""Hold a limit on the time of one prediction: leave members out, or let a student take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.fitted import FittedModel, Member
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.threshold import decision_threshold
from autoglm_agent.automl.search.distil import students
from autoglm_agent.automl.search.ensemble import combine, predicted
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.trials import Trial


@dataclass(frozen=True)
class Held:
    """What is left of an ensemble under a limit.

    Attributes:
        weights: Candidate id to its share.
        students: Students that were trained for it, whether chosen or not.
        warning: A sentence for people, if the limit cannot be held.
    """

    weights: dict[str, float]
    students: tuple[Trial, ...] = ()
    warning: str = ""


def hold_latency(
    study: Study, X: pd.DataFrame, usable: Sequence[Trial], weights: dict[str, float],
    limit_ms: float, *, deadline: Deadline, distil: bool = True,
) -> Held:  # fmt: skip
    """Return an ensemble, or one model, that predicts a row in time.

    Args:
        study: The data.
        X: Raw columns, to be timed on.
        usable: Candidates that cover all rows.
        weights: The ensemble without a limit.
        limit_ms: Longest median time of predicting a single row.
        deadline: When students must be there.
        distil: Whether a student of the ensemble may be trained where the ensemble is too slow.
    """
    if _latency(study, X, usable, weights) <= limit_ms:
        return Held(weights)
    pruned, warning = _pruned(study, X, usable, weights, limit_ms)
    if not distil:
        return Held(pruned, (), warning)
    taught = students(study, usable, weights, deadline)
    within = [t for t in taught if _latency(study, X, [t], {t.candidate.id: 1.0}) <= limit_ms]
    rival = pruned
    if warning:  # what does not hold the limit is no rival
        rival = {t.candidate.id: 1.0 for t in usable if t.candidate.family == "baseline"} or pruned
    good = [t for t in within if merit(study, t.oof) > _merit_of(study, usable, rival)]
    if not good:
        return Held(pruned, tuple(taught), warning)
    best = max(good, key=lambda t: merit(study, t.oof))
    return Held({best.candidate.id: 1.0}, tuple(taught))


def model_of(
    study: Study, trials: Sequence[Trial], weights: Mapping[str, float], threshold: float = 0.5
) -> FittedModel:
    """Return the weighted average of candidates as a model for raw columns."""
    members = [
        Member(t.candidate.id, weights[t.candidate.id], t.view, list(t.models))
        for t in trials
        if t.candidate.id in weights
    ]
    if any(m.view == "linear" for m in members):
        study.view("linear")  # a candidate from the store did not need it in this process
    return FittedModel(
        study.problem, list(study.encoder.features_), members, study.encoder, study.linear_view,
        threshold,
    )  # fmt: skip


def merit(study: Study, oof: np.ndarray) -> float:
    """Return the oriented score of out-of-fold predictions; minus infinity if it is undefined."""
    problem, rows = study.problem, predicted(oof)
    y, told = study.y[rows], oof[rows]
    value = score(problem.metric, y, told, problem, decision_threshold(problem, y, told))
    value = oriented(problem.metric, value)
    return value if np.isfinite(value) else -np.inf


def _merit_of(study: Study, trials: Sequence[Trial], weights: Mapping[str, float]) -> float:
    return merit(study, combine({t.candidate.id: t.oof for t in trials}, weights))


def _latency(
    study: Study, X: pd.DataFrame, trials: Sequence[Trial], weights: Mapping[str, float]
) -> float:
    return model_of(study, trials, weights).latency_ms(X)


def _pruned(
    study: Study, X: pd.DataFrame, usable: Sequence[Trial], weights: dict[str, float], limit: float
) -> tuple[dict[str, float], str]:
    """Leave out the lightest member until a row is predicted in time, or take a single candidate.

    The best single candidate within the limit is taken where it does better than what is left.
    """
    took = np.inf
    while len(weights) > 1 and took > limit:
        lightest = min(weights, key=lambda name: weights[name])
        rest = {name: w for name, w in weights.items() if name != lightest}
        weights = {name: w / sum(rest.values()) for name, w in rest.items()}
        took = _latency(study, X, usable, weights)
    least = _merit_of(study, usable, weights) if took <= limit else -np.inf
    singles = [t for t in usable if t.candidate.family != "baseline"] or usable
    timed: dict[str, float] = {}
    for trial in sorted(singles, key=lambda t: -merit(study, t.oof)):
        name = trial.candidate.id
        if took <= limit and merit(study, trial.oof) <= least:
            return weights, ""
        timed[name] = _latency(study, X, [trial], {name: 1.0})
        if timed[name] <= limit:
            return {name: 1.0}, ""
    if took <= limit:
        return weights, ""
    fastest = min(timed, key=lambda name: timed[name])
    return {fastest: 1.0}, (
        f"No candidate predicts a row within {limit:g} ms; the fastest takes "
        f"{timed[fastest]:.1f} ms and was chosen."
    )
