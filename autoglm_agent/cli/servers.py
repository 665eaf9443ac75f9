"""The commands that serve others: `mcp` and `serve`, with their options."""

from __future__ import annotations

from typing import Annotated

import typer

Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Model = Annotated[str | None, typer.Option(help="provider:model of a chat model that plans.")]
Memory = Annotated[bool, typer.Option("--memory/--no-memory", help="Recall and keep chains.")]
Trials = Annotated[
    int | None, typer.Option(help="Train exactly this many candidates (reproducible).", min=1)
]
Host = Annotated[str, typer.Option(help="Address to listen on; AUTOGLM_TOKEN guards it.")]
Roots = Annotated[
    list[str] | None, typer.Option(help="Folder from which tables may be read by name.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(mcp)
    app.command()(serve)


def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Streamable HTTP instead of standard input and output.")
    ] = False,
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8766,
    runs: Runs = None,
    root: Roots = None,
    model: Model = None,
) -> None:
    """Serve the tools by the Model Context Protocol.

    On standard input and output, as editors and assistants start it, or with --http at
    http://HOST:PORT/mcp. Files are read from --root alone, by default the current folder.
    """
    from autoglm_agent.cli.serving import mcp as work

    work(http=http, host=host, port=port, runs=runs, roots=root or (), model=model)


def serve(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8765,
    runs: Runs = None,
    root: Roots = None,
    allow_url: Annotated[
        list[str] | None,
        typer.Option(help="https://host/folder/ to fetch tables from; may be repeated."),
    ] = None,
    public_url: Annotated[
        str | None, typer.Option(help="Where people reach this server, for links in answers.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="postgresql:// URL of threads [SQLite in the folder of runs]."),
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Runs at once, each in a process of its own.", min=1, max=256)
    ] = 1,
    queue: Annotated[
        int, typer.Option(help="Runs that may wait; the next is told 429.", min=0, max=10_000)
    ] = 64,
    time_budget: Annotated[float, typer.Option(help="Seconds of one run.", min=0.1)] = 60.0,
    trials: Trials = None,
    approve: Annotated[
        list[str] | None,
        typer.Option(help="Ask before it is done: plan, remedies; may be repeated."),
    ] = None,
    model: Model = None,
    memory: Memory = True,
) -> None:
    """Serve an OpenAI-compatible chat endpoint and a web page.

    The page is at http://HOST:PORT/, the endpoint at http://HOST:PORT/v1, model `autoglm`.
    AUTOGLM_TOKEN holds bearer tokens by commas, one for each user; an address that other machines
    reach needs it.
    """
    from autoglm_agent.cli.serving import serve as work

    work(
        host=host,
        port=port,
        runs=runs,
        roots=root or (),
        urls=allow_url or (),
        public_url=public_url,
        database=database,
        width=workers,
        room=queue,
        time_budget=time_budget,
        trials=trials,
        approve=approve or (),
        model=model,
        memory=memory,
    )
