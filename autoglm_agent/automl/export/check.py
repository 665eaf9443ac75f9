"""Does the script do what the model does: run it apart from this package and compare."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from autoglm_agent.automl.predict import predict_file
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import AutoGLMError

ALONE = """\
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("autoglm"):
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script in a process that cannot import this package."""


def check_code(workspace: Workspace, code: str, *, timeout: float | None = None) -> float:
    """Run a script on the run's table and return how far its predictions are from the model's.

    Args:
        workspace: The run's folder.
        code: From `export_code`.
        timeout: Seconds after which the script is stopped.

    Returns:
        The greatest absolute difference of a probability or number, relative to the greatest
        magnitude where that is above 1; infinity if a label differs.

    Raises:
        AutoGLMError: If the script fails.
    """
    table = str(workspace.read_record("run.json", keys=("data",))["data"])
    with tempfile.TemporaryDirectory(prefix="autoglm-code-") as folder:
        script, out = Path(folder) / "model.py", Path(folder) / "predictions.csv"
        script.write_text(code, encoding="utf-8")
        command = [sys.executable, "-I", "-c", ALONE, str(script), table, "--out", str(out)]
        try:
            done = subprocess.run(  # noqa: S603 - our own script, in isolated mode
                command, capture_output=True, text=True, timeout=timeout, cwd=folder, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise AutoGLMError(
                f"The script took longer than {timeout:g} s.", "Check it without a time limit."
            ) from error
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or ["no message"]
            raise AutoGLMError(
                f"The script ended with code {done.returncode}: {last[0][:300]}",
                "Write it with `autoglm code RUN --out model.py` and run it to see where.",
            )
        return difference(predict_file(workspace, table), pd.read_csv(out))


def difference(wanted: pd.DataFrame, found: pd.DataFrame) -> float:
    """Return how far two tables of predictions are apart, as `check_code` does."""
    worst = 0.0
    for name in wanted.columns:
        one, two = wanted[name], found[name]
        if pd.api.types.is_float_dtype(one):
            a, b = one.to_numpy(dtype=np.float64), two.to_numpy(dtype=np.float64)
            worst = max(worst, float(np.abs(a - b).max() / max(1.0, np.abs(a).max())))
        elif not (one.astype(str).to_numpy() == two.astype(str).to_numpy()).all():
            return float("inf")
    return worst
