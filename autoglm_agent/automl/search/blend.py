"""From trials to a result: choose the ensemble, hold the latency, build the model."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.threshold import decision_threshold
from autoglm_agent.automl.search.ensemble import STEPS, combine, predicted, select, select_bagged
from autoglm_agent.automl.search.honesty import honest_of_search
from autoglm_agent.automl.search.latency import hold_latency, model_of
from autoglm_agent.automl.search.result import SearchResult
from autoglm_agent.automl.search.shelf import Shelved
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import measured
from autoglm_agent.automl.search.trials import Candidate, Trial

CHOOSING = 0.7
"""Part of the time left that the choice of the ensemble may take; its honest score follows."""
LEAST_SECONDS = 1.0
"""With less than this left the weights are found on one sample only."""


def conclude(
    study: Study,
    X: pd.DataFrame,
    trials: list[Trial],
    failed: list[Candidate],
    *,
    deadline: Deadline,
    stopped: str,
    trained: int,
    single: bool,
    max_latency_ms: float | None,
    steps: int | None,
    distil: bool = True,
) -> SearchResult:
    """Build the result.

    Args:
        study: The data.
        X: Raw columns, for measuring the latency.
        trials: Finished trials, the baseline first.
        failed: Candidates that have no predictions.
        deadline: For the elapsed time.
        stopped: Why the search ended.
        trained: Number of candidates trained now.
        single: Whether the model must be a single candidate.
        max_latency_ms: Longest median time of predicting a single row.
        steps: Steps of the ensemble selection.
        distil: Whether a student of the ensemble may be trained where the ensemble is too slow.
    """
    warnings = []
    trials = merge_repeats(study, trials)
    usable = _usable(trials)
    best = _best(usable, study)
    if len(trials) == 1:
        warnings.append("No candidate could be trained in time; the model is the baseline.")
    elif best.candidate.status != "done":
        warnings.append("No candidate covers all rows; its score rests on part of them.")
    if single:
        weights = {best.candidate.id: 1.0}
    else:
        oofs = {t.candidate.id: t.oof for t in usable if t.candidate.family != "baseline"}
        oofs = oofs or {best.candidate.id: best.oof}
        choose = select_bagged if deadline.left > LEAST_SECONDS else select
        weights = choose(
            oofs, study.y, study.problem, steps=steps or STEPS, deadline=deadline.share(CHOOSING)
        )
    if max_latency_ms is not None:
        held = hold_latency(
            study, X, usable, weights, max_latency_ms, deadline=deadline.share(0.6),
            distil=distil and not single,
        )  # fmt: skip
        weights, trials = held.weights, [*trials, *held.students]
        warnings += [held.warning] if held.warning else []
    return _result(
        study, trials, failed, weights, best, deadline, stopped, trained, warnings, steps
    )  # fmt: skip


def merge_repeats(study: Study, trials: list[Trial]) -> list[Trial]:
    """Average each candidate with its repetitions on other folds into one.

    Left apart, the repetition with the luckiest folds would be chosen; averaged, they only
    reduce the variance.
    """
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        own = {k: v for k, v in trial.candidate.params.items() if k not in ("split", "fitted")}
        told = [trial.candidate.family, own, trial.candidate.name.startswith("race")]
        groups.setdefault(json.dumps(told, sort_keys=True), []).append(trial)
    merged = []
    for first, *rest in groups.values():
        whole = [t for t in rest if t.candidate.status == "done"]
        if not whole or first.candidate.status != "done":
            merged += [first, *rest]
            continue
        every = [first, *whole]
        oof = np.mean([t.oof for t in every], axis=0)
        candidate = replace(
            first.candidate,
            params={
                **first.candidate.params, "repeats": len(every),
                "fitted": [info for t in every for info in t.candidate.params["fitted"]],
            },
            seconds=sum(t.candidate.seconds for t in every),
            **measured(study, oof, study.folds),
        )  # fmt: skip
        models = Shelved(partial(_of_all, every), sum(len(t.models) for t in every))
        price = sum(t.row_seconds for t in every)
        merged.append(Trial(first.key, candidate, oof, models, first.view, price))
    return merged


def _of_all(trials: list[Trial]) -> list[Any]:
    return [model for trial in trials for model in trial.models]


def _usable(trials: list[Trial]) -> list[Trial]:
    """Return the candidates that cover all rows; half-finished ones only if there are no others."""
    done = [t for t in trials if t.candidate.status == "done"]
    if any(t.candidate.family != "baseline" for t in done):
        return done
    return [t for t in trials if not t.candidate.name.startswith("race")]


def _best(usable: list[Trial], study: Study) -> Trial:
    metric = study.problem.metric
    others = [t for t in usable if t.candidate.family != "baseline"] or usable

    def merit(trial: Trial) -> float:
        value = oriented(metric, trial.candidate.score)
        return value if np.isfinite(value) else -np.inf

    return max(others, key=merit)


def _result(
    study: Study,
    trials: list[Trial],
    failed: list[Candidate],
    weights: dict[str, float],
    best: Trial,
    deadline: Deadline,
    stopped: str,
    trained: int,
    warnings: list[str],
    steps: int | None,
) -> SearchResult:
    problem = study.problem
    oof = {t.candidate.id: t.oof for t in trials}
    mixed = combine(oof, weights)
    rows = predicted(mixed)
    threshold = decision_threshold(problem, study.y[rows], mixed[rows])
    value = score(problem.metric, study.y[rows], mixed[rows], problem, threshold)
    honest = honest_of_search(
        {t.candidate.id: t.oof for t in trials if t.candidate.family != "baseline"} or oof,
        weights, study.y, problem, cuts={t.candidate.id: t.candidate.threshold for t in trials},
        threshold=threshold, seed=study.seed, steps=steps,
        deadline=Deadline(None if deadline.seconds is None else min(2.0, 0.5 * deadline.left)),
    )  # fmt: skip
    return SearchResult(
        honest=honest,
        candidates=[t.candidate for t in trials] + failed,
        weights=weights,
        oof=oof,
        ensemble_oof=mixed,
        ensemble_score=value,
        naive_score=best.candidate.score,
        best=best.candidate.id,
        seconds=deadline.elapsed,
        stopped=stopped,
        metric=problem.metric,
        threshold=threshold,
        trained=trained,
        warnings=warnings,
        fitted=model_of(study, trials, weights, threshold),
    )
