"""Splits by time that are told by what happens, or over whole numbers that count time."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.planner.task_parser import parse_task

CARS = make_profile(
    "二手车",
    8000,
    {
        "上牌日期": "date 2005-01-01 2020-01-01",
        "成交日期": "date 2019-01-01 2023-01-01",
        "里程": "number 0 300000 5000",
        "售价": "number 1 100 900",
    },
)
CLAIMS = make_profile(
    "claims",
    5000,
    {
        "licence_date": "date 1970-01-01 2018-02-22",
        "incident_date": "date 2019-01-01 2022-02-22",
        "damage": "number 0 90000 3000",
        "is_fraud": "category 0:4700|1:300",
    },
)


def league(**more: str) -> Profile:
    return make_profile(
        "league", 9000, {"club": "category A:5|B:4", "goals": "number 0 9 60"} | more
    )


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("用先成交的车训练，后成交的车测试，预测售价", "成交日期"),
        ("预测售价，早上牌的训练，晚上牌的测试", "上牌日期"),
        ("预测售价，早成交的拿来训练，晚成交的拿来验证", "成交日期"),
    ],
)
def test_the_date_is_told_by_what_happens(words: str, column: str) -> None:
    task = parse_task(words, CARS)
    assert (task.target, task.time_column) == ("售价", column)


@pytest.mark.parametrize(
    "words",
    [
        "用较早发生的事故训练、较晚发生的事故测试，预测是否欺诈",
        "Train on what happened earlier and test on what happened later: which are fraudulent?",
    ],
)
def test_what_happens_is_an_incident(words: str) -> None:
    task = parse_task(words, CLAIMS)
    assert (task.target, task.time_column) == ("is_fraud", "incident_date")


@pytest.mark.parametrize("name", ["season", "period", "quarter", "week"])
def test_a_whole_number_may_count_time(name: str) -> None:
    words = f"Predict goals, trained on the earlier {name}s and tested on the most recent ones"
    assert parse_task(words, league(**{name: "integer 1997 2023 27"})).time_column == name


def test_years_are_preferred_to_months() -> None:
    table = league(month="integer 1 12 12", year="integer 1999 2023 25")
    task = parse_task("Predict goals, train on old games and test on new ones", table)
    assert task.time_column == "year"


@pytest.mark.parametrize(
    "words", ["keep the time order when splitting", "without looking into the future"]
)
def test_other_words_for_a_split_by_time(words: str) -> None:
    task = parse_task(f"predict goals, {words}", league(day="date 2019-01-01 2022-02-22"))
    assert (task.target, task.time_column) == ("goals", "day")


def test_a_request_after_the_split_is_not_swallowed() -> None:
    task = parse_task("先预测售价，然后训练一个好模型，最后测试", CARS)
    assert (task.target, task.time_column) == ("售价", None)


def test_a_year_up_to_which_is_trained() -> None:
    table = league(year="integer 1999 2023 25")
    task = parse_task("predict goals using the data up to 2015 for training", table)
    assert (task.target, task.time_column) == ("goals", "year")
