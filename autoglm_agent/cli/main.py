"""The commands and their options; what they do is loaded when they are called.

Exit codes: 0 done (and verified), 1 finished but not verified, 2 bad input, 130 interrupted
and 143 asked to end (both resumable). With `--json` the standard output is one JSON document and
nothing else.
Options come from the command line, else the environment (`AUTOGLM_…`), else `autoglm.toml` in
the current folder (a table a command), else their defaults.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from autoglm_agent.cli.console import finish
from autoglm_agent.cli.images import app as images_app
from autoglm_agent.cli.loop import register
from autoglm_agent.cli.memory import app as memory_app
from autoglm_agent.cli.servers import register as add_servers
from autoglm_agent.cli.text import app as text_app

app = typer.Typer(
    name="autoglm",
    help="Verified reasoning and AutoML: every step is checked before it counts.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"auto_envvar_prefix": "AUTOGLM"},
)

app.add_typer(memory_app)
app.add_typer(text_app)
app.add_typer(images_app)

Data = Annotated[
    str, typer.Argument(help="CSV, TSV, Parquet, JSON lines, Excel, SQLite or DuckDB file.")
]
Words = Annotated[str, typer.Argument(help="What you want, in English or Chinese.")]
Run = Annotated[str, typer.Argument(help="A run's id; `autoglm runs` lists them.")]
Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Query = Annotated[str | None, typer.Option(help="One SELECT statement over the file.")]
Recipe = Annotated[
    str | None, typer.Option(help="A recipe's name, a YAML file or a folder of them, or none.")
]
Target = Annotated[str | None, typer.Option(help="Target column, whatever the words say.")]
Seconds = Annotated[float | None, typer.Option(help="Seconds for the whole run.", min=0.1)]
Trials = Annotated[
    int | None, typer.Option(help="Train exactly this many candidates (reproducible).", min=1)
]
Seed = Annotated[int, typer.Option(help="Seed of every split, model and bootstrap.")]
Model = Annotated[str | None, typer.Option(help="provider:model of a chat model that plans.")]
Memory = Annotated[bool, typer.Option("--memory/--no-memory", help="Recall and keep chains.")]


@app.callback()
def _configure(context: typer.Context) -> None:
    from autoglm_agent.cli.config import defaults

    context.default_map = defaults()


@app.command()
def demo(
    runs: Runs = None, time_budget: Seconds = 60.0, seed: Seed = 0, json: Json = False
) -> None:
    """Run the main job on a table that comes with scikit-learn."""
    from autoglm_agent.cli.running import demo as work

    work(runs=runs, time_budget=time_budget, seed=seed, as_json=json)


@app.command()
def run(
    data: Data,
    instruction: Words,
    runs: Runs = None,
    time_budget: Seconds = None,
    trials: Trials = None,
    seed: Seed = 0,
    target: Target = None,
    metric: Annotated[str | None, typer.Option(help="scikit-learn's name of a metric.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Column to leave out.")] = None,
    query: Query = None,
    model: Model = None,
    memory: Memory = True,
    unattended: Annotated[bool, typer.Option(help="Never ask; stop with an error instead.")] = (
        False
    ),
    approve: Annotated[
        list[str] | None,
        typer.Option(
            help="Ask before it is done: plan, remedies. Without a terminal the run waits."
        ),
    ] = None,
    allow_second_reading: Annotated[
        bool, typer.Option(help="Let the holdout be read again; the report will say so.")
    ] = False,
    features: Annotated[
        bool, typer.Option("--features", help="Make semantic features; keep those that pass.")
    ] = False,
    backend: Annotated[
        str | None, typer.Option(help="Who does the fits: threads, loky or ray [threads].")
    ] = None,
    search: Annotated[
        str,
        typer.Option(
            help="Who proposes models after the portfolio: auto, grid, random, tpe, gp, semantic."
        ),
    ] = "auto",
    recipe: Recipe = None,
    families: Annotated[
        list[str] | None,
        typer.Option(help="Experimental family to try besides: searched_network."),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(help="Train only what `autoglm export` writes: onnx, code, skops or mlflow."),
    ] = None,
    json: Json = False,
) -> None:
    """Find a model for a table and a sentence, verify it, and write a report."""
    from autoglm_agent.cli.running import run as work

    work(
        data,
        instruction,
        runs=runs,
        time_budget=time_budget,
        trials=trials,
        seed=seed,
        slots={"target": target, "metric": metric, "exclude": tuple(exclude or ()) or None},
        query=query,
        model=model,
        memory=memory,
        unattended=unattended,
        approve=approve or (),
        consent=allow_second_reading,
        as_json=json,
        features=features,
        backend=backend,
        search=search,
        recipe=recipe,
        families=families or (),
        export=export,
    )


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    model: Annotated[
        str | None,
        typer.Option(help="Chat model: openai:NAME, anthropic:NAME, ollama:NAME, hf:PATH."),
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Text file to quote from.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="Table that claims are checked on.")] = (
        None
    ),
    tests: Annotated[str | None, typer.Option(help="Python tests that the code must pass.")] = None,
    schema: Annotated[str | None, typer.Option(help="JSON Schema of the answer.")] = None,
    judge: Annotated[str | None, typer.Option(help="Chat model that votes on steps.")] = None,
    calls: Annotated[int, typer.Option(help="Model calls at most.", min=1)] = 60,
    seconds: Seconds = None,
    memory: Annotated[str | None, typer.Option(help="Folder of verified chains.")] = None,
    show_prompts: Annotated[bool, typer.Option(help="Print each prompt to stderr.")] = False,
    keep: Annotated[str | None, typer.Option(help="Folder to keep events and result in.")] = None,
    json: Json = False,
) -> None:
    """Answer a question in steps, each verified before it counts."""
    from autoglm_agent.cli.asking import ask as work

    work(
        question,
        model=model,
        sources=source or (),
        tables=table or (),
        tests=tests,
        schema=schema,
        judge=judge,
        calls=calls,
        seconds=seconds,
        memory=memory,
        show_prompts=show_prompts,
        keep=keep,
        as_json=json,
    )


@app.command()
def plan(
    data: Data,
    instruction: Words,
    query: Query = None,
    goals: Annotated[
        bool, typer.Option("--goals", help="Also show the recipe, sub-goals and their checks.")
    ] = False,
    approve: Annotated[
        bool, typer.Option("--approve", help="Wait for yes, no or edits; yes starts the run.")
    ] = False,
    runs: Runs = None,
    time_budget: Seconds = None,
    trials: Trials = None,
    recipe: Recipe = None,
    model: Model = None,
    json: Json = False,
) -> None:
    """Show how the instruction is understood; train nothing before a yes."""
    from autoglm_agent.cli import planning

    if approve:
        planning.approve(
            data, instruction, query=query, runs=runs, time_budget=time_budget, trials=trials,
            as_json=json, recipe=recipe, model=model,
        )  # fmt: skip
    else:
        planning.plan(
            data, instruction, query=query, goals=goals, as_json=json, recipe=recipe, model=model
        )


@app.command()
def profile(data: Data, query: Query = None, json: Json = False) -> None:
    """Describe a table's columns."""
    from autoglm_agent.cli.looking import profile as work

    work(data, query=query, as_json=json)


