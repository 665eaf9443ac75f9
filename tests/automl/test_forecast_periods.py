"""How far apart the times of a history are, and how many periods a horizon is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autoglm_agent.automl.forecasting.periods import find_frequency, horizon_steps
from autoglm_agent.errors import InputError


def dates(start: str, periods: int, freq: str) -> pd.Series:
    return pd.Series(pd.date_range(start, periods=periods, freq=freq))


@pytest.mark.parametrize(
    ("start", "freq", "told", "horizon"),
    [
        ("2024-01-01", "D", "1 day", 14),
        ("2024-01-01", "B", "1 business day", 10),
        ("2024-01-03", "W-WED", "1 week", 8),
        ("2020-01-01", "MS", "1 month", 12),
        ("2020-01-31", "ME", "1 month", 12),
        ("2015-01-01", "QS", "1 quarter", 4),
        ("2000-12-31", "YE", "1 year", 3),
        ("2024-01-01", "h", "1 hour", 24),
        ("2024-01-01 00:15", "30min", "30 minutes", 48),
        ("2015-02-01", "QS-FEB", "1 quarter", 4),
        ("2000-06-30", "YE-JUN", "1 year", 3),
        ("2015-02-01", "2MS", "2 months", 6),
        ("2015-02-28", "2ME", "2 months", 6),
        ("2024-01-01", "3D", "3 days", 5),
        ("2024-01-01 02:00", "6h", "6 hours", 4),
    ],
)
def test_how_far_apart_times_are_is_told_and_leads_back_to_them(start, freq, told, horizon):
    times = dates(start, 40, freq)
    frequency = find_frequency(times)
    assert (frequency.told(), frequency.default_horizon) == (told, horizon)
    numbers = frequency.number(times)
    assert (np.diff(numbers) == 1).all()
    assert list(pd.to_datetime(frequency.moment(numbers))) == list(times)


def test_the_day_of_the_month_on_which_values_are_told_is_kept():
    times = dates("2020-01-01", 30, "MS") + pd.Timedelta("14D")
    frequency = find_frequency(times)
    told = pd.to_datetime(frequency.moment(frequency.number(times)))
    assert frequency.told() == "1 month"
    assert list(told) == list(times)


def test_summer_time_does_not_put_two_days_into_one():
    local = pd.date_range("2024-03-01", periods=60, freq="D", tz="Europe/Berlin")
    numbers = find_frequency(pd.Series(local)).number(pd.Series(local))
    assert (np.diff(numbers) == 1).all()


def test_decimal_years_are_no_periods():
    with pytest.raises(InputError, match=r"steps of 0\.08"):
        find_frequency(pd.Series(1949 + np.arange(40) / 12))


def test_years_ahead_of_every_second_year_are_half_as_many_periods():
    every_second = find_frequency(pd.Series([1990.0, 1992.0, 1994.0, 1996.0]))
    assert horizon_steps("4 years", every_second) == 2
    assert horizon_steps("4 periods", every_second) == 4


def test_days_of_business_have_no_gap_at_the_week_end():
    frequency = find_frequency(dates("2024-01-01", 30, "B"))
    assert pd.Timestamp(frequency.moment(frequency.number(dates("2024-01-05", 1, "D")) + 1)[0]) == (
        pd.Timestamp("2024-01-08")
    )


def test_a_gap_and_a_missing_time_do_not_change_the_frequency():
    times = dates("2024-01-01", 60, "D").drop(index=[7, 8, 30])
    frequency = find_frequency(pd.concat([times, pd.Series([pd.NaT])]))
    assert frequency.told() == "1 day"
    assert frequency.number(pd.Series([pd.NaT], dtype="datetime64[us]"))[0] < -(10**17)


@pytest.mark.parametrize(
    ("horizon", "told"),
    [
        (None, "1 day"), ("14 days", "1 day"), ("2 weeks", "1 day"), ("3 months", "1 week"),
        ("1 quarter", "1 week"), ("1 year", "1 month"), ("8 years", "1 year"), ("1 day", "1 hour"),
        ("9 periods", "1 day"),
    ],
)  # fmt: skip
def test_single_events_are_gathered_into_periods_that_fit_the_horizon(horizon, told):
    rng = np.random.default_rng(0)
    times = pd.Series(pd.to_datetime("2024-01-01") + pd.to_timedelta(rng.random(400) * 9e6, "s"))
    frequency = find_frequency(times, horizon)
    assert frequency.told() == told
    begun = pd.Timestamp(frequency.moment(frequency.number(times.iloc[:1]))[0])
    assert begun <= times.iloc[0]
    assert told != "1 week" or begun.day_of_week == 0


def test_years_as_numbers_are_periods():
    frequency = find_frequency(pd.Series([1990.0, 1992.0, 1994.0, 1998.0]))
    assert list(frequency.moment(frequency.number(pd.Series([1990.0, 1998.0])))) == [1990, 1998]


@pytest.mark.parametrize(
    ("freq", "horizon", "steps"),
    [
        ("D", "2 weeks", 14), ("D", "1 month", 30), ("h", "2 days", 48), ("30min", "1 hour", 2),
        ("MS", "1 year", 12), ("MS", "2 quarters", 6), ("QS", "1 year", 4), ("B", "5 days", 5),
        ("B", "1 week", 5), ("W-MON", "1 month", 4), ("D", "9 periods", 9), ("MS", None, 12),
    ],
)  # fmt: skip
def test_a_horizon_in_words_is_so_many_periods(freq, horizon, steps):
    assert horizon_steps(horizon, find_frequency(dates("2020-01-01", 60, freq))) == steps


@pytest.mark.parametrize(
    ("start", "periods", "freq", "end", "steps", "reached"),
    [
        ("2023-01-01", 24, "MS", "2025-03-31", 3, "2025-03-01"),
        ("2023-01-31", 24, "ME", "2025-12-31", 12, "2025-12-31"),
        ("2022-01-01", 10, "QS", "2024-12-31", 2, "2024-10-01"),
        ("2000-01-01", 25, "YS", "2030-12-31", 6, "2030-01-01"),
        ("2024-01-01", 130, "B", "2024-08-31", 45, "2024-08-30"),
        ("2024-01-01", 26, "W-MON", "2024-08-31", 9, "2024-08-26"),
        ("2024-01-01", 100, "D", "2024-05-31", 52, "2024-05-31"),
        ("2024-06-01", 654, "h", "2024-06-30", 66, "2024-06-30T23"),
    ],
)
def test_an_end_by_date_is_the_last_period_that_begins_by_then(
    start, periods, freq, end, steps, reached
):
    times = dates(start, periods, freq)
    frequency = find_frequency(times)
    last = int(frequency.number(times).max())
    assert horizon_steps(f"until {end}", frequency, last) == steps
    assert str(frequency.moment(np.array([last + steps]))[0]).startswith(reached)
    with pytest.raises(InputError, match="already reach"):
        horizon_steps(f"until {str(times.iloc[-1])[:10]}", frequency, last + 24)


def test_a_horizon_below_one_period_is_refused():
    monthly = find_frequency(dates("2020-01-01", 30, "MS"))
    with pytest.raises(InputError, match="1 month"):
        horizon_steps("3 days", monthly)
    with pytest.raises(InputError, match="no horizon"):
        horizon_steps("soon", monthly)
