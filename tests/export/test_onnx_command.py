"""`autoglm export`: a run's model for other programs."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
import pytest

from autoglm_agent.automl.data.profile import Profile, typed_frame
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.onnx import writing
from autoglm_agent.automl.outside import load_outside
from autoglm_agent.automl.predict import predict_file
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.cli.main import main
from autoglm_tools import automl_tools
from tests.export.test_exported_code import messy, run_of


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("orders")
    words = "Predict bought, without told"
    return run_of(messy(folder), words, folder / "runs", trials=5)


@pytest.fixture
def export(
    orders: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    def command(*arguments: str) -> tuple[int, str, str]:
        run = ["autoglm", "export", orders.path.name, "--runs", str(orders.path.parent)]
        monkeypatch.setattr(sys, "argv", [*run, *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return int(ending.value.code or 0), out, err

    return command


def test_an_exported_run_predicts_without_this_package(export: Any, tmp_path: Path) -> None:
    path = tmp_path / "orders.onnx"
    code, out, _ = export("--out", str(path), "--json")
    told = json.loads(out)
    assert (code, told["same_labels"]) == (0, 1.0)
    assert told["gap"] < 1e-4
    assert told["size"] == path.stat().st_size
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    row = {
        'size "in"': np.array([[1.5]]),
        "paid": np.array([[1900.0]]),
        "city": np.array([["Oslo"]], dtype=object),
        "member": np.array([[1.0]]),
        "since": np.array([[(pd.Timestamp("2021-05-04") - pd.Timestamp(0)).days]], dtype=float),
        "shop": np.array([[7.0]]),
    }
    label, chances = session.run(None, {name: row[name] for name in told["inputs"]})
    assert label[0] in ("yes", "no")
    assert chances.sum() == pytest.approx(1.0)


def test_the_audit_reads_the_exported_file_as_the_run_reads_its_model(
    export: Any, orders: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "orders.onnx"
    assert export("--out", str(path))[0] == 0
    source = orders.path.parent.parent / "orders.csv"
    profile = Profile.from_json(orders.read_json("profile.json"))
    (manifest,) = orders.path.glob("models/*/manifest.json")
    problem = Problem.from_json(json.loads(manifest.read_text())["problem"])
    told = load_outside(path, problem)(typed_frame(read_table(source), profile))
    wanted = predict_file(orders, str(source))
    for index, label in enumerate(problem.classes):
        assert told[:, index] == pytest.approx(wanted[f"probability_{label}"], abs=1e-4)


def test_the_model_file_itself_can_be_had(export: Any, orders: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "orders.skops"
    code, out, _ = export("--format", "skops", "--out", str(path))
    assert code == 0
    assert "byte for byte" in out
    (kept,) = orders.path.glob("models/*/model.skops")
    assert path.read_bytes() == kept.read_bytes()


def test_an_agent_exports_with_a_tool(orders: Workspace) -> None:
    export_model = next(tool for tool in automl_tools(orders) if tool.name == "export_model")
    call = {"name": "export_model", "args": {}, "id": "1", "type": "tool_call"}
    told = export_model.invoke(call)
    assert "answers as the original does" in told.content
    assert told.artifact["parity"]
    assert Path(told.artifact["path"]).parent == orders.path


def test_a_file_that_answers_otherwise_is_told_and_ends_with_1(
    export: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = writing.written

    def turned(model: FittedModel) -> bytes:
        return plain(replace(model, threshold=1.0 - model.threshold / 2))

    monkeypatch.setattr(writing, "written", turned)
    code, out, _ = export("--out", str(tmp_path / "m.onnx"))
    assert code == 1
    assert "does NOT answer as the original" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--format", "pmml"], "no format 'pmml'"), (["--out", "/nowhere/m.onnx"], "Cannot write")],
    ids=["format", "place"],
)
def test_a_mistake_is_told_in_a_line(export: Any, arguments: list[str], said: str) -> None:
    code, _, err = export(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err
