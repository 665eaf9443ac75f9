"""Units said in words: the column whose name writes the unit is meant, and no other quantity."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

BEES = make_profile(
    "hives",
    4000,
    {
        "hive_id": "id",
        "frames": "integer 1 20 20",
        "mite_count": "integer 0 900 300",
        "honey_kg": "number 0 60 500",
        "moisture_pct": "number 10 30 200",
        "brood_temp_c": "number 20 40 200",
        "queen_age_months": "integer 0 60 60",
        "inspection_min": "integer 5 90 80",
    },
)
FERRIES = make_profile(
    "轮渡",
    5000,
    {
        "航线": "category 东:2000|西:3000",
        "上船人数": "integer 0 900 300",
        "下船人数": "integer 0 900 300",
        "误点分钟": "number 0 90 80",
    },
)
KENNELS = make_profile(
    "kennels",
    5000,
    {
        "age_days": "integer 0 5000 900",
        "breed": "category a:2000|b:3000",
        "days_in_kennel": "integer 0 400 300",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("How many kilos does a hive give?", "honey_kg"),
        ("How many minutes does the hive take us?", "inspection_min"),
        ("一个蜂箱能收多少公斤？", "honey_kg"),
    ],
)
def test_a_unit_in_words_is_a_unit_in_a_name(words: str, target: str) -> None:
    assert parse_task(words, BEES).target == target


def test_a_unit_at_the_end_of_a_chinese_name() -> None:
    assert parse_task("How many minutes behind plan do boats run?", FERRIES).target == "误点分钟"


@pytest.mark.parametrize(
    "words",
    ["Estimate the length of stay for every new arrival", "How long does the average dog remain?"],
)
def test_an_age_is_no_duration(words: str) -> None:
    assert parse_task(words, KENNELS).target == "days_in_kennel"


def test_watt_hours_are_no_hours() -> None:
    homes = make_profile(
        "homes",
        5000,
        {
            "usage_kwh": "number 0 90 900",
            "peak_kw": "number 0 30 300",
            "outage_hours": "number 0 60 300",
        },
    )
    assert parse_task("How many kilowatt hours does a home burn?", homes).target == "usage_kwh"
    assert parse_task("How many hours was it dark?", homes).target == "outage_hours"


def test_two_durations_are_asked_about() -> None:
    games = make_profile(
        "matches",
        5000,
        {
            "base_minutes": "integer 0 90 80",
            "extra_sec": "integer 0 90 80",
            "winner": "category a:2000|b:3000",
        },
    )
    with pytest.raises(TargetError):
        parse_task("How many seconds are left on the clock?", games)
