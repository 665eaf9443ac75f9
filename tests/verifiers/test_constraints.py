"""Constraints on words, numbers, units and dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoglm_agent.chain import Chain, Step
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import (
    Choice,
    Constraint,
    Dates,
    ExactMatch,
    Lines,
    Matches,
    NumberRange,
    Units,
)


def status(constraint: Constraint, claim: str, *, final: bool = True) -> str:
    found = constraint(Step(claim=claim, final=final), Chain())
    return found[0].status if found else "none"


@pytest.mark.parametrize(
    ("constraint", "claim", "wanted"),
    [
        (ExactMatch("New York"), "  new  york. ", "pass"),
        (ExactMatch("New York", strict=True), "new york", "fail"),
        (ExactMatch("New York"), "York", "fail"),
        (Matches(r"[A-D]"), " B ", "pass"),
        (Matches(r"[A-D]"), "BC", "fail"),
        (Choice(["yes", "no"]), "NO", "pass"),
        (Choice(["yes", "no"]), "not", "fail"),
        (Lines({"move": r"\w+ -> \w+"}), "a -> b\n\nb -> c", "pass"),
        (Lines({"move": r"\w+ -> \w+"}), "a -> b\nthen stop", "fail"),
        (NumberRange(0, 100), "42%", "pass"),
        (NumberRange(0, 1), "1/2", "pass"),
        (NumberRange(10, None), "It is 9.99 in all.", "fail"),
        (NumberRange(None, 10), "$1,000", "fail"),
        (NumberRange(whole=True), "2.5", "fail"),
        (NumberRange(whole=True), "2.0", "pass"),
        (NumberRange(0, 1), "between 0 and 1", "unknown"),
        (NumberRange(0, 1), "version 1.2.3", "unknown"),
    ],
)
def test_each_constraint_holds_or_refutes(constraint, claim, wanted):
    assert status(constraint, claim) == wanted


def test_only_final_steps_are_judged_unless_told():
    assert status(Choice(["yes"]), "no", final=False) == "none"
    assert status(Choice(["yes"], final=False), "no", final=False) == "fail"


def test_a_part_of_the_claim_can_be_judged():
    part = Choice(["B"], part=lambda claim: claim.partition("Answer:")[2] or None)
    assert status(part, "C looks good. Answer: B") == "pass"
    assert status(part, "C looks good.") == "none"


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9999, 12, 31)))
def test_real_dates_pass_in_each_form(day):
    months = "January February March April May June July August September October November December"
    month = months.split()[day.month - 1]
    for words in (
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{month[:3]}. {day.day} {day.year}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert status(Dates(day, day), f"It was on {words}.") == "pass", words


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        ("29 February 2024", "pass"),
        ("29 February 2023", "fail"),
        ("2024-13-01", "fail"),
        ("April 31st, 2024", "fail"),
        ("03/04/2024", "unknown"),
        ("from 2024-03-01 to 2024-02-01", "fail"),
        ("version 2024-02-30-beta", "unknown"),
    ],
)
def test_days_that_are_not_in_the_calendar_are_refuted(claim, wanted):
    assert status(Dates(ordered=True), claim) == wanted


def test_dates_have_bounds():
    assert status(Dates(first=date(2020, 1, 1)), "2019-12-31") == "fail"
    assert status(Dates(last=date(2020, 1, 1)), "2 January 2020") == "fail"


@pytest.mark.parametrize(
    ("unit", "claim", "wanted"),
    [
        (None, "5 km = 5000 m", "pass"),
        (None, "5 km = 500 m", "fail"),
        (None, "1 mile = 1.6 km", "pass"),
        (None, "1 mile is 1.7 km", "fail"),
        (None, "20 °C = 68 °F", "pass"),
        (None, "5 kg = 3 m", "fail"),
        (None, "1,500 g = 1.5 kg", "pass"),
        (None, "5 apples = 3 pears", "unknown"),
        ("m/s", "It goes at 20 km/h", "pass"),
        ("m/s", "It weighs 20 kg", "fail"),
        ("m/s", "It is fast", "unknown"),
        ("J", "The energy is 5 N*m", "pass"),
    ],
)
def test_units_are_converted_and_dimensions_compared(unit, claim, wanted):
    assert status(Units(unit), claim) == wanted


@pytest.mark.parametrize(
    "make",
    [lambda: Choice([]), lambda: Matches("("), lambda: Units("flurb"), lambda: Lines({})],
)
def test_what_cannot_be_checked_is_an_error_of_the_caller(make):
    with pytest.raises(InputError):
        make()
