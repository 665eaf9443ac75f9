"""`mcp` and `serve`: the servers, loaded only when they are asked for."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.workspace import runs_home
from autoglm_agent.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TOKEN = "AUTOGLM_TOKEN"  # noqa: S105 - the name of the variable, not a secret
"""Environment variable with the bearer tokens of a server, separated by commas."""


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
    places = Places(existing_folders(roots) or [os.getcwd()])
    server = build_mcp_server(RunFolder(home, model=model), places)
    if not http:
        server.run("stdio")
        return
    from autoglm_agent.serving.guard import TokenGuard

    app: Any = server.streamable_http_app(host=host, transport_security=_security(host, port))
    _listen(TokenGuard(app, tokens_for(host)), host, port)


def serve(
    *,
    host: str,
    port: int,
    runs: str | None,
    roots: Sequence[str],
    urls: Sequence[str],
    public_url: str | None,
    database: str | None,
    width: int,
    room: int,
    time_budget: float,
    trials: int | None,
    approve: Sequence[str],
    model: str | None,
    memory: bool,
) -> None:
    """Serve the chat backend and its page; see `autoglm serve --help`."""
    from autoglm_graphs.nodes.approve import check_approvals

    tokens = tokens_for(host)
    check_approvals(approve)
    try:
        from autoglm_agent.serving.app import build_app
        from autoglm_agent.serving.backend import Backend
    except ImportError as error:
        raise _missing("serve", error) from error
    from autoglm_agent.serving.asking import Limits
    from autoglm_agent.serving.database import Database
    from autoglm_agent.serving.fetching import UrlList
    from autoglm_agent.serving.places import Places
    from autoglm_agent.serving.runs import RunFolder

    home = runs_home(runs)
    backend = Backend(
        RunFolder(home, model=model, memory=memory),
        Database(database or home / "serve.sqlite"),
        Places(existing_folders(roots), told=False),
        UrlList(urls),
        limits=Limits(time_budget, trials, tuple(approve)),
        width=width,
        room=room,
    )
    print(f"AutoGLM listens on http://{host}:{port}", file=sys.stderr, flush=True)
    _listen(build_app(backend, tokens=tokens, public_url=public_url), host, port)


def existing_folders(roots: Sequence[str]) -> Sequence[str]:
    """Return the folders: a slip in a path would let a server start that can read nothing.

    Raises:
        InputError: If one of them is not there.
    """
    for root in roots:
        if not os.path.isdir(os.path.expanduser(root)):
            raise InputError(
                f"There is no folder {root[:200]!r} to read files from.",
                "Check the path given with --root.",
            )
    return roots


def tokens_for(host: str) -> list[str]:
    """Return the tokens that requests must carry one of.

    Raises:
        InputError: If others can reach the server and no token is set.
    """
    tokens = [token.strip() for token in os.environ.get(TOKEN, "").split(",")]
    tokens = list(filter(None, tokens))
    if not tokens and not is_loopback(host):
        raise InputError(
            f"{host} can be reached from other machines and no token is set.",
            f"Set {TOKEN} (several, one for each user, by commas), or listen on 127.0.0.1.",
        )
    return tokens


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
