"""A LangChain chat model over open weights on this machine, through `transformers`.

It talks; it does not call tools (`bind_tools` is refused). The weights are loaded at the first
reply, once a process, and a model answers one call at a time, so the same object may be used
from many threads.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables.config import run_in_executor
from pydantic import AliasChoices, Field

from autoglm_agent.chat.decoding import Sample, Sampling, sample
from autoglm_agent.chat.loading import LocalModel, checked_name, load, require_extra
from autoglm_agent.chat.rendering import PLAIN_STOP, render
from autoglm_agent.errors import InputError

PREFIX = "hf:"
"""What names of local models begin with."""


class LocalChatModel(BaseChatModel):
    """A causal language model of `transformers` as a chat model.

    If the last message is an `AIMessage`, the model continues it instead of answering it.
    Each option may also be given with a call: `model.invoke(messages, temperature=0, seed=1)`.

    Args:
        model: Folder written by `save_pretrained`, or id of a hub repository. Only safetensors
            are read, and code that comes with a model is never run.
        revision: Commit, tag or branch of a hub repository; pin it.
        device: A torch device such as `cuda:1`; None takes a GPU where there is one.
        temperature: 0 takes the likeliest token; None keeps the model's own settings.
        top_p: Share of the probability mass to sample from; None as above.
        max_tokens: Most tokens of one reply (also `max_new_tokens`).
        n: Replies sampled from one prompt in one batch; `generate` returns them all.
        stop: Strings that end a reply; they are not part of it (also `stop_sequences`).
        seed: Of the draws; None draws anew at each call.
        timeout: Most seconds for a call; `TimeoutError` afterwards.
        exclude: Replies that must not come again: they are taken out of the draw exactly, as in
            sampling without replacement, and the likeliest of the others comes in their place.

    Examples:
        >>> model = LocalChatModel(model="models/small", temperature=0.8, seed=1)
        >>> model.invoke("What is 17 + 25?").text
    """

    model: str = Field(validation_alias=AliasChoices("model", "model_name"))
    revision: str | None = None
    device: str | None = None
    temperature: float | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int = Field(
        default=512, ge=1, validation_alias=AliasChoices("max_tokens", "max_new_tokens")
    )
    n: int = Field(default=1, ge=1)
    stop: list[str] | None = Field(
        default=None, validation_alias=AliasChoices("stop", "stop_sequences")
    )
    seed: int | None = None
    timeout: float | None = Field(default=None, gt=0)
    exclude: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "autoglm-local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        # What a reply depends on: a cache of replies is keyed by it.
        names = (
            "model", "revision", "temperature", "top_p", "max_tokens", "n", "stop", "seed",
            "exclude",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop or self.stop, **kwargs)
        params["ls_provider"] = "transformers"
        return params

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        return self._answer(messages, stop, kwargs, threading.Event())

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        halt = threading.Event()
        try:
            return await run_in_executor(None, self._answer, messages, stop, kwargs, halt)
        except asyncio.CancelledError:
            halt.set()  # the thread ends at its next token
            raise

    def _answer(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        kwargs: dict[str, Any],
        halt: threading.Event,
    ) -> ChatResult:
        local = self._local()
        sampling = self._sampling(local, stop, kwargs)
        ids = render(local.tokenizer, messages)
        samples = sample(local, ids, sampling, halt=halt)
        wrote = sum(s.tokens for s in samples)
        usage = {"prompt_tokens": len(ids), "completion_tokens": wrote}
        return ChatResult(
            generations=[
                ChatGeneration(
                    message=AIMessage(
                        s.text,
                        usage_metadata=_usage(len(ids), s.tokens),
                        response_metadata=self._metadata(s),
                    ),
                    generation_info={"finish_reason": s.finish},
                )
                for s in samples
            ],
            llm_output={
                "model_name": self.model,
                "token_usage": usage | {"total_tokens": len(ids) + wrote},
            },
        )

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        local = self._local()
        sampling = self._sampling(local, stop, kwargs)
        if sampling.n != 1:
            raise InputError("Only one reply can be streamed.", "Set n=1, or do not stream.")
        ids = render(local.tokenizer, messages)
        for piece in _pieces(local, ids, sampling):
            if isinstance(piece, str):
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            else:
                chunk = ChatGenerationChunk(
                    message=AIMessageChunk(
                        content="",
                        usage_metadata=_usage(len(ids), piece.tokens),
                        response_metadata=self._metadata(piece),
                        chunk_position="last",
                    )
                )
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _combine_llm_outputs(self, llm_outputs: list[dict[str, Any] | None]) -> dict[str, Any]:
        """Sum the token counts of several prompts; of one prompt's samples, it is read once."""
        total: Counter[str] = Counter()
        for output in llm_outputs:
            total.update((output or {}).get("token_usage", {}))
        return {"model_name": self.model, "token_usage": dict(total)}

    def _local(self) -> LocalModel:
        return load(self.model, self.revision, self.device)

    def _metadata(self, reply: Sample) -> dict[str, Any]:
        return {
            "model_name": self.model,
            "model_provider": "transformers",
            "finish_reason": reply.finish,
        }

    def _sampling(
        self, local: LocalModel, stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Sampling:
        """Return the call's options over the model's own."""
        if kwargs.get("model", self.model) != self.model:
            raise InputError(
                f"This object answers as {self.model!r} only.", "Make another LocalChatModel."
            )
        known = self.model_copy(
            update={k: v for k, v in kwargs.items() if k in type(self).model_fields}
        )
        strings = list(stop if stop is not None else known.stop or ())
        if not getattr(local.tokenizer, "chat_template", None):
            strings.append(PLAIN_STOP)
        return Sampling(
            temperature=known.temperature,
            top_p=known.top_p,
            max_new_tokens=kwargs.get("max_new_tokens", known.max_tokens),
            n=known.n,
            stop=tuple(strings),
            seed=known.seed,
            seconds=known.timeout,
            exclude=tuple(known.exclude),
        )


def local_chat_model(name: str, **options: Any) -> LocalChatModel:
    """Return the local model that `hf:PATH` names; nothing is loaded yet.

    Args:
        name: `hf:` and a folder or a hub id, for example `hf:models/small`.
        **options: Fields of `LocalChatModel`.

    Raises:
        MissingExtraError: If the extra `transformers` is not installed.
        InputError: If the name is empty or a path to no model.
    """
    require_extra()
    return LocalChatModel(model=checked_name(name.removeprefix(PREFIX)), **options)


def _pieces(local: LocalModel, ids: Sequence[int], sampling: Sampling) -> Iterator[str | Sample]:
    """Yield the reply's text as it grows, then the whole sample.

    The generation runs in a thread of its own and ends when the reader goes away.
    """
    news: queue.SimpleQueue[str | Sample | BaseException] = queue.SimpleQueue()
    halt = threading.Event()

    def work() -> None:
        try:
            news.put(sample(local, ids, sampling, halt=halt, on_text=news.put)[0])
        except BaseException as error:  # noqa: BLE001 - it is raised again in the reader's thread
            news.put(error)

    threading.Thread(target=work, daemon=True, name="local-chat-model").start()
    told = 0
    try:
        while True:
            item = news.get()
            if isinstance(item, BaseException):
                raise item
            text = item if isinstance(item, str) else item.text
            sure = len(text) if isinstance(item, Sample) else _sure(text, sampling.stop)
            if sure > told:
                yield text[told:sure]
                told = sure
            if isinstance(item, Sample):
                yield item
                return
    finally:
        halt.set()


def _sure(text: str, stop: tuple[str, ...]) -> int:
    """Return how many characters cannot be taken back by the next token.

    Held back are a half-written character and what may be the beginning of a stop string.
    """
    text = text.rstrip("\ufffd")
    held = [
        size
        for string in stop
        for size in range(1, min(len(string), len(text) + 1))
        if text.endswith(string[:size])
    ]
    return len(text) - max(held, default=0)


def _usage(read: int, wrote: int) -> UsageMetadata:
    return UsageMetadata(input_tokens=read, output_tokens=wrote, total_tokens=read + wrote)
