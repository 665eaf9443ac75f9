"""A model that can leave out replies is told which ones were refuted at this point."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from autoglm_agent import create_verified_agent
from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.prompting.protocols import LineProtocol


class Stubborn(BaseChatModel):
    """Says the likeliest line that it is not told to leave out."""

    exclude: tuple[str, ...] = ()
    lines: tuple[str, ...] = ("Answer: 7", "Answer: 8", "Answer: 9")
    said: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "stubborn"

    def _generate(self, _: list[BaseMessage], *__: Any, **options: Any) -> ChatResult:
        left = [line for line in self.lines if line not in options.get("exclude", ())]
        self.said.append(left[0])
        return ChatResult(generations=[ChatGeneration(message=AIMessage(left[0]))])


class Nine:
    """Knows that the answer is nine."""

    check = "nine"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        right = step.claim == "9"
        return [Verdict(check="nine", status="pass" if right else "fail", sound=True)]


def test_what_was_refuted_does_not_come_again() -> None:
    model = Stubborn()
    agent = create_verified_agent(model, verifiers=[Nine()], protocol=LineProtocol())
    found = agent.invoke({"messages": [("user", "What is 3 * 3?")]})
    assert (found["status"], found["answer"]) == ("verified", "9")
    assert model.said == list(model.lines)
