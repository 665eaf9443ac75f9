"""A word of a column's name is said outright: when it is enough, and when it is not."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.task_parser import parse_task

RECIPES = make_profile(
    "recipes",
    9000,
    {
        "recipe_id": "id",
        "editor_choice": "category 0:8000|1:1000",
        "kcal_listed_real": "number 0 4000 900",
        "cooking_pots_used": "integer 0 9 10",
        "kitchen_helpers": "integer 0 9 10",
        "ultrafrozen": "category no:5000|yes:4000",
        "tested_30d": "category no:5000|yes:4000",
        "state": "category draft:1000|live:6000|rejected:2000",
        "pet_type": "category Dog:4000|Cat:4000|Horse:1000",
        "white_temp": "integer 100 250 90",
        "brown_temp": "integer 100 250 90",
        "是否送礼": "category 0:8000|1:1000",
        "gluten": "category 0:8000|1:1000",
        "born_year": "integer 1950 2020 70",
    },
)
FLATS = make_profile(
    "flats",
    9000,
    {
        "flat_id": "id",
        "tenure": "category Freehold:5000|Leasehold:4000",
        "price_eur": "integer 1000 900000 900",
        "rooms": "integer 1 9 9",
    },
)
DOGS = make_profile(
    "dogs",
    9000,
    {
        "dog_id": "id",
        "kind": "category Dog:5000|Cat:4000|Bird:1000",
        "sex_upon_outcome": "category m:5000|f:4000",
        "outcome_type": "category Adoption:5000|Transfer:3000|Died:1000",
        "whistle_ease": "category hard_pull:4000|soft:4000|none:1000",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Which dishes please the editor of our magazine?", "editor_choice"),
        ("Listed per dish, MAE", "kcal_listed_real"),
        ("会用掉多少个 cooking pots", "cooking_pots_used"),
        ("Does it arrive frozen?", "ultrafrozen"),
        ("Can it be tried out within 30 days?", "tested_30d"),
        ("In which state is the text?", "state"),
        ("Was the dish made with any gluten?", "gluten"),
        ("预测白炉的温度", "white_temp"),
    ],
)
def test_a_word_of_one_name_is_enough(words: str, target: str) -> None:
    assert parse_task(words, RECIPES).target == target


@pytest.mark.parametrize(
    "words",
    [
        "Predict the salary of the editor",
        pytest.param(
            "Which editors will quit?",
            marks=pytest.mark.xfail(
                strict=True, reason="the judge of meaning takes editor_choice for it"
            ),
        ),
        "Predict the price of pots",
        "Predict bitcoin",
    ],
)
def test_a_word_of_a_name_is_not_enough(words: str) -> None:
    with pytest.raises(TargetError):
        parse_task(words, RECIPES)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Where does each dog or cat end up?", "outcome_type"),
        ("预测动物最后的去向", "outcome_type"),
        ("How hard was the whistle?", "whistle_ease"),
    ],
)
def test_how_things_end_is_an_outcome(words: str, target: str) -> None:
    assert parse_task(words, DOGS).target == target


def test_a_rent_is_no_price_of_a_sale() -> None:
    assert parse_task("Predict the price a buyer pays", FLATS).target == "price_eur"
    with pytest.raises(TargetError):
        parse_task("Predict the monthly rent a landlord could charge", FLATS)


def test_whom_a_question_is_about_is_not_asked_for() -> None:
    with pytest.raises(TargetError):
        parse_task("Does the animal wear a bell?", DOGS)


def test_days_in_a_name_tell_columns_apart() -> None:
    shops = make_profile(
        "shops",
        9000,
        {
            "order_status": "category open:5000|done:4000",
            "retention_7": "category 0:5000|1:4000",
            "retention_30": "category 0:5000|1:4000",
        },
    )
    assert parse_task("Does a client return 7 days after that?", shops).target == "retention_7"
    assert parse_task("预测三十日留存", shops).target == "retention_30"
