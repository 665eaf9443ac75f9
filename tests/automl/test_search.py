"""The search as a whole, on small tables."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.models.base import Fit, OutOfTime
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import fitting
from autoglm_agent.automl.search import train as training
from autoglm_agent.automl.search.engine import (
    MemoryTrials,
    WorkspaceTrials,
    load_search,
    run_search,
)
from autoglm_agent.automl.search.ensemble import combine
from autoglm_agent.automl.search.shelf import Shelved
from autoglm_agent.automl.search.study import Study
from autoglm_agent.faults import InjectedFault

BINARY = Problem("binary", "roc_auc", ("no", "yes"), 1)


def _table(n: int = 240, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "c": rng.choice(["u", "v", "w"], n),
        }
    )
    raw = 1.5 * X["a"] + X["b"].fillna(0) + (X["c"] == "u") + rng.normal(0, 0.7, n)
    return X, (raw > raw.median()).to_numpy().astype(np.int64)


def _folds(n: int, count: int = 4) -> np.ndarray:
    return (np.arange(n) % count).astype(np.int8)


def _search(X, y, problem=BINARY, *, trials=3, **rest):
    given = {"oob_allowed": True, "n_jobs": 2, "folds": _folds(len(X)), **rest}
    return run_search(X, y, problem, given.pop("folds"), trials=trials, **given)


def test_the_ensemble_is_what_its_weights_and_predictions_say():
    X, y = _table()
    found = _search(X, y)
    mixed = combine(found.oof, found.weights)
    assert np.array_equal(mixed, found.ensemble_oof)
    assert found.ensemble_score == score("roc_auc", y, mixed, BINARY)
    assert found.ensemble_score > 0.8
    assert found.ensemble_score >= found.naive_score == found.candidate(found.best).score
    assert [c.family for c in found.candidates] == [
        "baseline", "lightgbm", "extra_trees", "random_forest",
    ]  # fmt: skip


def test_candidates_scores_can_be_recomputed_from_their_predictions():
    X, y = _table()
    found = _search(X, y, trials=6)
    for candidate in found.candidates:
        value = score("roc_auc", y, found.oof[candidate.id], BINARY, candidate.threshold)
        assert candidate.score == value, candidate.name
        assert len(candidate.fold_scores) == 4


def test_with_a_number_of_trials_the_same_seed_gives_the_same_bits():
    X, y = _table()
    first, second = (_search(X, y, trials=8, n_jobs=jobs) for jobs in (1, 2))
    assert first.weights == second.weights
    assert np.array_equal(first.model.predict(X), second.model.predict(X))
    other = _search(X, y, trials=8, seed=1)
    assert not np.array_equal(first.model.predict(X), other.model.predict(X))


def test_seconds_without_a_deadline_are_those_of_the_candidate_itself():
    X, y = _table()
    began = time.monotonic()
    found = _search(X, y, trials=2, n_jobs=1)
    spent = time.monotonic() - began
    assert 0 < sum(c.seconds for c in found.candidates) <= spent
    assert found.seconds <= spent


def test_a_permuted_target_gives_chance():
    X, y = _table(600)
    X["code"] = np.random.default_rng(5).integers(0, 300, 600).astype(str)  # many levels
    scores = []
    for seed in range(2):
        shuffled = np.random.default_rng(seed).permutation(y)
        found = _search(X, shuffled, trials=11, seed=seed)
        scores += [c.score for c in found.candidates if c.family != "baseline"]
    assert 0.40 < np.mean(scores) < 0.535
    assert max(scores) < 0.62


def test_what_is_saved_is_never_trained_again(tmp_path, monkeypatch):
    X, y = _table()
    store = WorkspaceTrials(Workspace(tmp_path))
    first = _search(X, y, trials=6, store=store)
    assert first.trained == 6

    def refuse(*args, **rest):
        raise AssertionError("trained again")

    monkeypatch.setattr("autoglm_agent.automl.search.engine.train", refuse)
    again = _search(X, y, trials=6, store=WorkspaceTrials(Workspace(tmp_path)))
    assert again.trained == 0
    assert again.candidates == first.candidates
    assert np.array_equal(again.model.predict(X), first.model.predict(X))


def test_a_search_cut_off_keeps_its_finished_trials(tmp_path, monkeypatch):
    X, y = _table()
    monkeypatch.setenv("AUTOGLM_FAULT", "trial.saved:3:raise")
    monkeypatch.setattr("autoglm_agent.faults._passed", Counter())
    with pytest.raises(InjectedFault):
        _search(X, y, store=WorkspaceTrials(Workspace(tmp_path)))
    monkeypatch.delenv("AUTOGLM_FAULT")
    resumed = _search(X, y, store=WorkspaceTrials(Workspace(tmp_path)))
    assert resumed.trained == 1  # baseline, LightGBM and the first forest were there
    assert np.array_equal(resumed.model.predict(X), _search(X, y).model.predict(X))


def test_a_damaged_trial_is_trained_again(tmp_path):
    X, y = _table()
    store = WorkspaceTrials(Workspace(tmp_path))
    _search(X, y, trials=2, store=store)
    for path in tmp_path.glob("trials/*/trial.npz"):
        path.write_bytes(path.read_bytes()[:100])
    assert _search(X, y, trials=2, store=store).trained == 2


def test_other_data_another_seed_or_other_folds_share_no_trial():
    X, y = _table()
    store = MemoryTrials()
    _search(X, y, trials=1, store=store)
    assert _search(X, y, trials=1, store=store).trained == 0
    assert _search(X.assign(a=X["a"] + 1), y, trials=1, store=store).trained == 1
    assert _search(X, 1 - y, trials=1, store=store).trained == 1
    assert _search(X, y, trials=1, store=store, seed=9).trained == 1
    assert _search(X, y, trials=1, store=store, folds=_folds(240, 3)).trained == 1


def test_a_candidate_that_raises_is_one_failed_trial(monkeypatch):
    X, y = _table()

    def broken(*args, **rest):
        raise RuntimeError("no luck")

    monkeypatch.setitem(fitting.FAMILIES, "lightgbm", broken)
    events = []
    found = _search(X, y, listener=events.append)
    (failed,) = [c for c in found.candidates if c.status == "failed"]
    assert failed.error == "RuntimeError: no luck"
    assert found.ensemble_score > 0.8
    assert failed.id not in found.weights
    assert any(e["event"] == "trial.done" and "no luck" in e["text"] for e in events)


def test_a_half_finished_candidate_cannot_win(monkeypatch):
    X, y = _table()

    def cheat(params, fold, problem, *, seed, deadline):
        if (fold.y_valid[:3] == y[0::4][:3]).all() and len(fold.y_valid):
            truth = np.eye(2)[fold.y_valid]
            return Fit(_Oracle(truth), {"rounds": 1, "grown": 1})
        raise OutOfTime

    monkeypatch.setitem(fitting.FAMILIES, "lightgbm", cheat)
    found = _search(X, y)
    (half,) = [c for c in found.candidates if c.family == "lightgbm"]
    assert half.status == "stopped"
    assert half.score == 1.0
    assert found.best != half.id
    assert half.id not in found.weights


@dataclass
class _Oracle:
    truth: np.ndarray

    def predict(self, X):
        return self.truth[: len(X)]


def test_the_deadline_holds():
    X, y = _table(1500)
    began = time.monotonic()
    found = _search(X, y, trials=None, deadline=Deadline(3.0))
    # Another worker trains beside this test; alone it returns within the three seconds.
    assert time.monotonic() - began <= 3.0 * 1.1
    assert len(found.candidates) > 4


def test_hardly_any_time_gives_the_baseline_with_a_warning():
    X, y = _table()
    found = _search(X, y, trials=None, deadline=Deadline(0.0))
    assert "baseline" in found.warnings[0]
    np.testing.assert_allclose(found.model.predict(X).sum(axis=1), 1.0)


def test_forests_are_out_of_bag_only_where_rows_are_exchangeable():
    X, y = _table()
    bag = _search(X, y, trials=2).model
    assert sorted(len(m.models) for m in bag.members)[0] == 1
    folds = _search(X, y, trials=2, oob_allowed=False).model
    assert {len(m.models) for m in folds.members} == {4}


def test_blocks_in_time_are_trained_on_the_past_only_and_refitted_on_all(monkeypatch):
    X, y = _table(300)
    X["t"] = np.arange(300.0)
    folds = (np.arange(300) // 75 - 1).astype(np.int8)
    seen = []
    plain = fitting.FAMILIES["lightgbm"]

    def spy(params, fold, problem, **rest):
        time_column = fold.X.shape[1] - 2
        if len(fold.X_valid):
            seen.append((fold.X[:, time_column].max(), fold.X_valid[:, time_column].min()))
        return plain(params, fold, problem, **rest)

    monkeypatch.setitem(fitting.FAMILIES, "lightgbm", spy)
    found = _search(X, y, trials=2, folds=folds, oob_allowed=True)
    assert sorted(seen) == [(74, 75), (149, 150), (224, 225)]
    assert np.isnan(found.ensemble_oof[:75]).all()
    assert np.isfinite(found.ensemble_oof[75:]).all()
    assert all(len(m.models) == 1 for m in found.model.members)


def test_an_interpretable_model_is_a_single_readable_one():
    X, y = _table()
    found = _search(X, y, trials=None, interpretable=True)
    assert list(found.weights.values()) == [1.0]
    assert found.candidate(found.best).family in ("linear", "tree")
    assert len(found.model.members[0].models) == 1


def test_simple_models_only_when_asked_to_simplify():
    X, y = _table()
    found = _search(X, y, trials=None, simplify=True)
    names = {c.name for c in found.candidates}
    assert names == {"baseline", "lightgbm_simple", "linear", "extra_trees_simple"}


def test_a_discarded_candidate_does_not_come_back():
    X, y = _table()
    first = _search(X, y)
    found = _search(X, y, discard=[first.best])
    assert first.best not in {c.id for c in found.candidates}


def test_the_latency_limit_prunes_the_ensemble():
    X, y = _table()
    store = MemoryTrials()
    free = _search(X, y, trials=7, store=store)
    tight = _search(X, y, trials=7, store=store, max_latency_ms=1e-6)
    assert len(tight.weights) == 1
    assert "fastest" in tight.warnings[0]
    loose = _search(X, y, trials=7, store=store, max_latency_ms=1e6)
    assert loose.weights == free.weights


def test_repetitions_on_new_folds_become_one_candidate_with_averaged_predictions():
    from autoglm_agent.automl.search import portfolio
    from autoglm_agent.automl.search.blend import merge_repeats

    X, y = _table()
    study = Study.of(
        X, y, BINARY, _folds(240), exchangeable=True, kinds=None, weight=None, seed=0, threads=1,
        interpretable=False,
    )  # fmt: skip
    spec = portfolio.plain(study)
    parts = [training.train(s, study, Deadline(None)) for s in (spec, portfolio.again(spec, 1))]
    assert not np.array_equal(study.split(0), study.split(1))
    read: list[int] = []
    shelved = [
        replace(p, models=Shelved(lambda p=p: read.append(1) or p.models, len(p.models)))
        for p in parts
    ]
    (merged,) = merge_repeats(study, shelved)
    assert not read  # whether they are wanted is not known yet
    assert [*merged.models] == [*parts[0].models, *parts[1].models]
    np.testing.assert_allclose(merged.oof, (parts[0].oof + parts[1].oof) / 2)
    assert merged.candidate.id == parts[0].candidate.id
    assert len(merged.models) == 8


def test_a_search_survives_its_files(tmp_path):
    X, y = _table()
    found = _search(X, y)
    workspace = Workspace(tmp_path)
    told = found.save(workspace, "s1", "p1", budget_s=10.0, trials=3)
    assert told["prepared"] == "p1"
    assert told["memory_mb"] > 10
    back = load_search(workspace, "s1", with_model=True)
    assert back.candidates == found.candidates
    assert back.weights == found.weights
    assert np.array_equal(back.ensemble_oof, found.ensemble_oof)
    assert np.array_equal(back.model.predict(X), found.model.predict(X))


@pytest.mark.parametrize("kind", [pytest.param("multiclass", marks=pytest.mark.slow), "regression"])
def test_several_classes_and_numbers_work_the_same_way(kind):
    X, _ = _table(300)
    raw = (X["a"] * 2 + X["b"].fillna(0)).to_numpy()
    y = np.digitize(raw, [-1, 1]) if kind == "multiclass" else np.exp(raw)
    problem = Problem.of(kind, y)
    found = _search(X, problem.encode(y), problem, trials=9)
    baseline = found.candidates[0].score
    assert found.ensemble_score < 0.75 * baseline
    assert not [c for c in found.candidates if c.status != "done"]


def test_events_tell_progress():
    X, y = _table()
    events = []
    _search(X, y, trials=2, listener=events.append)
    done = [e for e in events if e["event"] == "trial.done"]
    assert [e["name"] for e in done] == ["baseline", "lightgbm", "extra_trees"]
    assert {"family", "score", "best", "seconds", "left_s", "text"} <= done[-1].keys()


def test_a_trial_cut_off_while_it_is_written_counts_as_absent(tmp_path, monkeypatch):
    X, y = _table()
    monkeypatch.setenv("AUTOGLM_FAULT", "rename.trials:2:raise")
    monkeypatch.setattr("autoglm_agent.faults._passed", Counter())
    with pytest.raises(InjectedFault):
        _search(X, y, trials=1, store=WorkspaceTrials(Workspace(tmp_path)))
    monkeypatch.delenv("AUTOGLM_FAULT")
    assert len(list(tmp_path.glob("trials/*/trial.npz"))) == 1  # the baseline
    assert _search(X, y, trials=1, store=WorkspaceTrials(Workspace(tmp_path))).trained == 1
