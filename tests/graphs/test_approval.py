"""A person approves the plan and the remedies, in one process or in several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from autoglm_agent import create_automl_agent
from autoglm_agent.errors import InputError
from autoglm_agent.planner.consent import meaning
from autoglm_graphs.runs import answer_run, resume_run, start_run
from autoglm_graphs.settings import Settings


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table in which `ward` is a copy of the target."""
    path = tmp_path_factory.mktemp("tables") / "leak.csv"
    rows = [f"{i},{i * 7 % 13},{'yes,q' if i % 3 else 'no,z'}" for i in range(200)]
    path.write_text("\n".join(["a,b,goal,ward", *rows]) + "\n", encoding="utf-8")
    return path


def asked(runs: Path, table: Path, *answers: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the questions that were asked while these answers were given, and the state."""
    agent = create_automl_agent(
        runs=runs, trials=1, memory=False, ask=True, approve=("plan", "remedies"),
        checkpointer=InMemorySaver(),
    )  # fmt: skip
    config: Any = {"configurable": {"thread_id": "1"}}
    agent.invoke({"messages": [("user", f"Predict goal. Data: {table}")]}, config)
    questions = []
    for answer in answers:
        questions.append(agent.get_state(config).interrupts[0].value)
        agent.invoke(Command(resume=answer), config)
    state = agent.get_state(config)
    return questions, {**state.values, "interrupts": state.interrupts}


def test_words_change_the_plan_and_yes_goes_on_to_the_remedy(tmp_path: Path, leaking: Path) -> None:
    questions, state = asked(tmp_path, leaking, "do not use b", "yes")
    assert "target: goal" in questions[0]["question"]
    assert "exclude" not in questions[0]["question"]
    assert "exclude: ['b']" in questions[1]["question"]
    remedy = state["interrupts"][0].value
    assert remedy["kind"] == "remedies"
    assert "drop_columns" in remedy["question"]
    assert "'ward'" in remedy["question"]


def test_a_plan_that_is_declined_trains_nothing(tmp_path: Path, leaking: Path) -> None:
    _, state = asked(tmp_path, leaking, "no")
    told = state["structured_response"]
    assert told["status"] == "unverified"
    assert told["message"] == "The plan was not approved."
    assert told["model"] is None


def test_a_remedy_that_is_declined_is_not_carried_out(tmp_path: Path, leaking: Path) -> None:
    _, state = asked(tmp_path, leaking, "yes", "no")
    told = state["structured_response"]
    assert told["status"] == "unverified"
    assert told["backtracks"] == []


@pytest.mark.slow
def test_a_run_waits_on_disk_and_goes_on_with_the_answer(tmp_path: Path, leaking: Path) -> None:
    settings = Settings(
        data=str(leaking), instruction="Predict goal", trials=1, ask=True, approve=("plan",)
    )
    told = start_run(settings, runs=tmp_path, memory=False)
    run = told["run"]
    assert told["status"] == "asked"
    assert "target: goal" in told["question"]["question"]
    again = resume_run(run, runs=tmp_path, memory=False)
    assert again["question"]["id"] == told["question"]["id"]
    answer_run(run, "yes", runs=tmp_path)
    with pytest.raises(InputError, match="no open question"):
        answer_run(run, "no", runs=tmp_path)
    ended = resume_run(run, runs=tmp_path, memory=False)
    assert ended["status"] in ("verified", "unverified")
    events = [
        json.loads(line)["event"]
        for line in (tmp_path / run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert events.count("run.asked") == 2
    assert events.count("run.answered") == 1


@pytest.mark.slow
def test_on_disk_an_answer_is_given_to_its_own_question_only(tmp_path: Path, leaking: Path) -> None:
    wider = tmp_path / "two.csv"  # two copies of the target: two checks may ask in one node
    lines = leaking.read_text(encoding="utf-8").splitlines()
    wider.write_text("\n".join(f"{line},{line.rpartition(',')[2]}2" for line in lines) + "\n")
    settings = Settings(
        data=str(wider), instruction="Predict goal", trials=1, ask=True, approve=("remedies",)
    )
    told = start_run(settings, runs=tmp_path / "runs", memory=False)
    seen = []
    while told["status"] == "asked":
        seen.append(told["question"]["id"])
        assert len(seen) < 12
        answer_run(told["run"], "no", runs=tmp_path / "runs")
        told = resume_run(told["run"], runs=tmp_path / "runs", memory=False)
    assert len(set(seen)) == len(seen) > 0
    assert told["status"] == "unverified"


def test_nothing_else_can_be_approved(tmp_path: Path) -> None:
    settings = Settings(data="t.csv", instruction="Predict goal", ask=True, approve=("nonsense",))
    with pytest.raises(InputError, match="cannot be approved"):
        start_run(settings, runs=tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="cannot be approved"):
        create_automl_agent(approve=("everything",))


@pytest.mark.parametrize(
    ("answer", "means"),
    [(True, True), ("Yes.", True), ("好", True), (False, False), ("no!", False), ("", False)],
)
def test_a_yes_and_a_no_are_understood(answer: Any, means: bool) -> None:
    assert meaning(answer) is means
    assert meaning("do not use b") is None
