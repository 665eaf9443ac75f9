"""`autoglm text ...`: the commands and their options; what they do is loaded when called."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="text", help="Classify texts with or without examples; entities; inference.",
    no_args_is_help=True,
)  # fmt: skip

Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Texts = Annotated[list[str], typer.Argument(help="Texts; `-` reads lines from standard input.")]
Model = Annotated[
    str | None,
    typer.Option(help="Folder or hub name of a model; something weaker is used without."),
]


@app.command()
def classify(
    texts: Texts,
    label: Annotated[list[str], typer.Option(help="A class in words; give it several times.")],
    model: Model = None,
    several: Annotated[bool, typer.Option(help="Several classes may hold at once.")] = False,
    threshold: Annotated[float, typer.Option(help="Abstain below.", min=0, max=1)] = 0.0,
    describe: Annotated[
        list[str] | None, typer.Option(help="LABEL=words that such texts use; without a model.")
    ] = None,
    json: Json = False,
) -> None:
    """Tell which class fits each text, without examples."""
    from autoglm_agent.cli.unstructured import classify_texts as work

    work(
        texts, label, model=model, several=several, threshold=threshold,
        descriptions=describe or (), as_json=json,
    )  # fmt: skip


@app.command()
def infer(
    premise: Annotated[str, typer.Argument(help="What is given.")],
    hypothesis: Annotated[str, typer.Argument(help="What may follow.")],
    model: Annotated[str, typer.Option(help="Folder or hub name of a model of inference.")],
    json: Json = False,
) -> None:
    """Tell whether a premise entails, contradicts or leaves open a hypothesis."""
    from autoglm_agent.cli.unstructured import infer as work

    work(premise, hypothesis, model=model, as_json=json)


@app.command()
def entities(
    texts: Texts,
    model: Model = None,
    name: Annotated[
        list[str] | None, typer.Option(help="TYPE=name to look up; without a model.")
    ] = None,
    threshold: Annotated[float, typer.Option(help="Least score.", min=0, max=1)] = 0.0,
    json: Json = False,
) -> None:
    """Find names, places, dates and amounts."""
    from autoglm_agent.cli.unstructured import find_entities as work

    work(texts, model=model, names=name or (), threshold=threshold, as_json=json)


@app.command()
def train(
    data: Annotated[
        str, typer.Argument(help="Table with texts and labels, or folder with a folder per class.")
    ],
    label: Annotated[str | None, typer.Option(help="Column of the labels.")] = None,
    text: Annotated[str | None, typer.Option(help="Column of the texts.")] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Folder or hub name of a transformers encoder.")
    ] = None,
    way: Annotated[
        list[str] | None, typer.Option(help="frozen, adapter or full; what to train of it.")
    ] = None,
    inference: Annotated[
        str | None, typer.Option(help="Model of inference, tried on the labels' words.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="scikit-learn's name [accuracy].")] = None,
    time_budget: Annotated[float, typer.Option(help="Seconds for all of it.", min=1)] = 120.0,
    seed: Annotated[int, typer.Option(help="Seed of the division and every model.")] = 0,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Train a classifier from examples, assess it once on sealed texts, check it."""
    from autoglm_agent.cli.unstructured import train_texts as work

    work(
        data, label=label, text=text, encoder=encoder, ways=way or (), inference=inference,
        metric=metric, seconds=time_budget, seed=seed, runs=runs, as_json=json,
    )  # fmt: skip


@app.command()
def predict(
    run: Annotated[str, typer.Argument(help="A run's id; `autoglm runs` lists them.")],
    texts: Texts,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Classify texts with a run's model."""
    from autoglm_agent.cli.unstructured import predict_texts as work

    work(run, texts, runs=runs, as_json=json)
