"""What a misbehaving service looks like through a real client, and what we call it.

The marker `allow_hosts` opens the loopback and nothing else.
"""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from faulty_server import Behaviour, Body, Cut, Endless, FaultyServer, Hold, Reply, Status, call
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_openai import ChatOpenAI

from autoglm_agent.chat.faults import LONGEST_WAIT_S, ModelFault, classify

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MODES = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


# One client for all tests: to make the default one reads the system's certificates each time.
HTTP = httpx.Client(verify=False)


def client(base_url: str, **options: Any) -> ChatOpenAI:
    settings = {"model": "m", "api_key": "x", "max_retries": 0, "timeout": 2, "http_client": HTTP}
    settings["http_async_client"] = httpx.AsyncClient(verify=False)
    return ChatOpenAI(base_url=base_url, **(settings | options))


def outcome(behaviour: Behaviour, streamed: bool, **options: Any) -> BaseException | AIMessage:
    """Return what the client makes of one behaviour: an exception or a message."""
    with FaultyServer([behaviour]) as server:
        model = client(server.base_url, **options)
        try:
            if not streamed:
                return model.invoke("hi")
            chunks = list(model.stream("hi"))
        except Exception as error:
            return error
    total = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    assert isinstance(total, AIMessageChunk)
    return total


def fault_of(behaviour: Behaviour, streamed: bool = False, **options: Any) -> ModelFault:
    fault = classify(outcome(behaviour, streamed, **options), tools=["add"])
    assert fault is not None
    return fault


def message_of(behaviour: Behaviour, streamed: bool) -> AIMessage:
    message = outcome(behaviour, streamed)
    assert isinstance(message, AIMessage), message
    return message


@MODES
def test_a_proper_reply_is_no_fault(streamed: bool) -> None:
    message = message_of(Reply("hello there"), streamed)
    assert message.text == "hello there"
    assert message.response_metadata["finish_reason"] == "stop"
    assert classify(message) is None


@MODES
@pytest.mark.parametrize(
    ("behaviour", "class_name", "kind", "retry"),
    [
        (Status(429), "OpenAIRateLimitError", "rate_limited", True),
        (Status(429, code="insufficient_quota"), "OpenAIRateLimitError", "rate_limited", False),
        (Status(500), "OpenAIAPIError", "unavailable", True),
        (Status(503), "OpenAIAPIError", "unavailable", True),
        (Status(504), "OpenAIAPIError", "timeout", True),
        (Status(529), "OpenAIAPIError", "unavailable", True),
        (Body(b"<html>Bad</html>", 502, "text/html"), "OpenAIAPIError", "unavailable", True),
        (Status(408), "APIStatusError", "timeout", True),
        (Status(401), "OpenAIAuthenticationError", "unauthorised", False),
        (Status(403), "OpenAIPermissionDeniedError", "unauthorised", False),
        (Status(404), "OpenAIModelNotFoundError", "not_found", False),
        (Status(400), "OpenAIInvalidRequestError", "rejected", False),
        (Status(400, code="content_filter"), "OpenAIInvalidRequestError", "filtered", False),
        (Status(413), "APIStatusError", "context_too_long", False),
        (Cut(), "OpenAIConnectionError", "cut", True),
        (Reply("hello there, my friend", cut_after=2), "OpenAIConnectionError", "cut", True),
    ],
)
def test_errors_of_the_service(
    behaviour: Behaviour, class_name: str, kind: str, retry: bool, streamed: bool
) -> None:
    error = outcome(behaviour, streamed)
    assert type(error).__name__ == class_name
    fault = classify(error)
    assert (fault.kind, fault.retry) == (kind, retry)


@MODES
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("context_length_exceeded", "Too much."),
        (None, "This model's maximum context length is 8 tokens."),
        (None, "prompt is too long: 9 tokens > 8 maximum"),
    ],
)
def test_a_prompt_longer_than_the_context(code: str | None, message: str, streamed: bool) -> None:
    assert fault_of(Status(400, code=code, message=message), streamed).kind == "context_too_long"


@MODES
def test_silence_is_a_timeout(streamed: bool) -> None:
    error = outcome(Hold(), streamed, timeout=0.3)
    assert type(error).__name__ == "OpenAITimeoutError"
    assert classify(error).kind == "timeout"


