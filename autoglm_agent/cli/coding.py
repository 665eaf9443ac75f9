"""`code`: a run's model as a script."""

from __future__ import annotations

import sys
from typing import Any

from autoglm_agent.automl.run.workspace import open_run
from autoglm_agent.cli.console import Exit, print_json
from autoglm_agent.outfile import write_out

SAME = 1e-9
"""Predictions that are closer than this are the same."""


def code(run_id: str, *, out: str | None, check: bool, runs: str | None, as_json: bool) -> None:
    """Write the script to a file or the standard output; exit 1 if a check finds a difference."""
    from autoglm_agent.automl.export import export_code
    from autoglm_agent.automl.export.check import check_code

    workspace = open_run(run_id, runs)
    text = export_code(workspace)
    told: dict[str, Any] = {"run": run_id, "out": out, "lines": text.count("\n")}
    if check:
        told["difference"] = check_code(workspace, text)
        told["same"] = told["difference"] < SAME
    if out:
        write_out(out, text.encode())
    if as_json:
        print_json(told if out else {**told, "code": text})
    elif not out:
        print(text, end="")
    if check and not as_json:
        print(
            f"The script's predictions differ from the model's by {told['difference']:.1e}.",
            file=sys.stderr,
        )
    raise Exit(0 if told.get("same", True) else 1)
