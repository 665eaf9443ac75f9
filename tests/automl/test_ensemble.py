"""Ensemble selection."""

from __future__ import annotations

import time

import numpy as np
import pytest

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import oriented, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.ensemble import combine, common_rows, select, select_bagged

REGRESSION = Problem("regression", "rmse")


def _noisy(n: int = 500, count: int = 5):
    rng = np.random.default_rng(1)
    y = rng.normal(size=n)
    return y, {f"m{i}": y + rng.normal(0, 0.5 + 0.1 * i, n) for i in range(count)}


def _binary(metric: str, n: int = 500):
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, n)
    oofs = {}
    for i in range(4):
        p = np.clip(0.5 + 0.2 * (2 * y - 1) + rng.normal(0, 0.2 + 0.05 * i, n), 0.01, 0.99)
        oofs[f"m{i}"] = np.column_stack([1 - p, p])
    return y, oofs, Problem("binary", metric, (0, 1), 1)


@pytest.mark.parametrize("choose", [select, select_bagged], ids=["once", "bagged"])
@pytest.mark.parametrize("metric", ["rmse", "mae", "mape", "r2"])
def test_the_ensemble_is_never_worse_than_the_best_single_number(metric, choose):
    y, oofs = _noisy()
    problem = Problem("regression", metric)
    weights = choose(oofs, y, problem)
    singles = [oriented(metric, score(metric, y, p, problem)) for p in oofs.values()]
    assert oriented(metric, score(metric, y, combine(oofs, weights), problem)) >= max(singles)


@pytest.mark.parametrize("choose", [select, select_bagged], ids=["once", "bagged"])
@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "average_precision", "accuracy"])
def test_the_ensemble_is_never_worse_than_the_best_single_probability(metric, choose):
    y, oofs, problem = _binary(metric)
    weights = choose(oofs, y, problem)
    singles = [oriented(metric, score(metric, y, p, problem)) for p in oofs.values()]
    mixed = oriented(metric, score(metric, y, combine(oofs, weights), problem))
    assert mixed >= max(singles) - 1e-12


def test_weights_are_positive_sum_to_one_and_repeat():
    y, oofs = _noisy()
    weights = select(oofs, y, REGRESSION)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert min(weights.values()) > 0
    assert weights == select(oofs, y, REGRESSION)
    bagged = select_bagged(oofs, y, REGRESSION)
    assert sum(bagged.values()) == pytest.approx(1.0)
    assert min(bagged.values()) > 0.0
    assert bagged == select_bagged(oofs, y, REGRESSION)


def test_one_row_that_rules_the_loss_does_not_rule_the_weights():
    rng = np.random.default_rng(4)
    y = rng.normal(size=400)
    oofs = {f"m{i}": y + rng.normal(0, 1.0, 400) for i in range(3)}
    y[7] += 20.0
    oofs["m2"] = oofs["m2"] + 0.3
    oofs["m2"][7] += 20.0  # as good as the others but for luck in that row
    once = select(oofs, y, REGRESSION)
    bagged = select_bagged(oofs, y, REGRESSION)
    assert once["m2"] > 0.5
    assert bagged["m2"] < once["m2"] - 0.1


def test_independent_errors_are_averaged_out():
    y, oofs = _noisy()
    weights = select(oofs, y, REGRESSION)
    best = min(score("rmse", y, p, REGRESSION) for p in oofs.values())
    assert score("rmse", y, combine(oofs, weights), REGRESSION) < 0.75 * best


def test_a_copy_of_the_best_earns_no_weight_of_its_own():
    y, oofs = _noisy(count=1)
    assert select({"a": oofs["m0"], "b": oofs["m0"].copy()}, y, REGRESSION) == {"a": 1.0}


def test_candidates_with_fewer_rows_are_judged_on_the_common_ones():
    y, oofs = _noisy(count=2)
    oofs["perfect_half"] = np.where(np.arange(500) < 250, y, np.nan)
    assert common_rows(oofs).sum() == 250
    weights = select(oofs, y, REGRESSION)
    assert max(weights, key=weights.get) == "perfect_half"


def test_no_common_row_is_an_error_and_not_a_silent_guess():
    y, oofs = _noisy(count=1)
    with pytest.raises(ValueError, match="in common"):
        select({**oofs, "none": np.full(500, np.nan)}, y, REGRESSION)


@pytest.mark.parametrize("choose", [select, select_bagged], ids=["once", "bagged"])
def test_selection_that_is_out_of_time_keeps_the_best_single_candidate(choose):
    y, oofs = _noisy()
    assert len(choose(oofs, y, REGRESSION)) > 1
    assert choose(oofs, y, REGRESSION, deadline=Deadline(0.0)) == {"m0": 1.0}


def test_no_resample_is_begun_when_the_time_is_up(monkeypatch):
    y, oofs = _noisy()
    chosen = []

    def counted(*args, **rest):
        chosen.append(rest)
        return select(*args, **rest)

    monkeypatch.setattr("autoglm_agent.automl.search.ensemble.select", counted)
    select_bagged(oofs, y, REGRESSION, deadline=Deadline(0.0))
    assert len(chosen) == 1


def test_selection_is_fast():
    y, oofs, problem = _binary("roc_auc", 20_000)
    began = time.process_time()
    select({f"{name}{i}": oof for name, oof in oofs.items() for i in range(4)}, y, problem)
    assert time.process_time() - began < 3.0
