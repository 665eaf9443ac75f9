"""The tools in other people's hands: conformance, agents, graphs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

from autoglm_agent import automl_tools, create_automl_agent
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.planner.model import EmbeddedPlanner
from autoglm_agent.testing import script_of, tool_call
from autoglm_tools.session import Session
from autoglm_tools.toolkit import AutoMLToolkit

NAMES = [
    "profile_data", "plan_task", "prepare_data", "train_models", "evaluate_model",
    "verify_result", "explain_model", "report",
]  # fmt: skip
AFTER = ["export_code", "export_model", "give_feedback", "compare_runs"]
"""Tools for a finished run."""
HERE = Path(__file__).parent


def by_name(workspace: Path, **rest: Any) -> dict[str, BaseTool]:
    return {t.name: t for t in automl_tools(workspace, **rest)}


def call(tool: BaseTool, **args: Any) -> ToolMessage:
    message = tool.invoke({"name": tool.name, "args": args, "id": "1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("conformance") / "t.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i % 2}\n" for i in range(20)), encoding="utf-8")
    return path


class ProfileTool:
    """How langchain-tests gets at `profile_data`."""

    @pytest.fixture(autouse=True)
    def _place(self, table: Path, tmp_path: Path) -> None:
        self.table, self.folder = table, tmp_path / "run"

    @property
    def tool_constructor(self) -> BaseTool:
        return by_name(self.folder, roots=[self.table.parent])["profile_data"]

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"data": str(self.table)}


class TestProfileToolUnit(ProfileTool, ToolsUnitTests):
    """The standard unit tests."""


class TestProfileToolIntegration(ProfileTool, ToolsIntegrationTests):
    """The standard integration tests."""


def test_the_tools_come_in_the_order_of_work(tmp_path: Path) -> None:
    assert [t.name for t in automl_tools(tmp_path)] == [*NAMES, *AFTER]


def test_the_toolkit_gives_the_same_tools_at_every_call(tmp_path: Path, table: Path) -> None:
    toolkit = AutoMLToolkit(workspace=str(tmp_path / "run"), roots=(str(table.parent),))
    tools = toolkit.get_tools()
    assert [t.name for t in tools] == [*NAMES, *AFTER]
    assert all(a is b for a, b in zip(tools, toolkit.get_tools(), strict=True))
    assert call(tools[0], data=str(table)).status == "success"
    assert call(tools[0], data="/etc/passwd").status == "error"


def test_every_argument_is_typed_and_described(tmp_path: Path) -> None:
    for tool in automl_tools(tmp_path):
        assert tool.description
        for name, field in tool.args.items():
            assert field.get("description"), f"{tool.name}.{name}"


def test_no_model_can_give_consent_to_a_second_reading(tmp_path: Path) -> None:
    assert "consent" not in by_name(tmp_path)["evaluate_model"].args


def test_a_file_outside_the_roots_is_refused(tmp_path: Path, table: Path) -> None:
    message = call(by_name(tmp_path, roots=[tmp_path])["profile_data"], data=str(table))
    assert message.status == "error"
    assert "outside the folders" in message.text


def test_a_domain_failure_is_a_message_with_a_remedy_and_not_an_exception(tmp_path: Path) -> None:
    tools = by_name(tmp_path, roots=[tmp_path])
    for name, args in {
        "profile_data": {"data": str(tmp_path / "none.csv")},
        "plan_task": {"data_id": "x", "instruction": "predict y"},
        "prepare_data": {"task_id": "x"},
        "train_models": {"prepared_id": "x"},
        "evaluate_model": {"model_id": "x"},
        "verify_result": {"model_id": "x"},
        "explain_model": {"model_id": "x"},
    }.items():
        message = call(tools[name], **args)
        assert message.status == "error", name
        assert "InputError" in message.text, name
        assert "\nremedy: " in message.text, name


def test_text_is_for_the_model_and_the_artifact_is_json(tumours: Path, tmp_path: Path) -> None:
    message = call(by_name(tmp_path, roots=[tumours.parent])["profile_data"], data=str(tumours))
    assert message.text.splitlines()[-1].startswith("ids: {")
    assert json.loads(json.dumps(message.artifact)) == message.artifact
    assert len(message.text) < 6000


def test_the_vault_opens_for_one_model_only(tumours: Path, tmp_path: Path) -> None:
    tools = by_name(tmp_path, trials=1, roots=[tumours.parent])
    data_id = call(tools["profile_data"], data=str(tumours)).artifact["data_id"]
    words = "Predict the diagnosis"
    task_id = call(tools["plan_task"], data_id=data_id, instruction=words).artifact["task_id"]
    prepared_id = call(tools["prepare_data"], task_id=task_id).artifact["prepared_id"]
    models = [
        call(tools["train_models"], prepared_id=prepared_id, simplify=simple).artifact["model_id"]
        for simple in (False, True)
    ]
    first = call(tools["evaluate_model"], model_id=models[0])
    assert first.status == "success"
    assert call(tools["evaluate_model"], model_id=models[0]).artifact == first.artifact
    refused = call(tools["evaluate_model"], model_id=models[1])
    assert refused.status == "error"
    assert "VaultError" in refused.text


def last_id(messages: list[BaseMessage], key: str) -> str:
    for message in reversed(messages):
        if isinstance(message, ToolMessage) and key in (message.artifact or {}):
            return str(message.artifact[key])
    raise AssertionError(f"no {key}")


def test_any_tool_calling_model_drives_the_tools_in_create_agent(
    tumours: Path, tmp_path: Path
) -> None:
    words = "Predict the diagnosis"
    model = script_of(
        [
            tool_call("profile_data", data=str(tumours)),
            lambda m: tool_call("plan_task", data_id=last_id(m, "data_id"), instruction=words),
            lambda m: tool_call("prepare_data", task_id=last_id(m, "task_id")),
            lambda m: tool_call("train_models", prepared_id=last_id(m, "prepared_id")),
            lambda m: tool_call("evaluate_model", model_id=last_id(m, "model_id")),
            lambda m: tool_call("verify_result", model_id=last_id(m, "model_id")),
            lambda m: tool_call("report", model_id=last_id(m, "model_id")),
            "Done.",
        ]
    )
    tools = automl_tools(tmp_path, trials=1, roots=[tumours.parent])
    result = create_agent(model, tools=tools).invoke({"messages": [("user", words)]})
    assert (tmp_path / "report.html").exists()
    assert "holdout roc_auc" in "".join(str(m.text) for m in result["messages"])


def test_the_embedded_planner_heals_a_leak_in_create_agent(tumours: Path, tmp_path: Path) -> None:
    import pandas as pd

    frame = pd.read_csv(tumours)
    frame["twin"] = frame["diagnosis"].str.upper()
    frame.to_csv(tmp_path / "leak.csv", index=False)
    tools = automl_tools(tmp_path / "run", trials=1, roots=[tmp_path])
    agent = create_agent(EmbeddedPlanner(), tools=tools)
    words = f"Predict the diagnosis\nData: {tmp_path / 'leak.csv'}"
    messages = agent.invoke({"messages": [("user", words)]})["messages"]
    prepared = [
        call["args"]
        for m in messages
        if isinstance(m, AIMessage)
        for call in m.tool_calls
        if call["name"] == "prepare_data"
    ]
    assert [p.get("drop_columns", []) for p in prepared] == [[], ["twin"]]
    assert (tmp_path / "run" / "report.html").exists()


def request(table: Path) -> dict[str, Any]:
    return {"messages": [("user", f"Predict the diagnosis\nData: {table}")]}


def test_the_agent_is_six_lines_of_python(tumours: Path, tmp_path: Path) -> None:
    agent = create_automl_agent(runs=tmp_path, trials=1)
    result = agent.invoke(request(tumours))
    assert result["structured_response"]["status"] == "verified"
    assert "ROC AUC" in str(result["messages"][-1].content)


@pytest.mark.slow
def test_the_agent_is_a_node_of_ones_own_graph(tumours: Path, tmp_path: Path) -> None:
    class State(MessagesState):
        structured_response: dict[str, Any]

    builder = StateGraph(State)
    builder.add_node("automl", create_automl_agent(runs=tmp_path, trials=1, memory=False))
    builder.add_edge(START, "automl")
    builder.add_edge("automl", END)
    graph = builder.compile(checkpointer=InMemorySaver())
    result = graph.invoke(request(tumours), {"configurable": {"thread_id": "1"}})
    assert result["structured_response"]["status"] == "verified"


@pytest.mark.slow
async def test_the_agent_runs_asynchronously_and_streams_progress(
    tumours: Path, tmp_path: Path
) -> None:
    agent = create_automl_agent(runs=tmp_path, trials=1, memory=False)
    events = [e async for e in agent.astream(request(tumours), stream_mode="custom")]
    names = {e["event"] for e in events}
    assert {"tool.started", "trial.done", "checks.done", "run.concluded"} <= names


def test_a_table_that_the_user_names_may_lie_anywhere(tumours: Path, tmp_path: Path) -> None:
    """The user's own words allow a file; a model's words do not (see the roots above)."""
    other = script_of([tool_call("profile_data", data="/etc/passwd"), "no", "no", "no", "no"])
    agent = create_automl_agent(other, runs=tmp_path, trials=1, memory=False)
    found = agent.invoke(request(tumours))["structured_response"]
    assert found["status"] == "failed"
    assert "outside the folders" in found["error"]["message"]


@pytest.mark.parametrize("arguments", [{}, {"task_id": "x", "split": "by luck"}])
def test_malformed_arguments_are_a_message_too(tmp_path: Path, arguments: dict[str, Any]) -> None:
    message = call(by_name(tmp_path)["prepare_data"], **arguments)
    assert message.status == "error"
    assert message.text.startswith("InputError: ")


@pytest.mark.parametrize("name", ["a" * 400, "a\0b", "../x"])
def test_an_id_that_is_no_name_is_a_message_too(tmp_path: Path, name: str) -> None:
    message = call(by_name(tmp_path)["train_models"], prepared_id=name)
    assert message.status == "error"
    assert message.text.startswith("InputError: ")


def test_checks_of_scores_do_not_apply_to_groups(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"{i % 2 * 10 + i / 100},{i % 3}\n" for i in range(60))
    table.write_text("size,kind\n" + rows, encoding="utf-8")
    tools = by_name(tmp_path / "run", roots=[tmp_path], trials=1)
    data = call(tools["profile_data"], data=str(table)).artifact["data_id"]
    words = "Cluster the rows"
    task = call(tools["plan_task"], data_id=data, instruction=words).artifact["task_id"]
    prepared = call(tools["prepare_data"], task_id=task).artifact["prepared_id"]
    trained = call(tools["train_models"], prepared_id=prepared)
    told = {v["check"]: v["status"] for v in trained.artifact["verdicts"]}
    assert {told[check] for check in ("V01", "V04", "V30")} == {"na"}
    explained = call(tools["explain_model"], model_id=trained.artifact["model_id"])
    assert explained.status == "error"
    assert "no target" in explained.text


def test_a_task_stays_with_the_table_it_was_planned_for(table: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(table.read_text(encoding="utf-8") + "99,1\n", encoding="utf-8")
    tools = by_name(tmp_path / "run", roots=[tmp_path, table.parent])
    data = call(tools["profile_data"], data=str(table)).artifact["data_id"]
    task = call(tools["plan_task"], data_id=data, instruction="predict b").artifact["task_id"]
    call(tools["profile_data"], data=str(other))
    message = call(tools["prepare_data"], task_id=task)
    assert message.status == "error"
    assert "profile_data" in message.text


def test_a_condition_that_will_not_be_kept_is_told_with_the_task(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"{20 + i % 50},{i % 3 % 2}\n" for i in range(90))
    table.write_text("age,paid\n" + rows, encoding="utf-8")
    tools = by_name(tmp_path / "run", roots=[tmp_path])
    data = call(tools["profile_data"], data=str(table)).artifact["data_id"]
    note = "note: what is unread will not be kept"
    for words, noted in (("predict paid where age > 50", True), ("predict paid", False)):
        text = call(tools["plan_task"], data_id=data, instruction=words).text
        assert (note in text) is noted, text


def test_the_time_budget_is_the_users_own_with_what_was_spent_before(tmp_path: Path) -> None:
    """A run of 30 s whose process took 10 to start has 20 left, and is told of 30."""
    session = Session(Workspace(tmp_path), deadline=Deadline(20.0), spent=10.0)
    assert session.time_used["limit_s"] == 30.0
    assert 10.0 <= float(session.time_used["elapsed_s"] or 0) < 15.0
    assert Session(Workspace(tmp_path)).time_used["limit_s"] is None
