"""What a whole word or phrase means goes before what its parts mean; short forms and letters."""

from __future__ import annotations

from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.anchors import Told, _kind_fit
from autoglm_agent.planner.lexicon import Concept, leading_concepts
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task


def table(**columns: str) -> Profile:
    return make_profile("t", 900, columns)


CARS = table(
    odo_km="integer 10 420000 800",
    range_km="integer 0 650 120",
    fuel_typ="category petrol:500|electric:400",
)
PLANT = table(amb_temp="number -10 45 300", mod_temp="number -10 80 400", dc_kw="number 0 900 800")
STAYS = table(
    los_days="integer 0 92 80",
    tot_chg_usd="number 120 250000 800",
    ward="category A1:500|B2:400",
)
LEAGUE = table(
    Team="category A:300|B:300|C:300",
    W="integer 0 38 39",
    L="integer 0 38 39",
    att="integer 900 80000 800",
)


def target(words: str, profile: Profile) -> Any:
    return parse_task(words, profile).to_json()["target"]


def test_a_compound_means_what_it_is_as_a_whole_before_its_last_part() -> None:
    assert target("预测续航里程", CARS) == "range_km"


def test_the_first_part_of_a_known_compound_is_heard() -> None:
    assert "hospital_stay" in {c.name for c in leading_concepts("住院总费用")}
    assert leading_concepts("住院") == () == leading_concepts("stay")


@pytest.mark.parametrize(
    ("words", "column"),
    [("Predict the panel temperature.", "mod_temp"), ("ambient temperature", "amb_temp")],
)
def test_the_concept_of_a_phrase_goes_before_that_of_its_last_word(words: str, column: str) -> None:
    assert target(words, PLANT) == column


def test_a_general_word_still_names_several_columns() -> None:
    with pytest.raises(TargetError):
        parse_task("Predict the temperature.", PLANT)


def test_a_short_form_is_not_the_stem_of_a_longer_word() -> None:
    (stay,) = (c for c in schema_of(STAYS).columns if c.name == "los_days")
    assert "hospital_stay" in stay.concepts
    assert not {"win", "customer_churn"} & stay.concepts


def test_short_forms_of_a_name_are_read_together_as_a_phrase() -> None:
    assert target("预测住院总费用", STAYS) == "tot_chg_usd"


@pytest.mark.parametrize(("words", "column"), [("number of wins", "W"), ("Predict losses", "L")])
def test_single_letters_are_read_where_the_table_makes_them_plain(words: str, column: str) -> None:
    assert target(words, LEAGUE) == column


def test_a_single_letter_alone_stands_for_nothing() -> None:
    alone = table(W="integer 0 38 39", att="integer 900 80000 800")
    with pytest.raises(TargetError):
        parse_task("number of losses", alone)


@pytest.mark.parametrize(
    ("short", "word", "said"), [("gst", "guest", True), ("ftr", "featur", False)]
)
def test_a_short_form_of_the_glossary_still_shortens_its_word(
    short: str, word: str, said: bool
) -> None:
    assert Part(short, frozenset(), frozenset(), light=False).says(word) is said


def test_a_concept_without_a_kind_of_values_does_not_cancel_the_hints_of_the_others() -> None:
    (odo,) = (c for c in schema_of(CARS).columns if c.name == "odo_km")
    event, plain = Concept("one", "yesno"), Concept("other", "")
    told = Told([], [])
    alone = _kind_fit(odo, (event,), "tight", told)
    assert _kind_fit(odo, (event, plain), "tight", told) == alone < 1.0
    assert _kind_fit(odo, (plain,), "tight", told) == 1.0


@pytest.mark.parametrize(
    ("words", "column"),
    [("预测直流功率", "dc_kw"), ("predict the loan amount", "ln_amt"), ("预测贷款金额", "ln_amt")],
)
def test_short_forms_of_trades_are_read(words: str, column: str) -> None:
    power = table(
        dc_kw="number 0 900 800", ac_kw="number 0 900 800", alarm="boolean no:800|yes:100"
    )
    loans = table(ln_amt="number 1 900 800", rec_amt="number 0 900 800", fico="integer 500 850 90")
    assert target(words, power if column == "dc_kw" else loans) == column