@app.command()
def check(
    data: Data,
    target: Annotated[str, typer.Option(help="Target column.")],
    query: Query = None,
    json: Json = False,
) -> None:
    """Check a table for leaks, duplicates and other traps; train nothing but quick twins."""
    from autoglm_agent.cli.looking import check as work

    work(data, target, query=query, as_json=json)


@app.command()
def audit(
    model: Annotated[str, typer.Argument(help="A .skops or .onnx model, or a CSV of predictions.")],
    data: Data,
    target: Annotated[str, typer.Option(help="Target column.")],
    metric: Annotated[str | None, typer.Option(help="scikit-learn's name of a metric.")] = None,
    claimed: Annotated[
        float | None, typer.Option(help="Score that is claimed on these rows.")
    ] = None,
    train: Annotated[
        str | None, typer.Option(help="The rows that the model was trained on.")
    ] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Column that it does not read.")] = None,
    query: Query = None,
    json: Json = False,
) -> None:
    """Check a model that somebody else trained, on rows with the truth."""
    from autoglm_agent.cli.looking import audit as work

    slots = {"target": target, "metric": metric, "exclude": tuple(exclude or ()) or None}
    work(model, data, slots=slots, claimed=claimed, train=train, query=query, as_json=json)


@app.command()
def report(
    run: Run,
    runs: Runs = None,
    browse: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    json: Json = False,
) -> None:
    """Show a run's result and write its report anew."""
    from autoglm_agent.cli.after import report as work

    work(run, runs=runs, browse=browse, as_json=json)


@app.command()
def predict(
    run: Run,
    data: Data,
    out: Annotated[
        str | None, typer.Option(help="CSV file to write, else standard output.")
    ] = None,
    runs: Runs = None,
    query: Query = None,
    json: Json = False,
) -> None:
    """Predict new rows with a run's model."""
    from autoglm_agent.cli.after import predict as work

    work(run, data, out=out, runs=runs, query=query, as_json=json)


@app.command()
def resume(
    run: Run,
    runs: Runs = None,
    model: Model = None,
    memory: Memory = True,
    answer: Annotated[
        str | None, typer.Option(help="Answer to the question that the run waits with.")
    ] = None,
    json: Json = False,
) -> None:
    """Go on with a run that was interrupted or killed, or that waits for an answer."""
    from autoglm_agent.cli.running import resume as work

    work(run, runs=runs, model=model, memory=memory, as_json=json, answer=answer)


@app.command(name="runs")
def list_(runs: Runs = None, json: Json = False) -> None:
    """List the runs, newest first."""
    from autoglm_agent.cli.after import list_runs as work

    work(runs=runs, as_json=json)


@app.command()
def doctor(runs: Runs = None, json: Json = False) -> None:
    """Check this installation: versions, cores, memory, disk, folders."""
    from autoglm_agent.cli.doctor import doctor as work

    work(runs=runs, as_json=json)


register(app)
add_servers(app)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(finish(app))
