"""The notebook runs from its first cell to its last."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "examples" / "first_look.ipynb"


def test_the_notebook_is_kept_without_outputs() -> None:
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [cell for cell in told["cells"] if cell["cell_type"] == "code"]
    assert len(cells) >= 5
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)


@pytest.mark.slow
@pytest.mark.enable_socket
def test_every_cell_runs_and_rich_results_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    roots = [str(ROOT / root) for root in (".", "graphs", "tools")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(roots))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=280, kernel_name="python3").execute()
    shown: list[dict[str, Any]] = [
        output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    pages = [data["text/html"] for data in shown if "text/html" in data]
    assert any("<iframe" in page and "ROC AUC" in page for page in pages)
    assert any("AutoMLClassifier" in page for page in pages)
    assert "('verified', '3 * 17 = 51', 1)" in [data.get("text/plain") for data in shown]
