"""`autoglm feedback` and the tool, as a person, a script and an agent meet them."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from feedback.customers import customers_file
from langchain_core.messages import ToolMessage

from autoglm_agent import automl_tools
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.cli.main import main
from autoglm_agent.errors import ModelError
from autoglm_graphs.runs import resume_run, start_run
from autoglm_graphs.settings import Settings


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    settings = Settings(data=str(customers_file(folder)), instruction="Predict churn", trials=5)
    start_run(settings, runs=folder / "runs", memory=False)
    return folder / "runs"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(finished, tmp_path / "runs")
    return open_run(list_runs(tmp_path / "runs")[0], tmp_path / "runs")


class Command:
    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture
        self.out = self.err = ""

    def __call__(self, run: Workspace, words: str, *more: str) -> int:
        given = ["autoglm", "feedback", run.path.name, words, "--runs", str(run.path.parent)]
        self._patch.setattr(sys, "argv", [*given, "--no-memory", *more])
        with pytest.raises(SystemExit) as ending:
            main()
        self.out, self.err = self._capture.readouterr()
        return int(ending.value.code or 0)


@pytest.fixture
def feedback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


def test_the_edits_are_shown_and_nothing_acts_without_a_yes(
    feedback: Command, run: Workspace
) -> None:
    before = run.read_json("result.json")
    assert feedback(run, "do not use zip code") == 0
    assert "do not use zip_code" in feedback.err
    assert "goes back to prepare_data; profile_data, plan_task stay" in feedback.err
    assert "the holdout is read again (reading 2)" in feedback.err
    assert "add --yes" in feedback.out
    assert run.read_json("result.json") == before


def test_with_yes_it_is_done_and_the_saved_time_is_told(feedback: Command, run: Workspace) -> None:
    feedback(run, "recall must be 0.9", "--yes", "--json")
    told = json.loads(feedback.out)
    assert told["approved"]
    assert told["step"] == "train_models"
    assert told["saved"]["saved_s"] > 0
    assert told["result"]["model"]["id"] == run.read_json("result.json")["model"]["id"]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("why not a random forest?", "random_forest was tried: cross-validated"),
        ("why not logistic regression?", "linear"),
        ("为什么不用随机森林?", "交叉验证"),
        ("accuracy must reach 0.01", "reaches 0.01"),
        ("5 stars", "rating 5 of 5 is recorded"),
    ],
)
def test_questions_are_answered_and_nothing_is_done_again(
    feedback: Command, run: Workspace, words: str, answer: str
) -> None:
    assert feedback(run, words, "--yes") == 0
    assert answer in feedback.out
    assert not [e for e in run.lines("events.jsonl") if e["event"] == "feedback"]


def test_every_figure_of_an_answer_is_in_the_ledger(feedback: Command, run: Workspace) -> None:
    import re

    feedback(run, "why not a random forest?")
    known = {f"{e.value:.4g}" for e in Ledger(run).entries()}
    known |= {f"{e.value:.0%}".rstrip("%") for e in Ledger(run).entries()}
    figures = re.findall(r"\d+\.\d+|\d+(?=%)", feedback.out)
    assert figures
    assert set(figures) <= known


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_tells_how_to_go_on(
    feedback: Command, run: Workspace, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def interrupted(*_: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("autoglm_graphs.reentry._cut", interrupted)
    assert feedback(run, "do not use zip code", "--yes") == 128 + number
    assert f"Go on with: autoglm resume {run.path.name} --runs" in feedback.err
    result = resume_run(run.path.name, runs=run.path.parent, memory=False)
    assert "interrupted" in result["undone"]
    monkeypatch.setattr("autoglm_graphs.reentry._plan", interrupted)  # before anything is done
    assert feedback(run, "do not use zip code", "--yes", "--json") == 128 + number
    assert json.loads(feedback.out) == {"status": "interrupted", "run": None, "resume": None}


def test_a_model_that_fails_during_a_round_tells_how_to_go_on(
    feedback: Command, run: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failed(*_: object) -> None:
        raise ModelError("The service does not answer.", "See to its key.")

    monkeypatch.setattr("autoglm_graphs.reentry._cut", failed)
    assert feedback(run, "do not use zip code", "--yes") == 1
    assert f"See to its key. Go on with: autoglm resume {run.path.name} --runs" in feedback.err
    resume_run(run.path.name, runs=run.path.parent, memory=False)
    monkeypatch.setattr("autoglm_graphs.reentry._plan", failed)  # before anything is done
    assert feedback(run, "do not use zip code", "--yes") == 1
    assert "Go on with" not in feedback.err


def test_nonsense_is_an_error_with_examples(feedback: Command, run: Workspace) -> None:
    assert feedback(run, "purple monkey dishwasher", "--json") == 2
    assert "why not logistic regression?" in json.loads(feedback.out)["error"]["remedy"]


def test_the_tool_names_the_step_to_blame_so_that_an_agent_can_act(run: Workspace) -> None:
    tools = {t.name: t for t in automl_tools(run)}
    call: Any = {"name": "give_feedback", "args": {"words": "do not use zip code"}, "id": "1",
                 "type": "tool_call"}  # fmt: skip
    message = tools["give_feedback"].invoke(call)
    assert isinstance(message, ToolMessage)
    remedies = json.loads(message.text.splitlines()[-1].removeprefix("remedies: "))
    assert remedies[0]["step"] == "prepare_data"
    assert remedies[0]["args"] == {"drop_columns": ["zip_code"]}


def test_another_question_is_told_as_one_in_both_languages() -> None:
    from autoglm_agent.cli.judging import shown
    from autoglm_agent.planner.feedback import Edit
    from autoglm_graphs.reentry import Plan

    edit = Edit(kind="set_horizon", args={"horizon": "7 days"}, said="forecast the next 7 days")
    plan = Plan((edit,), "plan_task", ("profile_data",), ("plan_task",), 0.0, 2, ())
    english, chinese = shown(plan).splitlines(), shown(plan, chinese=True).splitlines()
    assert english[0] == "- forecast the next 7 days"
    assert "another question: other rows are sealed for it and read (reading 2" in english[2]
    assert chinese[1] == "回到 “理解任务”；“查看表格” 保留"
    assert "另一个问题" in chinese[2]
    assert "第 2 次" in chinese[2]
