"""Values that an instruction lists or spans tell the column, whatever else is spoken of."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

PARCELS = make_profile(
    "parcels",
    9000,
    {
        "parcel_no": "id",
        "carrier": "category Post:4000|Courier:3000|Drone:2000",
        "channel": "category Email:5000|Phone:4000",
        "claim_kind": "category Lost:3000|Torn:2500|Email:1500|Wet:2000",
        "severity": "category 1 - Total:2000|2 - Partly:3000|3 - Slight:4000",
        "box_grade": "category A:2000|B:3000|C:2000|D:2000",
        "route_grade": "category A:2000|B:3000|C:2000|D:1000|E:1000",
        "stars": "integer 1 5 5",
        "delay_hours": "number 0 90 400",
        "urgency": "category low:4000|high:5000",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Triage: is the claim about something torn, wet, lost or an email?", "claim_kind"),
        ("Is it an S1, S2 or S3?", "severity"),
        ("How sturdy is the cardboard, A to D?", "box_grade"),
        ("How sturdy is the cardboard, A to E?", "route_grade"),
        ("这单是Post、Courier还是Drone送的？", "carrier"),
        ("What will the client say, 1 to 5?", "stars"),
    ],
)
def test_a_list_or_a_span_of_values_tells_the_column(words: str, target: str) -> None:
    assert parse_task(words, PARCELS).target == target


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Predict delay_hours for Post, Courier or Drone", "delay_hours"),
        ("Predict the carrier, not the torn, wet or lost ones", "carrier"),
    ],
)
def test_a_name_is_stronger_than_a_list(words: str, target: str) -> None:
    assert parse_task(words, PARCELS).target == target


def test_two_numbers_that_span_no_scale_tell_nothing() -> None:
    with pytest.raises(TargetError):
        parse_task("Will it take 2 to 4 weeks?", PARCELS)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Will the box be an A, B, C or D?", "box_grade"),
        ("Forward, back or left?", "turn"),
    ],
)
def test_letters_stand_for_the_words_of_a_list(words: str, target: str) -> None:
    robots = make_profile(
        "robots",
        4000,
        {
            "box_grade": "category A:2000|B:1000|C:500|D:500",
            "turn": "category F:2000|B:1000|L:1000",
            "speed": "number 0 9 90",
        },
    )
    assert parse_task(words, robots).target == target


BOATS = make_profile(
    "boats",
    8000,
    {
        "colour": "category red:3000|green:3000|blue:2000",
        "ask_price_eur": "integer 500 900000 900",
        "listing_state": "category open:3000|closed:4000|withdrawn:1000",
        "marital_status": "category single:3000|married:5000",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Predict the asking price of red, green or blue boats", "ask_price_eur"),
        ("red, green or blue?", "colour"),
        ("what state is the listing in", "listing_state"),
        ("predict marital status", "marital_status"),
    ],
)
def test_values_that_say_only_of_what_are_not_asked_for(words: str, target: str) -> None:
    assert parse_task(words, BOATS).target == target


@pytest.mark.parametrize("words", ["把情况相似的船归归类", "把差不多的船放到一起"])
def test_like_rows_are_put_together(words: str) -> None:
    assert parse_task(words, BOATS).kind == "clustering"


@pytest.mark.parametrize(
    "words",
    [
        "We sell by web, phone or shop. Estimate how much money an order brings",
        "How much will customers spend when they order, 1 to 12 months after joining?",
    ],
)
def test_a_list_or_a_span_is_no_target_where_an_amount_is_asked_for(words):
    orders = make_profile(
        "orders",
        4_000,
        {
            "order_value": "number 1 900 2000",
            "month": "integer 1 12 12",
            "channel": "category web:2000|phone:1000|shop:1000",
        },
    )
    assert parse_task(words, orders).target == "order_value"
