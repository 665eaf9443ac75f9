"""`/v1`: chat completions, models, files and runs over HTTP."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from autoglm_agent.serving.answers import help_for
from autoglm_agent.serving.backend import Backend
from autoglm_agent.serving.chores import chore_answer
from autoglm_agent.serving.database import ASKED
from autoglm_agent.serving.files import Files
from autoglm_agent.serving.following import Tail, line_of
from autoglm_agent.serving.guard import owner_of
from autoglm_agent.serving.openai_wire import (
    MODEL,
    REASON,
    chunk,
    completion,
    markdown,
    read_request,
    usage_chunk,
)
from autoglm_agent.serving.refusals import NoSuchModel, Refusal, TooLarge, Unknown

HEARTBEAT_S = 10.0
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a JSON body that are read."""
_PATH = re.compile(r"(?<!\S)/v1/runs/|(?<=：)/v1/runs/")
_PLOT_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(frozen=True)
class _Wire:
    """How an answer is written.

    Attributes:
        identity: Its id.
        model: The model's name.
        counts: Whether a stream tells its tokens.
        base: What links begin with.
    """

    identity: str
    model: str
    counts: bool
    base: str

    def shown(self, text: str) -> str:
        """Return an answer as Markdown, its links whole."""
        return markdown(_PATH.sub(rf"{self.base}\g<0>", text))


