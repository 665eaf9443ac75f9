"""The commands of the loop after a run: code, and what else is asked of a result."""

from __future__ import annotations

from typing import Annotated

import typer

Run = Annotated[str, typer.Argument(help="A run's id; `autoglm runs` lists them.")]
Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(code)


def code(
    run: Run,
    out: Annotated[str | None, typer.Option(help="File to write, else standard output.")] = None,
    check: Annotated[
        bool, typer.Option(help="Run the script and compare its predictions with the model's.")
    ] = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Write a run's model as a standalone script that trains it again from the raw table."""
    from autoglm_agent.cli.coding import code as work

    work(run, out=out, check=check, runs=runs, as_json=json)
