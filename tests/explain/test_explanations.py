"""Explanations of the model and of single rows, against what is known of the data."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from feedback.customers import customers, customers_file

from autoglm_agent.automl.compare import compare_runs
from autoglm_agent.automl.explain.asked import explain_asked, explanation_of
from autoglm_agent.automl.explain.attributions import tree_attributions
from autoglm_agent.automl.explain.counterfactual import counterfactuals
from autoglm_agent.automl.explain.importance import FEWEST_ROWS, explain
from autoglm_agent.automl.explain.summary import plain_summary
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings
from benchmarks.explained import merit


def run_of(folder: Path, words: str = "Predict churn", **rest: Any) -> Workspace:
    settings = Settings(data=str(customers_file(folder)), instruction=words, trials=4, **rest)
    return Workspace(start_run(settings, runs=folder / "runs", memory=False)["paths"]["run"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return run_of(tmp_path_factory.mktemp("explained"))


@pytest.fixture(scope="module")
def parts(run: Workspace) -> tuple[FittedModel, Prepared]:
    search = run.read_json("searches", run.read_json("result.json")["model"]["id"], "search.json")
    return FittedModel.load(run, search["model"]), load_prepared(run, search["prepared"])


def test_the_shares_of_a_row_add_up_to_its_prediction(run: Workspace) -> None:
    found = explain_asked(run, 7)
    total = found["base"] + sum(part["share"] for part in found["parts"])
    assert total == pytest.approx(found["prediction"], abs=1e-9)
    strong = {part["column"] for part in found["parts"][:4]}
    assert strong & {"tenure", "monthly_charges", "contract"}


def test_exact_attributions_add_up_to_the_boosters_raw_prediction(
    parts: tuple[FittedModel, Prepared],
) -> None:
    model, prepared = parts
    boosted = [m for m in model.members if m.id.startswith("lightgbm")]
    found = tree_attributions(replace(model, members=boosted or model.members), prepared.X[:40])
    assert found is not None
    np.testing.assert_allclose(found.base + found.values.sum(axis=1), found.raw, rtol=0, atol=1e-6)
    by_column = np.abs(found.values).mean(axis=(0, 2))
    top = {found.columns[i] for i in np.argsort(-by_column)[:4]}
    assert top & {"tenure", "monthly_charges", "contract"}


def test_counterfactuals_flip_the_decision_and_change_only_what_may_change(
    parts: tuple[FittedModel, Prepared],
) -> None:
    model, prepared = parts
    flipped = 0
    for number in range(0, 60, 6):
        row = prepared.X.iloc[[number]]
        found = counterfactuals(model, prepared, row, fixed=["region"])
        assert not {"age", "gender", "region", "signup_date"} & set(found["changeable"])
        before = str(model.decide(model.predict(row))[0])
        assert str(found["label"]) == before
        for other in found["found"]:
            flipped += 1
            changed = row.copy()
            for step in other["changes"]:
                assert step["column"] in found["changeable"]
                assert step["to"] in prepared.X[step["column"]].tolist()
                changed[step["column"]] = [step["to"]]
                changed[step["column"]] = changed[step["column"]].astype(row[step["column"]].dtype)
            assert str(model.decide(model.predict(changed))[0]) == str(other["label"]) != before
            assert len(other["changes"]) <= 3
    assert flipped >= 5


def test_a_column_that_is_freed_may_change_and_an_unknown_one_is_refused(
    parts: tuple[FittedModel, Prepared],
) -> None:
    model, prepared = parts
    found = counterfactuals(model, prepared, prepared.X.iloc[[0]], free=["age"])
    assert "age" in found["changeable"]
    with pytest.raises(InputError, match="no column"):
        counterfactuals(model, prepared, prepared.X.iloc[[0]], fixed=["shoe"])


def test_density_is_a_distribution_over_the_grid(run: Workspace) -> None:
    effects = explanation_of(run)["effects"]
    assert effects
    for effect in effects:
        assert len(effect["density"]) == len(effect["grid"])
        assert 0 <= sum(effect["density"]) <= 1 + 1e-9


def test_a_slice_on_which_the_labels_are_noise_is_found(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    frame = customers(700)
    noisy = frame["region"] == "south"
    frame.loc[noisy, "churn"] = rng.choice(["Yes", "No"], int(noisy.sum()))
    frame.to_csv(tmp_path / "t.csv", index=False)
    settings = Settings(data=str(tmp_path / "t.csv"), instruction="Predict churn", trials=1)
    run = Workspace(start_run(settings, runs=tmp_path / "runs", memory=False)["paths"]["run"])
    slices = explanation_of(run)["slices"]
    assert ("region", "south") in {(s["column"], s["value"]) for s in slices}
    assert all(s["loss"] > s["others"] for s in slices)


def test_a_slow_model_is_explained_on_fewer_rows_in_the_same_time(
    parts: tuple[FittedModel, Prepared], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    model, prepared = parts
    plain, clock = FittedModel.predict, [0.0]

    def slow(self: FittedModel, X: Any) -> Any:
        clock[0] += 2e-4 * len(X)
        return plain(self, X)

    monkeypatch.setattr(FittedModel, "predict", slow)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    found = explain(Workspace(tmp_path), prepared, "m", search={"candidates": []}, model=model,
                    seconds=1.5 * 2e-4 * 200 * len(model.features))  # fmt: skip
    assert FEWEST_ROWS <= found["n"] < 160
    assert not found["not_measured"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_the_summary_is_in_the_ledger(run: Workspace, language: Any) -> None:
    found, result = explanation_of(run), run.read_json("result.json")
    lines = plain_summary(found, result, language=language)
    assert any("tenure" in line or "monthly_charges" in line for line in lines)
    known = set()
    for entry in Ledger(run).entries():
        for value in filter(lambda v: v is not None, (entry.value, entry.low, entry.high, entry.n)):
            known |= {f"{value:.4g}", f"{value:.6g}", f"{value:g}"}
    said = re.sub(r"\d{4}-\d{2}-\d{2}|95 ?%", "", " ".join(lines))
    slices = " ".join(str(s["value"]) for s in found["slices"])
    figures = re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?", said)
    assert figures
    assert not [f for f in figures if f not in known and f not in slices]


def test_the_summary_speaks_the_language(run: Workspace) -> None:
    found, result = explanation_of(run), run.read_json("result.json")
    assert "The prediction rests most on" in " ".join(plain_summary(found, result))
    assert "预测主要依据" in " ".join(plain_summary(found, result, language="zh"))


def test_without_the_top_five_columns_it_is_worse_than_without_five_by_chance(
    run: Workspace, parts: tuple[FittedModel, Prepared]
) -> None:
    _, prepared = parts
    order = [i["column"] for i in explanation_of(run)["importance"]]
    rng = np.random.default_rng(3)
    others = [merit(prepared, rng.permutation(order)[:5].tolist()) for _ in range(4)]
    assert merit(prepared, order[:5]) < np.mean(others)


def test_two_runs_are_compared_on_the_rows_that_both_held_out(
    run: Workspace, tmp_path: Path
) -> None:
    path = Path(run.read_json("run.json")["data"])
    settings = Settings(
        data=str(path), instruction="Predict churn", trials=1,
        slots={"exclude": ("tenure",)},
    )  # fmt: skip
    other = Workspace(start_run(settings, runs=tmp_path, memory=False)["paths"]["run"])
    told = compare_runs(run, other)
    assert told["columns"]["only_first"] == ["tenure"]
    assert told["difference"] is not None, told["why_not"]
    assert told["difference"]["value"] < 0
    assert told["difference"]["low"] <= told["difference"]["value"] <= told["difference"]["high"]
    assert "exclude" in told["asked"]
    same = compare_runs(run, run)
    assert same["difference"]["value"] == 0
    assert "no difference beyond chance" in same["text"]
    assert json.loads(json.dumps(told)) == told


def test_the_report_tells_it_in_plain_words_with_density_and_weak_spots(run: Workspace) -> None:
    from autoglm_agent.automl.report import build_report

    explanation = explanation_of(run)
    weak = {"column": "region", "value": "<b>south", "rows": 44, "loss": 0.9, "others": 0.3,
            "loss_name": "log-loss", "p": 1e-6}  # fmt: skip
    run.write_json({**explanation, "slices": [weak]}, "explain.json")
    try:
        page = build_report(run, status="verified").read_text("utf-8")
    finally:
        run.write_json(explanation, "explain.json")
    assert "In plain words" in page
    assert "The prediction rests most on" in page
    assert "of the rows</title>" in page
    assert "Where it fails" in page
    assert "&lt;b&gt;south" in page
    assert "<b>south" not in page


def printed(
    patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str]:
    import sys

    from autoglm_agent.cli.main import main

    patch.setattr(sys, "argv", ["autoglm", *words])
    with pytest.raises(SystemExit) as ending:
        main()
    return int(ending.value.code or 0), capture.readouterr().out


def test_the_command_explains_the_model_and_a_row_and_refuses_what_is_not_there(
    run: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["explain", run.path.name, "--runs", str(run.path.parent)]
    assert "rests most on" in printed(monkeypatch, capsys, *given)[1]
    assert "预测主要依据" in printed(monkeypatch, capsys, *given, "--lang", "zh")[1]
    told = json.loads(printed(monkeypatch, capsys, *given, "3", "--what-if", "--json")[1])
    assert told["row"] == 3
    assert "found" in told["counterfactuals"]
    assert "an average row has" in printed(monkeypatch, capsys, *given, "3")[1]
    assert printed(monkeypatch, capsys, *given, "99999")[0] == 2
    assert printed(monkeypatch, capsys, *given, "--lang", "fr")[0] == 2
    pair = ["compare", run.path.name, run.path.name, "--runs", str(run.path.parent)]
    assert "no difference beyond chance" in printed(monkeypatch, capsys, *pair)[1]
