"""A goal that is named only to be ruled out is none."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.task_parser import parse_task

CLIENTS = make_profile(
    "clients",
    rows=900,
    columns={"age": "integer 18 90 70", "rent": "number 1 9 800", "left": "boolean no:600|yes:300"},
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("don't predict left, predict rent", "rent"),
        ("Do not predict left; predict rent instead", "rent"),
        ("do not predict left but predict rent", "rent"),
        ("Predict rent rather than predicting left", "rent"),
        ("不预测left，预测rent", "rent"),
        ("别预测left，预测rent", "rent"),
        ("predict left, don't predict rent", "left"),
    ],
)
def test_the_other_goal_stands(words: str, target: str) -> None:
    assert parse_task(words, CLIENTS).target == target
