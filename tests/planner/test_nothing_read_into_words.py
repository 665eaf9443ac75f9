"""Words that only look like a request: reasons, negations, explanations of codes."""

from __future__ import annotations

from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback import read_feedback
from autoglm_agent.planner.task_parser import parse_task

TABLE = make_profile(
    "t",
    900,
    {
        "age": "integer 18 90 70",
        "income": "number 0 9 90",
        "refund": "number 0 9 90",
        "last_call": "number 0 9 90",
        "gender": "category m:400|f:500",
        "test_score": "number 0 9 90",
        "信用卡得分": "number 0 9 90",
        "是否故障": "integer 0:700|1:200",
    },
)
CHURN = make_profile("u", 900, {"age": "integer 18 90 70", "churn": "integer 0:700|1:200"})


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("预测是否故障，因为漏报的代价是误报的10倍", {"costs": {"fn": 10.0, "fp": 1.0}}),
        ("预测是否故障，但是漏掉一个的代价是10倍", {"costs": {"fn": 10.0, "fp": 1.0}}),
        ("Predict income using age and gender as inputs for chocolate bars", {"exclude": ()}),
        ("Predict income. The regulator does not forbid age as a feature.", {"exclude": ()}),
        ("预测 income，用目前的数据训练模型，然后在测试集上评估", {"time_column": None}),
        ("Target: income, refund and last_call are only known afterwards.",
         {"target": "income", "exclude": ("refund", "last_call")}),
    ],
)  # fmt: skip
def test_a_reason_or_a_negation_asks_for_nothing(words: str, slots: dict[str, Any]) -> None:
    task = parse_task(words, TABLE)
    assert {slot: getattr(task, slot) for slot in slots} == slots


@pytest.mark.parametrize(
    "words",
    [
        "预测客户是否流失（1=流失，0=不流失）",
        "客户会流失还是不流失",
        "Predict churn, where churn is 0 for stayed and 1 for left",
        "Predict churn. Most rows have churn = 0, so use F1.",
        "Predict churn no matter how long it takes",
        "用客户基本情况判断是否流失，只关心召回率",
    ],
)
def test_what_explains_the_codes_does_not_turn_the_classes_round(words: str) -> None:
    task = parse_task(words, CHURN)
    assert (task.kind, task.target, task.positive_class) == ("binary", "churn", 1)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Income is our best predictor, don't drop it.", []),
        ("income 很重要，别去掉", []),
        ("Train it again and drop the test_score column", ["drop_columns"]),
        ("把信用卡得分去掉", ["drop_columns"]),
        ("Use F1. Make sure nothing breaks.", ["set_metric"]),
    ],
)
def test_feedback_that_keeps_or_explains_changes_nothing_else(words: str, kinds: list[str]) -> None:
    if not kinds:
        with pytest.raises(InputError):
            read_feedback(words, TABLE, target="是否故障")
        return
    assert [edit.kind for edit in read_feedback(words, TABLE, target="是否故障")] == kinds
