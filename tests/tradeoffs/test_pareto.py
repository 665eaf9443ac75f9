"""Quality, speed and size of the trained models, and the weights that choose among them."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from feedback.customers import customers_file
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.automl.run.workspace import Workspace, list_runs, open_run
from autoglm_agent.automl.tradeoffs import pareto, read_weights, write_weights
from autoglm_agent.automl.tradeoffs.desirability import falling, front, rising, utility
from autoglm_agent.cli.main import main
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings

points = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=12)


@given(points)
def test_no_point_of_the_front_is_beaten_and_every_other_is(found: list[tuple[int, ...]]) -> None:
    kept = front(found)
    assert any(kept)
    for one, on in zip(found, kept, strict=True):
        beaten = any(
            all(b >= a for a, b in zip(one, two, strict=True)) and one != two for two in found
        )
        assert on != beaten


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=8))
def test_desirabilities_keep_the_order_and_stay_within_their_scale(values: list[float]) -> None:
    for made, sign in ((rising(values, min(values)), 1), (falling(values), -1)):
        assert all(0 < d <= 1 for d in made)
        ordered = sorted(zip(values, made, strict=True), key=lambda pair: sign * pair[0])
        assert all(a[1] <= b[1] for a, b in pairwise(ordered))


def test_the_utility_is_the_weighted_geometric_mean() -> None:
    told = utility({"quality": 1.0, "speed": 0.25}, {"quality": 1.0, "speed": 1.0})
    assert told == pytest.approx(0.5)
    assert utility({"quality": 1.0, "speed": 0.25}, {"quality": 1.0, "speed": 0.0}) == 1.0


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    settings = Settings(data=str(customers_file(folder)), instruction="Predict churn", trials=5)
    start_run(settings, runs=folder / "runs", memory=False)
    return folder / "runs"


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(finished, tmp_path / "runs")
    return open_run(list_runs(tmp_path / "runs")[0], tmp_path / "runs")


def test_new_weights_choose_another_model_and_train_nothing(run: Workspace) -> None:
    trials = sorted(p.name for p in run.file("trials", "x").parent.iterdir())
    first = pareto(run)
    write_weights(run, {"quality": 0.0, "speed": 1.0, "memory": 0.0})
    second = pareto(run)
    fastest = min(second["models"], key=lambda m: m["latency_ms"])
    assert second["chosen"] == fastest["id"] != first["chosen"] or first["chosen"] == fastest["id"]
    assert second["models"][0]["latency_ms"] <= first["models"][0]["latency_ms"]
    assert sorted(p.name for p in run.file("trials", "x").parent.iterdir()) == trials
    assert {m["id"] for m in first["models"]} == {m["id"] for m in second["models"]}
    assert [m for m in first["models"] if m["front"]]


def test_every_trained_model_is_weighed_with_its_speed_and_size(run: Workspace) -> None:
    told = pareto(run)
    names = {m["name"] for m in told["models"]}
    assert {"blend", "lightgbm", "linear"} <= names
    for model in told["models"]:
        assert model["latency_ms"] > 0
        assert model["rows_per_s"] > 0
        assert model["size_mb"] > 0
    blend = next(m for m in told["models"] if m["name"] == "blend")
    parts = [m for m in told["models"] if m["name"] != "blend"]
    assert blend["size_mb"] <= sum(m["size_mb"] for m in parts) * 1.01


def test_seconds_and_memory_of_each_step_are_told(run: Workspace) -> None:
    steps = pareto(run)["steps"]
    assert [s["tool"] for s in steps][:4] == [
        "profile_data", "plan_task", "prepare_data", "train_models",
    ]  # fmt: skip
    assert all(s["seconds"] >= 0 and s["memory_mb"] > 50 and s["grown_mb"] >= 0 for s in steps)


@pytest.mark.parametrize("wrong", [{"beauty": 1.0}, {"speed": -1.0}, {"speed": float("inf")}])
def test_weights_that_mean_nothing_are_refused(run: Workspace, wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        write_weights(run, wrong)
    assert not run.has("weights.json")


def command(patch: pytest.MonkeyPatch, capture: Any, *words: str) -> str:
    patch.setattr(sys, "argv", ["autoglm", *words])
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 0
    return str(capture.readouterr().out)


def test_the_command_keeps_weights_and_the_report_draws_the_front(
    run: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given_ = ["pareto", run.path.name, "--runs", str(run.path.parent)]
    told = json.loads(command(monkeypatch, capsys, *given_, "--weight", "speed=9", "--json"))
    assert told["weights"]["speed"] == 9 == read_weights(run)["speed"]
    assert "Quality and speed" in run.file("report.html").read_text("utf-8")
    assert "With these weights" in command(monkeypatch, capsys, *given_)


def test_feedback_about_what_matters_changes_the_weights(
    run: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["feedback", run.path.name, "speed matters more than accuracy"]
    out = command(monkeypatch, capsys, *words, "--runs", str(run.path.parent))
    assert "Nothing was trained" in out
    assert read_weights(run)["speed"] == 2.0
