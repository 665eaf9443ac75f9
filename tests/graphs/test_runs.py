"""Whole runs, small: from a sentence and a table to a result, in this process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_blobs

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError, RunActiveError, RunNotFoundError
from autoglm_graphs.automl import create_automl_agent
from autoglm_graphs.lease import lease
from autoglm_graphs.runs import resume_run, start_run
from autoglm_graphs.settings import Settings

WORDS = "Predict the diagnosis"


def settings(data: Path, words: str = WORDS, **rest: Any) -> Settings:
    return Settings(**{"data": str(data), "instruction": words, "trials": 2, **rest})


def run(data: Path, home: Path, words: str = WORDS, **rest: Any) -> dict[str, Any]:
    return start_run(settings(data, words), runs=home, memory=False, **rest)


@pytest.fixture(scope="module")
def clean(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A finished run on a clean table."""
    return run(tumours, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def leaky(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A finished run on a table with a copy, a near-copy and repeated rows."""
    frame = pd.read_csv(tumours)
    generator = np.random.default_rng(0)
    malignant = (frame["diagnosis"] == "malignant").to_numpy()
    frame["ward code"] = np.where(malignant, "K2", "K9")
    flipped = generator.random(len(frame)) < 0.02
    frame["follow up"] = np.where(flipped, ~malignant, malignant).astype(int)
    repeated = pd.concat([frame, frame.sample(120, random_state=1)], ignore_index=True)
    folder = tmp_path_factory.mktemp("leaky")
    repeated.sample(frac=1, random_state=2).to_csv(folder / "leaky.csv", index=False)
    return run(folder / "leaky.csv", folder / "runs")


def test_a_clean_table_ends_verified_and_no_check_fails(clean: dict[str, Any]) -> None:
    assert clean["status"] == "verified"
    assert clean["backtracks"] == []
    assert {c["status"] for c in clean["checks"]} <= {"pass", "warn", "na"}
    assert clean["honest"]["low"] <= clean["honest"]["value"] <= clean["honest"]["high"]


def test_the_first_checks_are_all_there(clean: dict[str, Any]) -> None:
    made = {c["check"] for c in clean["checks"]}
    assert {"V01", "V03", "V04", "V08", "V10", "V15", "V30", "V32", "V39"} <= made


def test_the_holdout_is_read_once(clean: dict[str, Any]) -> None:
    readings = list(Workspace(clean["paths"]["run"]).lines("vault", "readings.jsonl"))
    assert len(readings) == 1


def test_planted_leaks_are_caught_and_healed_by_going_back(leaky: dict[str, Any]) -> None:
    assert leaky["status"] == "verified"
    told = {b["check"]: b for b in leaky["backtracks"]}
    assert set(told["V10"]["remedy"]["args"]["drop_columns"]) == {"ward code", "follow up"}
    assert told["V15"]["remedy"]["args"] == {"group_duplicates": True}
    assert {b["blame"] for b in leaky["backtracks"]} == {"prepare_data"}


def test_the_report_tells_the_leaks(leaky: dict[str, Any]) -> None:
    page = Path(leaky["paths"]["report"]).read_text(encoding="utf-8")
    assert "ward code" in page
    assert "follow up" in page
    assert "V15" in page


def test_every_number_of_the_result_is_in_the_ledger(clean: dict[str, Any]) -> None:
    from autoglm_agent.automl.run.ledger import Ledger

    ledger = Ledger(Workspace(clean["paths"]["run"])).latest()
    honest = clean["honest"]
    entry = ledger[f"holdout.{honest['metric']}"]
    assert (entry.value, entry.low, entry.high) == (honest["value"], honest["low"], honest["high"])


def test_a_target_of_noise_ends_unverified_before_the_vault_is_opened(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(300, 4)), columns=list("abcd"))
    frame["bought"] = generator.permutation(["yes", "no"] * 150)
    frame.to_csv(tmp_path / "noise.csv", index=False)
    found = run(tmp_path / "noise.csv", tmp_path / "runs", "Predict `bought`")
    assert found["status"] == "unverified"
    assert found["honest"] is None
    assert found["message"]
    assert not list(Workspace(found["paths"]["run"]).lines("vault", "readings.jsonl"))
    assert Path(found["paths"]["report"]).exists()


def test_an_unclear_target_ends_with_candidates_and_never_takes_the_last_column(
    tumours: Path, tmp_path: Path
) -> None:
    found = run(tumours, tmp_path, "Predict the stock price of the company")
    assert found["status"] == "failed"
    assert found["error"]["type"] == "TargetError"
    assert found["error"]["candidates"]


@pytest.mark.slow
def test_a_person_who_is_there_is_asked_for_the_target(tumours: Path, tmp_path: Path) -> None:
    questions: list[dict[str, Any]] = []

    def answer(question: dict[str, Any]) -> str:
        questions.append(question)
        return "diagnosis"

    found = run(tumours, tmp_path, "Predict the stock price of the company", ask=answer)
    assert len(questions) == 1
    assert found["status"] == "verified"
    assert found["task"]["target"] == "diagnosis"


def test_waiting_for_an_answer_does_not_use_up_the_time(
    tumours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clocks = {"time": time.time, "monotonic": time.monotonic}

    def answer(question: dict[str, Any]) -> str:
        for name, clock in clocks.items():  # the person comes back an hour later
            monkeypatch.setattr(time, name, lambda clock=clock: clock() + 3600.0)
        return "diagnosis"

    asked = settings(
        tumours, "Predict the stock price of the company", time_budget=12.0, trials=None
    )
    found = start_run(asked, runs=tmp_path, memory=False, ask=answer)
    assert found["timings"]["total"] < 60.0
    trained = Workspace(found["paths"]["run"]).read_json(
        "searches", found["model"]["id"], "search.json"
    )
    assert trained["budget_s"] > 0.2


@pytest.mark.parametrize("words", ["hello", "Predict which customers churn"])
def test_a_request_without_a_table_is_told_what_is_missing(words: str, tmp_path: Path) -> None:
    agent = create_automl_agent(runs=tmp_path, memory=False)
    result = agent.invoke({"messages": [("user", words)]})
    assert result["structured_response"]["status"] == "failed"
    assert "No table was read" in result["messages"][-1].text
    assert "Data: churn.csv" in result["messages"][-1].text


def test_a_model_that_is_not_there_leaves_no_run_behind(tumours: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model 'nobody'"):
        start_run(settings(tumours), runs=tmp_path, model="nobody", memory=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("limit", [{"time_budget": 0.0}, {"time_budget": -3.0}, {"trials": 0}])
def test_limits_that_are_not_positive_are_refused(limit: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="Give a positive one"):
        create_automl_agent(**limit)


def test_only_profiling_trains_nothing(tumours: Path, tmp_path: Path) -> None:
    found = run(tumours, tmp_path, "Only profile the data.")
    assert found["status"] == "verified"
    assert found["model"] is None
    assert not (Path(found["paths"]["run"]) / "trials").exists()


@pytest.mark.parametrize(
    ("words", "kind"),
    [("Group the customers into segments.", "clustering"), ("Any strange rows?", "anomaly")],
)
def test_groups_and_anomalies_are_found_without_a_target(
    words: str, kind: str, tmp_path: Path
) -> None:
    points, _ = make_blobs(n_samples=240, centers=3, n_features=4, random_state=0)
    frame = pd.DataFrame(points, columns=["spend", "visits", "age", "basket"])
    frame.loc[0] = [90.0, -90.0, 90.0, -90.0]
    frame.to_csv(tmp_path / "people.csv", index=False)
    found = run(tmp_path / "people.csv", tmp_path / "runs", words)
    assert found["status"] == "verified"
    assert found["task"]["kind"] == kind
    assert Path(found["paths"]["report"]).exists()


def test_a_finished_run_that_is_resumed_gives_its_result_again(clean: dict[str, Any]) -> None:
    home = Path(clean["paths"]["run"]).parent
    assert resume_run(clean["run"], runs=home) == clean


def test_a_run_that_another_process_holds_is_refused(clean: dict[str, Any]) -> None:
    folder = Path(clean["paths"]["run"])
    with lease(Workspace(folder)), pytest.raises(RunActiveError, match="active in process"):
        resume_run(clean["run"], runs=folder.parent)


def test_an_unknown_run_names_the_known_ones(clean: dict[str, Any]) -> None:
    with pytest.raises(RunNotFoundError, match=clean["run"]):
        resume_run("nothing", runs=Path(clean["paths"]["run"]).parent)


def test_progress_is_told_while_it_happens(tumours: Path, tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    run(tumours, tmp_path, listener=events.append)
    names = [e["event"] for e in events]
    assert names[0] == "run.started"
    assert names[-1] == "run.concluded"
    assert {"tool.started", "trial.started", "trial.done", "checks.done"} <= set(names)


@pytest.mark.slow
def test_a_verified_run_is_remembered_and_recalled(tumours: Path, tmp_path: Path) -> None:
    events: list[dict[str, Any]] = []
    for _ in range(2):
        start_run(settings(tumours), runs=tmp_path, memory=True, listener=events.append)
    assert [e["found"] for e in events if e["event"] == "recall"] == [0, 1]
