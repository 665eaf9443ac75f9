"""A chat model that plans AutoML work by rules: no key, no network, no chance.

It has the interface of any LangChain chat model with tool calling, so it can stand wherever one
can: in this package's own machine, in `langchain.agents.create_agent`, in a test. It reads its
messages and its bound tools and proposes exactly one next tool call, or answers.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, Field

from autoglm_agent.chain import digest
from autoglm_agent.planner.conversation import read_talk
from autoglm_agent.planner.proposals import ORDER, propose
from autoglm_agent.planner.wording import wording

_CHARACTERS_PER_TOKEN = 4


class EmbeddedPlanner(BaseChatModel):
    """The embedded planner: the next step of an AutoML run from the conversation alone.

    The same messages and tools always give the same reply. It only calls tools that are bound
    (`bind_tools`) and skips the steps whose tools are missing.

    Args:
        model: A name that tracing shows; it changes nothing.

    Example:
        >>> from langchain.agents import create_agent
        >>> agent = create_agent(EmbeddedPlanner(), tools=automl_tools("runs/one"))
        >>> agent.invoke({"messages": [("user", "Predict churn. Data: churn.csv")]})
    """

    model: str = Field(default="embedded-planner", alias="model_name")

    model_config = ConfigDict(populate_by_name=True)

    @property
    def _llm_type(self) -> str:
        return "autoglm-embedded-planner"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "autoglm"
        params["ls_model_name"] = str(kwargs.get("model", self.model))
        return params

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return a new runnable that may call these tools.

        Args:
            tools: Tools, functions, pydantic models or tool schemas; their names count.
            tool_choice: `none` forbids calls; a name allows only that tool; else no effect.
            **kwargs: Kept for the call.
        """
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        if tool_choice is not None:
            kwargs["tool_choice"] = tool_choice
        return self.bind(tools=schemas, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        message = _reply(messages, kwargs.get("tools"), kwargs.get("tool_choice"))
        message.response_metadata["model_name"] = self.model
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, kwargs):
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._chunks(messages, kwargs):
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _chunks(
        self, messages: list[BaseMessage], kwargs: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """Yield the words of the reply, then its tool call, then the usage."""
        message = _reply(messages, kwargs.get("tools"), kwargs.get("tool_choice"))
        for piece in str(message.text).splitlines(keepends=True) or [""]:
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        if message.tool_calls:
            call = message.tool_calls[0]
            args = json.dumps(call["args"], ensure_ascii=False)
            piece_of_call = tool_call_chunk(name=call["name"], args=args, id=call["id"], index=0)
            yield ChatGenerationChunk(
                message=AIMessageChunk(content="", tool_call_chunks=[piece_of_call])
            )
        last = AIMessageChunk(
            content="",
            usage_metadata=message.usage_metadata,
            response_metadata={"model_name": self.model},
            chunk_position="last",
        )
        yield ChatGenerationChunk(message=last)


def _reply(messages: Sequence[BaseMessage], tools: Any, choice: Any) -> AIMessage:
    """Return the next step as a message with at most one tool call."""
    talk = read_talk(messages)
    proposal = propose(talk, _allowed(tools, choice))
    words = wording(talk, proposal)
    message = AIMessage(words, usage_metadata=_usage(messages, words))
    if proposal.tool:
        call_id = f"call_{digest([proposal.tool, proposal.args, len(messages)])}"
        message.tool_calls = [
            {"name": proposal.tool, "args": proposal.args, "id": call_id, "type": "tool_call"}
        ]
    return message


def _allowed(tools: Any, choice: Any) -> set[str]:
    names = {str(t["function"]["name"]) for t in tools or () if "function" in t}
    if choice == "none":
        return set()
    if isinstance(choice, dict):
        choice = choice.get("function", {}).get("name", choice.get("name"))
    if isinstance(choice, str) and choice in names and choice in ORDER:
        return {choice}
    return names


def _usage(messages: Sequence[BaseMessage], words: str) -> UsageMetadata:
    """Return nominal token counts; the planner itself costs nothing."""
    read = sum(len(str(m.text)) for m in messages) // _CHARACTERS_PER_TOKEN
    wrote = max(1, len(words) // _CHARACTERS_PER_TOKEN)
    return UsageMetadata(input_tokens=read, output_tokens=wrote, total_tokens=read + wrote)
