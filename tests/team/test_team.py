"""The team: who works when, what a refutation does, and the user's own agents among it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph

from autoglm_agent.automl.refute import refute
from autoglm_agent.automl.run.workspace import open_run
from autoglm_agent.errors import InputError
from autoglm_agent.testing import script_of, tool_call
from autoglm_graphs.team import create_team, next_member

FACT = {"check": "V10", "status": "fail", "fact": "`b` gives it away", "columns": ["b"]}


class Member:
    """An agent of the user's own that keeps the hand-off contract and what it was told."""

    def __init__(self, *findings: dict[str, Any]) -> None:
        self.findings = list(findings)
        self.heard: list[list[Any]] = []

    def __call__(self, given: dict[str, Any]) -> dict[str, Any]:
        self.heard.append(given["messages"])
        found = self.findings[min(len(self.heard), len(self.findings)) - 1]
        return {"messages": [AIMessage(f"found {found}")], "structured_response": found}

    @property
    def seat(self) -> Any:
        return RunnableLambda(self)


def members(**given: Member) -> dict[str, Member]:
    usual = {
        "analyst": Member({"rows": 3}),
        "modeller": Member({"run": "r", "status": "verified"}),
        "verifier": Member({"refuted": False, "verdicts": []}),
        "writer": Member({"report": None}),
    }
    return {**usual, **given}


def team_of(agents: dict[str, Member], **rest: Any) -> Any:
    return create_team(members={name: m.seat for name, m in agents.items()}, **rest)


def ask(team: Any, **rest: Any) -> dict[str, Any]:
    return dict(team.invoke({"messages": [("user", "Predict a. Data: t.csv")]}, **rest))


def authors(result: dict[str, Any]) -> list[str]:
    return [m.name for m in result["messages"] if isinstance(m, AIMessage)]


def test_each_member_works_once_when_nothing_is_refuted() -> None:
    result = ask(team_of(members()))
    assert authors(result) == ["analyst", "modeller", "verifier", "writer"]
    assert result["structured_response"]["status"] == "verified"
    assert result["structured_response"]["findings"]["analyst"] == {"rows": 3}


def test_a_refutation_goes_back_to_the_modeller_with_its_reason() -> None:
    checker = Member({"refuted": True, "verdicts": [FACT]}, {"refuted": False, "verdicts": []})
    agents = members(verifier=checker)
    result = ask(team_of(agents))
    assert authors(result) == ["analyst", "modeller", "verifier", "modeller", "verifier", "writer"]
    assert agents["modeller"].heard[1][-1].text == "Do not use `b`."
    assert result["structured_response"]["status"] == "verified"


def test_what_stays_refuted_is_not_called_verified() -> None:
    result = ask(team_of(members(verifier=Member({"refuted": True, "verdicts": [FACT]}))))
    assert authors(result).count("modeller") == 2
    assert result["structured_response"]["status"] == "unverified"


def test_a_verifier_that_does_not_say_whether_counts_as_a_refutation() -> None:
    result = ask(team_of(members(verifier=Member({"text": "looks fine to me"}))))
    assert authors(result).count("modeller") == 2
    assert result["structured_response"]["status"] == "unverified"


def test_a_member_hears_the_request_and_what_was_found_before_it() -> None:
    agents = members()
    ask(team_of(agents))
    request, *told = agents["writer"].heard[0]
    assert request.text == "Predict a. Data: t.csv"
    assert [m.name for m in told] == ["analyst", "modeller", "verifier"]
    assert json.loads(told[0].text) == {"finding": {"rows": 3}}


def test_a_second_task_on_a_thread_begins_afresh() -> None:
    agents = members()
    team = team_of(agents, checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    ask(team, config=config)
    ask(team, config=config)
    assert [len(m.heard) for m in agents.values()] == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("findings", "worked", "following"),
    [
        ({}, 0, "analyst"),
        ({"analyst": {}}, 0, "modeller"),
        ({"analyst": {}, "modeller": {}}, 1, "verifier"),
        ({"analyst": {}, "modeller": {}, "verifier": {"refuted": True}}, 1, "modeller"),
        ({"analyst": {}, "modeller": {}, "verifier": {"refuted": True}}, 2, "writer"),
        (
            {"analyst": {}, "modeller": {"error": {"m": 1}}, "verifier": {"refuted": True}},
            1,
            "writer",
        ),
        ({"analyst": {}, "modeller": {}, "verifier": {"refuted": False}, "writer": {}}, 1, None),
    ],
)
def test_the_supervisor_is_a_function_of_the_findings(
    findings: dict[str, Any], worked: int, following: str | None
) -> None:
    assert next_member(findings, worked, 2) == following


