"""`autoglm run` with another backend or another search engine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.cli.exporting import form_of
from autoglm_agent.cli.main import main


def _run(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["autoglm", "run", *arguments])
    with pytest.raises(SystemExit) as ending:
        main()
    out, err = capsys.readouterr()
    return int(ending.value.code or 0), out, err


@pytest.mark.parametrize(
    ("option", "value", "remedy"),
    [("--backend", "spark", "threads, loky, ray"), ("--search", "genetic", "tpe, gp, semantic")],
)
def test_a_name_that_is_none_is_refused_before_anything_is_read(
    monkeypatch, capsys, tumours, tmp_path, option, value, remedy
):
    given = [str(tumours), "Predict the diagnosis", "--runs", str(tmp_path), option, value]
    code, _, err = _run(monkeypatch, capsys, *given)
    assert code == 2
    assert value in err
    assert remedy in err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_processes_and_an_engine_give_the_run_that_threads_give(
    monkeypatch, capsys, tumours: Path, tmp_path: Path
):
    found: list[dict[str, Any]] = []
    for backend in ("threads", "loky"):
        code, out, _ = _run(
            monkeypatch, capsys, str(tumours), "Predict the diagnosis", "--trials", "20",
            "--search", "random", "--backend", backend, "--no-memory", "--json",
            "--runs", str(tmp_path / backend),
        )  # fmt: skip
        assert code == 0
        found.append(json.loads(out))
    assert found[0]["honest"] == found[1]["honest"]
    assert found[0]["model"]["id"] == found[1]["model"]["id"]
    (search,) = (tmp_path / "loky").glob("*/searches/*/search.json")
    told = json.loads(search.read_text())["candidates"]
    assert {c["proposer"] for c in told} == {"portfolio", "random"}
    (events,) = (tmp_path / "loky").glob("*/events.jsonl")
    assert "proposed by random" in events.read_text()
    (report,) = (tmp_path / "loky").glob("*/report.html")
    assert "_random1" in report.read_text()


@pytest.mark.parametrize(
    ("form", "out", "written"),
    [
        (None, None, "onnx"),
        (None, "m.skops", "skops"),
        (None, "m.PY", "code"),
        (None, "m.bin", "onnx"),
        ("onnx", "m.skops", "onnx"),
    ],
)
def test_the_ending_of_the_file_tells_the_format_of_an_export(form, out, written) -> None:
    assert form_of(form, out) == written
