"""Columns that an instruction leaves out."""

from __future__ import annotations

import pytest
from planner_tables import make_profile, parse

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task

BOOKINGS = make_profile(
    "bookings",
    400,
    {
        "is_canceled": "boolean 0:300|1:100",
        "lead_time": "integer 0 400 300",
        "adults": "integer 1 4 4",
        "Open": "boolean 0:90|1:310",
        "Store": "integer 1 1115 350",
        "name": "text",
        "listings_count": "integer 1 9 9",
    },
)


@pytest.mark.parametrize(
    ("instruction", "excluded"),
    [
        ("Predict y, age must not be used", ["age"]),
        ("Leave job, age and balance out and predict y", ["age", "balance", "job"]),
        ("预测 y，年龄和职业不参与建模", ["age", "job"]),
        ("Predict y. duration is only known afterwards, drop it.", ["duration"]),
        ("Predict y. Calls may not show up twice.", []),
    ],
)
def test_exclusions_may_be_said_after_the_column(instruction: str, excluded: list[str]) -> None:
    task = parse("bank", instruction)
    assert (task.target, sorted(task.exclude)) == ("y", excluded)


def test_an_excluded_thing_that_is_no_column_is_named_with_near_columns() -> None:
    with pytest.raises(InputError, match="genders"):
        parse("adult", "predict income without genderss")
    with pytest.raises(InputError, match="religion"):
        parse("adult", "predict income without religion")


@pytest.mark.parametrize(
    "words",
    ["without deep learning", "don't use neural networks", "without overfitting", "no jargon"],
)
def test_things_that_are_no_columns_by_nature_are_not_complained_about(words: str) -> None:
    assert parse("adult", f"predict income {words}").exclude == ()


def test_a_target_that_is_to_be_left_out_as_well_is_a_contradiction() -> None:
    with pytest.raises(InputError, match="left out as well"):
        parse("telco", "predict churn without Churn")
    with pytest.raises(InputError, match="既要预测"):
        parse("telco", "目标列：Churn；禁止使用的列：Churn、gender。")


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        ("预测 is_canceled，不要用房源名称", ("name",)),
        ("Predict adults but keep the flags Store, Open and lead_time out of it",
         ("Store", "Open", "lead_time")),
        ("预测 is_canceled。Store 和 listings_count 只是编号，别拿来训练。",
         ("Store", "listings_count")),
        ("目标列：is_canceled；禁止使用的列：name、Store。", ("name", "Store")),
        ("预测 adults；不参与建模的字段是 name 和 Store，用 MAE 评估", ("name", "Store")),
        ("Target: is_canceled. Columns to exclude: name, Store and Open.",
         ("name", "Store", "Open")),
        ("Predict adults. Compliance forbids Store and name as inputs.", ("Store", "name")),
        ("预测 adults，不要提前天数", ("lead_time",)),
        ("target 是 adults，把 Store 和 name 两列 drop 掉再训练", ("Store", "name")),
        ("Predict adults. The flags Store, Open and lead_time give the answer away, so leave them "
         "out.", ("Store", "Open", "lead_time")),
        ("Is it lead_time, drop, name, or something else that matters for is_canceled?", ()),
        ("对 adults 做回归，Store 和 Open 这两列别碰", ("Store", "Open")),
        ("Predict is_canceled. The lead_time is unknown by then, so it can't be an input.",
         ("lead_time",)),
    ],
)  # fmt: skip
def test_what_a_list_is_called_and_what_is_told_of_it_does_not_hide_its_items(
    words: str, left_out: tuple[str, ...]
) -> None:
    assert parse_task(words, BOOKINGS).exclude == left_out


def test_of_two_things_numbered_the_second_is_not_taken_for_the_first() -> None:
    loans = make_profile(
        "loans",
        300,
        {"LoanNo": "id", "officer_id": "integer 1 40 40", "amount": "number 1 900 290"},
    )
    with pytest.raises(InputError, match="信贷员编号"):
        parse_task("预测 amount，不要用贷款编号和信贷员编号。", loans)


def test_what_is_known_too_late_is_the_column_and_not_the_clause() -> None:
    goods = make_profile(
        "goods", 300, {"是否售出": "boolean 是:100|否:200", "成交天数": "integer 1 90 80"}
    )
    task = parse_task("能不能卖出去？AUC，成交天数是卖出后才知道的", goods)
    assert (task.target, task.exclude) == ("是否售出", ("成交天数",))
