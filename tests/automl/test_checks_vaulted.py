"""V03: sealed before the first fit, disjoint from training, read once."""

from __future__ import annotations

import json
import time

import pandas as pd
import pytest
from checks_run import assessed, context_of, honest_table, searched, table_of, verdict

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.chain import Task


@pytest.fixture
def run(tmp_path):
    frame = honest_table().drop(columns="number")
    return searched(context_of(tmp_path / "run", frame, "answer"))


def test_a_sealed_vault_passes_and_nothing_is_read(run):
    found = verdict(run, "data", "V03")
    assert found.status == "pass"
    assert found.n == run.prepared.holdout_rows
    assert not (run.workspace.path / "vault" / "readings.jsonl").exists()


def test_a_training_row_in_the_vault_blames_the_preparation(run):
    saved = run.prepared.rows.copy()
    import numpy as np

    path = run.workspace.path / "vault" / run.prepared.vault_id / "labels.npz"
    held = np.load(path)["rows"]
    run.prepared.rows[0] = held[0]
    found = verdict(run, "data", "V03")
    assert (found.status, found.blame) == ("fail", "prepare_data")
    assert found.remedies[0].step == "prepare_data"
    run.prepared.rows = saved
    assert verdict(run, "data", "V03").status == "pass"


def test_a_missing_seal_is_refuted(run):
    (run.workspace.path / "vault" / run.prepared.vault_id / "sealed.json").unlink()
    assert verdict(run, "data", "V03").status == "fail"


def test_a_search_that_began_before_the_seal_is_refuted(run):
    path = run.workspace.path / "searches" / "s1" / "search.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"seconds": 500.0}))
    found = verdict(run, "data", "V03")
    assert found.status == "fail"
    assert "before the vault was sealed" in found.fact


def test_a_search_on_another_division_does_not_count(run):
    path = run.workspace.path / "searches" / "s1" / "search.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"seconds": 500.0, "prepared": "another"}))
    assert verdict(run, "data", "V03").status == "pass"


def test_one_reading_passes(run):
    found = verdict(assessed(run), "assessment", "V03")
    assert (found.status, found.statistic) == ("pass", 1)


def test_an_assessment_without_a_reading_on_record_is_refuted(run):
    assessed(run)
    (run.workspace.path / "vault" / "readings.jsonl").unlink()
    found = verdict(run, "assessment", "V03")
    assert (found.status, found.blame) == ("fail", "evaluate_model")
    assert found.remedies[0].kind == "ask"


def test_a_second_reading_is_told_with_consent_and_refuted_without(run):
    from autoglm_agent.automl.preparation.vault import Vault

    Vault(run.workspace, run.prepared.vault_id).open("another")
    assessed(run, consent=True)
    found = verdict(run, "assessment", "V03")
    assert (found.status, found.statistic) == ("warn", 2)
    path = run.workspace.path / "vault" / "readings.jsonl"
    path.write_text(path.read_text().replace('"consent": true', '"consent": false'))
    assert verdict(run, "assessment", "V03").status == "fail"


def test_training_rows_among_those_assessed_are_refuted(run):
    assessed(run)
    path = run.workspace.path / run.assessment["predictions"]
    table = pd.read_parquet(path)
    table.loc[0, "row"] = run.prepared.rows[0]
    table.to_parquet(path)
    found = verdict(run, "assessment", "V03")
    assert (found.status, found.blame) == ("fail", "prepare_data")


def divided(run, **changes):
    """Return the same run with the table divided once more, after its rows were read."""
    from autoglm_agent.automl.preparation.prepare import prepare
    from autoglm_agent.automl.preparation.vault import Vault

    Vault(run.workspace, run.prepared.vault_id).open("another")
    target = changes.pop("target", "answer")
    kind = "binary" if target == "answer" else "regression"
    frame = honest_table() if target == "number" else honest_table().drop(columns="number")
    table, task = table_of(frame), Task(kind=kind, target=target)
    time.sleep(0.01)  # times are told in milliseconds
    profile = profile_table(table)
    prepared = prepare(run.workspace, table, profile, task, **changes)
    again = CheckContext(run.workspace, task=task, table_profile=profile, prepared=prepared)
    return assessed(searched(again), consent=True)


def test_rows_that_were_divided_anew_after_a_reading_are_refuted(run):
    found = verdict(divided(run, seed=5), "assessment", "V03")
    assert (found.status, found.fact) == (
        "fail", "The rows assessed were dealt anew by the same rule after others had been read.",
    )  # fmt: skip


def test_rows_divided_by_another_rule_with_consent_are_told_not_refuted(run):
    found = verdict(divided(run, group_duplicates=True), "assessment", "V03")
    assert (found.status, found.statistic) == ("warn", 2)
    assert found.fact.endswith("by another rule than those read before.")


def test_another_target_is_another_question_whose_rows_nobody_has_read(run):
    found = verdict(divided(run, target="number"), "assessment", "V03")
    assert (found.status, found.statistic) == ("warn", 2)
