"""The target that an instruction names: told, spelled, guessed at, missing."""

from __future__ import annotations

import pytest
from planner_tables import make_profile, parse, tables

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

TABLES = tables()


def test_a_named_target_with_foreign_qualifiers_is_refused_with_candidates() -> None:
    with pytest.raises(TargetError) as raised:
        parse("titanic", "predict the stock price of the shipping company")
    assert raised.value.candidates
    assert set(raised.value.candidates) <= set(TABLES["titanic"].names())
    assert parse("titanic", "predict the price of a ticket").target == "Fare"


def test_a_table_without_a_possible_target_names_no_candidates() -> None:
    profile = make_profile("one", 1, {"a": "constant 1:1"})
    with pytest.raises(TargetError, match="none of them can be a target") as raised:
        parse_task("predict churn", profile)
    assert raised.value.candidates == ()
    assert "several values" in raised.value.remedy


def test_a_metric_of_classes_speaks_against_a_quantity() -> None:
    columns = {"days_played": "integer 1 400 300", "churn_30d": "integer 0:200|1:200"}
    profile = make_profile("games", 400, columns)
    assert parse_task("players who stop playing; auc", profile).target == "churn_30d"


def test_the_last_column_is_never_a_guess() -> None:
    profile = make_profile(
        "t", 100, {"a1": "number 0 1 90", "b2": "number 0 1 90", "c3": "integer 0:50|1:50"}
    )
    with pytest.raises(TargetError):
        parse_task("build a classifier", profile)


def test_two_columns_joined_by_and_are_a_question() -> None:
    with pytest.raises(TargetError) as raised:
        parse("heart", "predict age and chol")
    assert set(raised.value.candidates) == {"age", "chol"}


@pytest.mark.parametrize(
    "instruction",
    [
        "Target: `Fare`. Predict what is paid for Survived",
        "target column = Fare",
        "目标列为 Fare",
        "Fare is the target",
    ],
)
def test_a_told_target_wins(instruction: str) -> None:
    assert parse("titanic", instruction).target == "Fare"


@pytest.mark.parametrize(
    "spelling",
    [
        "median house value",
        "MedianHouseValue",
        "median-house-values",
        "median_huose_value",
        '"Median House Value"',
    ],
)
def test_spelling_and_case_of_a_column_do_not_count(spelling: str) -> None:
    assert parse("california", f"predict {spelling}").target == "median_house_value"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("classify quality", "multiclass"),
        ("estimate the quality score", "regression"),
        ("predict quality, RMSE", "regression"),
        ("predict quality, log loss", "multiclass"),
    ],
)
def test_words_decide_between_classes_and_numbers(words: str, kind: str) -> None:
    assert parse("wine", words).kind == kind


def test_the_name_of_a_file_is_no_part_of_the_goal() -> None:
    task = parse("titanic", "Predict the fare in data/Survived_and_Age.csv")
    assert task.target == "Fare"
