"""The target that an instruction describes, where several columns could be meant."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from planner_tables import make_profile, tables

from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.task_parser import parse_task

HOTELS = make_profile(
    "hotels",
    400,
    {
        "is_canceled": "boolean 0:300|1:100",
        "previous_cancellations": "integer 0 12 9",
        "lead_time": "integer 0 400 300",
        "adults": "integer 1 4 4",
        "stays_in_week_nights": "integer 0 9 10",
        "Time": "text",
        "Open": "boolean 0:90|1:310",
        "Store": "integer 1 1115 350",
        "StoreType": "category a:200|b:20|c:60|d:120",
        "name": "text",
        "listings_count": "integer 1 9 9",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Will this booking be cancelled?", "is_canceled"),
        ("How many times did the guest cancel before?", "previous_cancellations"),
        ("How many days in advance do guests book?", "lead_time"),
        ("客人会提前多少天预订？", "lead_time"),
    ],
)
def test_what_is_said_of_the_past_tells_columns_apart(words: str, target: str) -> None:
    assert parse_task(words, HOTELS).target == target


def test_a_yes_or_no_of_the_past_is_not_meant_by_a_question_of_what_will_be() -> None:
    columns = {"is_canceled": "boolean 0:300|1:100", "previous_cancellations": "integer 0:380|1:20"}
    assert parse_task(
        "Will this booking be cancelled?", make_profile("b", 400, columns)
    ).target == ("is_canceled")


def test_whether_is_asked_of_what_is_yes_or_no_and_not_of_whose_it_is() -> None:
    assert parse_task("预测店铺当天是否营业", tables()["rossmann_2"]).target == "Open"


def test_how_many_of_what_the_table_lacks_is_no_question_of_whose() -> None:
    with pytest.raises(InputError, match="No column"):
        parse_task("How many stars will the guest give in the review?", HOTELS)


MARKET = make_profile(
    "market",
    300,
    {
        "4225": "number 0 90000 290",
        "Total Volume": "number 0 90000 299",
        "2019": "number 0 10 90",
        "月租金": "number 1 90 90",
        "时间": "integer 1 3 3",
        "market_segment": "category a:100|b:100|c:100",
    },
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("预测编号 4225 的牛油果的销量", {"target": "4225"}),
        ("Predict the total volume of 2019", {"target": "Total Volume"}),
        ("客人属于哪个细分市场？", {"target": "market_segment", "kind": "multiclass"}),
        ("把客户细分成三类", {"target": None, "kind": "clustering"}),
        ("预测月租金，按 时间 split", {"target": "月租金", "time_column": "时间"}),
    ],
)
def test_a_number_a_segment_and_a_time_are_the_columns_so_called(
    words: str, expected: dict[str, Any]
) -> None:
    task = parse_task(words, MARKET)
    assert {slot: getattr(task, slot) for slot in expected} == expected


def test_a_y_beside_an_x_is_a_place_and_not_what_is_predicted() -> None:
    places = {"X": "number 0 9 90", "Y": "number 0 9 90", "label": "number 0 9 90"}
    with pytest.raises(TargetError):
        parse_task(
            "根据观察记录推断毛色", make_profile("t", 90, {"X": places["X"], "Y": places["Y"]})
        )
    assert parse_task("训练一个模型", make_profile("t", 90, places)).target == "label"


def test_which_thing_is_asked_is_no_question_of_how_long() -> None:
    stays = make_profile(
        "stays",
        900,
        {"length_of_stay": "integer 1 96 71", "payer": "category A:500|B:300|C:100"},
    )
    with contextlib.suppress(TargetError):
        assert parse_task("Which scheme covers the stay?", stays).target == "payer"


@pytest.mark.parametrize(
    ("words", "columns", "target"),
    [
        ("estimate the volume weighted average price", {"Volume": "integer 1 90 90"}, "VWAP"),
        ("From one row tell me the rating: 4+, 9+, 12+ or 17+",
         {"cont_rating": "category 4+:30|9+:30|12+:20|17+:10"}, "cont_rating"),
        ("未来三天的振动值会怎么走？", {"vibration": "number 0 9 90"}, "vibration"),
        ("总共能来多少观众？", {"平均票价": "number 0 9 90"}, None),
        ("想估一估平均每场能来多少观众", {"平均票价": "number 0 9 90"}, None),
    ],
)  # fmt: skip
def test_initials_marked_levels_and_measures_name_a_column_and_ways_to_reckon_do_not(
    words: str, columns: dict[str, str], target: str | None
) -> None:
    prices = {
        "VWAP": "number 1 90 90",
        "场次": "integer 1 90 90",
        "类型": "category a:50|b:20|c:20",
    }
    profile = make_profile("t", 90, {**prices, **columns})
    if target is not None:
        assert parse_task(words, profile).target == target
        return
    with contextlib.suppress(TargetError):
        assert parse_task(words, profile).target != "平均票价"


def test_which_thing_was_there_when_something_happened_asks_for_no_event() -> None:
    machines = {"machine_status": "integer 0:50|1:30|2:10", "vibration": "number 0 9 90"}
    with pytest.raises(TargetError):
        parse_task(
            "I'd like to know which operator was on shift when the machine stopped.",
            make_profile("t", 90, machines),
        )


PUMPS = make_profile(
    "incidents",
    900,
    {
        "FirstPump_AttendanceTime": "integer 1 900 600",
        "SecondPump_AttendanceTime": "integer 1 900 600",
        "StopCodeDescription": "category AFA:500|Fire:300|Other:100",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Estimate the attendance time of the first pump", "FirstPump_AttendanceTime"),
        ("Estimate the attendance time of the second pump", "SecondPump_AttendanceTime"),
        ("How many seconds until the first fire engine gets there?", "FirstPump_AttendanceTime"),
        ("What will the stop code description be?", "StopCodeDescription"),
    ],
)
def test_the_first_is_not_the_second_and_a_description_may_be_a_column(
    words: str, target: str
) -> None:
    assert parse_task(words, PUMPS).target == target


@pytest.mark.parametrize(
    ("words", "columns", "target"),
    [
        ("Predict 立定跳远 的成绩", {"立定跳远": "integer 85 276 170", "总分": "number 1 99 80"},
         "立定跳远"),
        ("肿瘤大概有多大？", {"Age": "integer 30 69 40", "Tumor Size": "integer 1 140 110"},
         "Tumor Size"),
        ("is the tumour progesterone receptor positive",
         {"Estrogen Status": "category Positive:80|Negative:10",
          "Progesterone Status": "category Positive:70|Negative:20"}, "Progesterone Status"),
        ("病人是从急诊、门诊还是别的地方来的",
         {"入院途径": "category 门诊:50|急诊:30|转入:10", "科别": "category 内科:60|外科:30"},
         "入院途径"),
        ("每套房每月的租金是多少", {"成交价": "number 62 4700 80", "关注人数": "integer 1 90 80"},
         None),
        ("Did we pay for advertising this post or not?",
         {"Post Month": "integer 1 40 40", "Post Hour": "integer 1 60 60"}, None),
    ],
)  # fmt: skip
def test_what_is_said_besides_tells_columns_apart_or_that_none_is_meant(
    words: str, columns: dict[str, str], target: str | None
) -> None:
    profile = make_profile("t", 90, columns)
    if target is None:
        with pytest.raises(TargetError):
            parse_task(words, profile)
        return
    assert parse_task(words, profile).target == target
