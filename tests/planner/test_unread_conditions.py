"""Conditions that no slot can hold are told, and no target is looked for in them."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.planner.task_parser import parse_task


@pytest.fixture(scope="module")
def orders() -> Profile:
    return make_profile(
        "orders", 900,
        {
            "order_id": "id", "returned": "category yes:100|no:800",
            "gender": "category female:500|male:400", "性别": "category 女性:500|男性:400",
            "region": "category Ohio:300|New Mexico:600", "age": "integer 18 90 60",
            "amount": "number 1 900 800", "delivery_days": "integer 1 30 30",
        },
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        ("Which orders are returned? Only for female customers.", ("Only for female",)),
        ("Predict returned for orders from New Mexico", ("for orders from New Mexico",)),
        ("predict returned where age is above 60", ("age is above 60",)),
        ("returned or not, age > 60", ("age > 60",)),
        ("Will it be returned? Precision at least 0.9.", ("Precision at least 0.9",)),
        ("预测 returned，召回率不低于90%", ("召回率不低于90%",)),
        ("只看女性客户，预测 returned", ("只看女性客户",)),
        ("预测女性客户的订单是否 returned", ("女性",)),
    ],
)
def test_a_condition_is_told_and_the_target_stays(
    orders: Profile, words: str, unread: tuple[str, ...]
) -> None:
    task = parse_task(words, orders)
    assert task.target == "returned"
    assert [u.split()[-1] for u in task.unread] == [u.split()[-1] for u in unread]
    assert all(said in words for said in task.unread)


@pytest.mark.parametrize(
    "words",
    [
        "predict 性别: is it 女性?",
        "predict gender, female is positive",
        "Predict the amount without age, RMSE, 3 minutes",
        "predict returned, a miss costs 5 times as much; at most 20 ms",
        "预测 returned，不用性别",
        "How many days does the delivery take?",
        "Group the customers",
    ],
)
def test_what_a_slot_holds_is_no_condition(orders: Profile, words: str) -> None:
    assert parse_task(words, orders).unread == ()
