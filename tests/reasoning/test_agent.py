"""The reasoning agent, driven by scripted models and real verifiers."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from autoglm_agent.chain import Budget, Chain, Step, Verdict
from autoglm_agent.testing import ScriptedChatModel, script_of
from autoglm_graphs.reasoning import ReasoningContext, create_verified_agent
from tests.reasoning.simple_policy import PlainPolicy

ASK = {"messages": [("user", "What is 2 + 2 + 3?")]}


def step(claim: str, *, final: bool = False, **more: Any) -> dict[str, Any]:
    return {"thought": "because", "claim": claim, "final": final, **more}


def said(*steps: dict[str, Any]) -> AIMessage:
    """A reply that calls `propose_step` once for each alternative."""
    calls = [{"name": "propose_step", "args": args, "id": f"c{i}"} for i, args in enumerate(steps)]
    return AIMessage("", tool_calls=calls)


class Sums:
    """Knows that `a + b = c` must add up."""

    check = "sums"
    constraint = "Sums must add up."

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        left, _, right = step.claim.partition("=")
        if not right:
            return [Verdict(check=self.check, status="pass")] if step.final else []
        good = sum(map(int, left.split("+"))) == int(right)
        fact = "" if good else f"{left.strip()} is not {right.strip()}."
        return [Verdict(check=self.check, status="pass" if good else "fail", fact=fact)]


def agent(model: ScriptedChatModel, **more: Any) -> Any:
    options = {"verifiers": [Sums()], "policy": PlainPolicy(), **more}
    return create_verified_agent(model, **options)


def test_verified_steps_lead_to_a_verified_answer() -> None:
    model = script_of(
        [said(step("2 + 2 = 4")), said(step("4 + 3 = 7")), said(step("7", final=True))]
    )
    found = agent(model).invoke(ASK)
    assert (found["status"], found["answer"]) == ("verified", "7")
    assert [s["claim"] for s in found["chain"]["steps"]] == ["2 + 2 = 4", "4 + 3 = 7", "7"]
    assert found["messages"][-1].content == "7"
    assert found["usage"]["model_calls"] == 3


def test_a_refuted_step_comes_back_with_its_reason_and_the_prefix_stays() -> None:
    model = script_of(
        [
            said(step("2 + 2 = 4")),
            said(step("4 + 3 = 8")),
            said(step("4 + 3 = 7")),
            said(step("7", final=True)),
        ]
    )
    found = agent(model).invoke(ASK)
    assert found["status"] == "verified"
    after = model.prompts[2][-1].content
    assert "4 + 3 is not 8." in after
    assert "1. 2 + 2 = 4" in after


def test_alternatives_of_one_reply_are_tried_without_asking_again() -> None:
    model = script_of([said(step("2 + 2 = 5"), step("2 + 2 = 4")), said(step("7", final=True))])
    found = agent(model).invoke(ASK)
    assert found["status"] == "verified"
    assert found["usage"]["model_calls"] == 2
    assert found["usage"]["steps"] == 3


def test_after_too_many_refusals_the_step_before_is_done_again() -> None:
    wrong = [said(step(f"4 + 3 = {n}")) for n in (8, 9, 10)]
    model = script_of(
        [said(step("2 + 2 = 4")), *wrong, said(step("2 + 3 = 5")), said(step("7", final=True))]
    )
    found = agent(model).invoke(ASK)
    assert [s["claim"] for s in found["chain"]["steps"]] == ["2 + 3 = 5", "7"]
    assert "Refuted at this point" in model.prompts[4][-1].content
    assert found["structured_response"]["jumps"] == 1


def test_a_reply_that_cannot_be_read_is_repaired_by_the_validation_error() -> None:
    model = script_of(
        [
            AIMessage("", tool_calls=[{"name": "propose_step", "args": {"claim": 5}, "id": "a"}]),
            said(step("2 + 2 = 4")),
            said(step("7", final=True)),
        ]
    )
    found = agent(model).invoke(ASK)
    assert found["status"] == "verified"
    assert "claim: Input should be a valid string" in model.prompts[1][-1].content
    assert found["usage"]["model_calls"] == 3


def test_a_model_without_tool_calling_writes_text() -> None:
    class Talker(ScriptedChatModel):
        bind_tools = __import__("langchain_core").language_models.BaseChatModel.bind_tools

    model = Talker(script=["Thought: x\nClaim: 2 + 2 = 4", "Answer: 7"])
    found = agent(model).invoke(ASK)
    assert (found["status"], found["answer"]) == ("verified", "7")
    assert "Claim:" in model.prompts[0][0].content


def test_what_no_verifier_could_check_is_not_called_verified() -> None:
    model = script_of([said(step("Let us begin.")), said(step("7", final=True))])

    class Lenient(PlainPolicy):
        def next(self, search: Any, judged: Any, beliefs: Any, left: Any) -> Any:
            if not judged.votes:
                judged = judged.model_copy(update={"votes": (_vote(),)})
            return super().next(search, judged, beliefs, left)

    found = agent(model, policy=Lenient()).invoke(ASK)
    assert (found["status"], found["answer"]) == ("unverified", "7")
    assert "step 1" in found["structured_response"]["reason"]


def _vote() -> Any:
    from autoglm_agent.policy.search import Vote

    return Vote(check="any", accepts=True)


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_the_budget_is_never_exceeded_and_says_so(calls: int) -> None:
    model = ScriptedChatModel(script=[said(step("2 + 2 = 5"))] * 10)
    found = agent(model, budget=Budget(model_calls=calls, remedies=None)).invoke(ASK)
    assert len(model.prompts) == calls
    assert found["status"] == "abstained"
    assert "model calls" in found["structured_response"]["reason"]


def test_tools_run_as_steps_and_their_results_are_in_the_prompt() -> None:
    @tool
    def add(first: int, second: int) -> int:
        """Add two numbers."""
        return first + second

    call = AIMessage("", tool_calls=[{"name": "add", "args": {"first": 4, "second": 3}, "id": "t"}])
    model = script_of([call, said(step("7", final=True))])
    found = agent(model, tools=[add]).invoke(ASK)
    assert found["status"] == "verified"
    assert '"result": "7"' in model.prompts[1][-1].content


def test_without_tools_there_is_nothing_to_act_with() -> None:
    @tool
    def add(first: int, second: int) -> int:
        """Add two numbers."""
        return first + second

    model = script_of([said(step("7", final=True))])
    assert "act" not in agent(model).get_graph().nodes
    assert "act" in agent(model, tools=[add]).get_graph().nodes


async def test_the_agent_runs_async_with_async_tools() -> None:
    @tool
    async def look(word: str) -> str:
        """Look a word up."""
        return word.upper()

    call = AIMessage("", tool_calls=[{"name": "look", "args": {"word": "x"}, "id": "t"}])
    model = script_of([call, said(step("7", final=True))])
    found = await agent(model, tools=[look]).ainvoke(ASK)
    assert found["status"] == "verified"


def test_a_second_question_on_the_same_thread_begins_anew() -> None:
    model = script_of([said(step("7", final=True)), said(step("8", final=True))])
    graph = agent(model, checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "one"}}
    graph.invoke(ASK, config)
    found = graph.invoke({"messages": [("user", "And 4 + 4?")]}, config)
    assert found["answer"] == "8"
    assert len(found["chain"]["steps"]) == 1
    assert found["usage"]["model_calls"] == 1


def test_one_invocation_may_bring_its_own_verifiers_and_budget() -> None:
    class No:
        check = "no"

        def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
            return [Verdict(check="no", status="fail", fact="No.")]

    model = ScriptedChatModel(script=[said(step("7", final=True))] * 9)
    context = ReasoningContext(verifiers=[No()], budget=Budget(model_calls=2, remedies=None))
    found = agent(model).invoke(ASK, context=context)
    assert found["status"] == "abstained"
    assert len(model.prompts) == 2


def test_events_stream_through_langgraph() -> None:
    model = script_of([said(step("2 + 2 = 5")), said(step("7", final=True))])
    events = list(agent(model).stream(ASK, stream_mode="custom"))
    assert [e["event"] for e in events if e["event"].startswith("step.")] == [
        "step.proposed",
        "step.refuted",
        "step.proposed",
        "step.accepted",
    ]


def test_the_prompt_does_not_grow_with_the_number_of_retries() -> None:
    script = [said(step(f"2 + 2 = {n}")) for n in range(5, 45)]
    model = script_of(script)
    agent(
        model, budget=Budget(model_calls=40, steps=40, remedies=None), policy=PlainPolicy(99)
    ).invoke(ASK)
    lengths = [sum(len(str(m.content)) for m in prompt) for prompt in model.prompts]
    assert max(lengths[10:]) <= max(lengths[:10]) + 40


def test_with_width_several_calls_are_made_side_by_side_within_the_budget() -> None:
    class Fixed(ScriptedChatModel):
        def _generate(self, messages: Any, *args: Any, **more: Any) -> Any:
            self.script.append(said(step(f"2 + 2 = {4 + len(self.script) % 3}")))
            return super()._generate(messages, *args, **more)

    model = Fixed(script=[])
    budget = Budget(model_calls=5, remedies=None)
    found = agent(model, width=3, budget=budget).invoke(ASK)
    assert len(model.prompts) == 5
    assert found["usage"]["model_calls"] == 5
    assert found["chain"]["steps"][0]["claim"] == "2 + 2 = 4"


@pytest.mark.parametrize(("node", "width"), [("generate", 1), ("propose", 2)])
def test_no_checkpoint_holds_a_prompt_and_a_resumed_run_asks_the_same(
    node: str, width: int
) -> None:
    script = [said(step("2 + 2 = 4"))] * width + [said(step("7", final=True))] * width
    whole, saver = script_of(script), InMemorySaver()
    agent(whole, width=width).invoke(ASK)
    config = {"configurable": {"thread_id": "one"}}
    first = agent(script_of(script), width=width, checkpointer=saver)
    first.invoke(ASK, config, interrupt_before=[node])
    second = script_of(script)
    graph = agent(second, width=width, checkpointer=saver)
    found = graph.invoke(None, config)
    assert found["status"] == "verified"
    assert second.prompts == whole.prompts
    assert all(whole.prompts)
    assert all("prompt" not in s.values for s in graph.get_state_history(config))


async def test_a_prompt_is_composed_again_asynchronously_too() -> None:
    script = [said(step("2 + 2 = 4")), said(step("7", final=True))]
    whole, second, saver = script_of(script), script_of(script), InMemorySaver()
    agent(whole).invoke(ASK)
    config = {"configurable": {"thread_id": "one"}}
    await agent(script_of(script), checkpointer=saver).ainvoke(
        ASK, config, interrupt_before=["generate"]
    )
    await agent(second, checkpointer=saver).ainvoke(None, config)
    assert second.prompts == whole.prompts


async def test_width_works_asynchronously() -> None:
    model = script_of([said(step("7", final=True)), said(step("8", final=True))])
    found = await agent(model, width=2).ainvoke(ASK)
    assert found["status"] == "verified"
    assert found["usage"]["model_calls"] == 2
