"""`report`, `predict`, `runs`: what one does with runs that are there."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from autoglm_agent.automl.run.workspace import Workspace, open_run, runs_home
from autoglm_agent.automl.run.workspace import list_runs as run_ids
from autoglm_agent.cli.console import print_json
from autoglm_agent.cli.running import existing
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.outfile import write_out

WIDE = 110
"""Characters of a terminal in a line of which a run's instruction finds room."""


def report(run_id: str, *, runs: str | None, browse: bool, as_json: bool) -> None:
    """Write the report anew from the run folder and print the result."""
    from autoglm_agent.automl.report import build_report, summary_text

    workspace = open_run(run_id, runs)
    result = _result(workspace)
    path = build_report(workspace, status=result["status"], message=result.get("message") or "")
    if as_json:
        print_json(result)
    else:
        print(summary_text(workspace))
    if browse:
        import webbrowser

        webbrowser.open(path.as_uri())


def predict(
    run_id: str, data: str, *, out: str | None, runs: str | None, query: str | None, as_json: bool
) -> None:
    """Predict new rows; CSV to a file or the standard output."""
    from autoglm_agent.automl.predict import predict_file

    started = time.perf_counter()
    workspace, table = open_run(run_id, runs), existing(data)
    if out and os.path.exists(out) and os.path.samefile(out, table):
        raise InputError(f"{out!r} is the table itself.", "Choose another name for --out.")
    notes: list[str] = []
    predictions = predict_file(workspace, table, query=query, tell=notes.append)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    if out:
        write_out(out, predictions.to_csv(index=False).encode())
    told = {
        "run": run_id,
        "rows": len(predictions),
        "columns": list(predictions.columns),
        "out": out,
        "notes": notes,
        "seconds": round(time.perf_counter() - started, 3),
    }
    if as_json:
        if not out:
            told["predictions"] = json.loads(
                predictions.to_json(orient="records", date_format="iso", double_precision=15)
            )
        print_json(told)
    elif out:
        print(f"{told['rows']} predictions in {out}")
    else:
        predictions.to_csv(sys.stdout, index=False)


def list_runs(*, runs: str | None, as_json: bool) -> None:
    """Print the runs, newest first."""
    rows = [_row(runs, run) for run in reversed(run_ids(runs))]
    if as_json:
        print_json(rows)
        return
    if not rows:
        print(f"No runs in {runs_home(runs)}.")
        return
    _print_rows(rows)


def _print_rows(rows: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    console = Console()
    # An id is there to be copied, so it is never cut; it tells the instruction's first words too.
    wide = console.width >= WIDE
    heads = ["task", "honest score", "instruction"][: 3 if wide else 2]
    grid = Table(
        *(Column(head, no_wrap=True) for head in ("run", "status")),
        *(Column(head, overflow="fold") for head in heads),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for row in rows:
        honest = row["honest"]
        score = f"{honest['metric']} {honest['value']:.4f}" if honest else ""
        cells = [row["run"], row["status"], row["task"] or "", score, row["instruction"][:60]]
        grid.add_row(*map(escape, cells if wide else cells[:-1]))
    console.print(grid)


def _result(workspace: Workspace) -> dict[str, Any]:
    if workspace.has("result.json"):
        return workspace.read_record("result.json", keys=("status",))
    return {"run": workspace.path.name, "status": "unfinished", "message": _hint(workspace)}


def _hint(workspace: Workspace) -> str:
    return f"The run has not ended; go on with: autoglm resume {workspace.path.name}"


def _row(runs: str | None, run_id: str) -> dict[str, Any]:
    """Return one line of the list; a run whose files are damaged does not hide the others."""
    workspace = open_run(run_id, runs)
    row = {"run": run_id, "status": "damaged", "task": None, "honest": None, "instruction": ""}
    try:
        row["instruction"] = workspace.read_record("run.json", keys=("instruction",))["instruction"]
        result = _result(workspace)
    except StoreError:
        return row
    task = result.get("task") or {}
    described = " of ".join(filter(None, [task.get("kind"), task.get("target")]))
    return row | {
        "status": result["status"],
        "task": described or None,
        "honest": result.get("honest"),
    }
