"""V39: what can never help is refuted while it is learned from; the rest is told."""

from __future__ import annotations

import numpy as np
from checks_run import context_of, honest_table, verdict

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.chain import Task


def test_a_tidy_table_passes_and_tells_what_was_dropped(tmp_path):
    frame = honest_table().drop(columns="number").assign(same=1)
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V39")
    assert found.status == "pass"
    assert "same" in found.fact


def test_an_id_among_the_features_is_refuted_and_dropping_it_heals(tmp_path):
    frame = honest_table().drop(columns="number")
    context = context_of(tmp_path, frame, "answer")
    prepared = context.prepared
    clean = prepared.X
    prepared.X = clean.assign(code=[f"u{i:05d}x" for i in range(len(clean))], empty=np.nan, one="k")
    prepared.kinds |= {"code": "category", "empty": "number", "one": "category"}
    found = verdict(context, "data", "V39")
    assert (found.status, found.blame) == ("fail", "prepare_data")
    assert found.remedies[0].args == {"drop_columns": ["code", "empty", "one"]}
    prepared.X = prepared.X.drop(columns=found.remedies[0].args["drop_columns"])
    assert verdict(context, "data", "V39").status == "pass"


def test_doubtful_columns_are_told_and_named(tmp_path):
    frame = honest_table().drop(columns="number")
    rng = np.random.default_rng(1)
    n = len(frame)
    frame["sparse"] = np.where(rng.random(n) < 0.8, np.nan, rng.normal(size=n))
    frame["twin"] = frame["a"] * 3 + 1e-6 * rng.normal(size=n)
    frame["zone"] = [f"zone {i % 70}" for i in range(n)]
    found = verdict(context_of(tmp_path, frame, "answer"), "data", "V39")
    assert found.status == "warn"
    assert {"sparse", "twin", "zone"} <= set(found.columns)


def test_without_training_rows_the_profile_is_told(tmp_path):
    prepared = context_of(tmp_path, honest_table().assign(same="x"), "answer")
    context = CheckContext(
        workspace=prepared.workspace,
        task=Task(kind="profile"),
        table_profile=prepared.table_profile,
    )
    found = verdict(context, "data", "V39")
    assert (found.status, found.columns) == ("warn", ("same",))
