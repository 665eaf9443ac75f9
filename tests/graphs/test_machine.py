"""The machine itself, with toy tools and verifiers: no table, no training."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from autoglm_agent.chain import Budget, Chain, Outcome, Remedy, Step, Verdict
from autoglm_agent.testing import ScriptedChatModel, script_of, tool_call
from autoglm_agent.verifiers.steps import AnswerComesLast, ToolRan
from autoglm_graphs.checkpoints import strict_serializer
from autoglm_graphs.machine import build_machine
from autoglm_graphs.nodes.generate import read_step
from autoglm_graphs.prompts import prompt_messages
from autoglm_graphs.scene import Conclusion, Ending, Scene

ASK = {"messages": [HumanMessage("Add up.")]}


class Kept:
    """Outcomes in memory."""

    def __init__(self) -> None:
        self.of: dict[str, Outcome] = {}

    def get(self, key: str) -> Outcome | None:
        return self.of.get(key)

    def put(self, key: str, outcome: Outcome) -> None:
        self.of[key] = outcome


class Even:
    """Refutes an odd sum and blames the step that made the first number."""

    check = "even"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        if step.tool != "add" or step.outcome is None:
            return []
        odd = step.outcome.artifact["sum"] % 2
        remedy = Remedy(kind="recompute", step="pick", args={"number": 4})
        return [
            Verdict(
                check=self.check,
                status="fail" if odd else "pass",
                fact="The sum is odd." if odd else "",
                remedies=(remedy,) if odd else (),
            )
        ]


class Machine:
    """A machine with its parts at hand."""

    def __init__(self, model: ScriptedChatModel, **scene: Any) -> None:
        self.calls: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.model = model

        @tool(response_format="content_and_artifact")
        def pick(number: int) -> tuple[str, dict[str, Any]]:
            """Pick a number."""
            self.calls.append(f"pick {number}")
            return str(number), {"number": number}

        @tool(response_format="content_and_artifact")
        def add(first: int, second: int) -> tuple[str, dict[str, Any]]:
            """Add two numbers."""
            self.calls.append(f"add {first} {second}")
            if first < 0:
                raise RuntimeError("negative")
            return str(first + second), {"sum": first + second}

        tools = [pick, add]
        self.scene = Scene(
            **{
                "asked": model.bind_tools(tools),
                "read": lambda reply: [read_step(reply)],
                "tools": tools,
                "verifiers": (ToolRan(), AnswerComesLast(["add"]), Even()),
                "compose": lambda s: prompt_messages(s, [t.name for t in tools]),
                "conclude": self.conclude,
                "outcomes": Kept(),
                "listener": self.events.append,
                **scene,
            }
        )
        self.graph = build_machine(lambda _: self.scene, begin=lambda _: "run")

    def conclude(self, ending: Ending) -> Conclusion:
        tools = [s.tool for s in ending.chain.steps if s.tool]
        response = {
            "status": "verified" if ending.verified else "unverified",
            "tools": tools,
            "reason": ending.reason,
            "error": ending.error,
            "usage": ending.usage.to_json(),
        }
        return Conclusion("the end", response)

    def run(self, graph: Any = None, **rest: Any) -> dict[str, Any]:
        return (graph or self.graph).invoke(ASK, **rest)["structured_response"]


def test_accepted_steps_grow_the_chain_to_a_verified_answer() -> None:
    machine = Machine(
        script_of([tool_call("pick", number=2), tool_call("add", first=2, second=2), "4"])
    )
    found = machine.run()
    assert found["status"] == "verified"
    assert found["tools"] == ["pick", "add"]


def test_a_refutation_goes_back_to_the_blamed_step_with_reason_and_remedy() -> None:
    machine = Machine(
        script_of(
            [
                tool_call("pick", number=3),
                tool_call("add", first=3, second=2),
                tool_call("pick", number=4),
                tool_call("add", first=4, second=2),
                "6",
            ]
        )
    )
    assert machine.run()["status"] == "verified"
    after = machine.model.prompts[2]
    assert "The sum is odd." in str(after[-1].content)
    assert '"number": 4' in str(after[-1].content)
    assert not any(isinstance(m, AIMessage) for m in after), "the refuted step is out of the chain"
    jump = next(e for e in machine.events if e["event"] == "backtrack")
    assert (jump["blame"], jump["cut_to"], jump["check"]) == ("pick", 0, "even")


def test_proposing_a_refuted_step_again_runs_nothing_and_ends_unverified() -> None:
    again = [tool_call("pick", number=3), tool_call("add", first=3, second=2)]
    machine = Machine(script_of([*again, *[tool_call("pick", number=3)] * 5]))
    found = machine.run()
    assert found["status"] == "unverified"
    assert machine.calls == ["pick 3", "add 3 2"]


def test_a_tool_that_raises_is_a_refuted_step_and_not_a_crash() -> None:
    machine = Machine(
        script_of([tool_call("add", first=-1, second=1), tool_call("add", first=1, second=1), "2"])
    )
    assert machine.run()["status"] == "verified"
    assert "negative" in str(machine.model.prompts[1][-1].content)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        AIMessage("", invalid_tool_calls=[{"name": "add", "args": "{", "id": "1", "error": "x"}]),
        tool_call("subtract", a=1),
        tool_call("add", first="many", second=2),
        "The answer is 4.",
    ],
)
def test_a_reply_that_is_no_step_is_told_and_counted(reply: Any) -> None:
    machine = Machine(script_of([reply, tool_call("add", first=2, second=2), "4"]))
    found = machine.run()
    assert found["status"] == "verified"
    assert found["usage"]["model_calls"] == 3
    assert found["usage"]["remedies"] == 1


@pytest.mark.parametrize("cap", [1, 2, 3])
def test_the_model_is_never_called_beyond_its_cap(cap: int) -> None:
    endless = [tool_call("pick", number=2 * i) for i in range(20)]
    machine = Machine(script_of(endless), budget=Budget(model_calls=cap))
    found = machine.run()
    assert len(machine.model.prompts) == cap
    assert found["status"] == "unverified"
    assert "model calls" in found["reason"]


def test_a_crashing_verifier_refutes_nothing() -> None:
    class Broken:
        check = "broken"

        def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
            raise ZeroDivisionError

    machine = Machine(script_of([tool_call("add", first=1, second=1), "2"]), verifiers=(Broken(),))
    assert machine.run()["status"] == "verified"


class Unclear:
    """Refutes `pick` until a person has named the number."""

    check = "tool"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        if step.tool != "pick" or step.args.get("number") == 4:
            return []
        remedy = Remedy(kind="ask", step="pick")
        evidence = {"candidates": ["4", "6"]}
        fact = "Which number?"
        return [
            Verdict(
                check=self.check, status="fail", fact=fact, remedies=(remedy,), evidence=evidence
            )
        ]


def asking() -> Machine:
    script = [
        tool_call("pick", number=1),
        tool_call("pick", number=4),
        tool_call("add", first=4, second=2),
        "6",
    ]
    return Machine(script_of(script), verifiers=(Unclear(), AnswerComesLast(["add"])), ask=True)


def test_an_unclear_step_interrupts_and_the_answer_becomes_a_remedy() -> None:
    machine = asking()
    graph = build_machine(
        lambda _: machine.scene, begin=lambda _: "run", checkpointer=InMemorySaver()
    )
    config: Any = {"configurable": {"thread_id": "1"}}
    paused = graph.invoke(ASK, config)
    assert paused["__interrupt__"][0].value["candidates"] == ["4", "6"]
    found = graph.invoke(Command(resume="4"), config)["structured_response"]
    assert found["status"] == "verified"
    assert '"target": "4"' in str(machine.model.prompts[1][-1].content)


class Costly:
    """Refutes a sum of 4; the remedy costs what only a person can allow."""

    check = "costly"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        if step.tool != "add" or step.outcome is None or step.outcome.artifact["sum"] != 4:
            return []
        remedy = Remedy(kind="recompute", step="pick", args={"number": 4}, needs_consent=True)
        return [Verdict(check=self.check, status="fail", fact="Four.", remedies=(remedy,))]


@pytest.mark.parametrize(("answer", "status"), [(True, "verified"), (False, "unverified")])
def test_a_remedy_that_needs_consent_waits_for_a_yes(answer: bool, status: str) -> None:
    script = [
        tool_call("pick", number=2),
        tool_call("add", first=2, second=2),
        tool_call("pick", number=4),
        tool_call("add", first=4, second=2),
        "6",
    ]
    machine = Machine(script_of(script), verifiers=(Costly(), AnswerComesLast(["add"])), ask=True)
    graph = build_machine(
        lambda _: machine.scene, begin=lambda _: "run", checkpointer=InMemorySaver()
    )
    config: Any = {"configurable": {"thread_id": "1"}}
    paused = graph.invoke(ASK, config)
    assert paused["__interrupt__"][0].value["consent"] is True
    found = graph.invoke(Command(resume=answer), config)["structured_response"]
    assert found["status"] == status


def test_unattended_an_unclear_step_ends_the_run_and_says_why() -> None:
    machine = asking()
    machine.scene = Scene(**{**machine.scene.__dict__, "ask": False})
    found = machine.run()
    assert found["status"] == "unverified"
    assert "Which number?" in found["reason"]


def test_a_thread_begins_each_task_afresh() -> None:
    script = [tool_call("add", first=1, second=1), "2", tool_call("add", first=2, second=2), "4"]
    machine = Machine(script_of(script), outcomes=Kept())
    graph = build_machine(
        lambda _: machine.scene, begin=lambda _: "run", checkpointer=InMemorySaver()
    )
    config: Any = {"configurable": {"thread_id": "1"}}
    graph.invoke(ASK, config)
    found = graph.invoke(ASK, config)["structured_response"]
    assert found["tools"] == ["add"]
    assert found["usage"]["model_calls"] == 2


async def test_the_machine_runs_asynchronously_and_streams_its_values() -> None:
    machine = Machine(script_of([tool_call("add", first=1, second=1), "2"]))
    seen = [part async for part in machine.graph.astream(ASK, stream_mode="updates")]
    nodes = [next(iter(part)) for part in seen]
    assert nodes == [
        "recall", "compose", "generate", "act", "verify",
        "compose", "generate", "verify", "conclude", "remember",
    ]  # fmt: skip


def test_a_checkpoint_cannot_make_the_reader_call_a_function() -> None:
    """Twin test: the default serialiser revives the class, ours gives back plain data."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    poison = JsonPlusSerializer().dumps_typed(Step(claim="constructed"))
    assert isinstance(JsonPlusSerializer().loads_typed(poison), Step)
    assert not isinstance(strict_serializer().loads_typed(poison), Step)


def test_a_killed_node_is_the_only_one_that_runs_again(tmp_path: Any) -> None:
    machine = Machine(
        script_of([tool_call("pick", number=2), tool_call("add", first=2, second=2), "4"])
    )

    class Died(BaseException):
        pass

    def die(ending: Ending) -> tuple[str, dict[str, Any]]:
        raise Died

    config: Any = {"configurable": {"thread_id": "1"}}
    whole = machine.scene
    machine.scene = Scene(**{**whole.__dict__, "conclude": die})
    with SqliteSaver.from_conn_string(str(tmp_path / "c.sqlite")) as saver:
        graph = build_machine(lambda _: machine.scene, begin=lambda _: "run", checkpointer=saver)
        with pytest.raises(Died):
            graph.invoke(ASK, config, durability="sync")
        machine.scene = whole
        found = graph.invoke(None, config, durability="sync")["structured_response"]
    assert found["status"] == "verified"
    assert machine.calls == ["pick 2", "add 2 2"]