def test_a_member_that_the_team_has_not_is_refused() -> None:
    with pytest.raises(InputError, match="no 'critic'"):
        create_team(members={"critic": RunnableLambda(lambda x: x)})


async def test_the_team_works_as_a_node_a_tool_and_asynchronously() -> None:
    team = team_of(members())

    class Host(MessagesState):
        structured_response: dict[str, Any]

    host = StateGraph(Host)
    host.add_node("team", team)
    host.add_edge(START, "team")
    host.add_edge("team", END)
    result = await host.compile().ainvoke({"messages": [("user", "Predict a. Data: t.csv")]})
    assert result["structured_response"]["status"] == "verified"

    @tool
    def model_table(request: str) -> str:
        """Find a verified model."""
        found = team.invoke({"messages": [("user", request)]})
        return str(found["structured_response"]["status"])

    model = script_of([tool_call("model_table", request="Predict a. Data: t.csv"), "done"])
    agent = create_agent(model, tools=[model_table])
    said = agent.invoke({"messages": [("user", "go")]})["messages"]
    assert [m.text for m in said if m.type == "tool"] == ["verified"]


def test_the_team_works_for_a_supervisor_of_langgraph_supervisor() -> None:
    supervisor = pytest.importorskip("langgraph_supervisor")
    model = script_of([tool_call("transfer_to_team"), "over"])
    app = supervisor.create_supervisor([team_of(members())], model=model).compile()
    said = app.invoke({"messages": [("user", "Predict a. Data: t.csv")]})["messages"]
    assert "writer" in [m.name for m in said] or any("found" in m.text for m in said)


def test_a_swarm_hands_a_task_over_to_the_team() -> None:
    swarm = pytest.importorskip("langgraph_swarm")
    hand_off = swarm.create_handoff_tool(agent_name="team")
    front = create_agent(script_of([tool_call("transfer_to_team")]), [hand_off], name="front")
    app = swarm.create_swarm([front, team_of(members())], default_active_agent="front").compile()
    result = app.invoke({"messages": [("user", "Predict a. Data: t.csv")]})
    assert authors(result)[-1] == "writer"


@pytest.fixture(scope="module")
def told(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the team's own members make of a small table."""
    folder = tmp_path_factory.mktemp("team")
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    (folder / "small.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    team = create_team(runs=folder / "runs", trials=1, memory=False)
    words = f"Predict the diagnosis\nData: {folder / 'small.csv'}"
    return {**team.invoke({"messages": [("user", words)]}), "home": folder / "runs"}


@pytest.mark.slow
def test_the_teams_own_members_agree_on_a_clean_table(told: dict[str, Any]) -> None:
    result = told["structured_response"]
    findings = result["findings"]
    assert authors(told) == ["analyst", "modeller", "verifier", "writer"]
    assert findings["analyst"]["task"]["target"] == "diagnosis"
    assert result["status"] == "verified"
    assert findings["verifier"]["refuted"] is False
    assert "tried to refute this result and could not" in told["messages"][-1].text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("V01", lambda claim: claim["honest"].update(value=0.5)),
        ("status", lambda claim: claim.update(status="unverified")),
        ("status", lambda claim: claim["checks"].append(FACT)),
        ("V02", lambda claim: claim.update(prose="It is right in 87.31 percent of cases.")),
    ],
)
def test_the_verifier_refutes_what_is_not_so(check: str, change: Any, told: dict[str, Any]) -> None:
    claim = copy.deepcopy(told["structured_response"])
    workspace = open_run(claim["run"], told["home"])
    assert [v for v in refute(workspace, claim, claim["prose"]) if v.status == "fail"] == []
    change(claim)
    failed = [v.check for v in refute(workspace, claim, claim["prose"]) if v.status == "fail"]
    assert failed == [check]
