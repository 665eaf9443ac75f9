"""Who may ask: bearer tokens, compared in constant time; a token is a user."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_REPORT = re.compile(r"/v1/runs/([A-Za-z0-9_-]{1,64})/report")


class TokenGuard:
    """Lets requests through that carry a token, and says whose they are (`autoglm.owner`).

    Args:
        app: What is guarded.
        tokens: The tokens; none lets everybody through as one user (a server on loopback).
        open_paths: Paths that need no token.
    """

    def __init__(
        self, app: ASGIApp, tokens: Sequence[str] = (), open_paths: frozenset[str] = frozenset()
    ) -> None:
        self._app = app
        self._owners = {
            f"Bearer {token}".encode(): hashlib.sha256(token.encode()).hexdigest()[:24]
            for token in tokens
        }
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http" or not self._owners or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("authorization", "").encode()
        owner = None
        for header, known in self._owners.items():  # all of them, so that time tells nothing
            if hmac.compare_digest(told, header):
                owner = known
        if owner is None:
            await _refusal(scope)(scope, receive, send)
            return
        scope["autoglm.owner"] = owner
        await self._app(scope, receive, send)


def owner_of(request: Request) -> str:
    """Return whose a request is; empty where everybody is one user."""
    return str(request.scope.get("autoglm.owner", ""))


def _refusal(scope: Scope) -> Response:
    report = _REPORT.fullmatch(scope["path"])
    if report and "text/html" in Headers(scope=scope).get("accept", ""):
        # A person who follows a link from a chat: the page asks for the token and shows the run.
        return RedirectResponse(f"{scope.get('root_path', '')}/#{report.group(1)}", 303)
    told = {
        "message": "The token is missing or wrong. Send it as a bearer token.",
        "type": "invalid_request_error",
        "code": "invalid_api_key",
        "param": None,
    }
    return JSONResponse({"error": told}, 401, {"WWW-Authenticate": "Bearer"})
