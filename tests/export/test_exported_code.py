"""A run's model as code: the same predictions, from the raw file, without this package."""

from __future__ import annotations

import ast
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.export import export_code
from autoglm_agent.automl.export.check import check_code, difference
from autoglm_agent.automl.preparation.prepare import load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.study import Study
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings


def run_of(data: Path, words: str, runs: Path, **rest: Any) -> Workspace:
    settings = Settings(data=str(data), instruction=words, **rest)
    return Workspace(start_run(settings, runs=runs, memory=False)["paths"]["run"])


def messy(folder: Path, rows: int = 240, seed: int = 3) -> Path:
    """A table with every kind of column: gaps, dates, money, truth, text, and hostile names."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=rows)
    city = rng.choice(["Oslo", "Bergen", "NA-town", ""], rows)
    told = rng.choice(["late delivery again", "very happy with it", "cheap and good", "??"], rows)
    day = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D")
    made = np.where(size + (city == "Oslo") + rng.normal(size=rows) > 0.4, "yes", "no")
    frame = pd.DataFrame(
        {
            'size "in"': np.round(size, 3),
            "paid": [f"${v:,.2f}" for v in np.abs(size) * 2000 + 900],
            "city": city,
            "told": [f"{t} {i % 37} times" for i, t in enumerate(told)],
            "member": rng.choice(["true", "false"], rows),
            "since": day.strftime("%d.%m.%Y"),
            "shop": rng.integers(0, 30, rows),
            "bought": made,
        }
    )
    frame.loc[::17, 'size "in"'] = np.nan
    path = folder / "orders.csv"
    frame.to_csv(path, index=False, sep=";")
    return path


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("orders")
    return run_of(messy(folder), "Predict bought", folder / "runs", trials=6)


def test_the_script_gives_the_same_predictions_without_this_package(orders: Workspace) -> None:
    assert check_code(orders, export_code(orders)) < 1e-9


def test_a_run_that_the_clock_ended_gives_the_same(tmp_path: Path) -> None:
    run = run_of(messy(tmp_path), "Predict bought", tmp_path / "runs", time_budget=8.0)
    assert check_code(run, export_code(run)) < 1e-9


def test_the_script_imports_nothing_of_ours_and_says_so_by_its_syntax_tree(
    orders: Workspace,
) -> None:
    modules = {
        name
        for node in ast.walk(ast.parse(export_code(orders)))
        for name in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not [m for m in modules if m.startswith("autoglm")]
    assert {m.split(".")[0] for m in modules} - set(sys.stdlib_module_names) <= {
        "numpy", "pandas", "scipy", "sklearn", "lightgbm", "catboost", "threadpoolctl",
    }  # fmt: skip


def test_the_script_passes_ruff(orders: Workspace, tmp_path: Path) -> None:
    script = tmp_path / "model.py"
    script.write_text(export_code(orders), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "100",
         "--select", "E,F,W,I,UP,B", str(script)],
        capture_output=True, text=True,
    )  # fmt: skip
    if "No module named ruff" in done.stderr:
        pytest.skip("ruff is not installed beside this Python")
    assert done.returncode == 0, done.stdout


def test_new_rows_are_predicted_whatever_other_columns_they_have(
    orders: Workspace, tmp_path: Path
) -> None:
    from autoglm_agent.automl.predict import predict_file

    table = Path(orders.read_json("run.json")["data"])
    new = pd.read_csv(table, sep=";").drop(columns="bought").iloc[::-3].assign(more="x")
    new.to_csv(tmp_path / "new.csv", index=False, sep=";")
    script = tmp_path / "model.py"
    script.write_text(export_code(orders), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-I", str(script), str(table), "--predict", str(tmp_path / "new.csv"),
         "--out", str(tmp_path / "out.csv")],
        check=True, cwd=tmp_path,
    )  # fmt: skip
    wanted = predict_file(orders, str(tmp_path / "new.csv"))
    assert difference(wanted, pd.read_csv(tmp_path / "out.csv")) < 1e-9


@pytest.mark.parametrize("slots", [{}, {"group_column": "shop"}], ids=["exchangeable", "groups"])
def test_a_repetition_has_the_folds_that_the_search_gave_it(
    slots: dict[str, Any], tmp_path: Path
) -> None:
    run = run_of(messy(tmp_path), "Predict bought", tmp_path / "runs", trials=1, slots=slots)
    search = run.read_json("searches", run.read_json("result.json")["model"]["id"], "search.json")
    prepared = load_prepared(run, search["prepared"])
    study = Study.of(
        prepared.X, prepared.y, prepared.problem, prepared.folds, kinds=prepared.kinds,
        exchangeable=prepared.plan.oob_allowed, weight=None, seed=prepared.seed, threads=1,
        interpretable=False,
    )  # fmt: skip
    (tmp_path / "model.py").write_text(export_code(run), encoding="utf-8")
    script = runpy.run_path(str(tmp_path / "model.py"), run_name="model")
    again = script["repeat"](prepared.y, prepared.folds, 2)
    assert np.array_equal(again, study.split(2))
    assert np.array_equal(again, prepared.folds) == bool(slots)


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("Predict the paid amount with a model I can explain", {}),
        ("Predict bought", {"time_column": "since"}),
        pytest.param("Predict bought", {"group_column": "shop"}, marks=pytest.mark.slow),
        pytest.param("Predict city", {}, marks=pytest.mark.slow),
    ],
    ids=["refit_on_all_rows", "blocks_in_time", "groups", "several_classes"],
)
@pytest.mark.slow
def test_other_splits_and_kinds_give_the_same(
    words: str, slots: dict[str, Any], tmp_path: Path
) -> None:
    run = run_of(messy(tmp_path), words, tmp_path / "runs", trials=2, slots=slots)
    assert check_code(run, export_code(run)) < 1e-9


def test_a_run_without_a_target_is_refused(tmp_path: Path) -> None:
    run = run_of(messy(tmp_path), "Find groups of similar orders", tmp_path / "runs", trials=1)
    with pytest.raises(InputError, match=r"no model|no target"):
        export_code(run)


def test_a_run_that_an_earlier_version_recorded_less_of_is_refused(
    orders: Workspace, tmp_path: Path
) -> None:
    shutil.copytree(orders.path, tmp_path / "run")
    copy = Workspace(tmp_path / "run")
    place = ("searches", copy.read_json("result.json")["model"]["id"], "search.json")
    search = copy.read_json(*place)
    for candidate in search["candidates"]:
        for info in candidate["params"].get("fitted", []):
            info.pop("seed", None)
    copy.write_json(search, *place)
    with pytest.raises(InputError, match="not recorded by an earlier version"):
        export_code(copy)


def test_a_table_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = messy(tmp_path)
    run = run_of(path, "Predict bought", tmp_path / "runs", trials=1)
    path.write_text(path.read_text("utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="changed since the run"):
        export_code(run)


def test_a_difference_is_found() -> None:
    one = pd.DataFrame({"prediction": ["a", "b"], "probability_a": [0.5, 0.25]})
    assert difference(one, one) == 0.0
    assert difference(one, one.assign(probability_a=[0.5, 0.2500001])) > 1e-9
    assert difference(one, one.assign(prediction=["a", "a"])) == float("inf")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "words"), [("titanic", "Predict Survived"), ("wine_white", "Predict quality")]
)
def test_real_tables_give_the_same(
    table: str, words: str, shared_data: Path, tmp_path: Path
) -> None:
    run = run_of(shared_data / f"{table}.csv", words, tmp_path, trials=4)
    assert check_code(run, export_code(run)) < 1e-9


def test_code_prints_or_writes_and_checks(
    orders: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import json

    from autoglm_agent.cli.main import main

    out = tmp_path / "model.py"
    given = ["autoglm", "code", orders.path.name, "--runs", str(orders.path.parent)]
    monkeypatch.setattr(sys, "argv", [*given, "--out", str(out), "--json"])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 0
    assert json.loads(capsys.readouterr().out)["lines"] == out.read_text("utf-8").count("\n")
    assert out.read_text("utf-8") == export_code(orders)
