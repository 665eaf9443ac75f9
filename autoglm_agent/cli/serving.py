"""The commands that serve other programs."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(mcp)


def mcp(
    root: Annotated[
        list[str] | None, typer.Option(help="Folder that may be read from and written to [.].")
    ] = None,
    runs: Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Streamable HTTP instead of the standard streams.")
    ] = False,
    port: Annotated[int, typer.Option(help="Of HTTP, on the loopback.", min=1, max=65535)] = 8766,
    at_once: Annotated[
        int | None, typer.Option(help="Runs at the same time [half of the processors].", min=1)
    ] = None,
) -> None:
    """Serve AutoGLM's tools over the Model Context Protocol."""
    from autoglm_agent.serving.mcp import mcp_server

    server = mcp_server(roots=root or ["."], runs=runs, at_once=at_once)
    if http:
        # The SDK guards against foreign Host and Origin headers on the loopback only.
        server.run("streamable-http", host="127.0.0.1", port=port)
    else:
        server.run("stdio")
