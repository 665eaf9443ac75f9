"""Adjectives after *how*, values said in the other language, and what may cost what it wants."""

from __future__ import annotations

from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task


def table(**columns: str) -> Profile:
    return make_profile("t", 900, columns)


METRO = table(
    station="category A:300|B:300|C:300",
    crowd_lvl="category low:300|mid:300|high:300",
    entry_cnt="integer 0 900 800",
    shift="category day:500|night:400",
    opex_cost="number 1 900 800",
    day="date 2021-01-01 2023-12-30",
)
NO_CROWD = table(station="category A:300|B:300|C:300", entry_cnt="integer 0 900 800")
SHOP = table(
    order_no="id",
    dealer_id="integer 1 90 90",
    qty="integer 1 30 29",
    deliv_days="integer 1 40 39",
    disc_pct="number 0 70 60",
    rev_score="integer 1 5 5",
    returned="boolean no:800|yes:100",
    is_fraud="boolean no:850|yes:50",
    cb_flg="boolean no:870|yes:30",
    country="category US:500|GB:400",
)
MARKS = table(
    exam_dt="date 2019-01-10 2023-06-20",
    mid_sc="number 0 100 101",
    fin_sc="number 0 100 101",
    grade="category A:300|B:300|C:300",
)


def read(words: str, profile: Profile) -> dict[str, Any]:
    return dict(parse_task(words, profile).to_json())


def test_the_adjective_after_how_is_asked_for_and_not_the_thing() -> None:
    assert read("How crowded is the station?", METRO)["target"] == "crowd_lvl"


def test_where_no_column_is_the_adjective_the_thing_is_not_taken_for_it() -> None:
    with pytest.raises(TargetError):
        parse_task("How crowded is the station?", NO_CROWD)


def test_after_an_adjective_of_degree_the_noun_is_asked_for() -> None:
    assert read("How high is the entry count?", METRO)["target"] == "entry_cnt"


@pytest.mark.parametrize("words", ["是白班还是夜班？", "day shift or night shift?"])
def test_two_values_are_known_in_the_other_language(words: str) -> None:
    assert read(words, METRO)["target"] == "shift"


@pytest.mark.parametrize(
    "words",
    [
        "predict entry_cnt, cost does not matter",
        "predict entry_cnt; costs are no object",
        "预测 entry_cnt，成本无所谓",
    ],
)
def test_what_may_be_spent_leaves_no_column_out(words: str) -> None:
    task = read(words, METRO)
    assert (task["target"], task["exclude"]) == ("entry_cnt", [])


def test_a_named_cost_that_does_not_matter_is_left_out() -> None:
    task = read("predict entry_cnt, the opex cost does not matter", METRO)
    assert task["exclude"] == ["opex_cost"]


def test_earlier_data_for_later_values_is_a_split_by_time() -> None:
    task = read("用以前的数据预测以后的期末成绩", MARKS)
    assert (task["target"], task["time_column"]) == ("fin_sc", "exam_dt")


def test_the_first_part_of_a_compound_tells_columns_apart() -> None:
    task = read("预测期末成绩，不用期中成绩", MARKS)
    assert (task["target"], task["exclude"]) == ("fin_sc", ["mid_sc"])


def test_a_number_of_days_is_no_quantity_of_goods() -> None:
    assert read("predict the number of days until delivery", SHOP)["target"] == "deliv_days"


def test_no_thing_of_one_group_in_both_halves() -> None:
    task = read("Predict returned; no order of one dealer in both halves", SHOP)
    assert task["group_column"] == "dealer_id"


def test_never_with_leaves_out() -> None:
    assert read("Predict fraud but never with the country", SHOP)["exclude"] == ["country"]


def test_a_chargeback_is_read_from_its_initials() -> None:
    assert read("Predict chargebacks", SHOP)["target"] == "cb_flg"


def test_a_light_word_is_enough_to_leave_a_column_out_and_a_percentage_is_no_rating() -> None:
    task = read("预测 returned，去掉评分", SHOP)
    assert task["exclude"] == ["rev_score"]
