"""Who may ask: one bearer token, compared in constant time."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class TokenGuard:
    """Lets requests through that carry the token.

    Args:
        app: What is guarded.
        token: The token; None lets everybody through (a server on loopback).
        open_paths: Paths that need no token.
    """

    def __init__(
        self, app: ASGIApp, token: str | None, open_paths: frozenset[str] = frozenset()
    ) -> None:
        self._app = app
        self._token = token
        self._open = open_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http" or self._token is None or scope["path"] in self._open:
            await self._app(scope, receive, send)
            return
        told = Headers(scope=scope).get("authorization", "")
        if hmac.compare_digest(told.encode(), f"Bearer {self._token}".encode()):
            await self._app(scope, receive, send)
            return
        body = {
            "error": {
                "message": "The token is missing or wrong. Send it as a bearer token.",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
                "param": None,
            }
        }
        answer = JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})
        await answer(scope, receive, send)
