"""What a failed call or an unusable reply of a chat model is, and whether to ask again.

No provider's package is imported: an exception is told by the names of its classes, by its HTTP
status and headers, a message by its fields. The text of a fault is ours alone; nothing that the
service wrote is repeated, since error pages hold keys, prompts and worse.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from langchain_core.messages import AIMessage

from autoglm_agent.chain import Datum

FaultKind = Literal[
    "rate_limited",
    "unavailable",
    "timeout",
    "cut",
    "refused",
    "filtered",
    "unauthorised",
    "not_found",
    "rejected",
    "malformed",
    "empty",
    "truncated",
    "context_too_long",
]
"""`unavailable`: cannot be reached, or failed itself; `cut`: the connection or the stream ended
early; `refused`: by the model; `filtered`: by the service; `rejected`: the request is invalid;
`malformed`: the reply cannot be read; `truncated`: the reply met its length limit."""

LONGEST_WAIT_S = 60.0
"""A service that asks for a longer pause is not waited for."""

_TEXTS: dict[FaultKind, str] = {
    "rate_limited": "The model's service limits the rate of requests.",
    "unavailable": "The model's service is not available.",
    "timeout": "The model did not answer in time.",
    "cut": "The connection to the model broke off before the reply was whole.",
    "refused": "The model refused to answer.",
    "filtered": "The service's content filter withheld the reply.",
    "unauthorised": "The model's service does not accept the key.",
    "not_found": "The service knows no such model or address.",
    "rejected": "The model's service rejected the request.",
    "malformed": "The model's reply cannot be read.",
    "empty": "The model's reply was empty.",
    "truncated": "The model's reply was cut off at its length limit.",
    "context_too_long": "The prompt is longer than the model's context.",
}

_WORTH_A_RETRY: frozenset[FaultKind] = frozenset(
    {"rate_limited", "unavailable", "timeout", "cut", "malformed", "empty", "truncated"}
)

_BY_STATUS: dict[int, FaultKind] = {
    401: "unauthorised",
    402: "unauthorised",
    403: "unauthorised",
    404: "not_found",
    408: "timeout",
    409: "unavailable",
    413: "context_too_long",
    425: "unavailable",
    429: "rate_limited",
    504: "timeout",
}

_BY_CODE: dict[str, FaultKind] = {
    "context_length_exceeded": "context_too_long",
    "string_above_max_length": "context_too_long",
    "content_filter": "filtered",
    "content_policy_violation": "filtered",
    "model_not_found": "not_found",
    "invalid_api_key": "unauthorised",
    "rate_limit_exceeded": "rate_limited",
    "server_error": "unavailable",
}

_SPENT_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""A limit that no waiting lifts."""

# In this order: the first name that an exception's classes bear decides.
_BY_CLASS: dict[str, FaultKind] = {
    "LengthFinishReasonError": "truncated",
    "ContentFilterFinishReasonError": "filtered",
    "RateLimitError": "rate_limited",
    "ResourceExhausted": "rate_limited",
    "ThrottlingException": "rate_limited",
    "AuthenticationError": "unauthorised",
    "PermissionDeniedError": "unauthorised",
    "NotFoundError": "not_found",
    "BadRequestError": "rejected",
    "UnprocessableEntityError": "rejected",
    "APITimeoutError": "timeout",
    "TimeoutException": "timeout",
    "TimeoutError": "timeout",
    "Timeout": "timeout",
    "DeadlineExceeded": "timeout",
    "InternalServerError": "unavailable",
    "ServiceUnavailable": "unavailable",
    "ConnectError": "unavailable",
    "ConnectionRefusedError": "unavailable",
    "gaierror": "unavailable",
    "APIConnectionError": "cut",
    "TransportError": "cut",
    "IncompleteRead": "cut",
    "ConnectionError": "cut",
    "JSONDecodeError": "malformed",
    "ValidationError": "malformed",
    "APIResponseValidationError": "malformed",
    "OutputParserException": "malformed",
    "IndexError": "malformed",  # a body without choices
}

_NEVER_CONNECTED = frozenset(
    {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "gaierror"}
)

_BY_WORDS: tuple[tuple[str, FaultKind], ...] = (
    ("No generation chunks were returned", "empty"),
    ("Unexpected response type", "malformed"),
    ("null value for 'choices'", "malformed"),
    ("rate limit", "rate_limited"),
    ("ratelimit", "rate_limited"),
    ("too many requests", "rate_limited"),
    ("overloaded", "unavailable"),
    ("service unavailable", "unavailable"),
    ("timed out", "timeout"),
)
"""What LangChain's clients, and models that people wrap themselves, say with a bare
`ValueError` or `RuntimeError`."""

_BY_FINISH: dict[str, FaultKind] = {
    "length": "truncated",
    "max_tokens": "truncated",
    "model_context_window_exceeded": "context_too_long",
    "content_filter": "filtered",
    "safety": "filtered",
    "prohibited_content": "filtered",
    "blocklist": "filtered",
    "recitation": "filtered",
    "refusal": "refused",
    "malformed_function_call": "malformed",
}
"""`finish_reason` and `stop_reason` of OpenAI, Anthropic, Google and their likes, lowered."""


