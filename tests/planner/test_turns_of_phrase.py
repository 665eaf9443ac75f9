"""Turns of phrase that tell the column, whatever single words would suggest."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.degrees import nouns_of
from autoglm_agent.planner.task_parser import parse_task
from autoglm_agent.planner.text import stem

ACCIDENTS = make_profile(
    "accidents",
    5000,
    {
        "accident_type": "category Rear:1000|Side:3000|Head-on:1000",
        "accident_severity": "category Slight:3000|Serious:1500|Fatal:500",
        "road_length": "number 0 100 500",
        "total_claim_amount": "number 0 90000 3000",
        "is_fraud": "category 0:4700|1:300",
    },
)
UNITS = make_profile(
    "units",
    6000,
    {
        "Type": "category A:3000|B:2000|C:1000",
        "Defect Type": "category none:5000|crack:500|dent:500",
        "load": "number 0 200 300",
        "defective": "category 0:5000|1:1000",
    },
)
APPS = make_profile(
    "apps",
    4000,
    {
        "content_rating": "category Everyone:2000|Teen:1500|Mature:500",
        "vote_average": "number 1 5 40",
        "vote_count": "integer 0 100000 2000",
        "contract": "category 12 months:2000|24 months:2000",
        "profit": "number -5 90 900",
        "size_mb": "number 1 900 400",
    },
)


@pytest.mark.parametrize(
    ("adjective", "noun"),
    [
        ("severe", "severity"),
        ("accurate", "accuracy"),
        ("popular", "popularity"),
        ("thick", "thickness"),
        ("humid", "humidity"),
        ("viscous", "viscosity"),
        ("frequent", "frequency"),
        ("stable", "stability"),
        ("windy", "wind"),
        ("heavy", "weight"),
        ("old", "age"),
        ("profitable", "profit"),
    ],
)
def test_nouns_of_adjectives(adjective: str, noun: str) -> None:
    assert stem(noun) in nouns_of(adjective)


@pytest.mark.parametrize(
    ("table", "words", "target"),
    [
        (ACCIDENTS, "how severe is an accident", "accident_severity"),
        (ACCIDENTS, "How serious will the accident be?", "accident_severity"),
        (ACCIDENTS, "识别欺诈的理赔", "is_fraud"),
        (ACCIDENTS, "检测欺诈理赔", "is_fraud"),
        (ACCIDENTS, "How much will be paid out in total for a claim?", "total_claim_amount"),
        (APPS, "how profitable is an app", "profit"),
        (UNITS, "Which kind of defect is it?", "Defect Type"),
        (UNITS, "predict the type of defect, macro f1", "Defect Type"),
        (UNITS, "预测缺陷类型", "Defect Type"),
        (UNITS, "找出有缺陷的产品，用召回率", "defective"),
        (APPS, "Predict the average user rating, MAE.", "vote_average"),
        (APPS, "预测平均评分", "vote_average"),
        (APPS, "Is it a contract for 12 or for 24 months?", "contract"),
    ],
)
def test_turns_that_tell_the_column(table: Profile, words: str, target: str) -> None:
    assert parse_task(words, table).target == target


@pytest.mark.parametrize(
    ("table", "words", "target"),
    [
        (ACCIDENTS, "预测欺诈理赔的金额", "total_claim_amount"),
        (ACCIDENTS, "identify how much a fraudulent claim costs", "total_claim_amount"),
        (ACCIDENTS, "detect the accident type", "accident_type"),
        (ACCIDENTS, "how large is the claim", "total_claim_amount"),
        (UNITS, "what type of unit is it", "Type"),
        (APPS, "predict the content rating", "content_rating"),
    ],
)
def test_turns_that_ask_for_something_else(table: Profile, words: str, target: str) -> None:
    assert parse_task(words, table).target == target


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("estimate the tool ware in minutes, rmse", "Tool wear [min]"),
        ("predict the tool where", "Tool wear [min]"),
        ("predict the rode length", "Road length"),
    ],
)
def test_a_slip_that_makes_another_word(words: str, target: str) -> None:
    table = make_profile(
        "tools",
        900,
        {
            "Tool wear [min]": "number 0 200 300",
            "Road length": "number 0 20 30",
            "Failure": "category None:800|Tool Wear Failure:60|Power Failure:40",
        },
    )
    assert parse_task(words, table).target == target


@pytest.mark.parametrize(
    "words",
    ["Predict the weight of each mushroom in grams.", "预测蘑菇的大小（克）"],
)
def test_an_answer_in_units_is_a_number(words: str) -> None:
    table = make_profile(
        "mushrooms",
        900,
        {"gill-size": "category b:600|n:300", "odor": "category a:500|b:300|c:100"},
    )
    with pytest.raises(TargetError):
        parse_task(words, table)


MACHINES = make_profile(
    "machines",
    900,
    {
        "Failure Type": "category None:800|Heat:60|Power:40",
        "Machine failure": "category 0:800|1:100",
        "Belt length": "number 0 20 30",
        "Tool wear": "number 0 200 300",
        "Order Amount": "number 0 900 300",
        "Order Status": "category open:800|paid:100",
        "rating": "number 1 5 40",
        "rating_count": "integer 0 900 300",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("哪种故障", "Failure Type"),
        ("how worn is the tool", "Tool wear"),
        ("how large is the order", "Order Amount"),
        ("how long is the belt", "Belt length"),
        ("predict what users rate", "rating"),
        ("预测用户评分", "rating"),
    ],
)
def test_kinds_degrees_and_marks(words: str, target: str) -> None:
    assert parse_task(words, MACHINES).target == target


@pytest.mark.parametrize(
    "words", ["how long will the repair take", "how long does it last until an order is paid?"]
)
def test_how_long_something_takes_is_no_length_and_no_money(words: str) -> None:
    with pytest.raises(TargetError):
        parse_task(words, MACHINES)


@pytest.mark.parametrize(
    ("words", "target"), [("预测故障种类", "故障类型"), ("预测客户类型", "customer_type")]
)
def test_a_compound_names_the_sort_of_a_thing(words: str, target: str) -> None:
    table = make_profile(
        "cars",
        900,
        {
            "类型": "category 轿车:500|SUV:300|卡车:100",
            "故障类型": "category 发动机:30|电路:50|无:820",
            "market_segment": "category Online:500|Groups:300|Direct:100",
            "customer_type": "category Transient:500|Contract:300|Group:100",
        },
    )
    assert parse_task(words, table).target == target