def test_a_service_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        model = client(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(Exception, match="Connection error") as caught:
            model.invoke("hi")
    assert type(caught.value).__name__ == "OpenAIConnectionError"
    assert classify(caught.value).kind == "unavailable"


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds(status: int) -> None:
    fault = fault_of(Status(status, {"Retry-After": "2.5"}))
    assert (fault.retry_after, fault.retry, fault.status) == (2.5, True, status)


def test_retry_after_in_milliseconds() -> None:
    assert fault_of(Status(429, {"retry-after-ms": "1500"})).retry_after == 1.5


def test_retry_after_as_a_date() -> None:
    fault = fault_of(Status(429, {"Retry-After": in_seconds(30)}))
    assert 20 < fault.retry_after <= 30
    assert fault.retry


def test_retry_after_in_the_past_is_now() -> None:
    assert fault_of(Status(429, {"Retry-After": in_seconds(-30)})).retry_after == 0


@pytest.mark.parametrize("told", ["", "soon", "nan", "inf", "Wed, 99 Foo 2026"])
def test_retry_after_that_says_nothing(told: str) -> None:
    fault = fault_of(Status(429, {"Retry-After": told}))
    assert fault.retry_after is None
    assert fault.retry


def test_no_retry_after() -> None:
    assert fault_of(Status(429)).retry_after is None


@pytest.mark.parametrize("told", ["86400", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_a_huge_retry_after_is_capped_and_not_worth_waiting_for(told: str) -> None:
    fault = fault_of(Status(429, {"Retry-After": told}))
    assert fault.retry_after == LONGEST_WAIT_S
    assert not fault.retry


@MODES
@pytest.mark.parametrize("content", ["", None, " \n\t"])
def test_a_reply_without_words_is_empty(content: str | None, streamed: bool) -> None:
    message = message_of(Reply(content), streamed)
    assert message.text == (content or "")
    assert classify(message).kind == "empty"


@pytest.mark.parametrize(
    ("data", "class_name"),
    [
        (b'{"id": "x", "choices": [{"mess', "JSONDecodeError"),
        (b'Sure! Here it is: {"id": "x"}', "JSONDecodeError"),
        (b'{"id": "x", "object": "chat.completion", "choices": []}', "IndexError"),
        (b'{"id": "x", "object": "chat.completion", "choices": null}', "TypeError"),
        (b"null", "ValueError"),
    ],
)
def test_a_body_that_is_no_completion_is_malformed(data: bytes, class_name: str) -> None:
    error = outcome(Body(data), streamed=False)
    assert type(error).__name__ == class_name
    assert classify(error).kind == "malformed"
    # A client that reads events finds none in such a body.
    assert fault_of(Body(data), streamed=True).kind == "empty"


def test_a_page_of_html_in_place_of_a_completion() -> None:
    page = Body(b"<html>Please log in</html>", 200, "text/html")
    assert fault_of(page).kind == "malformed"
    assert fault_of(page, streamed=True).kind == "empty"


@MODES
def test_json_with_prose_around_it_comes_through_as_text(streamed: bool) -> None:
    message = message_of(Reply('Sure! {"a": 1} Done.'), streamed)
    assert message.text == 'Sure! {"a": 1} Done.'
    assert classify(message) is None


def test_a_stream_that_ends_without_a_reason_is_cut() -> None:
    message = message_of(Reply("hello there, my friend", events=2), streamed=True)
    assert message.text == "hello th"
    assert "finish_reason" not in message.response_metadata
    assert classify(message).kind == "cut"


@MODES
def test_text_cut_at_the_length_limit_is_truncated(streamed: bool) -> None:
    assert fault_of(Reply("half a sen", finish="length"), streamed).kind == "truncated"


def test_a_tool_call_cut_at_the_length_limit_is_truncated() -> None:
    cut = Reply(None, [call("add", '{"a": 1, "b"')], "length")
    message = message_of(cut, streamed=False)
    assert not message.tool_calls
    assert message.invalid_tool_calls[0]["args"] == '{"a": 1, "b"'
    assert classify(message).kind == "truncated"
    # Streamed, the client completes the arguments by guessing: they look whole.
    streamed = message_of(cut, streamed=True)
    assert streamed.tool_calls[0]["args"] == {"a": 1}
    assert classify(streamed).kind == "truncated"


@MODES
def test_an_unknown_tool_is_malformed_where_the_tools_are_known(streamed: bool) -> None:
    message = message_of(Reply(None, [call("nope", "{}")], "tool_calls"), streamed)
    assert message.tool_calls[0]["name"] == "nope"
    assert classify(message, tools=["add"]).kind == "malformed"
    assert classify(message, tools=["nope"]) is None
    assert classify(message) is None


@MODES
@pytest.mark.parametrize("arguments", ['{"a": }', "[1]", "a=1"])
def test_arguments_that_are_no_json_object_are_malformed(arguments: str, streamed: bool) -> None:
    made = outcome(Reply(None, [call("add", arguments)], "tool_calls"), streamed)
    if isinstance(made, AIMessage):
        assert made.invalid_tool_calls[0]["args"] == arguments
    else:
        assert type(made).__name__ == "ValidationError"
    assert classify(made).kind == "malformed"


@MODES
def test_doubled_and_missing_ids_of_calls_come_through_as_they_are(streamed: bool) -> None:
    calls = [call("add", "{}", "c"), call("add", "{}", "c"), call("add", "{}", None)]
    message = message_of(Reply(None, calls, "tool_calls"), streamed)
    assert [c["id"] for c in message.tool_calls] == ["c", "c", None]
    assert classify(message, tools=["add"]) is None


@MODES
def test_fifty_parallel_calls_come_through(streamed: bool) -> None:
    calls = [call("add", f'{{"a": {i}}}', f"c{i}") for i in range(50)]
    message = message_of(Reply(None, calls, "tool_calls"), streamed)
    assert [c["args"]["a"] for c in message.tool_calls] == list(range(50))
    assert classify(message, tools=["add"]) is None


def test_a_refusal_is_refused_and_lost_in_a_stream() -> None:
    refusal = Reply(None, refusal="I will not.")
    assert fault_of(refusal).kind == "refused"
    # The client drops the refusal's words from a stream: an empty reply is all that is seen.
    assert fault_of(refusal, streamed=True).kind == "empty"


@MODES
def test_a_filtered_reply(streamed: bool) -> None:
    fault = fault_of(Reply("", finish="content_filter"), streamed)
    assert (fault.kind, fault.retry) == ("filtered", False)


def test_leaving_an_endless_stream_closes_the_connection() -> None:
    with FaultyServer([Endless()]) as server:
        stream = client(server.base_url).stream("hi")
        heard = "".join(next(stream).text for _ in range(50))
        stream.close()
        assert server.broken.wait(5)
    assert heard.startswith("and on and on")


async def test_only_a_deadline_of_ours_ends_an_endless_body() -> None:
    """The client's time-out is between bytes: a body that drips on never meets it."""
    with FaultyServer([Endless()]) as server:
        model = client(server.base_url, timeout=0.2)
        with pytest.raises(TimeoutError) as caught:
            await asyncio.wait_for(model.ainvoke("hi"), timeout=1.0)
        assert await asyncio.to_thread(server.broken.wait, 5)
    assert classify(caught.value).kind == "timeout"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_nothing_that_the_service_wrote_is_repeated(status: int) -> None:
    secret = "your key sk-secret-123 in <b>prompt</b>"
    fault = fault_of(Status(status, {"Retry-After": "1"}, code="sk-secret-123", message=secret))
    assert "sk-" not in fault.text
    assert "<b>" not in fault.text
    assert str(status) in fault.text
    assert fault.text.count(".") == 1


def test_every_request_is_recorded_and_one_too_many_is_told() -> None:
    with FaultyServer([Reply("one"), Status(500)]) as server:
        model = client(server.base_url, max_retries=0)
        model.invoke("first")
        for _ in range(2):
            with pytest.raises(Exception, match="Error code") as caught:
                model.invoke("again")
    assert caught.value.status_code == 418
    assert [r.body["messages"][0]["content"] for r in server.requests] == [
        "first",
        "again",
        "again",
    ]
    assert server.requests[0].headers["authorization"] == "Bearer x"


def test_the_clients_own_retries_spend_requests() -> None:
    with FaultyServer([Status(500, {"retry-after-ms": "1"}), Reply("ok")]) as server:
        assert client(server.base_url, max_retries=1).invoke("hi").text == "ok"
    assert len(server.requests) == 2


@pytest.mark.parametrize("error", [KeyError("a"), RuntimeError("b"), KeyboardInterrupt()])
def test_an_error_of_our_own_is_no_fault_of_the_model(error: BaseException) -> None:
    assert classify(error) is None


def test_the_cause_of_a_wrapped_error_counts() -> None:
    cause = outcome(Status(429, {"Retry-After": "3"}), streamed=False)
    wrapped = RuntimeError("The step failed.")
    wrapped.__cause__ = cause
    assert classify(wrapped).retry_after == 3


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({"stop_reason": "max_tokens"}, "truncated"),
        ({"stop_reason": "refusal"}, "refused"),
        ({"finish_reason": "SAFETY"}, "filtered"),
        ({"finish_reason": "MAX_TOKENS"}, "truncated"),
        ({"finish_reason": "MALFORMED_FUNCTION_CALL"}, "malformed"),
    ],
)
def test_reasons_of_other_providers(metadata: dict[str, str], kind: str) -> None:
    assert classify(AIMessage("some text", response_metadata=metadata)).kind == kind


def test_a_fault_survives_json() -> None:
    fault = fault_of(Status(429, {"Retry-After": "2"}))
    assert ModelFault.from_json(fault.to_json()) == fault
