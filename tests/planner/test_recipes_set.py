"""What a recipe sets, who overrules it, and what a wrong file is answered."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from planner_tables import make_profile

from autoglm_agent.chain import Task
from autoglm_agent.cli.main import main
from autoglm_agent.errors import InputError
from autoglm_agent.planner.paradigms import told, with_recipe
from autoglm_agent.planner.task_parser import parse_task

CLIENTS = make_profile(
    "clients", 900,
    {"tenure": "integer 0 72 73", "joined": "date 2020-01-01 2023-12-31",
     "fee": "number 1 99 400", "churn": "boolean no:700|yes:200"},
)  # fmt: skip
OWN = """\
name: gym
title: Gym members who quit
kinds: [binary]
words: [gym, gymnasium]
costs: {fn: 12, fp: 1}
split: time
checks: [V17]
advice: Watch the season.
"""


def read(words: str, choice: str | None = None) -> tuple[Task, str]:
    task, gate = with_recipe(parse_task(words, CLIENTS), words, CLIENTS, choice)
    return task, told(gate, task)


def own(folder: Path, text: str = OWN, name: str = "gym.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_recipe_that_words_alone_speak_for_is_told_and_sets_nothing() -> None:
    task, line = read("Predict churn")
    assert task.metric is None
    assert line.startswith("recipe: churn ")
    assert "--recipe churn" in line


def test_a_chosen_recipe_sets_the_metric_that_nobody_named_and_says_so() -> None:
    task, line = read("Predict churn", "churn")
    assert task.metric == "average_precision"
    assert task.evidence["metric"].source == "recipe"
    assert line.startswith("recipe: churn ")
    assert "metric = average_precision" in line


def test_what_the_words_say_is_never_changed() -> None:
    assert read("Predict churn, AUC", "churn")[0].metric == "roc_auc"
    costs = read("Predict churn. A miss costs 5 times a false alarm.", "churn")[0]
    assert costs.metric is None
    assert read("Predict churn", "none")[0].metric is None


def test_where_nothing_speaks_for_a_recipe_nothing_is_set() -> None:
    task, line = read("Predict fee")
    assert task.metric is None
    assert "general way" in line


def test_a_file_of_the_user_sets_costs_and_a_split_by_its_one_date(tmp_path: Path) -> None:
    task, line = read("Predict churn", own(tmp_path))
    assert task.costs == {"fn": 12, "fp": 1}
    assert task.time_column == "joined"
    assert line.startswith("recipe: gym (Gym members who quit: you chose it.)")
    grouped = read("Predict churn, F1", own(tmp_path))[0]
    assert grouped.costs is None
    assert grouped.metric == "f1"


def test_a_folder_joins_the_library_and_its_recipe_must_win_by_its_words(tmp_path: Path) -> None:
    own(tmp_path)
    assert read("Predict fee", str(tmp_path))[0].metric is None
    task, line = read("Will a member of the gym churn? A gym in a gymnasium.", str(tmp_path))
    assert "neither is taken" in line or task.evidence.keys() & {"costs", "metric"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: gym\ntitle: [", "cannot be read"),
        ("name: gym\ntitle: x\nkinds: [poem]", "kinds.0"),
        (OWN + "metric: {binary: rmse}\n", "rmse is no metric of binary"),
        (OWN.replace("fp: 1", "fp: 0"), "above 0"),
        (OWN + "surprise: 1\n", "surprise"),
        ("!!python/object/apply:os.system ['true']", "cannot be read"),
        (OWN.replace("name: gym", "name: pool"), "calls itself 'pool'"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read("Predict churn", own(tmp_path, text))
    assert "gym.yaml" in caught.value.problem
    assert words in caught.value.problem


def test_a_recipe_for_another_kind_of_task_is_refused() -> None:
    with pytest.raises(InputError, match="this is a binary task"):
        read("Predict churn", "price")
    with pytest.raises(InputError, match="no recipe 'chrun'"):
        read("Predict churn", "chrun")


def test_the_command_ends_with_2_on_a_bad_recipe_and_shows_what_a_good_one_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "clients.csv"
    rows = "".join(f"{i % 9},{i % 7},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(80))
    data.write_text("tenure,fee,churn\n" + rows, encoding="utf-8")

    def call(*more: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["autoglm", "plan", str(data), "Predict churn", *more])
        with pytest.raises(SystemExit) as ending:
            main()
        return int(ending.value.code or 0), *capsys.readouterr()

    code, _, err = call("--recipe", own(tmp_path, "name: gym\ntitle: [", "bad.yaml"))
    assert code == 2
    assert "bad.yaml" in err
    code, out, _ = call("--recipe", "churn")
    assert code == 0
    assert "metric: average_precision (recipe churn)" in out
    assert json.loads(call("--json")[1])["metric"] is None
    assert json.loads(call("--json", "--recipe", "churn")[1])["metric"] == "average_precision"
