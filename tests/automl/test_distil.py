"""One small model that learns from the ensemble: honestly judged, chosen only where better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import latency, portfolio
from autoglm_agent.automl.search.distil import FAMILY, students
from autoglm_agent.automl.search.engine import load_search, run_search
from autoglm_agent.automl.search.latency import hold_latency, merit, model_of
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import train

PROBLEMS = {
    "binary": Problem("binary", "roc_auc", ("no", "yes"), 1),
    "multiclass": Problem("multiclass", "log_loss", ("a", "b", "c")),
    "regression": Problem("regression", "rmse"),
}


def _table(kind: str, n: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    X["e"] = rng.choice(["u", "v", "w"], n)
    raw = (X["a"] + X["b"] * X["c"] + (X["e"] == "u") + rng.normal(0, 0.5, n)).to_numpy()
    if kind == "regression":
        return X, raw
    return X, np.digitize(raw, [0.3] if kind == "binary" else [-0.3, 1.0])


def _taught(kind: str, y: np.ndarray, X: pd.DataFrame, **rest):
    study = Study.of(
        X, y, PROBLEMS[kind], np.arange(len(y)) % 4, exchangeable=True, kinds=None, weight=None,
        seed=0, threads=1, interpretable=False,
    )  # fmt: skip
    specs = [portfolio.plain(study), portfolio.linear()]
    trials = [train(spec, study, Deadline()) for spec in specs]
    weights = {t.candidate.id: 1 / len(trials) for t in trials}
    return study, trials, weights, students(study, trials, weights, Deadline(), **rest)


@pytest.mark.parametrize("kind", list(PROBLEMS))
def test_a_student_is_one_model_that_has_learned_something(kind):
    X, y = _table(kind)
    study, _, _, taught = _taught(kind, y, X)
    for student in taught:
        assert len(student.models) == 1
        assert student.candidate.family == FAMILY
        constant = np.tile(student.oof.mean(axis=0), (len(y), *[1] * (student.oof.ndim - 1)))
        constant = constant.reshape(student.oof.shape)
        assert merit(study, student.oof) > merit(study, constant)
        told = model_of(study, [student], {student.candidate.id: 1.0}).predict(X)
        assert told.shape == student.oof.shape
        assert np.isfinite(told).all()
    assert len({s.candidate.id for s in taught}) == len(taught) > 0


def test_the_same_seed_gives_the_same_student():
    X, y = _table("binary")
    (*_, first), (*_, second) = _taught("binary", y, X), _taught("binary", y, X)
    assert [s.key for s in first] == [s.key for s in second]
    assert all(np.array_equal(a.oof, b.oof) for a, b in zip(first, second, strict=True))


def test_with_shuffled_labels_a_student_has_no_skill():
    # Soft targets of teachers that had seen a fold's labels would carry them into its student.
    X, y = _table("binary", 900)
    scores = []
    for seed in range(3):
        shuffled = np.random.default_rng(seed).permutation(y)
        scores += [s.candidate.score for s in _taught("binary", shuffled, X)[-1]]
    assert abs(np.mean(scores) - 0.5) < 0.04


def test_no_student_is_made_of_models_that_have_seen_every_row():
    X, y = _table("binary")
    study, trials, _, _ = _taught("binary", y, X)
    forest = train(portfolio.forests(study)[0], study, Deadline())
    alone = {forest.candidate.id: 1.0}
    assert students(study, [*trials, forest], alone, Deadline()) == []
    assert students(replace(study, refit=True), trials, {}, Deadline()) == []
    assert (
        students(study, trials, dict.fromkeys([trials[0].candidate.id], 1.0), Deadline(0.1)) == []
    )


def test_a_student_is_chosen_only_where_it_is_better(monkeypatch):
    X, y = _table("binary")
    study, trials, weights, taught = _taught("binary", y, X)
    times = {t.candidate.id: 1.0 for t in [*trials, *taught]}  # a pair takes 2 ms
    monkeypatch.setattr(latency, "_latency", lambda s, x, t, w: sum(times[i] for i in w))
    best = max(trials, key=lambda t: merit(study, t.oof))
    noise = np.random.default_rng(1).dirichlet([1, 1], len(y))
    for oof, wanted in ((noise, best), (best.oof, best), (np.eye(2)[y], taught[0])):
        made = replace(taught[0], oof=oof)
        monkeypatch.setattr(latency, "students", lambda *_, made=made: [made])
        held = hold_latency(study, X, trials, weights, 1.5, deadline=Deadline())
        assert held.weights == {wanted.candidate.id: 1.0}
        assert held.students == (made,)
    assert hold_latency(study, X, trials, weights, 5.0, deadline=Deadline()).weights == weights


def test_a_run_tells_of_its_student_and_keeps_it(tmp_path, monkeypatch):
    X, y = _table("binary")
    # Whatever the machine: one model takes a millisecond.
    monkeypatch.setattr(
        latency,
        "_latency",
        lambda s, x, t, w: float(sum(len(c.models) for c in t if c.candidate.id in w)),
    )
    found = run_search(
        X, y, PROBLEMS["binary"], np.arange(len(y)) % 4, oob_allowed=True, trials=4,
        max_latency_ms=1.0, n_jobs=1, without=["extra_trees", "random_forest"],
    )  # fmt: skip
    told = [c for c in found.candidates if c.family == FAMILY]
    assert len(found.weights) == 1
    assert next(iter(found.weights)) in {c.id for c in told}
    workspace = Workspace(tmp_path)
    found.save(workspace, "s1", "p1")
    again = load_search(workspace, "s1", with_model=True)
    assert np.array_equal(again.model.predict(X), found.model.predict(X))
    assert next(iter(again.weights)) in again.oof
    none = run_search(
        X, y, PROBLEMS["binary"], np.arange(len(y)) % 4, oob_allowed=True, trials=4,
        max_latency_ms=1.0, n_jobs=1, without=["extra_trees", "random_forest", FAMILY],
    )  # fmt: skip
    assert not [c for c in none.candidates if c.family == FAMILY]
