"""One small model that has learned from the ensemble, where the ensemble is too slow.

Bucila, Caruana and Niculescu-Mizil (2006) and Hinton, Vinyals and Dean (2015): a student learns
the teacher's predictions, on more rows than there are labels for. Fakoor et al. (2020) show that
on tables much is gained by such added rows; here they are training rows some of whose cells come
from other training rows. Labels are not learned from: beside the soft targets they only add noise.

The teacher of a fold are the ensemble's models of that fold, which have seen none of its rows,
labels and soft targets alike; so the student of a fold is judged as honestly as any candidate.
The student that is used has all rows, and the same models of all folds for a teacher.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import lightgbm as lgb
import numpy as np

from autoglm_agent.automl.models.lightgbm import FIXED, BoosterModel
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.processors import side_by_side
from autoglm_agent.automl.search.fitting import fit_seed
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import measured
from autoglm_agent.automl.search.trials import Candidate, Trial

FAMILY = "student"
SIZES = ({"rounds": 200, "num_leaves": 31}, {"rounds": 60, "num_leaves": 15})
"""Students, the larger first."""
SETTINGS = {"learning_rate": 0.1, "feature_fraction": 0.8, "min_data_in_leaf": 10}
SWAPPED = 0.15
"""Share of the cells of an added row that come from another row."""
ADDED, MOST_ADDED = 1.0, 20_000
"""Added rows for each training row, and at most."""
LEAST_SECONDS = 0.5
"""With less than this left no student is trained."""


@dataclass(frozen=True)
class Lesson:
    """What a student learns from.

    Attributes:
        X: Rows of the view for trees.
        target: Probabilities (rows, classes) or numbers (rows,).
        weight: Weights of the rows.
    """

    X: np.ndarray
    target: np.ndarray
    weight: np.ndarray


def students(
    study: Study, trials: Sequence[Trial], weights: Mapping[str, float], deadline: Deadline
) -> list[Trial]:
    """Train students of an ensemble, the larger first; none if it cannot be done honestly.

    Args:
        study: The data.
        trials: The candidates.
        weights: The ensemble.
        deadline: When the last must be there.
    """
    teachers = [t for t in trials if t.candidate.id in weights and _by_fold(study, t)]
    total = sum(weights[t.candidate.id] for t in teachers)
    if total < 0.5 or study.refit or deadline.left < LEAST_SECONDS:
        return []
    shares = {t.candidate.id: weights[t.candidate.id] / total for t in teachers}
    added = _affordable(study, teachers, deadline)
    numbers = study.fold_numbers
    models = {t.candidate.id: list(t.models) for t in teachers}  # read once
    lessons = []
    for place, number in enumerate(numbers):
        teacher = [
            (shares[t.candidate.id], t.view, models[t.candidate.id][place]) for t in teachers
        ]
        lessons.append(_lesson(study, study.rows(number)[0], teacher, added, number))
    whole = [
        (shares[t.candidate.id] / len(t.models), t.view, m)
        for t in teachers
        for m in models[t.candidate.id]
    ]
    lessons.append(_lesson(study, np.arange(len(study.y)), whole, added, -1))
    found: list[Trial] = []
    for size in SIZES:
        if found and deadline.left < found[0].candidate.seconds:
            break
        told = {**SETTINGS, **size, "added": added, "teachers": dict(sorted(shares.items()))}
        found.append(_trained(study, size, lessons, told))
    return found


def _by_fold(study: Study, trial: Trial) -> bool:
    """Whether a candidate has a model for each fold of the given dealing, in order."""
    first = not trial.candidate.params.get("split")
    return first and len(trial.models) >= len(study.fold_numbers) > 1


def _affordable(study: Study, teachers: Sequence[Trial], deadline: Deadline) -> int:
    """Return how many rows can be added to each fold's, by the price of a prediction."""
    wanted = min(MOST_ADDED, int(ADDED * len(study.y)))
    if deadline.seconds is None:
        return wanted
    # Each fold's teacher predicts both the training rows and the added ones; the ensemble, too.
    row = 2.0 * sum(t.row_seconds for t in teachers) + 1e-7
    return int(np.clip(0.4 * deadline.left / row - len(study.y), 0, wanted))


