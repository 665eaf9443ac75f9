"""`mcp` and `serve`: the servers, loaded only when they are asked for."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TOKEN = "AUTOGLM_TOKEN"  # noqa: S105 - the name of the variable, not a secret
"""Environment variable with the bearer token of a server."""


def mcp(
    *, http: bool, host: str, port: int, runs: str | None, roots: Sequence[str], model: str | None
) -> None:
    """Serve the MCP tools; see `autoglm mcp --help`."""
    try:
        from autoglm_agent.serving.mcp_server import build_mcp_server
    except ImportError as error:
        raise _missing("mcp", error) from error
    from autoglm_agent.serving.places import Places
    from autoglm_agent.serving.runs import RunFolder

    home = runs_home(runs)
    server = build_mcp_server(RunFolder(home, model=model), Places(roots or [os.getcwd()]))
    if not http:
        server.run("stdio")
        return
    from autoglm_agent.serving.guard import TokenGuard

    app: Any = server.streamable_http_app(host=host, transport_security=_security(host, port))
    _listen(TokenGuard(app, token_for(host)), host, port)


def token_for(host: str) -> str | None:
    """Return the token that requests must carry.

    Raises:
        InputError: If others can reach the server and no token is set.
    """
    token = os.environ.get(TOKEN)
    if not token and not is_loopback(host):
        raise InputError(
            f"{host} can be reached from other machines and no token is set.",
            f"Set {TOKEN}, or listen on 127.0.0.1.",
        )
    return token


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _security(host: str, port: int) -> Any:
    """Return the Host and Origin headers that are accepted, against DNS rebinding."""
    from mcp.server.transport_security import TransportSecuritySettings

    names = ["127.0.0.1", "localhost", "[::1]", host]
    hosts = [f"{name}:{port}" for name in names]
    return TransportSecuritySettings(
        allowed_hosts=hosts, allowed_origins=[f"http://{name}" for name in hosts]
    )


def _listen(app: ASGIApp, host: str, port: int) -> None:
    import uvicorn

    uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=5)


def _missing(extra: str, error: ImportError) -> MissingExtraError:
    return MissingExtraError(
        f"The server needs a package that is not installed: {error.name}.",
        f"pip install 'autoglm-agent[{extra}]'",
    )
