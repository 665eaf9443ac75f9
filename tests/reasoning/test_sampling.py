"""A step that goes on failing is sampled more warmly; proved steps are kept meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from autoglm_agent.chain import Budget, Chain, Step, Verdict
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.prompting.protocols import LineProtocol
from autoglm_agent.prompting.warming import Warmer
from autoglm_graphs.reasoning import create_verified_agent

HARD = 60
"""Wrong lines that the model writes before the right second one."""


class Continues(BaseChatModel):
    """Writes `1`, then wrong numbers, then `2`, then the answer; notes prompts and options."""

    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    warmth: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "continues"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.prompts.append(messages)
        self.warmth.append(kwargs.get("temperature"))
        lines = messages[-1].text.splitlines() if isinstance(messages[-1], AIMessage) else []
        line = ["1", f"{100 + len(self.prompts)}", "Answer: 3"][len(lines)]
        if len(lines) == 1 and len(self.prompts) > 1 + HARD:
            line = "2"
        return ChatResult(generations=[ChatGeneration(message=AIMessage(line))])


class Counts:
    """Proves the lines 1, 2, 3."""

    check = "counts"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        right = step.claim == str(len(chain.steps) + 1)
        status = "pass" if right else "fail"
        return [Verdict(check=self.check, status=status, sound_pass=right, fact="no")]


def run(**options: Any) -> tuple[dict[str, Any], Continues]:
    model = Continues()
    agent = create_verified_agent(
        model,
        verifiers=[Counts()],
        protocol=LineProtocol(),
        budget=Budget(model_calls=100, steps=100, remedies=None),
        **options,
    )
    return agent.invoke({"messages": [("user", "Count.")]}), model


def test_a_step_that_goes_on_failing_is_sampled_more_warmly_and_the_next_one_is_not() -> None:
    found, model = run(sampling=Warmer(start=0.7, patience=2, step=0.1, most=1.2))
    assert (found["status"], found["answer"]) == ("verified", "3")
    first, *failing, answer = model.warmth
    assert (first, answer) == (0.7, 0.7)
    assert failing[:4] == [0.7, 0.7, 0.7, 0.7 + 0.1]
    assert failing == sorted(failing)
    assert failing[-1] == 1.2


def test_without_sampling_no_option_is_sent() -> None:
    assert set(run()[1].warmth) == {None}


def test_a_proved_step_is_kept_however_often_the_next_one_fails() -> None:
    found, model = run()
    assert found["usage"]["model_calls"] == HARD + 3
    assert all(m[-1].text == "1\n" for m in model.prompts[1 : 1 + HARD])


def test_a_line_protocol_continues_the_model_s_own_lines() -> None:
    _, model = run()
    assert [m.type for m in model.prompts[0]] == ["human"]
    assert [(m.type, m.text) for m in model.prompts[-1]] == [("human", "Count."), ("ai", "1\n2\n")]


def test_a_line_protocol_shows_examples_as_answered_questions_the_best_one_last() -> None:
    steps = [{"claim": "1"}, {"tool": "look", "args": {}}, {"claim": "2\nAnswer: 9", "final": True}]
    best = {"task": "Best?", "steps": steps}
    other = {"task": "Other?", "steps": [{"claim": "7"}]}
    chain = Chain(question="Mine?", steps=(Step(claim="4"),))
    shown = LineProtocol().prompt(chain, [best, {"task": "Tools only", "steps": steps[1:2]}, other])
    assert [(m.type, m.text) for m in shown] == [
        ("human", "Other?"),
        ("ai", "7\n"),
        ("human", "Best?"),
        ("ai", "1\nAnswer: 2 Answer: 9\n"),
        ("human", "Mine?"),
        ("ai", "4\n"),
    ]


def test_what_the_memory_recalls_is_shown_to_a_model_that_continues(tmp_path: Path) -> None:
    with ChainMemory(tmp_path) as memory:
        run(memory=memory)
        _, model = run(memory=memory)
    assert [m.text for m in model.prompts[0]] == ["Count.", "1\n2\nAnswer: 3\n", "Count."]
