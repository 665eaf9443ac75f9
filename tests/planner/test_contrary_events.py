"""Who asks for the contrary of what a column says yes to, gets its *no* as the positive class."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.task_parser import parse_task

SHIPMENTS = make_profile(
    "shipments",
    900,
    {
        "weight_kg": "number 1 90 800",
        "OnTime_YN": "category N:300|Y:600",
        "carrier": "category a:300|b:300|c:300",
    },
)
SHIP = make_profile(
    "ship",
    900,
    {"Age": "number 1 90 80", "Fare": "number 1 90 80", "Survived": "category 0:550|1:350"},
)
STUDENTS = make_profile(
    "students", 900, {"Age": "number 1 90 80", "TuitionPaid": "category N:200|Y:700"}
)
LOANS = make_profile("贷款", 900, {"金额": "number 1 90 80", "是否还款": "category 否:200|是:700"})
MATCHES = make_profile(
    "比赛", 900, {"射门": "number 1 90 80", "是否获胜": "category 否:200|是:700"}
)
FLIGHTS = make_profile(
    "航班", 900, {"距离": "number 1 90 80", "是否准点": "category 否:200|是:700"}
)


@pytest.mark.parametrize(
    ("table", "words", "positive"),
    [
        (SHIPMENTS, "Which shipments will be late?", "N"),
        (SHIPMENTS, "Late delivery prediction, F1", "N"),
        (SHIPMENTS, "Which shipments will be on time?", "Y"),
        (SHIPMENTS, "Predict OnTime_YN", "Y"),
        (SHIPMENTS, "OnTime_YN please. A late parcel that we miss costs 40, a false alarm 3.", "N"),
        (SHIP, "Who died?", 0),
        (SHIP, "Who survived?", 1),
        (SHIP, "谁遇难了？", 0),
        (SHIP, "Who did not survive?", 0),
        (STUDENTS, "Who has not paid their tuition?", "N"),
        (STUDENTS, "Who has paid their tuition?", "Y"),
        (STUDENTS, "Predict TuitionPaid and do not use Age", "Y"),
        (LOANS, "哪些人不会还款？", "否"),
        (LOANS, "会不会还款？", "是"),
        (LOANS, "预测有没有还款", "是"),
        (LOANS, "能不能还款，不要用金额", "是"),
        (FLIGHTS, "哪些航班会延误？", "否"),
        (FLIGHTS, "预测是否准点", "是"),
        (MATCHES, "预测是否获胜，输出概率", "是"),
        (MATCHES, "哪些队会输球？预测是否获胜", "否"),
        (FLIGHTS, "预测是否准点，延迟低于5毫秒", "是"),
        (FLIGHTS, "哪些航班会延误超过30分钟？", "否"),
        (SHIPMENTS, "Predict OnTime_YN, I look at it later", "Y"),
    ],
)
def test_the_positive_class_is_what_is_asked_for(
    table: object, words: str, positive: object
) -> None:
    assert parse_task(words, table).positive_class == positive  # type: ignore[arg-type]


def test_costs_follow_the_event_that_they_speak_of() -> None:
    task = parse_task(
        "Predict OnTime_YN. A late parcel that we miss costs 40, a false alarm 4.", SHIPMENTS
    )
    assert (task.positive_class, task.costs) == ("N", {"fn": 40.0, "fp": 4.0})


@pytest.mark.parametrize(
    ("words", "positive"),
    [("找出不推荐的顾客", 0), ("不愿意推荐的有哪些", 0), ("推不推荐？", 1), ("会不会推荐", 1)],
)
def test_a_negated_word_asks_for_the_no_and_a_choice_of_both_does_not(
    words: str, positive: int
) -> None:
    columns = {"Age": "number 1 90 80", "Recommended IND": "integer 0:200|1:700"}
    task = parse_task(words, make_profile("reviews", 900, columns))
    assert (task.target, task.positive_class) == ("Recommended IND", positive)


@pytest.mark.parametrize(
    ("words", "positive"),
    [
        ("找出 OnTime_YN 等于 N 的订单", "N"),
        ("Catch the late ones, so the event is OnTime_YN = N.", "N"),
        ("Predict when OnTime_YN is Y.", "Y"),
        ("OnTime_YN is N or Y, predict it", "Y"),
    ],
)
def test_a_level_that_is_stated_of_the_column_is_the_event(words: str, positive: str) -> None:
    task = parse_task(words, SHIPMENTS)
    assert (task.target, task.positive_class) == ("OnTime_YN", positive)
