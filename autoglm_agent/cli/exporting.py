"""`export`: a run's model as a file for other programs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from autoglm_agent.automl.export.wished import FORMATS
from autoglm_agent.automl.run.workspace import open_run
from autoglm_agent.cli.console import Exit, print_json
from autoglm_agent.errors import InputError
from autoglm_agent.outfile import write_out

_BY_ENDING = {".py": "code", ".skops": "skops"}


def form_of(form: str | None, out: str | None) -> str:
    """Return the format that was asked for, else the one that the file's name ends in, or ONNX."""
    return form or _BY_ENDING.get(Path(out or "").suffix.lower(), "onnx")


def export(
    run_id: str, *, form: str | None, out: str | None, runs: str | None, as_json: bool
) -> None:
    """Write the model in a format; exit 1 if it does not answer as the original does."""
    workspace = open_run(run_id, runs)
    form = form_of(form, out)
    if form not in FORMATS:
        raise InputError(f"There is no format {form!r}.", f"Choose one of {', '.join(FORMATS)}.")
    if form == "code":
        from autoglm_agent.cli.coding import code

        code(run_id, out=out or "model.py", check=True, runs=runs, as_json=as_json)
        return
    path = Path(out or f"model.{form}")
    told = {"onnx": _onnx, "skops": _skops, "mlflow": _mlflow}[form](workspace, path)
    if as_json:
        print_json(told)
    else:
        print(told["text"])
    raise Exit(0 if told["same"] else 1)


def _onnx(workspace: Any, path: Path) -> dict[str, Any]:
    from autoglm_agent.automl.onnx.exporting import export_onnx

    made = export_onnx(workspace, path)
    lines = [
        f"{path} ({made.size / 1e6:.2f} MB) reads {len(made.inputs)} columns.",
        f"On {made.rows} training rows it gives the label of the original in "
        f"{made.same_labels:.2%}; probabilities or numbers differ by at most {made.gap:.1e}.",
        f"One row takes {made.latency_ms:.3g} ms; the original takes {made.original_ms:.3g} ms.",
    ]
    if made.lettered:
        names = ", ".join(map(repr, made.lettered))
        lines.append(f"Values of {names} that training did not hold are only approximated.")
    if not made.parity:
        lines.append("It does NOT answer as the original does.")
    return {**asdict(made), "same": made.parity, "text": "\n".join(lines)}


def _skops(workspace: Any, path: Path) -> dict[str, Any]:
    from autoglm_agent.automl.onnx.exporting import loaded

    loaded(workspace)  # says what is wrong before anything is written
    model_id = workspace.read_record("result.json")["model"]["id"]
    manifest = workspace.read_json("models", model_id, "manifest.json")
    data = workspace.read_bytes(
        "models", model_id, "model.skops", sha256=manifest["files"]["model.skops"]
    )
    write_out(path, data)
    text = f"{path} ({len(data) / 1e6:.2f} MB) is the model of this run, byte for byte."
    return {"path": str(path), "size": len(data), "same": True, "text": text}


def _mlflow(workspace: Any, path: Path) -> dict[str, Any]:
    from autoglm_agent.automl.export.mlflow_folder import export_mlflow

    made = export_mlflow(workspace, path)
    how = "as the original does" if made.same else "NOT as the original does"
    text = f"{path} is a folder for MLflow; loaded by it, it answers {made.rows} rows {how}."
    return {**asdict(made), "text": text}
