"""The run folder: what is written stands whole, what is read is what was written."""

from __future__ import annotations

import os

import pytest

from autoglm_agent.automl.run.workspace import Workspace, digest_of, open_run
from autoglm_agent.errors import InputError, RunNotFoundError, StoreError


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "run")


def test_a_line_torn_within_a_character_is_skipped_and_then_cut_off(workspace):
    workspace.append({"text": "流失"}, "events.jsonl")
    path = workspace.path / "events.jsonl"
    path.write_bytes(path.read_bytes() + '{"text": "流'.encode()[:-1])
    assert [line["text"] for line in workspace.lines("events.jsonl")] == ["流失"]
    workspace.append({"text": "next"}, "events.jsonl")
    assert [line["text"] for line in workspace.lines("events.jsonl")] == ["流失", "next"]


def test_a_lone_surrogate_does_not_stop_the_log(workspace):
    workspace.append({"text": "a\ud800b"}, "events.jsonl")
    assert len(list(workspace.lines("events.jsonl"))) == 1


def test_a_damaged_line_is_an_error_that_names_the_file(workspace):
    (workspace.path / "ledger.jsonl").write_text("{]\n")
    with pytest.raises(StoreError, match=r"ledger\.jsonl is damaged"):
        list(workspace.lines("ledger.jsonl"))


def test_a_changed_or_missing_file_is_refused(workspace):
    workspace.write_bytes(b"whole", "models", "m", "model.skops")
    sound = digest_of(b"whole")
    assert workspace.read_bytes("models", "m", "model.skops", sha256=sound) == b"whole"
    workspace.write_bytes(b"other", "models", "m", "model.skops")
    with pytest.raises(StoreError, match="was changed"):
        workspace.read_bytes("models", "m", "model.skops", sha256=sound)
    with pytest.raises(StoreError, match="is missing"):
        workspace.read_bytes("models", "n", "model.skops")


@pytest.mark.parametrize("name", ["a" * 400, "a\0b", "../../outside", "/etc"])
def test_no_id_of_a_model_leads_out_or_crashes(workspace, name):
    with pytest.raises(InputError):
        workspace.has("searches", name, "search.json")


def test_asking_makes_no_folder(workspace):
    assert not workspace.has("searches", "none", "search.json")
    assert os.listdir(workspace.path) == []


def test_a_run_is_named_exactly(tmp_path):
    Workspace(tmp_path / "r1").write_json({}, "run.json")
    assert open_run("r1", tmp_path).path.name == "r1"
    for other in ("r1\n", "../r1", "", "R"):
        with pytest.raises(RunNotFoundError):
            open_run(other, tmp_path)
