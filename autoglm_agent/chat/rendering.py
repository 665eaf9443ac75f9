"""From messages to the token ids that a local model reads.

The tokenizer's own chat template is used where there is one. What stands in a message is
text and nothing else: control tokens in it (`<|im_end|>`) are encoded as ordinary characters,
so that no data can close its message and open another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage

from autoglm_agent.errors import InputError

PLAIN_STOP = "\nUser:"
"""Ends a reply where there is no chat template: the model has begun to speak for the user."""

Turn = dict[str, str]


def render(tokenizer: Any, messages: Sequence[BaseMessage]) -> list[int]:
    """Return the prompt's token ids.

    A last message of the assistant is continued, not answered: its text is the beginning of
    the reply.

    Args:
        tokenizer: A tokenizer of `transformers`.
        messages: The conversation; neighbours of one role are joined.

    Raises:
        InputError: If there is nothing to say, a message holds more than text, or the
            template refuses the conversation.
    """
    turns = _turns(messages)
    if not getattr(tokenizer, "chat_template", None):
        return _plain(tokenizer, turns)
    try:
        return _templated(tokenizer, turns)
    except _template_errors() as error:
        if turns[0]["role"] == "system":
            # Some templates know no system role.
            return render(tokenizer, _without_system(messages))
        line = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise InputError(
            f"The model's chat template refuses the conversation: {line}",
            "Begin with a user message and let user and assistant take turns.",
        ) from error


def _template_errors() -> tuple[type[Exception], ...]:
    import jinja2

    return (jinja2.TemplateError, ValueError, TypeError)


def _turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    turns: list[Turn] = []
    for message in messages:
        text = _text(message)
        role = "user"
        if isinstance(message, SystemMessage):
            role = "system"
        elif isinstance(message, AIMessage):
            role = "assistant"
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += f"\n\n{text}"
        else:
            turns.append({"role": role, "content": text})
    if not any(turn["content"] for turn in turns):
        raise InputError("The prompt is empty.", "Say something to the model.")
    return turns


def _text(message: BaseMessage) -> str:
    for block in message.content if isinstance(message.content, list) else ():
        if isinstance(block, dict) and block.get("type") not in ("text", "reasoning", "tool_use"):
            raise InputError(
                f"A message holds {block.get('type')!r}; a local language model reads text only.",
                "Leave the other content out.",
            )
    return str(message.text)


def _without_system(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the conversation with the system's words at the head of the first user message."""
    from langchain_core.messages import HumanMessage

    return [HumanMessage(m.text) if isinstance(m, SystemMessage) else m for m in messages]


def _templated(tokenizer: Any, turns: list[Turn]) -> list[int]:
    continued = turns[-1]["role"] == "assistant"
    encoded = tokenizer.apply_chat_template(
        turns,
        add_generation_prompt=not continued,
        continue_final_message=continued,
        sanitize_control_tokens=True,
        return_dict=True,
    )
    return list(encoded["input_ids"])


def _plain(tokenizer: Any, turns: list[Turn]) -> list[int]:
    """Render for a model that was never taught a chat format."""
    names = {"system": "", "user": "User: ", "assistant": "Assistant: "}
    parts = [names[t["role"]] + t["content"].replace(PLAIN_STOP, "\n User:") for t in turns]
    text = "\n\n".join(parts)
    if turns[-1]["role"] != "assistant":
        text += "\n\nAssistant:"
    return list(tokenizer(text, split_special_tokens=True)["input_ids"])
