"""`autoglm images ...`: the commands and their options; what they do is loaded when called."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(name="images", help="Classify images, checked as tables are.",
                  no_args_is_help=True)  # fmt: skip

Runs = Annotated[str | None, typer.Option(help="Folder of all runs [./runs].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Data = Annotated[
    str,
    typer.Argument(help="Folder with a folder per class, CSV or Parquet of paths, or npz file."),
]


@app.command()
def train(
    data: Data,
    label: Annotated[str | None, typer.Option(help="Column or array of the labels.")] = None,
    size: Annotated[int | None, typer.Option(help="Side to resize to [32].", min=4)] = None,
    family: Annotated[
        list[str] | None,
        typer.Option(help="linear, kernel or network; all by default. Also: searched_network."),
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(help="semantic, tpe or random: also search for a network's architecture."),
    ] = None,
    backbone: Annotated[
        str | None, typer.Option(help="Vision model whose frozen vectors are tried too.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="scikit-learn's name [accuracy].")] = None,
    export: Annotated[
        str | None,
        typer.Option(help="onnx: train a network alone and write it as model.onnx into the run."),
    ] = None,
    time_budget: Annotated[float, typer.Option(help="Seconds for all of it.", min=1)] = 120.0,
    seed: Annotated[int, typer.Option(help="Seed of the division and every model.")] = 0,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Train a classifier, assess it once on sealed images, check it."""
    from autoglm_agent.cli.unstructured import train_images as work

    work(
        data, label=label, size=size, families=family or (), backbone=backbone, search=search,
        metric=metric, seconds=time_budget, seed=seed, runs=runs, as_json=json, export=export,
    )  # fmt: skip


@app.command()
def predict(
    run: Annotated[str, typer.Argument(help="A run's id; `autoglm runs` lists them.")],
    data: Annotated[list[str], typer.Argument(help="Image files.")],
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Classify image files with a run's model."""
    from autoglm_agent.cli.unstructured import predict_images as work

    work(run, data, runs=runs, as_json=json)


@app.command()
def export(
    run: Annotated[str, typer.Argument(help="A run's id.")],
    out: Annotated[str, typer.Option(help="ONNX file to write.")],
    quantise: Annotated[
        bool, typer.Option(help="Also write a version with 8-bit weights beside it.")
    ] = False,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Write a run's network as ONNX, compare its answers, and tell size and speed."""
    from autoglm_agent.cli.unstructured import export_images as work

    work(run, out, quantise=quantise, runs=runs, as_json=json)
