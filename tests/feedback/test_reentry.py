"""Feedback on a finished run: only what depends on it is done again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from feedback.customers import customers, customers_file

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback import Edit, read_feedback
from autoglm_graphs.reentry import Plan, redo
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one finished run; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("finished")
    settings = Settings(data=str(customers_file(folder)), instruction="Predict churn", trials=2)
    start_run(settings, runs=folder / "runs", memory=False)
    return folder / "runs"


@pytest.fixture
def started(finished: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(finished, tmp_path / "runs")
    return open_run(list_runs(tmp_path / "runs")[0], tmp_path / "runs")


def edits_of(workspace: Workspace, words: str) -> list[Edit]:
    profile = Profile.from_json(workspace.read_json("profile.json"))
    return read_feedback(words, profile, target="churn", latency_ms=10.0, seconds=5.0)


def again(
    workspace: Workspace, words: str, *, yes: bool = True
) -> tuple[Plan, dict[str, Any] | None, list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []
    plan, result = redo(
        workspace.path.name, edits_of(workspace, words), approve=lambda _: yes,
        runs=workspace.path.parent, memory=False, listener=heard.append,
    )  # fmt: skip
    return plan, result, heard


def tools_started(heard: list[dict[str, Any]]) -> list[str]:
    return [e["tool"] for e in heard if e["event"] == "tool.started"]


def test_a_threshold_wish_trains_nothing_and_repeats_no_earlier_step(started: Workspace) -> None:
    before = started.read_json("result.json")
    plan, result, heard = again(started, "recall must be 0.95")
    assert plan.step == "train_models"
    assert plan.kept == ("profile_data", "plan_task", "prepare_data")
    assert tools_started(heard)[0] == "train_models"
    assert not {"profile_data", "plan_task", "prepare_data"} & set(tools_started(heard))
    assert not [e for e in heard if e["event"] == "trial.started"]
    assert result is not None
    assert result["model"]["id"] != before["model"]["id"]
    search = started.read_json("searches", result["model"]["id"], "search.json")
    assert "recall 0.9" in search["warnings"][-1]
    done = next(e for e in heard if e["event"] == "feedback.done")
    assert done["reused_s"] > 0
    assert done["saved_s"] == pytest.approx(done["kept_s"] + done["reused_s"], abs=0.01)


def test_a_dropped_column_goes_back_to_the_preparation_and_is_gone(started: Workspace) -> None:
    plan, result, heard = again(started, "do not use zip code")
    assert plan.kept == ("profile_data", "plan_task")
    assert tools_started(heard)[:2] == ["prepare_data", "train_models"]
    assert result is not None
    manifest = started.read_json("models", result["model"]["id"], "manifest.json")
    assert "zip_code" not in manifest["features"]
    jump = next(e for e in heard if e["event"] == "backtrack")
    assert (jump["check"], jump["blame"]) == ("user", "prepare_data")
    assert "do not use zip code" in jump["fact"]


def test_a_second_reading_of_the_holdout_is_told_beforehand_and_recorded(
    started: Workspace,
) -> None:
    plan, _, _ = again(started, "no neural networks")
    assert plan.reading == 2
    assert [r["consent"] for r in Vault.readings(started)] == [False, True]


def test_nothing_acts_before_the_plan_is_approved(started: Workspace) -> None:
    events = list(started.lines("events.jsonl"))
    plan, result, heard = again(started, "do not use zip code", yes=False)
    assert plan.step == "prepare_data"
    assert result is None
    assert heard == []
    assert list(started.lines("events.jsonl")) == events
    assert len(Vault.readings(started)) == 1


@pytest.mark.slow
def test_the_same_wish_twice_is_told_to_be_done_already(started: Workspace) -> None:
    again(started, "do not use zip code")
    plan, result, _ = again(started, "do not use zip code")
    assert result is None
    assert "already" in plan.reason


@pytest.mark.slow
def test_wishes_add_up_over_rounds(started: Workspace) -> None:
    again(started, "do not use zip code")
    _, result, _ = again(started, "recall must be 0.9 and leave out age")
    assert result is not None
    features = started.read_json("models", result["model"]["id"], "manifest.json")["features"]
    assert not {"zip_code", "age"} & set(features)
    assert started.read_json("searches", result["model"]["id"], "search.json")["warnings"]


def test_a_run_that_has_not_ended_is_refused(tmp_path: Path) -> None:
    from autoglm_graphs.settings import write_settings

    workspace = Workspace(tmp_path / "runs" / "r1")
    write_settings(workspace, Settings(instruction="x", data="y"))
    with pytest.raises(InputError, match="has not ended"):
        redo("r1", [Edit(kind="simplify", args={"simplify": True})], approve=lambda _: True,
             runs=tmp_path / "runs")  # fmt: skip
    assert open_run("r1", tmp_path / "runs")


@pytest.fixture
def leaking(tmp_path: Path) -> Workspace:
    """A run in which a check dropped a column that gives the target away."""
    frame = customers()
    frame["closing_letter"] = (frame["churn"] == "Yes").astype(int)
    frame.to_csv(tmp_path / "leak.csv", index=False)
    settings = Settings(data=str(tmp_path / "leak.csv"), instruction="Predict churn", trials=1)
    result = start_run(settings, runs=tmp_path / "runs", memory=False)
    assert "closing_letter" in str(result["backtracks"])
    return Workspace(result["paths"]["run"])


def test_a_wish_against_a_failed_check_is_shown_as_a_clash_and_stamped(leaking: Workspace) -> None:
    shown, nothing, _ = again(leaking, "bring closing_letter back", yes=False)
    assert nothing is None
    assert shown.clashes[0].columns == ("closing_letter",)
    assert not leaking.has("acknowledged.jsonl")
    _, result, _ = again(leaking, "bring closing_letter back")
    assert result is not None
    features = leaking.read_json("models", result["model"]["id"], "manifest.json")["features"]
    assert "closing_letter" in features
    assert result["status"] == "unverified"
    stamped = [c for c in result["checks"] if "Accepted by the user" in c["fact"]]
    assert {c["check"] for c in stamped} >= {shown.clashes[0].check}
    assert "Accepted by the user" in leaking.file("report.html").read_text("utf-8")
