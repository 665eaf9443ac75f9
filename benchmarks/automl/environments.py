"""One virtual environment a peer, made on first use: peers pin each other's libraries away."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

PACKAGES: dict[str, list[list[str]]] = {
    "boosting": [["pandas", "scikit-learn", "lightgbm", "catboost", "optuna"]],
    "flaml": [["flaml[automl]", "catboost"]],
    "autogluon": [
        ["torch==2.13.0"],
        ["torch==2.13.0", "autogluon.tabular[lightgbm,catboost,xgboost,fastai]"],
    ],
}
"""What each environment holds, in the order in which pip is asked."""


def python_of(name: str, cache: Path) -> str:
    """Return the interpreter of an environment, made if it is not there whole.

    Args:
        name: A key of `PACKAGES`, or empty for the environment of this program.
        cache: Folder of the environments.

    Raises:
        subprocess.CalledProcessError: If pip fails.
    """
    if not name:
        return sys.executable
    folder = cache / "environments" / name
    python, whole = folder / "bin" / "python", folder / "whole"
    if not whole.exists():
        print(f"making the environment {name} in {folder}", flush=True)
        venv.create(folder, with_pip=True)
        for packages in PACKAGES[name]:
            subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=True)
        whole.touch()
    return str(python)


def frozen(name: str, cache: Path) -> str:
    """Return the installed versions of an environment, as `pip freeze` prints them."""
    command = [python_of(name, cache), "-m", "pip", "freeze"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
