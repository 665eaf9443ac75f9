"""A model that people can follow, in the many ways of asking for one."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.task_parser import parse_task

CLAIMS = make_profile(
    "claims", 5000, {"amount": "number 0 90000 3000", "is_fraud": "category 0:4700|1:300"}
)


@pytest.mark.parametrize(
    "words",
    [
        "I want to know how it decides",
        "it should be clear why it says so",
        "I must be able to tell the customer the reason",
        "plain enough that my grandmother gets it",
        "show me which factors matter",
        "with a model that explains itself",
        "nothing opaque, please",
        "the rules should be visible",
        "keep the model simple",
        "a model that the dean's office can read and understand",
        "要求模型容易解释",
        "希望能看出是哪些因素起作用",
        "最好能说出判断依据",
        "模型要让业务人员看得明白",
        "要说得出道理",
        "最好是简单好懂的模型",
        "要让客户明白为什么",
        "每个判断都要有理有据",
        "规则要清楚",
        "要方便跟老板讲",
    ],
)
def test_it_is_asked_for(words: str) -> None:
    task = parse_task(f"Predict fraud, {words}", CLAIMS)
    assert (task.target, task.interpretable) == ("is_fraud", True)


@pytest.mark.parametrize(
    "words",
    [
        "a black box is fine",
        "it does not have to be understandable",
        "黑箱也行",
        "模型不必容易解释",
    ],
)
def test_it_is_not_asked_for(words: str) -> None:
    assert parse_task(f"Predict fraud, {words}", CLAIMS).interpretable is None


def test_other_reasons_ask_for_no_explanation() -> None:
    task = parse_task("Predict fraud; amount can't be used for fairness reasons", CLAIMS)
    assert (task.interpretable, task.exclude) == (None, ("amount",))


def test_to_find_out_a_fact_is_no_wish_for_reasons() -> None:
    assert parse_task("想弄清楚哪些理赔是欺诈", CLAIMS).interpretable is None
    assert parse_task("预测 is_fraud，要弄清楚为什么", CLAIMS).interpretable is True
