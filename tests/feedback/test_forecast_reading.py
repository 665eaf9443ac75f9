"""What users say of a forecast, read into typed edits."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.data.profile import Profile, profile_table
from autoglm_agent.automl.data.table import Table
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError
from autoglm_agent.planner.feedback import read_feedback
from autoglm_agent.planner.feedback.forecasts import _ahead_said
from autoglm_agent.planner.feedback.slots import as_slots
from autoglm_agent.planner.proposals import _merged

ENGLISH = ("date", "store", "region", "price", "sales")
CHINESE = ("日期", "门店", "地区", "价格", "销售额")


@cache
def profile(names: tuple[str, ...] = ENGLISH) -> Profile:
    days = pd.date_range("2024-01-01", periods=60)
    shops = (("a", "east"), ("b", "west"), ("c", "east"))
    rng = np.random.default_rng(0)
    rows = [
        (day, shop, region, rng.random() + 1, rng.random() + 10)
        for day in days
        for shop, region in shops
    ]
    return profile_table(Table(pd.DataFrame(rows, columns=list(names)), "shops", "0" * 16))


def read(words: str, names: tuple[str, ...] = ENGLISH) -> list[tuple[str, dict[str, Any]]]:
    task = Task(
        kind="forecasting", target=names[4], time_column=names[0], horizon="14 days",
        series=(names[1],),
    )  # fmt: skip
    edits = read_feedback(words, profile(names), target=names[4], task=task)
    return [(edit.kind, edit.args) for edit in edits]


HORIZONS = {
    "forecast 7 days instead": "7 days",
    "the horizon should be 3 days": "3 days",
    "next 14 days instead of 7": "14 days",
    "7 days is enough": "7 days",
    "make it two weeks": "2 weeks",
    "I only need tomorrow": "1 day",
    "extend the horizon to 30 days": "30 days",
    "改成预测未来14天": "14 days",
    "预测未来两周": "2 weeks",
    "只要未来3天的": "3 days",
    "预测7天就够了": "7 days",
    "until the end of March 2024": "until 2024-03-31",
    "the strike in January 2024 is over, forecast up to April 2024": "until 2024-04-30",
    "2024年1月有罢工，预测到2024年4月": "until 2024-04-30",
    "延长到2024年3月底": "until 2024-03-31",
}
SERIES = {
    "per region, please": ["region"],
    "also per region": ["store", "region"],
    "for each store and region": ["store", "region"],
    "forecast overall, not per store": [],
    "don't forecast by store": [],
    "not per store but per region": ["region"],
    "all stores together": [],
    "make it overall, please": [],
    "per region rather than per store": ["region"],
    "never forecast each store": [],
    "do not judge it by store but forecast per region": ["region"],
    "the overall result is bad, forecast overall": [],
}


@pytest.mark.parametrize(("words", "horizon"), HORIZONS.items())
@pytest.mark.parametrize("names", [ENGLISH, CHINESE])
def test_another_horizon_is_read(words, horizon, names):
    assert read(words, names) == [("set_horizon", {"horizon": horizon})]


@pytest.mark.parametrize(("words", "series"), SERIES.items())
def test_other_series_are_read(words, series):
    assert read(words) == [("set_series", {"series": series})]


@pytest.mark.parametrize(
    ("words", "series"),
    [("不要区分门店，合计", []), ("按地区分别预测", ["地区"]), ("整体预测，不分门店", [])],
)
def test_other_series_are_read_in_chinese(words, series):
    assert read(words, CHINESE) == [("set_series", {"series": series})]


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("use the average, not the sum", "mean"),
        ("total per day instead", "sum"),
        ("取平均", "mean"),
    ],
)
def test_what_a_period_comes_to_is_read(words, how):
    assert read(words) == [("set_per_period", {"per_period": how})]


@pytest.mark.parametrize(
    ("words", "metric"),
    [
        ("use mean absolute error", "mae"),
        ("use the mean absolute percentage error", "mape"),
        ("use the mean squared error", "rmse"),
        ("take the average absolute error", "mae"),
        ("用平均绝对误差", "mae"),
        ("用平均绝对百分比误差", "mape"),
    ],
)
def test_a_mean_of_errors_is_a_metric(words, metric):
    assert read(words) == [("set_metric", {"metric": metric})]


def test_a_metric_is_read_beside_what_a_period_comes_to():
    told = dict(read("use the mean absolute error and the average per day"))
    assert told == {"set_metric": {"metric": "mae"}, "set_per_period": {"per_period": "mean"}}


@pytest.mark.parametrize(
    "words",
    [
        "use average pricing only, 7 days",
        "use the total sales as the target, 7 days",
        "use the mean of the squared residuals, 7 days",
        "用平均价格，未来7天",
        "不要平均，用未来7天",
    ],
)
def test_not_every_average_is_one_of_a_period(words):
    assert "set_per_period" not in dict(read(words, CHINESE if "用" in words else ENGLISH))


@pytest.mark.parametrize(
    ("words", "how"),
    [
        ("use the total sales", "sum"),
        ("forecast the average of each store", "mean"),
        ("show the total for each day", "sum"),
        ("改成每天的平均值", "mean"),
        ("取平均销售额", "mean"),
        ("用总和就好", "sum"),
    ],
)
def test_an_average_beside_a_word_of_the_forecast_is_one_of_a_period(words, how):
    told = dict(read(words, ENGLISH if words.isascii() else CHINESE))
    assert told["set_per_period"] == {"per_period": how}


@pytest.mark.parametrize(
    ("words", "edit"),
    [
        ("use MAPE, the May 2023 strike makes RMSE useless", ("set_metric", {"metric": "mape"})),
        ("2023年5月有罢工，用MAPE", ("set_metric", {"metric": "mape"})),
        ("do not use price, it was wrong in 2023", ("drop_columns", {"drop_columns": ["price"]})),
        ("use MAPE, a strike in 2023 spoiled RMSE", ("set_metric", {"metric": "mape"})),
        ("it was bad in December, use RMSE", ("set_metric", {"metric": "rmse"})),
        ("forecasts in December are bad, use RMSE", ("set_metric", {"metric": "rmse"})),
        ("predictions were wrong until December, use RMSE", ("set_metric", {"metric": "rmse"})),
        ("预测2024年9月之后的数据时用MAPE", ("set_metric", {"metric": "mape"})),
        ("从12月起有罢工，用MAPE", ("set_metric", {"metric": "mape"})),
    ],
)  # fmt: skip
def test_a_time_at_which_something_was_is_no_horizon(words, edit):
    assert read(words) == [edit]


PRICED = ("date", "store", "unit", "price_per_unit", "sales")


@pytest.mark.parametrize(
    ("words", "edits"),
    [
        ("I am not convinced by store b, use RMSE", {"set_metric"}),
        ("never miss by more than 10 per day, use RMSE", {"set_costs", "set_metric"}),
        ("don't weigh each store the same, use RMSE", {"set_metric"}),
        ("do not judge by RMSE, use MAPE", {"set_metric"}),
        ("do not use the price per unit", {"drop_columns"}),
        ("without price per unit", {"drop_columns"}),
        ("the overall result is bad, use RMSE", {"set_metric"}),
        ("the overall forecast is bad, use RMSE", {"set_metric"}),
        ("the error per store is large, use RMSE", {"set_metric"}),
        ("not overall, use RMSE", {"set_metric"}),
        ("don't split by time", {"change_split"}),
        ("don't forecast by unit, use RMSE", {"set_metric"}),
    ],
)
def test_words_that_are_of_no_series_leave_them_as_they_are(words, edits):
    told = dict(read(words, PRICED))
    assert set(told) == edits
    assert told.get("set_metric", {}).get("metric") in (
        None, "mape" if "MAPE" in words else "rmse"
    )  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["总体来说误差太大，用MAPE", "不按地区，用MAPE", "整体预测太差，用MAPE", "不要按MAE，用MAPE"],
)
def test_words_that_are_of_no_series_leave_them_as_they_are_in_chinese(words):
    assert read(words, CHINESE) == [("set_metric", {"metric": "mape"})]


def test_several_wishes_are_all_kept():
    told = dict(read("use MAPE; the next 7 days only"))
    assert told == {"set_metric": {"metric": "mape"}, "set_horizon": {"horizon": "7 days"}}
    told = dict(read("太慢了，改成预测未来7天，合计", CHINESE))
    assert set(told) == {"limit_latency", "set_horizon", "set_series"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("predict price instead", "set_target"),
        ("do not use price", "drop_columns"),
        ("train for 2 minutes", "set_budget"),
        ("overall it looks good", "rate"),
        ("explain the forecast for each store", "explain"),
        ("predict a row within 2 ms", "limit_latency"),
    ],
)
def test_other_wishes_stay_what_they_are(words, kind):
    assert [told for told, _ in read(words)] == [kind]


def test_the_change_is_told_in_the_language_of_the_wish():
    task = Task(kind="forecasting", target="sales", time_column="date", horizon="14 days")
    said = [
        read_feedback(words, profile(), target="sales", task=task)[0].said
        for words in ("one week ahead", "改成预测未来14天", "overall", "不要区分门店，合计")
    ]
    assert said == [
        "forecast the next week", "预测未来 14 天", "one forecast of all rows together",
        "全部合计，只做一个预测",
    ]  # fmt: skip


def test_what_is_not_understood_of_a_forecast_is_asked_about_with_examples_of_it():
    with pytest.raises(InputError, match="cannot tell") as told:
        read("purple monkey dishwasher")
    assert "the next 7 days instead" in told.value.remedy


def test_a_horizon_says_nothing_of_a_result_that_is_no_forecast():
    task = Task(kind="regression", target="sales")
    with pytest.raises(InputError):
        read_feedback("the next 7 days only", profile(), target="sales", task=task)


def test_of_which_series_is_told_whole_each_time():
    told = [{"series": ["store"]}, {"series": ["region"]}, {"series": []}]
    assert _merged({}, told[:2]) == {"series": ["region"]}
    assert _merged({}, told) == {"series": []}


def test_a_plan_takes_the_changes_as_slots():
    task = Task(kind="forecasting", target="sales", time_column="date", horizon="14 days")
    edits = read_feedback("7 days, overall, use the average", profile(), target="sales", task=task)
    slots, left = as_slots(edits, {})
    assert not left
    assert slots == {"horizon": "7 days", "series": [], "per_period": "mean"}


def test_an_end_is_said_as_one_in_both_languages():
    assert _ahead_said("until 2024-04-30") == ("forecast until 2024-04-30", "预测到 2024-04-30")
    assert _ahead_said("1 week") == ("forecast the next week", "预测未来 1 周")
    assert _ahead_said("14 days") == ("forecast the next 14 days", "预测未来 14 天")
