"""The estimators as a data scientist uses them."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import train_test_split

from autoglm_agent.automl.estimator import AutoMLClassifier, AutoMLRegressor

SMALL = {"time_budget": None, "trials": 2, "folds": 3, "n_jobs": 1}


def _people(n: int = 300) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(18, 80, n)),
            "job": rng.choice(["cook", "clerk", "pilot", None], n),
            "since": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
        }
    )
    raw = X["age"].fillna(40) / 20 + (X["job"] == "pilot") * 2 + rng.normal(0, 0.5, n)
    return X, pd.Series(np.where(raw > raw.median(), "yes", "no"), name="bought")


def test_a_table_with_text_dates_and_gaps_is_learnt_as_it_is():
    X, y = _people()
    train, test, y_train, y_test = train_test_split(X, y, random_state=0)
    model = AutoMLClassifier(**SMALL).fit(train, y_train)
    assert model.score(test, y_test) > 0.75
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.feature_names_in_.tolist() == ["age", "job", "since"]
    assert model.predict_proba(test).shape == (len(test), 2)


def test_the_leaderboard_is_sorted_best_first():
    X, y = _people()
    for metric, ascending in (("roc_auc", False), ("log_loss", True)):
        board = AutoMLClassifier(metric=metric, **SMALL).fit(X, y).leaderboard_
        assert board["score"].is_monotonic_increasing == ascending
        assert board["score"].is_monotonic_decreasing != ascending
        assert board["weight"].sum() == pytest.approx(1.0)


def test_a_regression_scores_in_its_own_metric():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3))
    y = 10 * X[:, 0] + rng.normal(size=300)
    model = AutoMLRegressor(metric="mae", **SMALL).fit(X, y)
    assert 0.5 < model.cv_score_ < 4.0
    assert model.score(X, y) > 0.8


def test_rare_positives_are_found_when_f1_is_asked_for():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1200, 3))
    y = (X[:, 0] + rng.normal(0, 1.0, 1200) > 2.3).astype(int)
    model = AutoMLClassifier(metric="f1", **SMALL).fit(X, y)
    assert model.threshold_ < 0.5
    assert model.predict(X).mean() > 0.5 * y.mean()


def test_the_same_seed_gives_the_same_predictions_and_clones_alike():
    X, y = _people()
    model = AutoMLClassifier(random_state=4, **SMALL)
    first = model.fit(X, y).predict_proba(X)
    assert np.array_equal(first, clone(model).fit(X, y).predict_proba(X))


def test_hardly_any_time_gives_the_baseline_and_says_so():
    X, y = _people()
    with pytest.warns(UserWarning, match="baseline"):
        model = AutoMLClassifier(time_budget=0.1).fit(X, y)
    assert len(set(model.predict(X))) == 1


@pytest.mark.slow
def test_ten_seconds_are_ten_seconds():
    X, y = _people(3000)
    began = time.monotonic()
    AutoMLClassifier(time_budget=10, n_jobs=2).fit(X, y)
    assert time.monotonic() - began <= 10.5


def test_bad_input_is_a_value_error_with_a_reason():
    X, _ = _people()
    with pytest.raises(ValueError, match="at least two classes"):
        AutoMLClassifier(**SMALL).fit(X, np.zeros(len(X)))
    with pytest.raises(ValueError, match="does not fit"):
        AutoMLRegressor(metric="roc_auc", **SMALL).fit(X, np.arange(len(X)))
    with pytest.raises(ValueError, match="folds is 1"):
        AutoMLRegressor(**{**SMALL, "folds": 1}).fit(X, np.arange(len(X)))


@pytest.mark.parametrize("changed", [{"n_jobs": -1}, {"folds": 150, "trials": 0}])
def test_scikit_learns_conventions_for_jobs_and_many_folds_hold(changed):
    X, y = _people(160)
    model = AutoMLClassifier(**{**SMALL, **changed}).fit(X, y)
    assert len(model.predict(X)) == 160


@pytest.mark.parametrize("seconds", [0, -2.0, float("nan")])
def test_a_time_budget_that_is_no_time_is_refused(seconds):
    with pytest.raises(ValueError, match="time_budget"):
        AutoMLClassifier(time_budget=seconds).fit([[0.0], [1.0]] * 10, [0, 1] * 10)
