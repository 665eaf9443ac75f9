"""`VerificationMiddleware` in agents that other people built."""

from __future__ import annotations

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.testing import script_of, tool_call
from autoglm_graphs.middleware import VerificationMiddleware

ASK = {"messages": [HumanMessage("What is 2 + 2?")]}


class IsFour:
    """Knows the answer."""

    check = "four"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        if step.tool:
            return []
        good = step.claim == "4"
        return [Verdict(check="four", status="pass" if good else "fail", fact=f"{step.claim} no.")]


class SmallNumbers:
    """Refuses calls with big numbers; blames the first step when told to."""

    check = "small"

    def __init__(self, conflicts: tuple[int, ...] = ()) -> None:
        self.conflicts = conflicts

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        if step.tool != "add" or max(step.args.values()) < 100:
            return []
        return [Verdict(check="small", status="fail", fact="Too big.", conflicts=self.conflicts)]


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


def agent(model: Any, verifier: Any, **more: Any) -> Any:
    middleware = [VerificationMiddleware([verifier], attempts=more.pop("attempts", 3))]
    return create_agent(model, tools=[add], middleware=middleware, **more)


def test_a_refuted_answer_is_replaced_and_leaves_no_trace_in_the_conversation() -> None:
    model = script_of(["5", "4"])
    found = agent(model, IsFour()).invoke(ASK)
    assert [m.content for m in found["messages"]] == ["What is 2 + 2?", "4"]
    assert found["verification"]["status"] == "verified"
    assert found["verification"]["attempts"] == 2
    assert "5 no." in model.prompts[1][-1].content


def test_an_answer_that_stays_wrong_stands_unverified() -> None:
    found = agent(script_of(["5", "6", "7"]), IsFour(), attempts=2).invoke(ASK)
    assert found["messages"][-1].content == "7"
    assert found["verification"]["status"] == "unverified"


def test_the_message_to_the_model_does_not_pile_up() -> None:
    model = script_of([str(n) for n in range(5, 15)] + ["4"])
    agent(model, IsFour(), attempts=20).invoke(ASK)
    assert all(len(prompt) <= 2 for prompt in model.prompts)
    assert model.prompts[-1][-1].content.count("\n- ") == 6


def test_a_refuted_tool_call_does_not_run() -> None:
    ran = []

    @tool("add")
    def counting(a: int, b: int) -> int:
        """Add."""
        ran.append((a, b))
        return a + b

    model = script_of([tool_call("add", a=200, b=2), tool_call("add", a=2, b=2), "4"])
    graph = create_agent(
        model, tools=[counting], middleware=[VerificationMiddleware([SmallNumbers()])]
    )
    found = graph.invoke(ASK)
    assert ran == [(2, 2)]
    assert found["messages"][-1].content == "4"


def test_a_verifier_that_blames_an_earlier_step_takes_the_conversation_back_there() -> None:
    model = script_of(
        [
            tool_call("add", a=1, b=1),
            tool_call("add", a=500, b=2),
            tool_call("add", a=2, b=2),
            "4",
        ]
    )
    found = agent(model, SmallNumbers((0,))).invoke(ASK)
    calls = [c["args"] for m in found["messages"] if isinstance(m, AIMessage) for c in m.tool_calls]
    assert calls == [{"a": 2, "b": 2}]
    assert len(model.prompts[2]) == 2


def test_it_works_with_a_checkpointer_over_several_turns() -> None:
    graph = agent(script_of(["5", "4", "6", "4"]), IsFour(), checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    graph.invoke(ASK, config)
    found = graph.invoke({"messages": [HumanMessage("Again?")]}, config)
    assert found["verification"]["attempts"] == 2
    assert [m.content for m in found["messages"]] == ["What is 2 + 2?", "4", "Again?", "4"]


@pytest.mark.parametrize("mode", ["updates", "messages", "values"])
async def test_it_streams_asynchronously(mode: str) -> None:
    graph = agent(script_of(["5", "4"]), IsFour())
    parts = [part async for part in graph.astream(ASK, stream_mode=mode)]
    assert parts
    found = await agent(script_of(["5", "4"]), IsFour()).ainvoke(ASK)
    assert found["verification"]["status"] == "verified"
