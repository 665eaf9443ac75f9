"""How far ahead is asked for, of which series, and when "forecast" means later times."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task

STORES = make_profile(
    "store_sales",
    3_650,
    {
        "date": "date 2023-01-01 2023-12-31",
        "store": "category A:365|B:365|C:365|D:365|E:365|F:365|G:365|H:365|I:365|J:365",
        "region": "category north:1825|south:1825",
        "temperature": "number -10 35 300",
        "sales": "number 0 900 3000",
    },
)
LOANS = make_profile(
    "loans",
    5_000,
    {
        "loan_id": "id",
        "issued": "date 2019-01-01 2023-12-31",
        "purpose": "category car:3000|house:2000",
        "amount": "number 100 90000 3000",
        "defaulted": "category no:4500|yes:500",
    },
)


@pytest.mark.parametrize(
    ("words", "horizon"),
    [
        ("Forecast sales for the next 14 days", "14 days"),
        ("Forecast sales for the coming two weeks", "2 weeks"),
        ("Predict sales one week ahead", "1 week"),
        ("Forecast sales 3 months ahead", "3 months"),
        ("a 30-day forecast of sales", "30 days"),
        ("Forecast sales with a horizon of 21 days", "21 days"),
        ("Forecast tomorrow's sales", "1 day"),
        ("Forecast sales for next quarter", "1 quarter"),
        ("Forecast the sales over the next fortnight", "2 weeks"),
        ("How much will each store sell over the coming fortnight?", "2 weeks"),
        ("Forecast sales for the next 5 business days", "1 week"),
        ("Forecast sales for the next 12 working days", "12 days"),
        ("预测未来10个工作日的销售额", "2 weeks"),
        ("预测接下来半个月的销售额", "15 days"),
        ("预测未来半年的销售额", "6 months"),
        ("Forecast sales for the next year and a half", "18 months"),
        ("Forecast sales until the end of February", "until 2024-02-29"),
        ("Forecast sales for January 2024", "until 2024-01-31"),
        ("Forecast sales through 2025", "until 2025-12-31"),
        ("Forecast sales for the rest of the year", "until 2024-12-31"),
        ("预测2024年2月的销售额", "until 2024-02-29"),
        ("预测到年底的销售额", "until 2024-12-31"),
        ("预测未来七天的销售额", "7 days"),
        ("预测接下来两周的销售额", "2 weeks"),
        ("预测未来30天的销售额", "30 days"),
        ("预测未来 30 天的销售额", "30 days"),
        ("预测下个月的销售额", "1 month"),
        ("预测明天的销售额", "1 day"),
        ("预测未来十二个月的销售额", "12 months"),
        ("Forecast sales for the next few days", None),
    ],
)
def test_how_far_ahead_is_read(words, horizon):
    task = parse_task(words, STORES)
    assert (task.kind, task.target, task.time_column) == ("forecasting", "sales", "date")
    assert task.horizon == horizon


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("Forecast sales for the next 0 days", "no way to look ahead"),
        ("Forecast sales for the next -3 days", "no way to look ahead"),
        ("Forecast sales for the next 7.5 days", "no way to look ahead"),
        ("预测未来0天的销售额", "“未来0天”不是可预测的时长"),
        ("预测未来 0 天的销售额", "“未来 0 天”不是可预测的时长"),
        ("Forecast the sales of each planet for the next 7 days", "which planet a row is of"),
        ("Forecast the store for the next 14 days", "'store' holds A, B, C"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused_with_a_way_out(words, problem):
    with pytest.raises(InputError, match=problem) as refused:
        parse_task(words, STORES)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "words",
    [
        "Forecast the sales; a strike in May 2023 hit them",
        "Forecast the sales. The store was closed for May 2023",
        "Forecast the sales using data up to December 2023",
        "用2023年9月之后的数据预测销售额的走势",
        "预测销售额的走势，2023年5月有罢工",
    ],
)
def test_what_happened_in_a_month_is_no_end_of_a_forecast(words):
    task = parse_task(words, STORES)
    assert (task.kind, task.target, task.horizon) == ("forecasting", "sales", None)


def test_a_forecast_without_dates_is_no_prediction():
    table = make_profile(
        "undated",
        2_000,
        {"date": "text", "store": "category A:1000|B:1000", "sales": "number 0 900 1500"},
    )
    with pytest.raises(InputError, match="'date' holds text, no dates"):
        parse_task("Forecast the sales of each store for the next 14 days", table)
    assert parse_task("Predict the sales of a store", table).kind == "regression"


def test_the_short_name_of_what_tells_series_apart_is_found():
    table = make_profile(
        "park",
        9_000,
        {
            "tstamp": "date 2022-01-01 2023-12-31",
            "inv_id": "category INV1:4500|INV2:4500",
            "ac_kw": "number 0 498 3000",
        },
    )
    task = parse_task("Forecast the AC power of each inverter for the next 24 hours", table)
    assert task.series == ("inv_id",)


@pytest.mark.parametrize(
    ("words", "series", "gathered"),
    [
        ("Forecast sales per store for the next 14 days", ("store",), "sum"),
        ("Forecast the sales of each region for the next 14 days", ("region",), "sum"),
        ("预测未来14天每个门店的销售额", ("store",), "sum"),
        ("Forecast overall sales for the next 14 days", (), "sum"),
        ("Forecast average sales for the next 14 days", None, "mean"),
        ("Forecast the temperature for the next 14 days", None, "mean"),
        ("Forecast the total temperature for the next 14 days", None, "sum"),
    ],
)
def test_series_and_what_a_period_comes_to_are_read(words, series, gathered):
    task = parse_task(words, STORES)
    assert (task.series, task.per_period) == (series, gathered)


@pytest.mark.parametrize(
    "words",
    [
        "Forecast the sales",
        "Forecast sales over time, MAPE",
        "预测销售额的走势",
        "sales trend, MAE",
    ],
)
def test_of_a_table_that_is_a_series_forecast_means_later_times(words):
    task = parse_task(words, STORES)
    assert (task.kind, task.target, task.horizon) == ("forecasting", "sales", None)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Forecast the amount of a loan", "regression"),
        ("Forecast whether a loan defaults next year", "binary"),
        ("Forecasting aside, estimate the sales", "regression"),
        ("Predict sales from temperature and store", "regression"),
    ],
)
def test_what_only_says_forecast_stays_a_prediction(words, kind):
    table = LOANS if "loan" in words else STORES
    task = parse_task(words, table)
    assert (task.kind, task.horizon, task.series, task.per_period) == (kind, None, None, None)


def test_years_of_a_series_are_a_time_and_model_years_are_none():
    countries = make_profile(
        "population",
        600,
        {
            "country": "category A:60|B:60|C:60|D:60|E:60|F:60|G:60|H:60|I:60|J:60",
            "year": "integer 1960 2019 60",
            "population": "number 1000 900000 600",
        },
    )
    task = parse_task("Forecast the population for the next 5 years", countries)
    assert (task.kind, task.time_column, task.horizon) == ("forecasting", "year", "5 years")
    cars = make_profile(
        "cars",
        900,
        {
            "make": "category A:450|B:450",
            "year": "integer 1990 2020 31",
            "price": "number 100 90000 800",
        },
    )
    assert parse_task("Forecast the price of a car next year", cars).kind == "regression"


def test_the_date_that_goes_on_until_now_is_the_time():
    milkings = make_profile(
        "milkings",
        6_000,
        {
            "calved_on": "date 2015-03-01 2023-02-01",
            "milked_on": "date 2019-01-01 2024-12-31",
            "milk": "number 5 60 500",
        },
    )
    task = parse_task("Forecast the milk for the next 30 days", milkings)
    assert (task.kind, task.time_column) == ("forecasting", "milked_on")


def test_the_words_of_each_slot_are_told():
    told = parse_task("Forecast sales per store for the next 14 days", STORES).evidence
    assert told["horizon"].span == "next 14 days"
    assert told["series"].span == "per store"


@pytest.mark.parametrize(
    "words",
    [
        "What will the amount be over the next two weeks, going by decided?",
        "按 decided 预测未来三个月的 amount",
    ],
)
def test_a_forecast_runs_along_the_date_that_is_named(words: str) -> None:
    loans = make_profile(
        "loans",
        5_000,
        {
            "issued": "date 2019-01-01 2023-12-31",
            "decided": "date 2019-02-01 2023-12-30",
            "amount": "number 100 90000 3000",
        },
    )
    task = parse_task(words, loans)
    assert (task.kind, task.time_column) == ("forecasting", "decided")
