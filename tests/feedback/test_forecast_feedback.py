"""Feedback on a finished forecast: another metric judges the same rows, another horizon others."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.checks.acknowledged import acknowledge
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.report import summary_text
from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.automl.standing import standing_of
from autoglm_agent.planner.feedback import Edit, read_feedback
from autoglm_graphs.reentry import Clash, Plan, redo
from autoglm_graphs.runs import resume_run, start_run
from autoglm_graphs.settings import Settings

AHEAD = 7


def history(days: int = 150) -> pd.DataFrame:
    """Two shops of two regions with weeks and adverts that are known in advance."""
    rng = np.random.default_rng(0)
    day = np.arange(days + 2 * AHEAD)
    frames = []
    for shop, level in (("north", 100.0), ("south", 30.0)):
        advert = (rng.random(len(day)) < 0.3).astype(int)
        week = np.tile([0.0, 0.1, 0.2, 0.1, 0.4, 0.9, 0.6], len(day) // 7 + 1)[: len(day)]
        sold = level * (1 + week + 0.8 * advert) + rng.normal(0, level / 30, len(day))
        frame = pd.DataFrame({"shop": shop, "advert": advert})
        frame["day"] = pd.date_range("2024-01-01", periods=len(day)).strftime("%Y-%m-%d")
        frame["sold"] = np.where(day < days, sold.round(2), np.nan)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs with one verified forecast; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("finished")
    history().to_csv(folder / "shops.csv", index=False)
    words = f"Forecast the sales of each shop for the next {AHEAD} days"
    settings = Settings(data=str(folder / "shops.csv"), instruction=words, trials=2)
    result = start_run(settings, runs=folder / "runs", memory=False)
    assert result["status"] == "verified", result["message"]
    return folder / "runs"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(finished, tmp_path / "runs")
    return open_run(list_runs(tmp_path / "runs")[0], tmp_path / "runs")


def edits_of(run: Workspace, words: str) -> list[Edit]:
    now = standing_of(run)
    return read_feedback(words, now.profile, target=now.target, task=now.task)


def again(run: Workspace, words: str) -> tuple[Plan, dict[str, Any]]:
    plan, result = redo(
        run.path.name, edits_of(run, words), approve=lambda _: True, runs=run.path.parent,
        memory=False,
    )  # fmt: skip
    assert result is not None
    return plan, result


def sealed_rows(run: Workspace) -> list[set[int]]:
    vaults = [r["vault"] for r in Vault.readings(run)]
    return [set(Vault(run, name).row_numbers().tolist()) for name in vaults]


@pytest.mark.parametrize(("words", "metric"), [("use RMSE", "rmse"), ("用 MAPE", "mape")])
def test_another_metric_judges_the_rows_that_were_sealed_at_first(run, words, metric):
    old = run.read_json("assessments", f"{run.read_json('result.json')['model']['id']}.json")
    plan, result = again(run, words)
    assert (plan.step, plan.reading) == ("plan_task", 2)
    assert result["status"] == "verified", result["message"]
    assert result["honest"]["metric"] == metric
    first, second = sealed_rows(run)
    assert first == second
    seen = next(c for c in result["checks"] if c["check"] == "V03" and c["status"] == "warn")
    assert "reading number 2" in seen["fact"]
    # Both models are told by the metric that is asked for now, on the same rows.
    line = next(t for t in summary_text(run).splitlines() if t.startswith("Backtrack 1"))
    before, after = old["metrics"][metric]["value"], result["honest"]["value"]
    assert f"{metric.upper()} on the held-out rows: {before:.3f} -> {after:.3f}" in line


def test_another_horizon_is_another_question_with_rows_of_its_own(run):
    old = run.read_json("result.json")["honest"]
    plan, result = again(run, "改成预测未来3天，合计")
    assert (plan.step, plan.kept) == ("plan_task", ("profile_data",))
    assert result["status"] == "verified", result["message"]
    told = pd.read_csv(run.path / "forecasts.csv")
    assert list(told.columns) == ["day", "prediction", "low", "high"]
    assert len(told) == 3
    task = run.read_json("task.json")
    assert (task["horizon"], task["series"]) == ("3 days", [])
    first, second = sealed_rows(run)
    assert first != second
    # What was measured before is told as of the question of before, and compared with nothing.
    lines = [t for t in summary_text(run).splitlines() if t.startswith("Backtrack")][:2]
    before = f"(as asked before: MAE {old['value']:.3f} on held-out rows)"
    assert [line.endswith(before) for line in lines] == [True, True]


def test_a_wish_that_cannot_be_met_leaves_the_run_as_it_was(run):
    before = {name: run.file(name).read_bytes() for name in NAMES}
    plan, result = again(run, "the next 140 days")
    assert plan.step == "plan_task"
    assert "too short to forecast 140" in result["undone"]
    assert {name: run.file(name).read_bytes() for name in NAMES} == before
    assert result["status"] == "verified"
    assert summary_text(run).startswith("Verified")
    # It stands in the way of nothing that is wished later, and of no one who resumes the run.
    kept = resume_run(run.path.name, runs=run.path.parent, memory=False)
    assert kept["model"] == result["model"]
    shown, _ = redo(
        run.path.name, edits_of(run, "do not use advert"), approve=lambda _: False,
        runs=run.path.parent, memory=False,
    )  # fmt: skip
    assert shown.kept == ("profile_data", "plan_task")


class Stopped(BaseException):
    """What ends a process, as Ctrl-C does."""


def stop_at(run: Workspace, words: str, event: str) -> None:
    """Begin a round and be interrupted at one of its events."""

    def listener(told: dict[str, Any]) -> None:
        if told["event"] == event:
            raise Stopped

    with pytest.raises(Stopped):
        redo(
            run.path.name, edits_of(run, words), approve=lambda _: True, runs=run.path.parent,
            memory=False, listener=listener,
        )  # fmt: skip


NAMES = ("result.json", "task.json", "forecasts.csv", "forecasts.json", "run.json")


@pytest.mark.parametrize("event", ["feedback", "backtrack", "tool.started"])
def test_a_round_that_was_interrupted_is_undone_when_it_is_resumed(run, event):
    before = {name: run.file(name).read_bytes() for name in NAMES}
    stop_at(run, "the next 140 days", event)
    assert run.has("round.before")
    result = resume_run(run.path.name, runs=run.path.parent, memory=False)
    assert result["undone"]
    assert {name: run.file(name).read_bytes() for name in NAMES} == before
    assert not run.has("round.before")
    assert [e["event"] for e in run.lines("events.jsonl")].count("run.undone") == 1
    assert summary_text(run).startswith("Verified")
    kept = resume_run(run.path.name, runs=run.path.parent, memory=False)
    assert (kept["status"], "undone" in kept) == ("verified", False)


def test_a_round_that_was_interrupted_before_it_began_stands_in_the_way_of_no_other(run):
    before = {name: run.file(name).read_bytes() for name in NAMES}
    stop_at(run, "the next 140 days", "feedback")
    shown, nothing = redo(
        run.path.name, edits_of(run, "do not use advert"), approve=lambda _: False,
        runs=run.path.parent, memory=False,
    )  # fmt: skip
    assert (shown.kept, nothing) == (("profile_data", "plan_task"), None)
    assert {name: run.file(name).read_bytes() for name in NAMES} == before


def test_a_round_that_was_interrupted_is_carried_on(run):
    stop_at(run, "use RMSE", "tool.started")
    result = resume_run(run.path.name, runs=run.path.parent, memory=False)
    assert (result["status"], result["honest"]["metric"]) == ("verified", "rmse")
    assert not run.has("round.before")
    assert run.read_json("run.json")["consent"]


def test_what_was_accepted_in_a_round_that_was_undone_is_accepted_no_more(run, monkeypatch):
    acknowledge(run, "V01", words="of an earlier round")
    accepted = list(run.lines("acknowledged.jsonl"))

    def clashing(*_: object) -> list[Clash]:
        return [Clash(check="V02", fact="it leaks", words="of this round")]

    monkeypatch.setattr("autoglm_graphs.reentry._clashes", clashing)
    assert "undone" in again(run, "the next 140 days")[1]
    assert list(run.lines("acknowledged.jsonl")) == accepted
    run.file("acknowledged.jsonl").unlink()
    assert "undone" in again(run, "the next 141 days")[1]
    assert not run.has("acknowledged.jsonl")


def test_figures_of_a_model_that_was_given_up_are_not_told(run, monkeypatch):
    """A round whose model is refuted shows the model of before with its own status."""
    honest = run.read_json("result.json")["honest"]
    monkeypatch.setattr("autoglm_graphs.undoing.came_to_nothing", lambda *_: True)
    _, result = again(run, "train only linear models")
    assert result["honest"] == honest
    told = summary_text(run)
    assert told.startswith("Verified")
    assert f"score MAE {honest['value']:.2f} " in told
    assert result["model"]["id"] in told
