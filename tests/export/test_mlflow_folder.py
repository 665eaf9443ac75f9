"""`autoglm export --format mlflow`: loaded by MLflow itself where it is installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.automl.export.mlflow_folder import export_mlflow
from autoglm_agent.automl.export.wished import check_export
from autoglm_agent.automl.predict import predict_file
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.cli.main import main
from autoglm_agent.errors import InputError, MissingExtraError
from tests.export.test_exported_code import messy, run_of


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("orders")
    return run_of(messy(folder), "Predict bought, without told", folder / "runs", trials=2)


def test_without_mlflow_the_extra_is_named(
    orders: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[mlflow\]"):
        check_export("mlflow")  # what `autoglm run --export mlflow` asks before it trains
    with pytest.raises(MissingExtraError, match=r"autoglm-agent\[mlflow\]"):
        export_mlflow(orders, tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_mlflow_loads_the_folder_and_it_answers_as_the_run_does(
    orders: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    import mlflow.pyfunc

    out = tmp_path / "m"
    command = ["autoglm", "export", orders.path.name, "--runs", str(orders.path.parent)]
    monkeypatch.setattr(sys, "argv", [*command, "--format", "mlflow", "--out", str(out), "--json"])
    with pytest.raises(SystemExit) as ending:
        main()
    told = json.loads(capsys.readouterr().out)
    assert (ending.value.code or 0, told["same"]) == (0, True)
    assert not [p for p in out.rglob("*") if p.suffix in (".pkl", ".pickle")]
    from autoglm_agent.automl.onnx.exporting import loaded

    _, rows = loaded(orders)
    again = mlflow.pyfunc.load_model(str(out)).predict(rows)
    source = tmp_path / "rows.parquet"
    rows.to_parquet(source)
    assert again["prediction"].tolist() == predict_file(orders, str(source))["prediction"].tolist()
    with pytest.raises(InputError, match="is there already"):
        export_mlflow(orders, out)
