"""Numbers in Chinese words, as prices and durations hold them."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.chinese_numbers import chinese_number
from autoglm_agent.planner.task_parser import parse_task


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("半", 0.5), ("2.5", 2.5), ("五", 5), ("十", 10), ("十五", 15), ("三十", 30),
        ("九十九", 99), ("一百", 100), ("一百零五", 105), ("一百五", 150), ("八百", 800),
        ("三千二", 3200), ("五万", 50_000), ("一万二", 12_000), ("十二万", 120_000),
        ("两亿", 200_000_000), ("一万零三十", 10_030),
    ],
)  # fmt: skip
def test_a_number_is_read(word: str, value: float) -> None:
    assert chinese_number(word) == value


@pytest.mark.parametrize(
    ("words", "ratio"),
    [
        ("漏诊一个病人损失五万，误诊一个只多花八百块检查费", 62.5),
        ("漏掉一个损失三千元，误报一个一百元", 30),
        ("误报一次赔五十块，漏报一次赔两千块", 40),
        ("漏诊一个损失5万，误诊一个损失800元", 62.5),
    ],
)
def test_prices_in_words_are_costs(words: str, ratio: float) -> None:
    table = make_profile("病人", 900, {"年龄": "integer 1 90 80", "患病": "category 否:700|是:200"})
    costs = parse_task(f"预测患病。{words}。", table).costs
    assert costs is not None
    assert costs["fn"] / costs["fp"] == ratio