class Chat:
    """The endpoints of one backend.

    Args:
        backend: What is asked.
        public_url: Where people reach it, for links; None for the address that a request names.
    """

    def __init__(self, backend: Backend, public_url: str | None = None) -> None:
        self.backend = backend
        self._public_url = public_url
        self.files = Files(backend)

    def routes(self) -> list[Route]:
        """Return what the application serves under `/v1`."""
        return [
            Route("/v1/models", self.models),
            Route("/v1/models/{model}", self.model),
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
            *self.files.routes(),
            Route("/v1/threads", self.threads),
            Route("/v1/threads/{thread}", self.thread),
            Route("/v1/runs/{run}", self.run),
            Route("/v1/runs/{run}/cancel", self.cancel, methods=["POST"]),
            Route("/v1/runs/{run}/events", self.events),
            Route("/v1/runs/{run}/report", self.report),
            Route("/v1/runs/{run}/plots/{number:int}", self.plot),
        ]

    async def models(self, request: Request) -> Response:
        """List the models: one for tables and, with a chat model, one for questions."""
        del request
        return JSONResponse({"object": "list", "data": [_model(name) for name in self._names()]})

    async def model(self, request: Request) -> Response:
        """Tell of a model."""
        name = request.path_params["model"]
        if name not in self._names():
            raise NoSuchModel("There is no such model.", f"Use {MODEL!r}.")
        return JSONResponse(_model(name))

    def _names(self) -> list[str]:
        return [MODEL, REASON] if self.backend.runs.model else [MODEL]

    async def complete(self, request: Request) -> Response:
        """Answer a chat completion; who hangs up loses the words, not the run."""
        body = await _json(request)
        asked, streams = read_request(
            body, owner_of(request), request.headers.get("x-autoglm-thread")
        )
        options = body.get("stream_options")
        wire = _Wire(
            identity=f"chatcmpl-{uuid.uuid4().hex}",
            model=body["model"],
            counts=isinstance(options, dict) and bool(options.get("include_usage")),
            base=(self._public_url or str(request.base_url)).rstrip("/"),
        )
        if chore := chore_answer(asked.words):
            return _at_once(wire, chore, streams=streams)
        if asked.inline:
            file = await self.files.keep_inline(asked.owner, asked.inline)
            asked = replace(asked, file=file)
        begun = await self.backend.ask(asked)
        run, text = begun.run, help_for(asked.words)
        told = {"thread_id": begun.thread["id"], "run": run}
        headers = {"X-AutoGLM-Thread": begun.thread["id"], "X-AutoGLM-Run": run or ""}
        if streams:
            return StreamingResponse(
                self._stream(wire, told, begun.offset, text),
                media_type="text/event-stream",
                headers={**_STREAM, **headers},
            )
        if run:
            text = await self.backend.answer(run)
        usage = await asyncio.to_thread(self.backend.usage, run) if run else {}
        return JSONResponse(
            completion(wire.identity, wire.model, wire.shown(text), usage, told), headers=headers
        )

    async def _stream(
        self, wire: _Wire, told: dict[str, Any], offset: int, text: str
    ) -> AsyncIterator[bytes]:
        run, names = told["run"], (wire.identity, wire.model)
        yield chunk(*names, {"role": "assistant", "content": ""}, None, **told)
        if run:
            async for event in self._events(run, offset):
                line = line_of(event, claims=wire.model == REASON) if event else None
                words = f"- {markdown(self.backend.public(line))}\n" if line else ""
                yield chunk(*names, {"content": words}) if line else b": waiting\n\n"
            text = f"\n{await self.backend.answer(run)}"
        yield chunk(*names, {"content": wire.shown(text)})
        yield chunk(*names, {}, "stop")
        if wire.counts:
            usage = await asyncio.to_thread(self.backend.usage, run) if run else {}
            yield usage_chunk(*names, usage)
        yield b"data: [DONE]\n\n"

    async def _events(self, run: str, offset: int) -> AsyncIterator[dict[str, Any] | None]:
        """Yield a run's events, and None now and then so that the connection stays open."""
        tail = Tail(self.backend.runs.open(run).path / "events.jsonl", offset)
        silent = 0.0
        while True:
            ended = self.backend.queue.ended(run)
            events = await asyncio.to_thread(tail.more)
            for event in events:
                yield event
            if ended:
                return
            silent = 0.0 if events else silent + 0.25
            if silent >= HEARTBEAT_S:
                silent = 0.0
                yield None
            await asyncio.sleep(0.25)

    async def threads(self, request: Request) -> Response:
        """List the caller's threads, newest first."""
        rows = await asyncio.to_thread(self.backend.database.threads, owner_of(request))
        data = [
            {
                "id": row["id"],
                "title": row["title"],
                "table": Path(row["data"]).name,
                "created": int(row["created"]),
            }
            for row in rows
        ]
        return JSONResponse({"object": "list", "data": data})

    async def thread(self, request: Request) -> Response:
        """Return a thread with its messages and the run that is going on, if one is."""
        database, name = self.backend.database, request.path_params["thread"]
        row = await asyncio.to_thread(database.open_thread, owner_of(request), name, "")
        messages = await asyncio.to_thread(database.messages, name)
        active = await asyncio.to_thread(database.active, name)
        shown = [{k: m[k] for k in ("role", "content", "run")} for m in messages]
        return JSONResponse(
            {
                "id": row["id"],
                "title": row["title"],
                "messages": shown,
                "active": active[0] if active else None,
            }
        )

    async def run(self, request: Request) -> Response:
        """Tell how a run stands."""
        row = await self._row(request)
        told = {"run": row["run"], "thread_id": row["thread"], "status": row["status"]}
        told["position"] = self.backend.queue.position(row["run"])
        result = await asyncio.to_thread(self.backend.runs.result, row["run"])
        if result["status"] != "unfinished":
            kept = ("task", "honest", "naive", "error", "message", "answer", "usage")
            told["result"] = {key: result.get(key) for key in kept}
        if await asyncio.to_thread(self.backend.runs.has_report, row["run"]):
            plots = await asyncio.to_thread(self.backend.runs.plots, row["run"])
            told["plots"] = [{"title": p.title, "note": p.note, "text": p.text} for p in plots]
        if row["status"] == ASKED:
            told["question"] = await asyncio.to_thread(self.backend.runs.question, row["run"])
        return JSONResponse(told)

    async def cancel(self, request: Request) -> Response:
        """Stop a run."""
        run = request.path_params["run"]
        return JSONResponse(
            {"run": run, "status": await self.backend.cancel(run, owner_of(request))}
        )

    async def events(self, request: Request) -> Response:
        """Stream a run's events from its beginning, as server-sent events."""
        row = await self._row(request)

        async def told() -> AsyncIterator[bytes]:
            async for event in self._events(row["run"], 0):
                text = self.backend.public(json.dumps(event, ensure_ascii=False)) if event else ""
                yield f"data: {text}\n\n".encode() if event else b": waiting\n\n"
            yield b"event: end\ndata: {}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream", headers=_STREAM)

    async def report(self, request: Request) -> Response:
        """Return a run's report; it has no script and may load nothing."""
        row = await self._row(request)
        page = await asyncio.to_thread(self.backend.runs.report, row["run"])
        return HTMLResponse(page, headers=_PLOT_POLICY)

    async def plot(self, request: Request) -> Response:
        """Return one plot of a run's report."""
        row = await self._row(request)
        plots = await asyncio.to_thread(self.backend.runs.plots, row["run"])
        number = request.path_params["number"]
        if not 1 <= number <= len(plots):
            raise Unknown(f"There is no plot {number}.", f"There are {len(plots)}.")
        return Response(plots[number - 1].svg, media_type="image/svg+xml", headers=_PLOT_POLICY)

    async def _row(self, request: Request) -> dict[str, Any]:
        database = self.backend.database
        return await asyncio.to_thread(database.run, request.path_params["run"], owner_of(request))


async def _json(request: Request) -> Any:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_BODY:
            raise TooLarge("The request is too large.", "Upload tables as files.")
    try:
        return await asyncio.to_thread(json.loads, bytes(body))
    except (ValueError, RecursionError):
        raise Refusal("The request is no JSON.", "Send a JSON object.") from None


def _at_once(wire: _Wire, text: str, *, streams: bool) -> Response:
    """Answer without a run and without a thread."""
    if not streams:
        return JSONResponse(completion(wire.identity, wire.model, text, {}, {}))
    names = (wire.identity, wire.model)
    parts = [chunk(*names, {"role": "assistant", "content": text}), chunk(*names, {}, "stop")]
    parts += [usage_chunk(*names, {})] if wire.counts else []
    return Response(
        b"".join([*parts, b"data: [DONE]\n\n"]), media_type="text/event-stream", headers=_STREAM
    )


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "autoglm-agent"}
