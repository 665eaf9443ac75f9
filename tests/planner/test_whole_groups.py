"""Whole groups on one side of the split, in the turns that people have for it."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.task_parser import parse_task

ACCIDENTS = make_profile(
    "accidents",
    5000,
    {
        "Driver_ID": "integer 1 3000 2500",
        "Year": "integer 1999 2021 23",
        "Severity": "category Slight:3000|Serious:1500|Fatal:500",
        "Cost": "number 0 90000 3000",
    },
)
CARS = make_profile(
    "二手车",
    8000,
    {
        "车主编号": "integer 1 6000 6000",
        "品牌": "category 大众:3000|丰田:3000|宝马:2000",
        "售价": "number 1 100 900",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "without putting the same driver into train and test",
        "for drivers that the model has not seen",
        "evaluate on new drivers only",
        "and split so that a driver's rows are not divided",
        "and split at the level of the driver",
        "with the driver as the group",
        "GroupKFold on driver",
        "so that no driver occurs in training and in test",
        "where train and test share no drivers",
        "and each driver's records should be only in one of the two sets",
        "so that it works for unseen drivers",
        "with driver-wise cross validation",
        "avoid leakage between rows of the same driver",
    ],
)
def test_turns_that_name_the_groups(words: str) -> None:
    task = parse_task(f"Predict the severity, {words}", ACCIDENTS)
    assert (task.target, task.group_column) == ("Severity", "Driver_ID")
    assert not task.exclude
    assert task.time_column is None


@pytest.mark.parametrize(
    "words",
    [
        "每位车主的数据要么全在训练集，要么全在测试集",
        "把车主作为分组",
        "要能用在新车主身上",
        "训练集和测试集的车主要完全不同",
    ],
)
def test_chinese_turns_that_name_the_groups(words: str) -> None:
    task = parse_task(f"预测售价，{words}", CARS)
    assert (task.target, task.group_column) == ("售价", "车主编号")


def test_new_rows_are_no_groups() -> None:
    task = parse_task("Predict the severity, train on old rows and test on new rows", ACCIDENTS)
    assert (task.time_column, task.group_column) == ("Year", None)


@pytest.mark.parametrize(
    "words",
    [
        "Predict the severity but keep all accidents of one driver on the same side of the split.",
        "Predict the severity and keep all accidents of one driver on one side of the split",
        "How severe is it? Make sure the same driver never appears in both train and test data.",
    ],
)
def test_the_goal_before_the_groups_stays_and_make_sure_names_no_make(words: str) -> None:
    columns = {**{"make": "category Ford:2000|Fiat:3000"}, **{
        "Driver_ID": "integer 1 3000 2500",
        "Severity": "category Slight:3000|Serious:1500|Fatal:500",
    }}  # fmt: skip
    task = parse_task(words, make_profile("accidents", 5000, columns))
    assert (task.target, task.group_column) == ("Severity", "Driver_ID")
