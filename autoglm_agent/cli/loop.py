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
    app.command()(export)
    app.command()(feedback)
    app.command()(explain)
    app.command()(compare)
    app.command()(pareto)


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


def export(
    run: Run,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="onnx, skops, mlflow, or code (a standalone script) [by the ending of --out].",
        ),
    ] = None,
    out: Annotated[
        str | None, typer.Option(help="File or folder to write [./model.<format>].")
    ] = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Write a run's model as one file for other programs, and compare its answers."""
    from autoglm_agent.cli.exporting import export as work

    work(run, form=form, out=out, runs=runs, as_json=json)


def feedback(
    run: Run,
    words: Annotated[str, typer.Argument(help="What you would have otherwise.")],
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", "-y", help="Do it without asking; a further reading of the holdout included."
        ),
    ] = False,
    accept_failed_check: Annotated[
        bool, typer.Option(help="Do it even against a failed check; the report is stamped.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="provider:model of a chat model.")] = None,
    runs: Runs = None,
    memory: Annotated[bool, typer.Option("--memory/--no-memory", help="Keep chains.")] = True,
    json: Json = False,
) -> None:
    """Say what you would have otherwise; only the part that depends on it is done again."""
    from autoglm_agent.cli.judging import feedback as work

    work(
        run, words, yes=yes, accepts=accept_failed_check, model=model, runs=runs, memory=memory,
        as_json=json,
    )  # fmt: skip


def explain(
    run: Run,
    row: Annotated[int | None, typer.Argument(help="Number of a row of the table, from 1.")] = None,
    data: Annotated[str | None, typer.Option(help="Another table that the row is in.")] = None,
    change: Annotated[
        bool, typer.Option("--what-if", help="Also tell what would have to change.")
    ] = False,
    fixed: Annotated[list[str] | None, typer.Option(help="Column that cannot change.")] = None,
    free: Annotated[
        list[str] | None, typer.Option(help="Column that can change, whatever its name says.")
    ] = None,
    goal: Annotated[
        tuple[float, float] | None, typer.Option(help="Numbers: the range to reach.")
    ] = None,
    lang: Annotated[str | None, typer.Option(help="en or zh; else that of the request.")] = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Tell in plain words what drives a model, or why one row is predicted as it is."""
    from autoglm_agent.cli.explaining import explain as work

    work(
        run, row, data=data, change=change, fixed=fixed or (), free=free or (), goal=goal,
        language=lang, runs=runs, as_json=json,
    )  # fmt: skip


def compare(
    first: Run,
    second: Annotated[str, typer.Argument(help="The other run's id.")],
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Compare two runs: what was asked otherwise, and which differences are more than chance."""
    from autoglm_agent.cli.explaining import compare as work

    work(first, second, runs=runs, as_json=json)


def pareto(
    run: Run,
    weight: Annotated[
        list[str] | None, typer.Option(help="quality=, speed= or memory= and a number.")
    ] = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Show the trained models by quality, speed and size; new weights need no training."""
    from autoglm_agent.cli.weighing import pareto as work

    work(run, weights=weight or (), runs=runs, as_json=json)
