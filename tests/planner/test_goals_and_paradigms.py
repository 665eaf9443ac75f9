"""Recipes, the goal graph, and the plan that waits for a yes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from feedback.customers import customers_file

from autoglm_agent.automl.checks.registry import catalogue
from autoglm_agent.chain import Task
from autoglm_agent.cli.main import main
from autoglm_agent.errors import InputError
from autoglm_agent.planner.goals import goal_graph
from autoglm_agent.planner.paradigms import choose_paradigm, library

CASES = [
    ("Which customers will leave us?", Task(kind="binary", target="churn"), "churn"),
    ("预测客户流失", Task(kind="binary", target="Exited"), "churn"),
    ("Will the borrower default on the loan?", Task(kind="binary", target="default"), "credit"),
    ("Find card fraud", Task(kind="binary", target="is_fraud"), "fraud"),
    ("预测房价", Task(kind="regression", target="price"), "price"),
    ("Forecast how many units are sold", Task(kind="regression", target="units"), "demand"),
    ("Is the review positive?", Task(kind="binary", target="sentiment"), "sentiment"),
    ("Route tickets by topic", Task(kind="multiclass", target="category"), "topic"),
    ("Segment our customers", Task(kind="clustering"), "segmentation"),
    ("Find unusual payments", Task(kind="anomaly"), "anomaly"),
    ("Rank the leads", Task(kind="binary", target="converted"), "ranking"),
    ("预测病人的生存时间", Task(kind="regression", target="survival"), "survival"),
]


@pytest.mark.parametrize(("words", "task", "wanted"), CASES, ids=[c[2] + c[0] for c in CASES])
def test_words_and_target_choose_the_recipe(words: str, task: Task, wanted: str) -> None:
    gate = choose_paradigm(words, task)
    assert gate.chosen is not None, gate
    assert gate.chosen.name == wanted


@pytest.mark.parametrize(
    ("words", "task"),
    [
        ("Predict y", Task(kind="binary", target="y")),
        ("Predict quality", Task(kind="regression", target="quality")),
        ("Is it fraud or do they leave?", Task(kind="binary", target="label")),
    ],
)
def test_where_nothing_is_clear_no_recipe_is_taken(words: str, task: Task) -> None:
    assert choose_paradigm(words, task).chosen is None


def test_a_recipe_must_fit_the_kind_of_the_task() -> None:
    assert (
        choose_paradigm("customers who leave", Task(kind="regression", target="n")).chosen is None
    )


def test_every_recipe_names_checks_of_the_catalogue_and_metrics_of_its_kinds() -> None:
    from autoglm_agent.automl.scoring.metrics import metrics_for

    ids = {check.id for check in catalogue()}
    assert len(library()) == 12
    for recipe in library().values():
        assert set(recipe.checks) <= ids
        assert recipe.advice.endswith(".")
        for kind, metric in recipe.metric.items():
            assert kind in recipe.kinds
            if kind in ("binary", "multiclass", "regression"):
                assert metric in metrics_for(kind)


def test_a_user_adds_a_recipe_by_a_file_and_a_wrong_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"name": "wine", "title": "Wine", "kinds": ["regression"], "words": ["wine", "vintage"]}
    (tmp_path / "wine.json").write_text(json.dumps(own), encoding="utf-8")
    monkeypatch.setenv("AUTOGLM_PARADIGMS", str(tmp_path))
    gate = choose_paradigm("How good is the wine?", Task(kind="regression", target="quality"))
    assert gate.chosen is not None
    assert gate.chosen.name == "wine"
    (tmp_path / "bad.json").write_text('{"name": "bad", "title": "x", "kinds": ["poem"]}')
    with pytest.raises(InputError, match=r"bad\.json is no recipe: kinds"):
        library()


@pytest.mark.parametrize("kind", ["binary", "regression", "clustering", "profile"])
def test_goals_come_in_order_with_known_checks_and_shares_that_sum_to_one(kind: str) -> None:
    target = "y" if kind in ("binary", "regression") else None
    task = Task(kind=kind, target=target, time_budget_s=100.0)  # type: ignore[arg-type]
    goals = goal_graph(task, library()["churn"] if kind == "binary" else None)
    assert sum(goal.share for goal in goals) == pytest.approx(1.0)
    assert sum(goal.seconds or 0 for goal in goals) == pytest.approx(100.0)
    ids = {check.id for check in catalogue()} | {"V02"}
    seen: set[str] = set()
    for goal in goals:
        assert set(goal.needs) <= seen
        assert set(goal.checks) <= ids
        seen.add(goal.name)


def test_limits_of_the_task_add_their_checks() -> None:
    plain = {c for g in goal_graph(Task(kind="binary", target="y")) for c in g.checks}
    limited = Task(kind="binary", target="y", max_latency_ms=5.0, time_column="t")
    more = {c for g in goal_graph(limited) for c in g.checks}
    assert more - plain == {"V17", "V42"}


def ask(
    patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str], said: str, *words: str
) -> tuple[int, str, str]:
    patch.setattr(sys, "argv", ["autoglm", *words])
    patch.setattr(sys, "stdin", io.StringIO(said))
    with pytest.raises(SystemExit) as ending:
        main()
    return int(ending.value.code or 0), *capture.readouterr()


def test_the_plan_shows_the_words_behind_each_slot_and_the_goals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(customers_file(tmp_path))
    words = "Predict churn within 2 minutes"
    _, out, _ = ask(monkeypatch, capsys, "", "plan", data, words, "--goals")
    assert 'time_budget_s: 120.0 ("within 2 minutes")' in out
    assert "separated (10%, 12 s)" in out
    _, out, _ = ask(monkeypatch, capsys, "", "plan", data, words, "--goals", "--json")
    assert json.loads(out)["paradigm"]["name"] == "churn"


def test_a_plan_waits_takes_edits_and_starts_on_yes_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = str(customers_file(tmp_path))
    given = ["plan", data, "Predict churn", "--approve", "--runs", str(tmp_path / "runs"),
             "--trials", "1", "--json"]  # fmt: skip
    code, _, err = ask(monkeypatch, capsys, "no\n", *given)
    assert code == 0
    assert "Nothing was started" in err
    assert not (tmp_path / "runs").exists()
    said = "blue elephants\ndo not use zip code and judge by F1\nyes\n"
    _, out, err = ask(monkeypatch, capsys, said, *given)
    assert "cannot tell what to change" in err
    task = json.loads(out)["task"]
    assert task["metric"] == "f1"
    assert task["exclude"] == ["zip_code"]
    assert task["evidence"]["metric"]["source"] == "user"
