"""A server that speaks OpenAI's chat protocol and misbehaves by script.

It is a real HTTP server on the loopback, so that a real client meets a real time-out, a real cut
connection and a real broken body:

    with FaultyServer([Status(429, {"Retry-After": "2"}), Reply("hello")]) as server:
        ChatOpenAI(base_url=server.base_url, api_key="x").invoke("hi")

Each request takes the next behaviour of the script; a request too many is answered with 418.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self

ENVELOPE = {"id": "chatcmpl-1", "created": 1700000000, "model": "faulty"}
USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}


@dataclass(frozen=True)
class Request:
    """What a client sent; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Behaviour(Protocol):
    """What the server does with one request."""

    def __call__(self, wire: Wire, request: Request) -> None: ...


class Wire:
    """The connection to one client."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self.closing = closing
        """Set when the server shuts down."""

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers."""
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        # Each request has a connection of its own: without a word a client would use it again.
        self._handler.send_header("Connection", "close")
        self._handler.end_headers()

    def body(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def chunk(self, data: bytes) -> None:
        """Send a chunk of a chunked body; an empty one ends it."""
        self.body(b"%x\r\n%s\r\n" % (len(data), data))

    def whole(self, status: int, headers: dict[str, str], data: bytes) -> None:
        """Send a complete response."""
        self.head(status, {"Content-Length": str(len(data)), **headers})
        self.body(data)

    def cut(self) -> None:
        """Drop the connection, with a reset rather than a farewell."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


@dataclass(frozen=True)
class Reply:
    """A well-formed completion, whole or as server-sent events, as the client asks.

    Attributes:
        content: The text; None is JSON's null.
        calls: Tool calls as the protocol has them (see `call`).
        finish: `finish_reason`.
        refusal: The text of a refusal.
        events: Send only so many events of a stream, then end it properly.
        cut_after: Send only so many events, or a third of the plain body, then cut.
    """

    content: str | None = ""
    calls: Sequence[dict[str, Any]] = ()
    finish: str = "stop"
    refusal: str | None = None
    events: int | None = None
    cut_after: int | None = None

    def __call__(self, wire: Wire, request: Request) -> None:
        if request.body.get("stream"):
            self._stream(wire)
        else:
            self._whole(wire)

    def _whole(self, wire: Wire) -> None:
        message: dict[str, Any] = {"role": "assistant", "content": self.content}
        if self.calls:
            message["tool_calls"] = list(self.calls)
        if self.refusal is not None:
            message["refusal"] = self.refusal
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        completion = {"object": "chat.completion", **ENVELOPE, "choices": [choice], "usage": USAGE}
        data = json.dumps(completion).encode()
        if self.cut_after is None:
            wire.whole(200, {"Content-Type": "application/json"}, data)
            return
        wire.head(200, {"Content-Type": "application/json", "Content-Length": str(len(data))})
        wire.body(data[: len(data) // 3])
        wire.cut()

    def _stream(self, wire: Wire) -> None:
        wire.head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        limit = self.events if self.cut_after is None else self.cut_after
        for number, event in enumerate(self._events()):
            if limit is not None and number >= limit:
                break
            wire.chunk(f"data: {event}\n\n".encode())
        if self.cut_after is not None:
            wire.cut()
            return
        wire.chunk(b"")

    def _events(self) -> Iterator[str]:
        yield delta({"role": "assistant", "content": None if self.content is None else ""})
        for start in range(0, len(self.content or ""), 8):
            yield delta({"content": (self.content or "")[start : start + 8]})
        for index, one in enumerate(self.calls):
            function = one["function"]
            half = len(function["arguments"]) // 2
            begin = {**one, "index": index}
            begin["function"] = {**function, "arguments": function["arguments"][:half]}
            yield delta({"tool_calls": [begin]})
            rest = {"index": index, "function": {"arguments": function["arguments"][half:]}}
            yield delta({"tool_calls": [rest]})
        if self.refusal is not None:
            yield delta({"refusal": self.refusal})
        yield delta({}, self.finish)
        yield "[DONE]"


def delta(change: dict[str, Any], finish: str | None = None) -> str:
    """Return one event of a stream."""
    choice = {"index": 0, "delta": change, "finish_reason": finish}
    return json.dumps({"object": "chat.completion.chunk", **ENVELOPE, "choices": [choice]})


def call(name: str, arguments: str, call_id: str | None = "call_1") -> dict[str, Any]:
    """Return a tool call whose arguments are this text; None leaves the id out."""
    made = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return made if call_id is None else {"id": call_id, **made}


@dataclass(frozen=True)
class Status:
    """An error of the service."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    code: str | None = None
    message: str = "The server had a problem; your key sk-secret-123 is fine."

    def __call__(self, wire: Wire, request: Request) -> None:
        error = {"message": self.message, "type": "error", "param": None, "code": self.code}
        data = json.dumps({"error": error}).encode()
        wire.whole(self.status, {"Content-Type": "application/json", **self.headers}, data)


@dataclass(frozen=True)
class Body:
    """Any bytes as the body, for example a gateway's HTML or half of a JSON."""

    data: bytes
    status: int = 200
    content_type: str = "application/json"

    def __call__(self, wire: Wire, request: Request) -> None:
        wire.whole(self.status, {"Content-Type": self.content_type}, self.data)


class Hold:
    """Accept the request and say nothing."""

    def __call__(self, wire: Wire, request: Request) -> None:
        wire.closing.wait(30)


class Cut:
    """Drop the connection before a byte of the response."""

    def __call__(self, wire: Wire, request: Request) -> None:
        wire.cut()


class Endless:
    """Talk until the client goes away."""

    def __call__(self, wire: Wire, request: Request) -> None:
        streamed = request.body.get("stream")
        kind = "text/event-stream" if streamed else "application/json"
        wire.head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked"})
        piece = f"data: {delta({'content': 'and on '})}\n\n".encode() if streamed else b" " * 1024
        while not wire.closing.is_set():
            wire.chunk(piece)


class FaultyServer:
    """Serve a script of behaviours on 127.0.0.1.

    Attributes:
        requests: What was received, in order.
        broken: Set when a client has gone away during a response.
    """

    def __init__(self, script: Sequence[Behaviour]) -> None:
        self._script = list(script)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.requests: list[Request] = []
        self.broken = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """What to give to a client as the address of the service."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _next(self, request: Request) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            turn = len(self.requests) - 1
        if not request.path.endswith("/chat/completions"):
            return Status(404, message=f"There is nothing at {request.path}.")
        if turn >= len(self._script):
            return Status(418, message=f"The script has no behaviour {turn + 1}.")
        return self._script[turn]

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.path, headers, json.loads(data or b"{}"))
                try:
                    server._next(request)(Wire(self, server._closing), request)
                except OSError:
                    server.broken.set()
                self.close_connection = True

            def finish(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().finish()

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        return Handler
