"""For tests of what is built on this package: a chat model that follows a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

Reply = AIMessage | str | Exception | Callable[[list[BaseMessage]], AIMessage | str]
"""A message, its text, an error to raise, or a function of the prompt."""


class ScriptedChatModel(BaseChatModel):
    """Answer with the replies of a script, in order; keep the prompts that were seen.

    Args:
        script: The replies; running out of them is an `AssertionError`.

    Examples:
        >>> model = ScriptedChatModel(script=["two"])
        >>> model.invoke("one and one?").content
        'two'
    """

    script: list[Any]
    _prompts: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def prompts(self) -> list[list[BaseMessage]]:
        """The prompts that were seen, in order."""
        return self._prompts

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Take the tools without looking at them."""
        del tools, kwargs
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        del stop, run_manager, kwargs
        self._prompts.append(messages)
        turn = len(self._prompts) - 1
        assert turn < len(self.script), f"the script has no reply {turn + 1}"
        reply: Reply = self.script[turn]
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            reply = reply(messages)
        message = AIMessage(reply) if isinstance(reply, str) else reply
        return ChatResult(generations=[ChatGeneration(message=message)])


def tool_call(name: str, thought: str = "", **args: Any) -> AIMessage:
    """Return a message that calls one tool."""
    return AIMessage(thought, tool_calls=[{"name": name, "args": args, "id": f"call-{name}"}])


def script_of(replies: Iterable[Reply]) -> ScriptedChatModel:
    """Return a scripted model of the replies."""
    return ScriptedChatModel(script=list(replies))