def _lesson(
    study: Study, rows: np.ndarray, teacher: list[tuple[float, str, Any]], added: int, number: int
) -> Lesson:
    rng = np.random.default_rng([study.seed, 91, number + 1])
    own = study.tree[rows]
    X = np.vstack([own, _mixed(own, added, rng)]) if added else own
    target = _predictions(study, teacher, X)
    weight = np.ones(len(X)) if study.weight is None else study.weight[rows]
    if study.weight is not None:
        weight = np.concatenate([weight, np.full(added, weight.mean())])
    return Lesson(X, target, weight)


def _mixed(X: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return rows some of whose cells come from other rows."""
    made = X[rng.integers(0, len(X), count)]
    other = rng.integers(0, len(X), made.shape)
    swapped = rng.random(made.shape) < SWAPPED
    return np.where(swapped, X[other, np.arange(X.shape[1])], made)


def _predictions(study: Study, teacher: list[tuple[float, str, Any]], X: np.ndarray) -> np.ndarray:
    views = {"tree": X}
    if any(view == "linear" for _, view, _ in teacher):
        study.view("linear")
        assert study.linear_view is not None
        views["linear"] = study.linear_view.transform(X)
    parts = side_by_side(lambda t: t[0] * t[2].predict(views[t[1]]), teacher, study.threads)
    return np.asarray(np.sum(parts, axis=0), dtype=np.float64)


def _trained(
    study: Study, size: dict[str, int], lessons: list[Lesson], params: dict[str, Any]
) -> Trial:
    """Train the students of all folds, and the one of all rows, which is the last."""
    timer, numbers = Deadline(), study.fold_numbers
    jobs = list(zip([*numbers, -1], lessons, strict=True))
    fitted = side_by_side(
        lambda job: _fit(study, size, job[1], fit_seed(study.seed, FAMILY, 0, job[0])),
        jobs, study.threads,
    )  # fmt: skip
    width = (study.problem.width,) if study.problem.is_classification else ()
    oof = np.full((len(study.y), *width), np.nan)
    for number, model in zip(numbers, fitted, strict=False):
        valid = study.rows(number)[1]
        oof[valid] = model.predict(study.tree[valid])
    name = f"student_{size['num_leaves']}"
    key = sha256(json.dumps([study.digest, study.seed, params], sort_keys=True).encode())
    candidate = Candidate(
        f"{name}-{key.hexdigest()[:8]}", name, FAMILY, params, seconds=timer.elapsed,
        **measured(study, oof, study.folds),
    )  # fmt: skip
    return Trial(key.hexdigest()[:24], candidate, oof, (fitted[-1],), "tree")


def _fit(study: Study, size: dict[str, int], lesson: Lesson, seed: int) -> BoosterModel:
    problem, X, target, weight = study.problem, lesson.X, lesson.target, lesson.weight
    model = BoosterModel(np.empty(0, dtype=np.uint8), problem.kind)
    settings: dict[str, Any] = {"objective": "regression"}
    if problem.kind == "binary":
        settings, target = {"objective": "cross_entropy"}, np.clip(target[:, 1], 0.0, 1.0)
    elif problem.kind == "multiclass":  # a row for each class, weighted by its probability
        settings = {"objective": "multiclass", "num_class": problem.width}
        X, weight = np.repeat(X, problem.width, axis=0), np.repeat(weight, problem.width)
        weight = weight * np.clip(target, 1e-3, 1.0).ravel()
        target = np.tile(np.arange(problem.width), len(target))
    else:
        model.offset, model.scale = float(target.mean()), float(target.std()) or 1.0
        target = (target - model.offset) / model.scale
    data = {k: v for k, v in FIXED.items() if k != "deterministic"}
    booster = lgb.train(
        {**FIXED, **SETTINGS, **settings, "num_leaves": size["num_leaves"], "seed": seed},
        lgb.Dataset(X, target, weight=weight, params=data), size["rounds"],
    )  # fmt: skip
    model.text = np.frombuffer(zlib.compress(booster.model_to_string().encode(), 1), np.uint8)
    return model
