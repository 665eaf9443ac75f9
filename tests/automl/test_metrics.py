"""Scores and their intervals."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autoglm_agent.automl.scoring import bootstrap
from autoglm_agent.automl.scoring.metrics import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    default_metric,
    gain_interval,
    interval,
    metrics_for,
    oriented,
    score,
)
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.scoring.threshold import decision_threshold
from autoglm_agent.errors import InputError


def _case(kind: str, n: int = 400, metric: str | None = None, positive: int | None = None):
    rng = np.random.default_rng(3)
    if kind == "regression":
        y = rng.normal(50, 10, n)
        return y, y + rng.normal(0, 4, n), Problem("regression", metric or "rmse")
    width = 2 if kind == "binary" else 4
    y = rng.integers(0, width, n)
    raw = rng.random((n, width)).round(1) + 0.1 + 0.5 * np.eye(width)[y]  # rounded: has ties
    classes = tuple("abcd"[:width])
    problem = Problem(kind, metric or "accuracy", classes, positive)
    return y, raw / raw.sum(axis=1, keepdims=True), problem


@pytest.mark.parametrize(
    ("kind", "metric"),
    [("binary", m) for m in BINARY]
    + [("multiclass", m) for m in MULTICLASS]
    + [("regression", m) for m in REGRESSION],
)
def test_the_vectorised_statistic_equals_scikit_learns_score(kind, metric):
    y, prediction, problem = _case(kind)
    ones = np.ones((1, len(y)))
    value = bootstrap.statistic(metric, y, prediction, problem)(ones)[0]
    assert value == pytest.approx(score(metric, y, prediction, problem), rel=1e-9)


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "f1", "recall"])
def test_the_positive_class_is_the_one_the_problem_names(metric):
    y, prediction, first = _case("binary", positive=0)
    swapped = Problem("binary", "accuracy", ("a", "b"), 1)
    direct = score(metric, y, prediction, first)
    assert direct == pytest.approx(score(metric, 1 - y, prediction[:, ::-1], swapped))


def test_a_weighted_statistic_equals_the_score_of_repeated_rows():
    y, prediction, problem = _case("binary", 120)
    weights = np.random.default_rng(0).integers(0, 4, 120)
    rows = np.repeat(np.arange(120), weights)
    for metric in BINARY:
        got = bootstrap.statistic(metric, y, prediction, problem)(weights[None, :].astype(float))
        want = score(metric, y[rows], prediction[rows], problem)
        assert got[0] == pytest.approx(want, rel=1e-9), metric


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision"])
def test_rows_of_one_class_have_no_curve_and_break_nothing(metric):
    y, prediction, problem = _case("binary", 40)
    told = bootstrap.statistic(metric, np.zeros_like(y), prediction, problem)
    groups = [np.arange(len(y))]
    (values,) = bootstrap.resample([told], groups, seed=0, repeats=10)
    assert len(values) == 10
    assert np.isnan(values).all()


def test_an_interval_holds_its_value_and_narrows_with_the_rows():
    widths = []
    for n in (200, 3200):
        y, prediction, problem = _case("binary", n)
        value, low, high = interval("roc_auc", y, prediction, problem, seed=0)
        assert low < value < high
        widths.append(high - low)
    assert widths[1] < 0.4 * widths[0]


def test_an_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    problem, hits = Problem("regression", "mae"), 0
    for seed in range(100):
        y = rng.normal(0, 1, 150)
        _, low, high = interval("mae", y, np.zeros(150), problem, seed=seed, repeats=300)
        hits += low <= np.sqrt(2 / np.pi) <= high
    assert 86 <= hits <= 100


def test_an_interval_of_ten_thousand_rows_takes_under_a_second():
    y, prediction, problem = _case("binary", 10_000)
    began = time.process_time()
    interval("roc_auc", y, prediction, problem, seed=0)
    assert time.process_time() - began < 2.0  # CPU seconds of a shared machine


def test_a_gain_is_positive_for_the_better_whatever_the_orientation():
    for kind, metric in (("binary", "roc_auc"), ("binary", "log_loss"), ("regression", "rmse")):
        y, prediction, problem = _case(kind)
        worse = np.full_like(prediction, 0.5) if kind == "binary" else np.full(len(y), y.mean())
        value, low, high = gain_interval(metric, y, prediction, worse, problem, seed=0)
        assert 0 < low < value < high


def test_the_default_metric_follows_the_rare_class():
    assert default_metric("binary", np.array([0] * 95 + [1] * 5)) == "average_precision"
    assert default_metric("binary", np.array([0] * 70 + [1] * 30)) == "roc_auc"
    assert default_metric("multiclass", np.array([0, 1, 2])) == "log_loss"
    assert metrics_for("regression")[0] == default_metric("regression", np.empty(0))


def test_losses_are_turned_so_that_higher_is_better():
    assert oriented("rmse", 3.0) == -3.0
    assert oriented("roc_auc", 0.7) == 0.7


def test_costs_move_the_threshold_towards_the_cheap_mistake():
    rng = np.random.default_rng(0)
    p = rng.random(4000)
    y = (rng.random(4000) < p).astype(np.int64)  # calibrated
    problem = Problem("binary", "roc_auc", (0, 1), 1, (("fn", 9.0), ("fp", 1.0)))
    threshold = decision_threshold(problem, y, np.column_stack([1 - p, p]))
    assert threshold == pytest.approx(0.1, abs=0.06)
    plain = Problem("binary", "roc_auc", (0, 1), 1)
    assert decision_threshold(plain, y, np.column_stack([1 - p, p])) == 0.5


def test_the_threshold_for_f1_is_the_best_there_is():
    y, prediction, problem = _case("binary", 300, metric="f1", positive=1)
    threshold = decision_threshold(problem, y, prediction)
    tried = [score("f1", y, prediction, problem, t) for t in np.linspace(0.01, 0.99, 99)]
    assert score("f1", y, prediction, problem, threshold) >= max(tried) - 1e-12


def test_labels_are_encoded_in_sorted_order_and_survive_json():
    problem = Problem.of("binary", np.array(["yes", "no", "yes"]), positive="yes")
    assert problem.classes == ("no", "yes")
    assert problem.positive == 1
    assert problem.encode(np.array(["yes", "no"])).tolist() == [1, 0]
    assert Problem.from_json(problem.to_json()) == problem


def test_an_unknown_label_is_named_with_its_row():
    problem = Problem.of("multiclass", np.array(["a", "b", "c"]))
    with pytest.raises(InputError, match=r"'z' in row 1"):
        problem.encode(np.array(["a", "z"]))


def test_a_metric_that_does_not_fit_the_problem_is_refused():
    with pytest.raises(InputError, match="does not fit"):
        Problem("regression", "roc_auc")


def test_matthews_and_kappa_are_those_of_the_best_threshold():
    y, prediction, _ = _case("binary")
    prediction = prediction**0.25  # off the half, on purpose
    for metric in ("mcc", "kappa"):
        problem = Problem("binary", metric, ("a", "b"), 1)
        chosen = decision_threshold(problem, y, prediction)
        cuts = np.unique(prediction[:, 1])
        best = max(score(metric, y, prediction, problem, cut) for cut in cuts)
        assert score(metric, y, prediction, problem, chosen) == pytest.approx(best)
        assert best > score(metric, y, prediction, problem, 0.5) + 0.1


def test_the_logarithmic_error_counts_shares_and_refuses_negative_numbers():
    problem = Problem("regression", "rmsle")
    y = np.array([0.0, 9.0, 99.0])
    assert score("rmsle", y, y, problem) == 0.0
    assert score("rmsle", y, np.array([-5.0, 9.0, 99.0]), problem) == 0.0  # no less than none
    ten, hundred = (score("rmsle", y, y + np.array(d), problem) for d in ([0, 10, 0], [0, 0, 100]))
    assert ten == pytest.approx(hundred)
    assert np.isnan(score("rmsle", -y, y, problem))
    with pytest.raises(InputError, match=r"row 1 has -3"):
        problem.encode(np.array([1.0, -3.0]))
