"""Costs of mistakes told as a share of the other, and measures that must only reach a level."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.fractions import FRACTION, share_of
from autoglm_agent.planner.task_parser import parse_task

CLAIMS = make_profile(
    "claims", 5000, {"amount": "number 0 90000 3000", "is_fraud": "category 0:4700|1:300"}
)


@pytest.mark.parametrize(
    ("words", "fn", "fp"),
    [
        ("误报成本是漏报的三分之一", 3, 1),
        ("误报的代价只有漏报的一半", 2, 1),
        ("误报的损失是漏报的10%", 10, 1),
        ("a false alarm costs a third of a miss", 3, 1),
        ("a false alarm is only half as bad as a miss", 2, 1),
        ("missing one costs a quarter of a false alarm", 1, 4),
        ("a false alarm costs 20% of what a miss costs", 5, 1),
    ],
)
def test_one_mistake_costs_a_share_of_the_other(words: str, fn: float, fp: float) -> None:
    assert parse_task(f"Predict fraud; {words}", CLAIMS).costs == {"fn": fn, "fp": fp}


def test_a_share_of_the_rows_is_no_cost() -> None:
    assert parse_task("Predict fraud, hold out 20% of the rows", CLAIMS).costs is None


@pytest.mark.parametrize(
    ("words", "share"), [("0%", None), ("两分之三", None), ("3分之2", 2 / 3), ("1/8", 1 / 8)]
)
def test_shares_lie_between_nought_and_one(words: str, share: float | None) -> None:
    match = FRACTION.search(words)
    assert (share_of(match) if match else None) == share


@pytest.mark.parametrize(
    ("words", "metric"),
    [
        ("precision >= .9 and recall high", "recall"),
        ("precision at least 0.8, maximise recall", "recall"),
        ("精确率不低于0.9，召回率越高越好", "recall"),
        ("recall above .9 and the best precision", "precision"),
        ("recall of at least 0.9", "recall"),
    ],
)
def test_a_measure_with_a_bound_is_not_what_is_optimised(words: str, metric: str) -> None:
    assert parse_task(f"Predict fraud, {words}", CLAIMS).metric == metric
