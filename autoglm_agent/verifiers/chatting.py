"""Asking a chat model as a verifier: a step as fenced data, a counted call, a plain reply."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoglm_agent.chain import Chain, Step

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MAX_SHOWN = 8000
"""Characters of one text that a model is shown."""


@dataclass(frozen=True)
class Reply:
    """What a model said, and what it cost."""

    text: str
    tokens: int = 0


def ask(model: BaseChatModel, system: str, data: Any, **options: Any) -> Reply:
    """Ask a model about data that cannot speak in the prompt's own voice.

    Args:
        model: Any chat model.
        system: What is asked.
        data: JSON data, put between `<data>` and `</data>` with angle brackets escaped.
        **options: For the call, for example `temperature`.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    text = json.dumps(data, ensure_ascii=True, default=str).replace("<", "\\u003c")
    message = model.invoke([SystemMessage(system), HumanMessage(f"<data>{text}</data>")], **options)
    usage = getattr(message, "usage_metadata", None) or {}
    return Reply(str(message.text), int(usage.get("total_tokens", 0)))


def shown(step: Step, chain: Chain) -> dict[str, Any]:
    """Return what a model is shown of a step: question, earlier claims, the step itself."""
    return {
        "question": _cut(chain.question),
        "earlier_steps": [_words(earlier) for earlier in chain.steps[-20:]],
        "step": _words(step),
    }


def _words(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"thought": _cut(step.thought), "claim": _cut(step.claim)}
    if step.tool:
        told |= {"tool": step.tool, "args": _cut(json.dumps(step.args, default=str))}
    if step.outcome:
        told["outcome"] = _cut(step.outcome.text)
    return {key: value for key, value in told.items() if value}


def _cut(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} [cut]"