class ModelFault(Datum):
    """What went wrong with one call of a chat model."""

    kind: FaultKind
    text: str
    """One sentence for a person, without a word of the service."""
    retry: bool
    """Whether the same request may fare better later."""
    retry_after: float | None = None
    """Seconds that the service asks to wait, at most `LONGEST_WAIT_S`."""
    status: int | None = None
    """The HTTP status, if there was one."""


def classify(
    outcome: BaseException | AIMessage, tools: Collection[str] | None = None
) -> ModelFault | None:
    """Tell what is wrong with an exception of a model call, or with a reply.

    Args:
        outcome: What was raised or returned.
        tools: Names that may be called; None does not look.

    Returns:
        The fault. None for a usable reply, and for an exception that is not of the model or
        its service: that one must be raised.
    """
    if isinstance(outcome, AIMessage):
        return _of_message(outcome, tools)
    for error in _causes(outcome):
        fault = _of_exception(error)
        if fault is not None:
            return fault
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the exception and what it was raised from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < 8:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _of_exception(error: BaseException) -> ModelFault | None:
    status = _status(error)
    code, said = str(_field(error, "code") or ""), str(error).lower()
    # The status is finer than the class: a client may raise one class for every 5xx.
    kind = (
        _BY_CODE.get(code)
        or ("context_too_long" if _overflow(error, status) else None)
        or _by_status(status)
        or _by_class(error)
        or next((kind for words, kind in _BY_WORDS if words.lower() in said), None)
    )
    if kind is None:
        return None
    if kind == "cut" and any(_names(cause) & _NEVER_CONNECTED for cause in _causes(error)):
        kind = "unavailable"
    if code in _SPENT_CODES:
        return _fault(kind, "The account's quota is spent.", status=status, retry=False)
    asked = _retry_after(error) if kind in ("rate_limited", "unavailable") else None
    return _fault(kind, status=status, asked=asked)


def _fault(
    kind: FaultKind,
    text: str = "",
    *,
    status: int | None = None,
    asked: float | None = None,
    retry: bool | None = None,
) -> ModelFault:
    text = text or _TEXTS[kind]
    retry = kind in _WORTH_A_RETRY if retry is None else retry
    if status is not None:
        text = f"{text[:-1]} (HTTP {status})."
    if asked is not None and asked > LONGEST_WAIT_S:
        text = f"{text[:-1]} and asks to wait {asked:.0f} s, longer than a run waits."
        retry = False
    wait = None if asked is None else min(asked, LONGEST_WAIT_S)
    return ModelFault(kind=kind, text=text, retry=retry, retry_after=wait, status=status)


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _by_class(error: BaseException) -> FaultKind | None:
    names = _names(error)
    return next((kind for name, kind in _BY_CLASS.items() if name in names), None)


def _by_status(status: int | None) -> FaultKind | None:
    if status is None:
        return None
    return _BY_STATUS.get(status) or ("unavailable" if status >= 500 else "rejected")


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "code")):
        value = getattr(holder, name, None)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _field(error: BaseException, name: str) -> Any:
    """Return a field of the error, or of the body that it carries."""
    value = getattr(error, name, None)
    body = getattr(error, "body", None)
    if value is None and isinstance(body, dict):
        inner = body.get("error", body)
        value = inner.get(name) if isinstance(inner, dict) else None
    return value


def _overflow(error: BaseException, status: int | None) -> bool:
    if "ContextOverflowError" in _names(error):
        return True
    if status not in (400, 413, 422):
        return False
    words = str(error).lower()
    signs = ("context length", "context window", "prompt is too long", "too many tokens")
    return any(sign in words for sign in signs)


def _retry_after(error: BaseException) -> float | None:
    """Return the pause in seconds that the response's headers ask for."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    told = headers.get("retry-after-ms")
    seconds = _number(told)
    if seconds is not None:
        return seconds / 1000
    told = headers.get("retry-after") or headers.get("Retry-After")
    seconds = _number(told)
    if seconds is not None or not told:
        return seconds
    try:
        moment = parsedate_to_datetime(str(told))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _number(told: Any) -> float | None:
    try:
        value = float(told)
    except (TypeError, ValueError):
        return None
    return max(0.0, value) if math.isfinite(value) else None


def _of_message(message: AIMessage, tools: Collection[str] | None) -> ModelFault | None:
    said = message.response_metadata
    finish = str(said.get("finish_reason") or said.get("stop_reason") or "").lower()
    # First: a call that was cut off may have been completed by a lenient parser, wrongly.
    kind = _BY_FINISH.get(finish)
    if kind is not None:
        return _fault(kind)
    if _refusal(message):
        return _fault("refused")
    if not finish and said.get("model_provider") == "openai":
        return _fault("cut")  # its streams always end with a reason
    if message.invalid_tool_calls and not message.tool_calls:
        return _fault("malformed", "The arguments of the model's tool call cannot be read.")
    if tools is not None and any(call["name"] not in tools for call in message.tool_calls):
        return _fault("malformed", "The model calls a tool that does not exist.")
    if not message.tool_calls and not str(message.text).strip():
        return _fault("empty")
    return None


def _refusal(message: AIMessage) -> bool:
    blocks = message.content if isinstance(message.content, list) else []
    return bool(message.additional_kwargs.get("refusal")) or any(
        isinstance(block, dict) and block.get("type") == "refusal" for block in blocks
    )
