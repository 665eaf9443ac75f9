"""What is tried within a time, and what it may cost."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.models import catboost
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import fitting, portfolio, schedule
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec, train

BINARY = Problem("binary", "roc_auc", ("no", "yes"), 1)


def table(n: int = 300) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc")).assign(
        d=rng.choice(["u", "v", "w"], n)
    )
    raw = X["a"] + (X["d"] == "u") + rng.normal(0, 0.7, n)
    return X, (raw > raw.median()).to_numpy().astype(np.int64), np.arange(n) % 5


def study_of(n: int = 300) -> Study:
    X, y, folds = table(n)
    return Study.of(
        X, y, BINARY, folds, exchangeable=True, kinds=None, weight=None, seed=0, threads=1,
        interpretable=False,
    )  # fmt: skip


def test_the_folds_of_a_race_are_not_fitted_again(monkeypatch):
    study, fitted = study_of(), []
    plain = fitting.FAMILIES["lightgbm"]

    def counted(params, fold, problem, **rest):
        fitted.append(len(fold.X))
        return plain(params, fold, problem, **rest)

    monkeypatch.setitem(fitting.FAMILIES, "lightgbm", counted)
    spec = portfolio.plain(study)
    train(replace(spec, name="race_plain", folds=(0, 1)), study, Deadline(None))
    assert len(fitted) == 2
    whole = train(spec, study, Deadline(None))
    assert len(fitted) == 5
    alone = train(spec, study_of(), Deadline(None))
    assert np.array_equal(whole.oof, alone.oof)
    assert whole.key == alone.key


def test_a_price_comes_from_the_candidates_own_race():
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    params = portfolio.configurations(study)["deep"]
    slow = portfolio.slow(params, "deep", 0.05)
    assert board.price(slow) == np.inf
    race = train(Spec("race_deep", "lightgbm", params, folds=(0, 1)), study, Deadline(None))
    told = replace(race, candidate=replace(race.candidate, seconds=2.0))
    board.trials["race_deep"] = told
    assert board.price(slow) == pytest.approx(2.0 / 2 * 5 * 2**0.9)
    assert board.price(portfolio.slow(params, "deep", 0.1)) == pytest.approx(5.0)


def test_a_configuration_far_behind_does_not_go_on():
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    found = portfolio.configurations(study)
    for name, scores in (("sampled", [0.9, 0.9]), ("deep", [0.87, 0.87]), ("small", [0.9, 0.89])):
        spec = Spec(f"race_{name}", "lightgbm", found[name], folds=(0, 1))
        trial = train(spec, study, Deadline(None))
        candidate = replace(trial.candidate, fold_scores=scores, seconds=0.1)
        board.trials[f"race_{name}"] = replace(trial, candidate=candidate)
    offered = [
        [spec.name for spec, _ in schedule._winner(board, found, [name], ["sampled"])]
        for name in ("sampled", "small", "deep")
    ]
    assert offered == [["lightgbm_sampled"], ["lightgbm_small"], []]


def test_the_lowest_rate_that_the_share_pays_for_is_taken():
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    found = portfolio.configurations(study)
    spec = Spec("race_small", "lightgbm", found["small"], folds=(0, 1))
    trial = train(spec, study, Deadline(None))
    rates = []
    for seconds in (0.1, 1.4, 4.0, 12.0, 60.0):
        candidate = replace(trial.candidate, seconds=seconds)
        board.trials["race_small"] = replace(trial, candidate=candidate)
        offers = list(schedule._winner(board, found, ["small"], ["small"]))
        rates.append(offers[0][0].params["learning_rate"] if offers else None)
    assert rates == [0.015, 0.03, 0.05, 0.08, None]  # 0.1 is dearer than half the time, too


def test_the_time_is_used_and_held():
    X, y, folds = table(800)
    began = time.monotonic()
    found = run_search(X, y, BINARY, folds, oob_allowed=True, deadline=Deadline(6.0), n_jobs=1)
    spent = time.monotonic() - began
    assert 0.7 * 6.0 <= spent <= 1.05 * 6.0  # nothing is begun that would not end in time
    names = [c.name for c in found.candidates]
    assert "race_network" in names
    assert len(names) > 8


def test_the_rest_of_the_time_goes_to_members_again_and_to_neighbours_of_the_best():
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    for spec in (portfolio.plain(study), *portfolio.forests(study)):
        board.trials[spec.name] = train(spec, study, Deadline(None))
    specs = [spec for spec, _ in schedule._of_turn(board, 1)]
    assert {"lightgbm_variant1", "lightgbm_variant2"} <= {s.name for s in specs}
    again = [s for s in specs if s.split]
    assert [s.params for s in again] == [portfolio.plain(study).params] * len(again)
    later = [spec for spec, _ in schedule._of_turn(board, schedule.MOST_REPEATS + 1)]
    assert not [s for s in later if s.split]


def test_a_racer_without_use_for_the_ensemble_gets_little(monkeypatch):
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    found = portfolio.configurations(study)
    board.trials["lightgbm"] = train(portfolio.plain(study), study, Deadline(None))
    spec = Spec("race_small", "lightgbm", found["small"], folds=(0, 1))
    trial = train(spec, study, Deadline(None))
    useless = np.where(np.isfinite(trial.oof), 0.5, np.nan)  # a coin
    offered = []
    for oof in (trial.oof, useless):
        candidate = replace(trial.candidate, seconds=8.0)
        board.trials["race_small"] = replace(trial, candidate=candidate, oof=oof)
        assert schedule._helps(board, "race_small") == (oof is trial.oof)
        offered.append(len(list(schedule._winner(board, found, ["small"], ["small"]))))
    assert offered == [1, 0]


def test_a_race_that_time_ended_says_nothing_against_its_winner(monkeypatch):
    study = study_of()
    board = schedule.Board(study, Deadline(100.0))
    found = portfolio.configurations(study)
    for name, scores, cut in (("sampled", [0.9, 0.9], False), ("small", [0.7, 0.7], True)):
        spec = Spec(f"race_{name}", "lightgbm", found[name], folds=(0, 1))
        trial = train(spec, study, Deadline(None))
        fitted = [{**told, "cut": cut} for told in trial.candidate.params["fitted"]]
        params = {**trial.candidate.params, "fitted": fitted}
        told = replace(trial.candidate, fold_scores=scores, params=params, seconds=2.0)
        board.trials[f"race_{name}"] = replace(trial, candidate=told)
    ((spec, limit),) = schedule._winner(board, found, ["small"], ["sampled"])
    assert spec.params["learning_rate"] == schedule.RATES[-1][0]  # nothing slower would end
    assert limit == pytest.approx(schedule.UNPRICED * 100.0, rel=0.01)
    monkeypatch.setattr(schedule, "_helps", lambda *_: False)
    assert not list(schedule._winner(board, found, ["small"], ["sampled"]))


def test_what_the_rest_of_the_time_goes_to_is_priced_with_its_predictions():
    study = study_of()
    trial = train(portfolio.plain(study), study, Deadline(None))
    offered = []
    for rows in (0, 1_000_000):
        board = schedule.Board(study, Deadline(100.0), to_predict=rows)
        board.trials["lightgbm"] = replace(trial, row_seconds=2e-4)
        offered.append(len(list(zip(schedule._until_the_end(board), range(3), strict=False))))
    assert offered == [3, 0]  # two hundred seconds of predictions do not fit


def test_what_a_forest_needs_to_begin_is_not_charged_to_the_rows(monkeypatch):
    class Clock:
        elapsed = 0.0

    class Slow:
        def predict(self, X):
            Clock.elapsed += 0.1 + 1e-4 * len(X)

    def grown(*_, **__):
        return Slow(), np.full((300, 2), 0.5), {"nodes": 10}

    monkeypatch.setattr("autoglm_agent.automl.search.train.grow", grown)
    monkeypatch.setattr("autoglm_agent.automl.search.train.Deadline", Clock)
    trial = train(portfolio.forests(study_of())[0], study_of(), Deadline(None))
    assert trial.row_seconds == pytest.approx(1e-4)  # not 4e-4, as a single call would tell


def test_large_tables_begin_with_a_quick_model():
    study = study_of()
    study.views["tree"] = np.zeros((schedule.LARGE, 2), dtype=np.float32)
    offers = schedule.timed(
        schedule.Board(study, Deadline(60.0)), interpretable=False, simplify=False
    )
    assert next(offers)[0].name == "lightgbm_quick"
    assert next(offers)[0].name == "lightgbm"


def test_catboost_takes_part_where_it_is_installed_and_only_there(monkeypatch):
    study = study_of()
    monkeypatch.setattr(catboost, "installed", lambda: False)
    without = [s.family for s, _ in zip(portfolio.fixed(study, interpretable=False,
               simplify=False), range(12), strict=False)]  # fmt: skip
    assert "catboost" not in without
    monkeypatch.setattr(catboost, "installed", lambda: True)
    within = [s.family for s, _ in zip(portfolio.fixed(study, interpretable=False,
              simplify=False), range(12), strict=False)]  # fmt: skip
    assert "catboost" in within
    assert [f for f in within if f != "catboost"][:6] == without[:6]
