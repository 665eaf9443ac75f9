"""`pareto`: the trained models by quality, speed and size, under the user's weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.automl.run.workspace import open_run
from autoglm_agent.cli.console import print_json
from autoglm_agent.errors import InputError


def pareto(run_id: str, *, weights: Sequence[str], runs: str | None, as_json: bool) -> None:
    """Print the front; trains nothing."""
    from autoglm_agent.automl.report import build_report
    from autoglm_agent.automl.tradeoffs import pareto as work
    from autoglm_agent.automl.tradeoffs import write_weights

    workspace = open_run(run_id, runs)
    if weights:
        write_weights(workspace, dict(map(_weight, weights)))
    told = work(workspace)
    workspace.write_json(told, "pareto.json")
    result = workspace.read_record("result.json", keys=("status",))
    build_report(workspace, status=result["status"], message=result.get("message") or "")
    if as_json:
        print_json({"run": run_id, **told})
    else:
        _print(told)


def _weight(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise InputError(f"{text!r} is no weight.", "Write for example --weight speed=2.") from None


def _print(told: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(
        "", "model", told["metric"], "ms a row", "rows/s", "MB", "trained s", "utility",
        box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for model in told["models"]:
        mark = "●" if model["front"] else "○"
        grid.add_row(
            mark, escape(model["name"]), f"{model['score']:.5g}", f"{model['latency_ms']:.3g}",
            f"{model['rows_per_s']:.0f}", f"{model['size_mb']:.3g}", f"{model['train_s']:.1f}",
            f"{model['utility']:.3f}",
        )  # fmt: skip
    console = Console()
    console.print(grid)
    weights = ", ".join(f"{name} {value:g}" for name, value in told["weights"].items())
    console.print(f"● on the front: no other is better in everything. Weights: {weights}.")
    first = told["models"][0]
    console.print(f"With these weights: {first['name']}.", markup=False)
