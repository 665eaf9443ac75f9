"""Near words are not enough: a sale price is no rent, "next season" asks for no season."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

FLATS = make_profile("租房", 900, {"面积": "number 8 420 231", "月租金": "integer 1200 68000 149"})
CARS = make_profile("cars", 900, {"km": "number 8 420 231", "sale_price": "integer 9 68000 149"})
PLAYERS = make_profile(
    "players",
    900,
    {
        "Season": "integer 1997 2023 27",
        "month": "integer 1 12 12",
        "goals": "integer 0 40 41",
        "club": "category A:300|B:300|C:300",
    },
)
SHOP = make_profile(
    "shop",
    900,
    {
        "month": "integer 1 12 12",
        "price": "number 1 90 200",
        "complaints_last_month": "integer 0 9 10",
        "complaints_total": "integer 0 90 60",
    },
)
FLIGHTS = make_profile(
    "flights", 900, {"arrival_delay": "number 0 90 80", "departure_delay": "number 0 90 80"}
)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (FLATS, "预测这套房子的出售总价"),
        (FLATS, "预测房子的售价"),
        (CARS, "predict the monthly rent of a car"),
        (PLAYERS, "预测球员下个赛季会不会受伤"),
        (PLAYERS, "will he move to another team next season?"),
        (PLAYERS, "Which players earn more than 70 a month?"),
        (PLAYERS, "predict whether a player moves to another club next year"),
        (SHOP, "预测下次保养的费用"),
        (SHOP, "how many minutes does a customer spend in the shop"),
    ],
)
def test_nothing_is_guessed(table: Profile, words: str) -> None:
    with pytest.raises(TargetError):
        parse_task(words, table)


@pytest.mark.parametrize(
    ("table", "words", "target"),
    [
        (SHOP, "how many complaints were there last month", "complaints_last_month"),
        (SHOP, "how many complaints were there in total", "complaints_total"),
        (FLATS, "这套房每月租金多少钱", "月租金"),
        (CARS, "What does a car sell for?", "sale_price"),
        (PLAYERS, "how many goals will he score next season", "goals"),
        (FLIGHTS, "how late will a departing flight be", "departure_delay"),
        (FLIGHTS, "how late do we arrive, given what is known before departure", "arrival_delay"),
    ],
)
def test_what_is_meant_is_still_found(table: Profile, words: str, target: str) -> None:
    assert parse_task(words, table).target == target
