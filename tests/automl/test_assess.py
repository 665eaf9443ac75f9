"""The assessment: one reading, every figure of it, the best baseline, honest intervals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data import profile as profiling
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import Prepared, prepare
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring import assess as assessing
from autoglm_agent.automl.scoring.baselines import (
    Rule,
    SimpleForecast,
    best_baseline,
    fit_baselines,
)
from autoglm_agent.automl.scoring.clusters import periods_together
from autoglm_agent.automl.scoring.metrics import metrics_for, score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Task
from autoglm_agent.errors import StoreError, VaultError


class Simple:
    """A model from scikit-learn on the numeric columns alone."""

    def __init__(self, prepared: Prepared) -> None:
        from sklearn.linear_model import LinearRegression, LogisticRegression

        kind = LogisticRegression if prepared.problem.is_classification else LinearRegression
        self.model = kind().fit(prepared.X[["a", "b"]], prepared.y)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        if hasattr(self.model, "predict_proba"):
            return self.model.predict_proba(frame[["a", "b"]])
        return self.model.predict(frame[["a", "b"]])


def data(n: int = 800) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, n))
    number = 2 * a + b + rng.normal(0, 1, n)
    return pd.DataFrame(
        {
            "a": a,
            "b": b,
            "site": rng.choice(["x", "y", "z"], n),
            "who": [f"p{i // 4}" for i in range(n)],
            "number": number,
            "yes": np.where(number > 1, "yes", "no"),
            "level": np.digitize(number, [-2, 1]),
        }
    )


def prepared_for(workspace, kind, **rest):
    target = {"binary": "yes", "multiclass": "level", "regression": "number"}[kind]
    others = tuple({"yes", "level", "number"} - {target})
    table = Table(data(), "t.csv", "0123456789abcdef")
    task = Task(kind=kind, target=target, exclude=others, **rest)
    return prepare(workspace, table, profiling.profile_table(table), task)


def assessed(workspace, prepared, model=None, model_id="m1", **rest):
    settings = {"naive_score": 0.9, "cv_score": 0.89, "threshold": 0.5, "consent": False, "seed": 0}
    model = model or Simple(prepared)
    return assessing.assess_model(workspace, prepared, model_id, model, **(settings | rest))


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "run")


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_every_figure_can_be_computed_again_from_the_saved_predictions(workspace, kind):
    prepared = prepared_for(workspace, kind)
    result = assessed(workspace, prepared)
    json.dumps(result, allow_nan=False)
    saved = pd.read_parquet(workspace.path / result["predictions"])
    assert not set(saved["row"]) & set(prepared.rows)
    problem = prepared.problem
    if problem.is_classification:
        y = problem.encode(saved["actual"])
        prediction = saved[[f"p_{c}" for c in problem.classes]].to_numpy()
    else:
        y, prediction = saved["actual"].to_numpy(), saved["predicted"].to_numpy()
    undefined = {"rmsle"} if kind == "regression" and (y < 0).any() else set()
    assert set(result["metrics"]) == set(metrics_for(kind)) - undefined
    for metric, figures in result["metrics"].items():
        assert figures["value"] == pytest.approx(score(metric, y, prediction, problem), abs=1e-9)
        assert figures["low"] <= figures["value"] <= figures["high"]
    assert result["score"] == result["metrics"][problem.metric]
    assert result["gain"]["low"] > 0
    assert result["n"] == prepared.holdout_rows
    if problem.is_classification:
        assert np.sum(result["confusion"]) == result["n"]
        assert np.trace(result["confusion"]) / result["n"] == pytest.approx(
            result["metrics"]["accuracy"]["value"]
        )
        assert sum(b["n"] for b in result["calibration"]) == result["n"]
    else:
        assert len(result["residuals"]["actual"]) == result["n"]


def test_the_figures_are_in_the_ledger(workspace):
    result = assessed(workspace, prepared_for(workspace, "binary"))
    entries = Ledger(workspace).latest()
    auc = entries["holdout.roc_auc"]
    assert (auc.value, auc.low, auc.high, auc.n) == (*result["score"].values(), result["n"])
    assert entries["cv.naive"].value == 0.9
    assert entries["baseline.roc_auc"].value == result["baseline"]["value"]
    assert entries["gain.roc_auc"].low == result["gain"]["low"]


def test_a_second_model_is_refused_and_consent_is_stamped(workspace):
    prepared = prepared_for(workspace, "binary")
    assessed(workspace, prepared)
    with pytest.raises(VaultError):
        assessed(workspace, prepared, model_id="m2")
    assert not workspace.has("assessments", "m2.json")
    assert assessed(workspace, prepared, model_id="m2", consent=True)["reading"] == 2


def test_a_finished_assessment_is_returned_without_the_model_or_the_vault(workspace):
    prepared = prepared_for(workspace, "binary")
    result = assessed(workspace, prepared)
    for path in (workspace.path / "vault" / prepared.vault_id).iterdir():
        path.unlink()
    assert assessing.assess(workspace, prepared, "m1", naive_score=0.9) == result


def test_a_crash_before_the_file_costs_no_second_reading(workspace, monkeypatch):
    prepared = prepared_for(workspace, "binary")
    monkeypatch.setattr(assessing, "_record", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assessed(workspace, prepared)
    monkeypatch.undo()
    assert assessed(workspace, prepared)["reading"] == 1
    assert len(Vault.readings(workspace)) == 1


def test_a_model_that_cannot_predict_does_not_cost_the_reading(workspace):
    class Broken:
        def predict(self, frame):
            return np.full((len(frame), 2), np.nan)

    prepared = prepared_for(workspace, "binary")
    with pytest.raises(StoreError, match="undefined values"):
        assessed(workspace, prepared, Broken())
    assert Vault.readings(workspace) == []


def test_the_same_seed_gives_the_same_figures(tmp_path):
    results = []
    for name in ("one", "two"):
        workspace = Workspace(tmp_path / name)
        result = assessed(workspace, prepared_for(workspace, "multiclass"))
        results.append({k: v for k, v in result.items() if k != "seconds"})
    assert results[0] == results[1]


def test_a_model_that_knows_nothing_gains_nothing(workspace):
    class Shares:
        def predict(self, frame):
            return np.tile([0.6, 0.4], (len(frame), 1))

    result = assessed(workspace, prepared_for(workspace, "binary"), Shares())
    assert result["score"]["value"] == 0.5
    assert result["gain"]["high"] < 0


def test_rows_of_one_group_widen_the_interval(tmp_path):
    """Rows of a group are copies of each other here, so there are four times fewer facts."""

    class Noise:
        def predict(self, frame):
            codes = pd.factorize(frame["who"] if "who" in frame else frame["a"])[0]
            p = np.random.default_rng(0).random(codes.max() + 1)[codes]
            return np.column_stack([1 - p, p])

    rng = np.random.default_rng(0)
    frame = data()
    frame["yes"] = np.repeat(np.where(rng.random(200) > 0.5, "yes", "no"), 4)
    frame["a"] = np.repeat(rng.normal(size=200), 4)
    widths = {}
    for group in (None, "who"):
        workspace = Workspace(tmp_path / str(group))
        table = Table(frame, "t.csv", "0123456789abcdef")
        task = Task(kind="binary", target="yes", group_column=group, exclude=("level", "number"))
        prepared = prepare(workspace, table, profiling.profile_table(table), task)
        figures = assessed(workspace, prepared, Noise())["score"]
        widths[group] = figures["high"] - figures["low"]
    assert widths["who"] > 1.4 * widths[None]


def test_the_rule_finds_the_column_that_tells(tmp_path):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "noise": rng.normal(size=400),
            "id": [f"r{i}" for i in range(400)],
            "city": rng.choice(["a", "b", None], 400),
            "when": pd.date_range("2024-01-01", periods=400),
        }
    )
    y = np.where(X["city"].isna(), 5.0, 0.0) + rng.normal(0, 0.1, 400)
    problem = Problem("regression", "rmse")
    best, _, value = best_baseline(fit_baselines(X, y, problem), X, y, problem)
    assert best.name == "a rule on 'city' alone"
    assert value < 0.5
    unseen = X.assign(city="never seen").head(3)
    assert best.predict(unseen) == pytest.approx([y.mean()] * 3)


def test_rules_know_missing_unseen_and_extreme_values():
    rule = Rule.of(pd.Series([1.0, 2.0, 3.0, None] * 10, name="x"))
    bins = rule.bins(pd.Series([None, -1e9, 1e9], name="x"))
    assert bins[0] == 0
    assert 0 < bins[1] < bins[2] < rule.size


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_searched_model_is_assessed_from_its_file(workspace, kind):
    from autoglm_agent.automl.search.engine import run_search

    prepared = prepared_for(workspace, kind, time_column=None)
    found = run_search(
        prepared.X,
        prepared.y,
        prepared.problem,
        prepared.folds,
        oob_allowed=prepared.plan.oob_allowed,
        kinds=prepared.kinds,
        trials=2,
        n_jobs=1,
    )
    found.model.save(workspace, "m1")
    result = assessing.assess(workspace, prepared, "m1", naive_score=found.naive_score)
    assert result["gain"]["low"] > 0
    assert result["score"]["low"] <= result["cv"] <= result["score"]["high"]
    assert assessing.assess(workspace, prepared, "m1", naive_score=0.0) == result
    found.model.save(workspace, "m2")
    with pytest.raises(VaultError):
        assessing.assess(workspace, prepared, "m2", naive_score=0.0)


def test_forecasts_of_one_horizon_are_drawn_together():
    """Neighbouring periods are wrong together, so an interval by single rows is too narrow."""
    day = pd.Series(pd.date_range("2024-01-01", periods=60)).repeat(3)
    blocks = periods_together(day, "5 periods")
    assert list(blocks) == [i // 15 for i in range(180)]
    assert max(periods_together(day, "30 periods")) == 9


def test_the_simple_forecast_stands_in_place_of_the_mean():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
    y = np.array([9.0, 9.0, 10.0, 30.0])
    problem = Problem("regression", "mae")
    told = fit_baselines(X, y, problem, simple=SimpleForecast("same season", "naive", True))
    assert told[0].name == "the simple forecast (same season)"
    assert not {"the mean", "the median"} & {b.name for b in told}
    assert list(told[0].predict(X)) == [0.0] * 4
