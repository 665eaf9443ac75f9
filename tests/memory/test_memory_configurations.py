"""What won on a table is recalled for one that is like it, and tried first."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.automl.search.recalled import MOST, believed
from autoglm_agent.errors import InputError
from autoglm_agent.memory.signature import SCALES, likeness, signature_of

CONFIG = {"name": "linear", "family": "linear", "params": {"strengths": [0.1], "log": False}}
TREES = {
    "name": "extra_trees", "family": "extra_trees",
    "params": {"trees": 20, "oob_factor": 3, "min_samples_leaf": 2, "max_features": "sqrt"},
}  # fmt: skip


def table(seed: int, *, linear: bool = True, rows: int = 300, columns: int = 8):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(rows, columns)), columns=[f"c{i}" for i in range(columns)])
    signal = X.to_numpy() @ np.linspace(1, 2, columns)
    if not linear:
        signal = (np.sign(X["c0"] * X["c1"]) * 3).to_numpy()
    y = (signal + rng.normal(size=rows) > 0).astype(int)
    return X, np.asarray(y)


def signature(seed: int, **kind):
    X, y = table(seed, **kind)
    return signature_of(X, y, classification=True)


def test_a_signature_has_numbers_and_neither_rows_nor_names():
    X = pd.DataFrame({"secret_name": ["alpha", "beta", None] * 20, "n": range(60)})
    described = signature_of(X, np.arange(60) % 2, classification=True)
    assert set(described) == set(SCALES)
    assert all(isinstance(value, float) for value in described.values())
    text = json.dumps(described)
    assert "secret" not in text
    assert "alpha" not in text
    assert described == signature_of(X, np.arange(60) % 2, classification=True)


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame(index=range(30)),
        pd.DataFrame({"a": [np.nan] * 30}),
        pd.DataFrame({"a": [1.0] * 30, "b": ["x"] * 30}),
        pd.DataFrame({"a": [np.inf, -np.inf, 1.0] * 10}),
        pd.DataFrame({"a": pd.date_range("2026", periods=30)}),
        pd.DataFrame({"a": [True, False, None] * 10}),
    ],
)
def test_odd_tables_have_signatures_too(X):
    for y, classification in ((np.arange(30) % 2, True), (np.arange(30.0), False)):
        described = signature_of(X, y, classification=classification)
        assert all(np.isfinite(value) for value in described.values())
        assert likeness(described, described) == 1.0


def test_tables_of_one_kind_are_alike_and_others_are_not():
    related = [likeness(signature(0), signature(seed)) for seed in range(1, 5)]
    other = [likeness(signature(0), signature(seed, linear=False)) for seed in range(1, 5)]
    assert min(related) > 0.7
    assert max(other) < min(related)
    assert likeness(signature(0), {}) == 0.0


def test_what_won_on_a_similar_table_is_recalled_the_best_first(memory):
    kept = memory.configurations.remember(signature(0), [CONFIG, TREES], family="binary roc_auc")
    found = memory.configurations.recall(signature(1), family="binary roc_auc")
    assert [w.configuration for w in found] == [CONFIG, TREES]
    assert {w.id for w in found} == {kept}
    assert memory.configurations.recall(signature(1), family="regression rmse") == []
    assert len(memory.configurations.recall(signature(1), family="binary roc_auc", k=1)) == 1


def test_a_table_that_is_not_alike_is_told_nothing(memory):
    memory.configurations.remember(signature(0), [CONFIG], family="f")
    other = signature(1, linear=False, rows=5000, columns=40)
    assert memory.configurations.recall(other, family="f") == []


def test_what_does_not_make_it_into_results_is_retired(memory):
    memory.configurations.remember(signature(0), [CONFIG], family="f")
    for run in range(8):
        memory.configurations.recall(signature(1), family="f", run=f"r{run}")
        memory.configurations.credit(f"r{run}", False, family="f")
    assert memory.configurations.recall(signature(1), family="f") == []


def test_no_configuration_is_an_error(memory):
    with pytest.raises(InputError, match="no configuration"):
        memory.configurations.remember(signature(0), [{"name": "x"}], family="f")


HOSTILE = [
    {},
    {"family": "lightgbm"},
    {"family": "lightgbm", "params": {}},
    {"family": "exec", "params": {"code": "1"}},
    {"family": "baseline", "params": {}},
    {"family": "linear", "params": {"strengths": [0.1], "log": False, "output_model": "/tmp/x"}},
    {"family": "linear", "params": {"strengths": [], "log": False}},
    {"family": "linear", "params": {"strengths": [[0.1]], "log": False}},
    {"family": "linear", "params": {"strengths": [float("nan")], "log": False}},
    {"family": "linear", "params": {"strengths": 0.1, "log": False}},
    {"family": "extra_trees", "params": {**TREES["params"], "trees": 10**9}},
    {"family": "extra_trees", "params": {**TREES["params"], "max_features": "all"}},
    {"family": ["linear"], "params": {"strengths": [0.1], "log": False}},
    {"family": "linear", "params": [1]},
]


@pytest.mark.parametrize("told", HOSTILE)
def test_what_a_search_could_not_choose_itself_is_passed_over(told):
    assert believed([told]) == []
    assert [s.family for s in believed([told, CONFIG])] == ["linear"]


def test_a_few_are_believed_at_most():
    assert len(believed([CONFIG, TREES, CONFIG, TREES])) == MOST


def search(X, y, **options):
    names: list[str] = []
    problem = Problem("binary", "roc_auc", (0, 1), 1)
    folds = np.arange(len(y)) % 3
    result = run_search(
        X, y, problem, folds, oob_allowed=True, seed=0, n_jobs=1,
        listener=lambda e: names.append(e["name"]) if e["event"] == "trial.started" else None,
        **options,
    )  # fmt: skip
    return result, names


def test_a_search_tries_first_what_was_recalled():
    result, names = search(*table(0), trials=3, first=[CONFIG, {"family": "exec", "params": {}}])
    assert names[:3] == ["baseline", "recalled_linear_1", "lightgbm"]
    assert result.best.startswith("recalled_linear_1")


def test_a_second_one_is_tried_only_if_the_first_was_good():
    _, names = search(*table(0), trials=3, first=[CONFIG, TREES])
    assert names[3] == "recalled_extra_trees_2"
    X, y = table(0, linear=False, rows=600)
    _, names = search(X, y, trials=3, first=[CONFIG, TREES])
    assert "recalled_extra_trees_2" not in names


def test_nothing_is_trained_twice():
    X, y = table(0)
    result, _ = search(X, y, trials=6)
    own = next(c for c in result.candidates if c.name == "extra_trees")
    params = {k: v for k, v in own.params.items() if k not in ("split", "fitted")}
    result, names = search(X, y, trials=6, first=[{"family": "extra_trees", "params": params}])
    assert names.count("extra_trees") == 0
    assert len({c.id for c in result.candidates}) == len(result.candidates)
