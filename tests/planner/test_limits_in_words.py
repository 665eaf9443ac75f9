"""Limits of time that an instruction sets: training, one prediction, and what is neither."""

from __future__ import annotations

import pytest
from planner_tables import make_profile, parse

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task


def test_a_horizon_is_no_time_budget() -> None:
    profile = make_profile(
        "air", 900, {"t": "date 2020-01-01 2020-02-06", "O3": "number 1 250 800"}
    )
    task = parse_task("forecast O3 for the next 24 hours", profile)
    assert (task.kind, task.target, task.time_budget_s) == ("forecasting", "O3", None)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("within 3 minutes", 180),
        ("in 90 seconds", 90),
        ("half an hour", 1800),
        ("two hours", 7200),
        ("in an hour and a half", 5400),
        ("1.5 hours max", 5400),
        ("两分钟内", 120),
        ("一个半小时以内", 5400),
        ("30秒", 30),
        ("不超过二十分钟", 1200),
        ("半小时内", 1800),
        ("一刻钟以内", 900),
        ("限时３０秒", 30),
        ("no more than 45s", 45),
    ],
)
def test_a_time_budget_is_read_in_both_languages(words: str, seconds: float) -> None:
    assert parse("iris", f"predict species, {words}").time_budget_s == seconds


@pytest.mark.parametrize(
    "words",
    [
        "Predict whether a flight is delayed by more than 15 minutes",
        "Predict whether DELAYED_15 happens within 30 minutes",
    ],
)
def test_minutes_of_the_question_are_no_budget(words: str) -> None:
    assert parse("flights", words).time_budget_s is None


@pytest.mark.parametrize(
    ("words", "ms"),
    [
        ("less than 2 ms", 2),
        ("under 5 milliseconds per prediction", 5),
        ("单次预测不超过10毫秒", 10),
        ("each prediction within 0.5 seconds", 500),
        ("latency below 800 µs", 0.8),
    ],
)
def test_a_latency_is_read_in_both_languages(words: str, ms: float) -> None:
    task = parse("iris", f"predict species, {words}")
    assert task.max_latency_ms == pytest.approx(ms)
    assert task.time_budget_s is None


def test_a_split_by_time_needs_a_date() -> None:
    with pytest.raises(InputError, match="no date column"):
        parse("wine", "predict quality with a chronological split")


def test_less_than_a_second_is_the_time_of_a_prediction() -> None:
    task = parse("hotel", "Will a booking be cancelled? It must answer in less than 0.01 s")
    assert (task.max_latency_ms, task.time_budget_s) == (10.0, None)
