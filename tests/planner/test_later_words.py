"""What is said later in a conversation changes the forecast that was asked for."""

from __future__ import annotations

import pytest
from feedback.test_forecast_reading import CHINESE, ENGLISH, profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.later_words import parse_said
from autoglm_agent.planner.task_parser import parse_task

FIRST = "Forecast the sales of each store for the next 14 days, use RMSE"
CHINESE_FIRST = "预测每个门店未来14天的销售额"


@pytest.mark.parametrize(
    ("later", "slot", "value"),
    [
        ("only the next 3 days", "horizon", "3 days"),
        ("per region, please", "series", ("region",)),
        ("overall, not per store", "series", ()),
        ("use MAPE", "metric", "mape"),
        ("use the average", "per_period", "mean"),
        ("only 3 days\nno, make it 5 days", "horizon", "5 days"),
    ],
)
def test_the_last_word_counts(later, slot, value):
    before = parse_task(FIRST, profile())
    after = parse_said(f"{FIRST}\n{later}", profile())
    assert getattr(after, slot) == value
    assert after.evidence[slot].span in later
    same = {"evidence": {}, slot: None}
    assert after.model_copy(update=same) == before.model_copy(update=same)


@pytest.mark.parametrize(
    ("later", "slot", "value"),
    [("只要未来3天的", "horizon", "3 days"), ("不要区分门店，合计", "series", ())],
)
def test_the_last_word_counts_in_chinese(later, slot, value):
    task = parse_said(f"{CHINESE_FIRST}\n{later}", profile(CHINESE))
    assert (task.kind, task.target) == ("forecasting", CHINESE[4])
    assert getattr(task, slot) == value


def test_other_lines_are_read_as_they_were():
    for words in (
        f"{FIRST}\ndo not use price",
        "Predict the sales\nuse MAE",
        "Forecast the sales of each store\nfor the next 14 days",
        "hello\nonly the next 3 days of sales",
    ):
        told, alone = parse_said(words, profile(ENGLISH)), parse_task(words, profile(ENGLISH))
        assert told.model_copy(update={"evidence": {}}) == alone.model_copy(update={"evidence": {}})


def test_a_metric_that_does_not_fit_is_refused_as_before():
    with pytest.raises(InputError, match="does not fit"):
        parse_said(f"{FIRST.partition(',')[0]}\nuse AUC", profile())
