"""What a model looks at: importance on rows it has not seen, effects, and the clock."""

from __future__ import annotations

import json

import numpy as np
import pytest
from checks_run import context_of, honest_table

from autoglm_agent.automl.explain.importance import explain
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.search.engine import run_search


def trained(folder, kind="binary"):
    target, other = ("answer", "number") if kind == "binary" else ("number", "answer")
    frame = honest_table(300).drop(columns=other)
    frame["unrelated"] = np.random.default_rng(9).normal(size=len(frame))
    context = context_of(folder, frame, target, kind)
    prepared = context.prepared
    result = run_search(
        prepared.X, prepared.y, prepared.problem, prepared.folds, oob_allowed=False,
        kinds=prepared.kinds, trials=1, seed=0, n_jobs=1,
    )  # fmt: skip
    result.save(context.workspace, "s1", prepared.id)
    return context


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_the_strongest_column_comes_first_and_noise_counts_for_nothing(tmp_path, kind):
    context = trained(tmp_path, kind)
    found = explain(context.workspace, context.prepared, "s1")
    importance = {i["column"]: i for i in found["importance"]}
    assert found["importance"][0]["column"] == "a"
    assert set(importance) == {"a", "b", "site", "unrelated"}
    assert importance["unrelated"]["mean"] < 0.1 * importance["a"]["mean"]
    assert importance["a"]["sd"] > 0
    assert "out-of-fold" in found["method"]
    assert context.workspace.read_json("explain.json") == json.loads(json.dumps(found))
    assert not (context.workspace.path / "vault" / "readings.jsonl").exists()


def test_effects_rise_with_a_column_that_helps_and_list_levels(tmp_path):
    context = trained(tmp_path)
    effects = {
        e["column"]: e for e in explain(context.workspace, context.prepared, "s1")["effects"]
    }
    rising = effects["a"]
    assert rising["response"][-1] - rising["response"][0] > 0.3
    assert rising["grid"] == sorted(rising["grid"])
    assert rising["class"] == "yes"
    assert set(effects["site"]["grid"]) == {"north", "south", "west"}
    assert all(0 <= value <= 1 for e in effects.values() for value in e["response"])


def test_the_clock_ends_it_early(tmp_path):
    context = trained(tmp_path)
    found = explain(context.workspace, context.prepared, "s1", deadline=Deadline(0.0))
    assert found["importance"] == []
    assert found["not_measured"] == ["a", "b", "site", "unrelated"]
    assert found["seconds"] < 3


def test_the_same_model_is_explained_once(tmp_path):
    context = trained(tmp_path)
    first = explain(context.workspace, context.prepared, "s1")
    assert explain(context.workspace, context.prepared, "s1") == first
