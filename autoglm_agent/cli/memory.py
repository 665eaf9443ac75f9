"""`autoglm memory ...`: the commands and their options; what they do is loaded when called."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="memory", help="Look through, move and mend what was remembered.", no_args_is_help=True
)

Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Path = Annotated[str | None, typer.Option(help="Folder of the memory [RUNS/memory].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Family = Annotated[str | None, typer.Option(help="Only chains of this kind of task.")]
Id = Annotated[str, typer.Argument(help="A memory's id, or the only one that begins so.")]
Limit = Annotated[int, typer.Option(help="Number of chains at most.", min=1)]


@app.command(name="list")
def list_(
    family: Family = None,
    state: Annotated[
        str | None, typer.Option(help="Only active, quarantined or retired ones.")
    ] = None,
    limit: Limit = 50,
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """List the chains, newest first."""
    from autoglm_agent.cli.remembered import list_chains as work

    work(family=family, state=state, limit=limit, path=path, runs=runs, as_json=json)


@app.command()
def show(key: Id, path: Path = None, runs: Runs = None, json: Json = False) -> None:
    """Show one chain: its steps, its verdicts, who verified it and how it has fared."""
    from autoglm_agent.cli.remembered import show as work

    work(key, path=path, runs=runs, as_json=json)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help="A task in words.")],
    family: Family = None,
    limit: Limit = 5,
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Find what would be recalled for a task, and what would be warned of."""
    from autoglm_agent.cli.remembered import search as work

    work(words, family=family, limit=limit, path=path, runs=runs, as_json=json)


@app.command()
def forget(
    keys: Annotated[list[str], typer.Argument(help="Ids of memories.")],
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Delete chains for good."""
    from autoglm_agent.cli.remembered import forget as work

    work(keys, path=path, runs=runs, as_json=json)


@app.command()
def export(
    file: Annotated[str, typer.Argument(help="File to write, one JSON object a line.")],
    family: Family = None,
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Write the memory to a file."""
    from autoglm_agent.cli.remembered import export as work

    work(file, family=family, path=path, runs=runs, as_json=json)


@app.command(name="import")
def import_(
    file: Annotated[str, typer.Argument(help="File that `export` wrote.")],
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Read an export; what this installation did not verify itself waits in quarantine."""
    from autoglm_agent.cli.remembered import load as work

    work(file, path=path, runs=runs, as_json=json)


@app.command()
def stats(path: Path = None, runs: Runs = None, json: Json = False) -> None:
    """Print what the memory holds and how it has fared."""
    from autoglm_agent.cli.remembered import stats as work

    work(path=path, runs=runs, as_json=json)


@app.command()
def migrate(
    embedder: Annotated[
        str | None,
        typer.Option(help="transformers:FOLDER [AUTOGLM_EMBEDDER, else the built-in one]."),
    ] = None,
    path: Path = None,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Embed the whole memory anew, by another embedder."""
    from autoglm_agent.cli.remembered import migrate as work

    work(embedder, path=path, runs=runs, as_json=json)


@app.command()
def rebuild(path: Path = None, runs: Runs = None, json: Json = False) -> None:
    """Make the index anew; a damaged table is moved aside, and what can be read is kept."""
    from autoglm_agent.cli.remembered import rebuild as work

    work(path=path, runs=runs, as_json=json)
