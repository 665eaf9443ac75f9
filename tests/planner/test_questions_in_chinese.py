"""Who asks in Chinese is asked back in Chinese, whatever it is that cannot be done."""

from __future__ import annotations

import re

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.task_parser import parse_task

FRUIT = make_profile(
    "fruit",
    400,
    {
        "mass_g": "number 60 140 380",
        "width_mm": "number 30 70 300",
        "ripe": "category yes:210|no:190",
        "grade": "category A:130|B:140|C:130",
        "origin": "constant",
    },
)
SALES = make_profile(
    "sales",
    700,
    {"day": "date 2022-01-01 2023-12-01", "shop": "category a:350|b:350", "sold": "number 0 90 88"},
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("预测哪些会出口", "没有一列明确是“预测哪些会出口”要的；候选："),
        ("预测 ripe，不用邮编", "要求不用“邮编”"),
        ("预测 ripe，按时间划分", "没有日期列"),
        ("预测 ripe，但不要用 ripe", "既要预测，又要求不用"),
        ("预测 grade，用 rmse 评价", "rmse 不适用"),
        ("预测 mass_g，作为回归任务，用 log_loss 评价", "要的是数值"),
        ("预测 origin", "只有一个值"),
        ("预测 grade，限时 0 秒", "时间预算为零"),
        ("把水果聚成 90 类", "不能把行分成 90 组"),
        ("把水果聚成 3 类，再聚成 4 类", "既要 3 组，又要 4 组"),
        ("预测未来 14 天的 mass_g", "需要日期列"),
    ],
)
def test_a_refusal_is_in_the_language_of_the_instruction(words: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_task(words, FRUIT)
    assert told in caught.value.problem
    for sentence in (caught.value.problem, caught.value.remedy):
        assert sentence.endswith("。")
        assert not re.search(r"\b(?:is|the|of|or|to)\b", sentence)


def test_so_is_what_no_forecast_can_do() -> None:
    with pytest.raises(InputError, match="“未来 0 天”不是可预测的时长") as caught:
        parse_task("预测未来 0 天的 sold", SALES)
    assert caught.value.remedy.startswith("请给出整数个周期")


def test_the_columns_offered_are_the_same_in_both_languages() -> None:
    asked = []
    for words in ("Predict it", "预测它"):
        with pytest.raises(TargetError) as caught:
            parse_task(words, FRUIT)
        assert all(name in caught.value.problem for name in caught.value.candidates)
        asked.append(set(caught.value.candidates))
    assert asked[0] == asked[1]


def test_english_words_are_answered_in_english_over_chinese_columns() -> None:
    table = make_profile("水果", 400, {"重量": "number 60 140 380", "产地": "category 东:9|西:9"})
    with pytest.raises(TargetError, match=r"No column of 水果\.csv clearly"):
        parse_task("Predict which of them will be sold abroad", table)
