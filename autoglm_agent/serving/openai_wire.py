"""The wire format of OpenAI's chat completions: what is read, and what is written."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from autoglm_agent.errors import (
    AutoGLMError,
    InputError,
    RunActiveError,
    RunNotFoundError,
    StoreError,
)
from autoglm_agent.serving.asking import Asked, Inline
from autoglm_agent.serving.queue import QueueFull
from autoglm_agent.serving.refusals import NoSuchModel, Refusal
from autoglm_graphs.nodes.approve import check_approvals

_RUN = re.compile(r"/v1/runs/([A-Za-z0-9_-]{1,64})")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
MODEL = "autoglm"
"""Makes models of tables."""
REASON = "autoglm-reason"
"""Answers questions in verified steps; offered by a server that has a chat model."""


def read_request(body: Any, owner: str, thread: str | None) -> tuple[Asked, bool]:
    """Return what a chat completion asks, and whether it wants a stream.

    Args:
        body: The parsed JSON body. `metadata` may hold `thread_id`, `file_id` and `url`; a
            content part of type `file` may hold an uploaded file's `file_id`. `approve` in the
            metadata names what the person approves first: `plan`, `remedies`, or both by a comma.
        owner: Who asks.
        thread: The thread named by a header, if one is.

    Raises:
        InputError: If the body is not a chat completion of one of our models.
    """
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise InputError("`messages` is missing.", "Send a list of messages.")
    if body.get("model") not in (MODEL, REASON):
        raise NoSuchModel(f"There is no model {str(body.get('model'))[:80]!r}.", f"Use {MODEL!r}.")
    _check_options(body)
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise InputError("`metadata` is no object.", "Send an object of strings.")
    said, file, inline, named = [], metadata.get("file_id"), None, None
    for message in body["messages"]:
        if not isinstance(message, dict):
            raise InputError("A message is no object.", "Send role and content.")
        if message.get("role") == "user":
            words, given, inline = _content(message.get("content"))
            said.append(words)
            file = given or file
        elif message.get("role") == "assistant":
            runs = _RUN.findall(_content(message.get("content"))[0])
            named = runs[-1] if runs else None
    if not said:
        raise InputError("No message is the user's.", "Send one with the role `user`.")
    asked = Asked(
        owner=owner,
        words=said[-1],
        before=tuple(filter(None, said[:-1])),
        thread=thread or _text(metadata.get("thread_id")),
        file=_text(file),
        inline=inline,
        url=_text(metadata.get("url")),
        named=named,
        reason=body["model"] == REASON,
        approve=_approvals(metadata.get("approve")),
    )
    return asked, bool(body.get("stream"))


def completion(
    identity: str, model: str, text: str, usage: Mapping[str, Any], extra: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a whole answer."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": text, "refusal": None},
        "finish_reason": "stop",
        "logprobs": None,
    }
    head = _head(identity, "chat.completion", model)
    return {**head, "choices": [choice], "usage": tokens_of(usage), "autoglm": dict(extra)}


def tokens_of(usage: Mapping[str, Any]) -> dict[str, int]:
    """Return what the planning model read and wrote, by OpenAI's names."""
    total, written = int(usage.get("tokens", 0)), int(usage.get("output_tokens", 0))
    return {
        "prompt_tokens": total - written,
        "completion_tokens": written,
        "total_tokens": total,
    }


def chunk(
    identity: str, model: str, delta: Mapping[str, Any], finish: str | None = None, **extra: Any
) -> bytes:
    """Return one event of a stream."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish, "logprobs": None}
    body = {**_head(identity, "chat.completion.chunk", model), "choices": [choice]}
    if extra:
        body["autoglm"] = extra
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def markdown(text: str) -> str:
    """Return words as chat clients show them: lines stay lines, and a name can be no picture.

    The clients read Markdown, in which a line break is a space, and in which a column's name
    could load a picture from anywhere.
    """
    return _TAG.sub(r"\\<", text.replace("](", "]\\(")).replace("\n", "  \n")


def usage_chunk(identity: str, model: str, usage: Mapping[str, Any]) -> bytes:
    """Return the event with the tokens of a stream, which has no choice."""
    head = _head(identity, "chat.completion.chunk", model)
    body = {**head, "choices": [], "usage": tokens_of(usage)}
    return f"data: {json.dumps(body)}\n\n".encode()


def error_body(error: AutoGLMError) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return status, body and headers that tell of an error as OpenAI's clients expect."""
    status, kind, code = 500, "server_error", type(error).__name__
    headers: dict[str, str] = {}
    if isinstance(error, QueueFull):
        status, kind, code = 429, "rate_limit_error", "queue_full"
        headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, RunActiveError):
        status, kind = 409, "conflict_error"
        headers["x-should-retry"] = "false"
    elif isinstance(error, StoreError):
        status = 503
    elif isinstance(error, RunNotFoundError):
        status, kind, code = 404, "invalid_request_error", "not_found"
    elif isinstance(error, Refusal):
        status, kind, code = error.status, "invalid_request_error", error.code
    elif isinstance(error, InputError):
        status, kind = 400, "invalid_request_error"
    told = {"message": str(error), "type": kind, "param": None, "code": code}
    return status, {"error": told}, headers


def _check_options(body: Mapping[str, Any]) -> None:
    """Refuse what would be answered otherwise than it is asked for."""
    if body.get("n") not in (None, 1):
        raise Refusal("`n` is not 1.", "Ask once.")
    if body.get("tool_choice") not in (None, "auto", "none"):
        raise Refusal(
            "`tool_choice` forces a tool, and this model calls none of the client's.",
            "Leave it out: the tools of AutoML are run by the server.",
        )
    wanted = body.get("response_format")
    if wanted is not None and (not isinstance(wanted, dict) or wanted.get("type") != "text"):
        raise Refusal(
            "`response_format` is not `text`.",
            "Leave it out; GET /v1/runs/{run} has the result as JSON.",
        )


def _content(content: Any) -> tuple[str, str | None, Inline | None]:
    """Return a message's words, and the file that it names or holds."""
    if isinstance(content, str):
        return _storable(content), None, None
    words, file, inline = [], None, None
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, dict):
            continue
        if part.get("type") == "text":
            words.append(str(part.get("text") or ""))
        elif part.get("type") == "file" and isinstance(part.get("file"), dict):
            file = _text(part["file"].get("file_id")) or file
            if data := _text(part["file"].get("file_data")):
                name = _text(part["file"].get("filename")) or "table.csv"
                inline = Inline(_storable(name), data)
    return _storable("\n".join(words)), file, inline


def _storable(words: str) -> str:
    """Return words without what no database keeps: zero characters and halves of pairs."""
    return words.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _approvals(value: Any) -> tuple[str, ...]:
    names = [name.strip() for name in str(value or "").split(",")]
    found = tuple(filter(None, names))
    check_approvals(found)
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _head(identity: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": identity, "object": kind, "created": int(time.time()), "model": model}
