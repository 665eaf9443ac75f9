"""How steps are asked for and read: by tool calls, or as text that any model can write.

A protocol binds the model, words the output contract and reads replies. It is the only place
that knows what kind of model speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool, StructuredTool

from autoglm_agent.chain import Chain, Step
from autoglm_agent.prompting.proposal import Proposal, distinct, malformed, plain, step_of_proposal
from autoglm_agent.prompting.text_protocol import TEXT_CONTRACT, read_text

Asked = Runnable[LanguageModelInput, AIMessage]
PROPOSE = "propose_step"


class StepProtocol(Protocol):
    """How one kind of model proposes steps."""

    name: str

    def bind(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> Asked:
        """Return the model, ready to propose."""
        ...

    def contract(self, want: int, tools: Sequence[BaseTool]) -> str:
        """Return the words that say how to answer, asking for `want` distinct next steps."""
        ...

    def prompt(
        self, chain: Chain, examples: Sequence[Mapping[str, Any]] = ()
    ) -> list[AnyMessage] | None:
        """Return the whole prompt, or None to have it composed of sections.

        Args:
            chain: The question and the accepted steps.
            examples: Verified chains of similar tasks, the best first: `task` and `steps`.
        """
        ...

    def read(self, reply: AIMessage, tools: Sequence[BaseTool]) -> list[Step]:
        """Return the proposed steps, at least one; what cannot be read is refuted already."""
        ...


class ToolProtocol:
    """Steps as calls of `propose_step` or of the user's tools; several calls are alternatives."""

    name = "tools"

    def bind(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> Asked:
        """Bind the user's tools and `propose_step`."""
        return model.bind_tools([*tools, propose_tool()])

    def contract(self, want: int, tools: Sequence[BaseTool]) -> str:
        """Ask for calls of `propose_step`."""
        how = f"Call `{PROPOSE}` with the next step only: a thought and ONE claim."
        if tools:
            how += " Or call one of the other tools, if its result is needed first."
        if want > 1:
            how += f" Make {want} calls with DISTINCT alternatives for the same next step."
        return f"{how} Set `final` on the step whose claim answers the question."

    def prompt(
        self,
        chain: Chain,  # noqa: ARG002 - protocol
        examples: Sequence[Mapping[str, Any]] = (),  # noqa: ARG002 - protocol
    ) -> list[AnyMessage] | None:
        """Leave the prompt to its sections."""
        return None

    def read(self, reply: AIMessage, tools: Sequence[BaseTool]) -> list[Step]:
        """Read the calls; a reply without any is read as text."""
        names = frozenset(tool.name for tool in tools)
        steps = []
        for call in reply.tool_calls:
            if call["name"] == PROPOSE:
                steps.append(step_of_proposal(call["args"]))
            else:
                asked = {"thought": str(reply.text), "tool": call["name"], "args": call["args"]}
                step = step_of_proposal(asked, tools=names)
                steps.append(step.model_copy(update={"call_id": call["id"] or "call"}))
        for broken in reply.invalid_tool_calls:
            why = str(broken.get("error") or "not JSON").splitlines()[0][:200]
            steps.append(malformed(f"The call of {broken.get('name')} cannot be read: {why}"))
        return distinct(steps) or read_text(str(reply.text), names)


class TextProtocol:
    """Steps as text, for models without tool calling; read tolerantly."""

    name = "text"

    def bind(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> Asked:  # noqa: ARG002
        """Return the model as it is: tools are told of in the prompt."""
        return model

    def contract(self, want: int, tools: Sequence[BaseTool]) -> str:
        """Describe the lines to write."""
        return TEXT_CONTRACT.format(
            tool="\nTool: <name> <arguments as JSON>   (instead of a claim)" if tools else "",
            more=f"\nGive {want} DISTINCT alternatives, separated by lines of ---." * (want > 1),
        )

    def prompt(
        self,
        chain: Chain,  # noqa: ARG002 - protocol
        examples: Sequence[Mapping[str, Any]] = (),  # noqa: ARG002 - protocol
    ) -> list[AnyMessage] | None:
        """Leave the prompt to its sections."""
        return None

    def read(self, reply: AIMessage, tools: Sequence[BaseTool]) -> list[Step]:
        """Read the text."""
        return read_text(str(reply.text), frozenset(tool.name for tool in tools))


class LineProtocol:
    """One line, one claim: for small models that only continue a text.

    The model must continue a last message of its own, as `LocalChatModel` does.

    Args:
        answer: Beginning of the line that answers; what follows it is the final claim.
    """

    name = "lines"

    def __init__(self, answer: str = "Answer:") -> None:
        self._answer = answer

    def bind(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> Asked:  # noqa: ARG002
        """Stop at the line's end, if the model can."""
        return model.bind(stop=["\n"])

    def contract(self, want: int, tools: Sequence[BaseTool]) -> str:  # noqa: ARG002
        """Say nothing: such a model follows no instructions."""
        return ""

    def prompt(
        self, chain: Chain, examples: Sequence[Mapping[str, Any]] = ()
    ) -> list[AnyMessage] | None:
        """Give the question, and the accepted lines as a reply to be continued.

        Examples are questions answered before it, the best of them last. Each claim is one line
        there, whatever it holds.
        """
        shown: list[AnyMessage] = []
        for example in reversed(examples):
            lines = [self._line(step) for step in example["steps"] if "claim" in step]
            if lines:
                shown += [HumanMessage(example["task"]), AIMessage("".join(lines))]
        begun = "".join(f"{step.claim}\n" for step in chain.steps)
        return [*shown, HumanMessage(chain.question), *([AIMessage(begun)] if begun else [])]

    def _line(self, step: Mapping[str, Any]) -> str:
        claim = " ".join(str(step["claim"]).split())
        return f"{self._answer} {claim}\n" if step.get("final") else f"{claim}\n"

    def replies(self, claim: str) -> list[str]:
        """Return the replies that make a claim, as a step or as the answer."""
        return [claim, f"{self._answer} {claim}"]

    def read(self, reply: AIMessage, tools: Sequence[BaseTool]) -> list[Step]:  # noqa: ARG002
        """Read the first line that is not empty."""
        for line in map(plain, str(reply.text).splitlines()):
            if line.startswith(self._answer):
                answer = line.removeprefix(self._answer).strip()
                return [step_of_proposal({"claim": answer, "final": True})]
            if line:
                return [Step(claim=line)]
        return [malformed("The reply was empty.")]


def protocol_for(model: BaseChatModel) -> StepProtocol:
    """Return tool calling where the model has it, text elsewhere."""
    if type(model).bind_tools is BaseChatModel.bind_tools:
        return TextProtocol()
    return ToolProtocol()


def propose_tool() -> BaseTool:
    """Return the tool by whose calls a model proposes; it is never run."""

    def propose(**_: object) -> str:
        raise NotImplementedError("a proposal is read, not run")

    return StructuredTool.from_function(
        propose, name=PROPOSE, description="Propose the next step.", args_schema=Proposal
    )
