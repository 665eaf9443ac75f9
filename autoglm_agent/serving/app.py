"""The chat backend as an ASGI application: endpoints, page, health, errors, start and stop."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from autoglm_agent.errors import AutoGLMError
from autoglm_agent.serving.backend import Backend
from autoglm_agent.serving.chat import Chat
from autoglm_agent.serving.guard import TokenGuard
from autoglm_agent.serving.openai_wire import error_body

PAGE = Path(__file__).parent / "page"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".html": "text/html"}
FILES = {f"/{path.name}": (path.name, _KINDS[path.suffix]) for path in sorted(PAGE.glob("*.*"))}
FILES["/"] = FILES.pop("/index.html")
OPEN = frozenset({"/health", *FILES})
"""What needs no token: the page itself, which asks for one, and the health."""
# The report is shown in a frame without scripts; its own style is inline and the frame inherits
# this policy.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "img-src 'self' blob: data:; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def build_app(
    backend: Backend, *, tokens: Sequence[str] = (), public_url: str | None = None
) -> ASGIApp:
    """Return the application.

    Args:
        backend: What it serves.
        tokens: One for each user; none lets everybody in as one user.
        public_url: Where people reach it, for links; None for the address that a request names.
    """

    @contextlib.asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        del app
        await backend.resume()
        try:
            yield
        finally:
            await backend.stop()

    async def health(request: Request) -> Response:
        del request
        queue = backend.queue
        return JSONResponse(
            {
                "status": "ok",
                "queued": queue.waiting,
                "running": queue.running,
                "room": queue.room,
                "width": queue.width,
            }
        )

    routes = [Route("/health", health), *Chat(backend, public_url).routes()]
    routes += [Route(path, _page(*told)) for path, told in FILES.items()]
    handlers = {AutoGLMError: _failed, HTTPException: _refused, Exception: _broken}
    app = Starlette(routes=routes, lifespan=living, exception_handlers=handlers)
    return TokenGuard(app, tokens, OPEN)


def _page(name: str, kind: str) -> Any:
    async def page(request: Request) -> Response:
        del request
        headers = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        return FileResponse(PAGE / name, media_type=kind, headers=headers)

    return page


def _error(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    told = {"message": words, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": told}, status, headers)


async def _refused(request: Request, error: Exception) -> Response:
    """Tell of a path or a method that is not served, as OpenAI's clients expect it."""
    assert isinstance(error, HTTPException)
    path = f"{request.method} {request.url.path[:200]}"
    words = "is not served here" if error.status_code in (404, 405) else str(error.detail)
    return _error(error.status_code, f"{path}: {words}.", error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    """Tell of a failure of ours without its inside, which the log has."""
    del request, error
    return _error(500, "The server failed. Its log tells more.")


async def _failed(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, AutoGLMError)
    status, body, headers = error_body(error)
    return JSONResponse(body, status, headers)
