"""How words of an instruction find shortened, misspelt, numbered and rival names."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.abbreviations import shortens, skeleton, spelt_out
from autoglm_agent.planner.lexicon import _glossary, _keys, phrase_key
from autoglm_agent.planner.name_readings import initials
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.spelling import mend
from autoglm_agent.planner.task_parser import parse_task
from autoglm_agent.planner.text import words_of


def table(**columns: str) -> Profile:
    return make_profile("t", 600, columns)


HR = table(
    ResponseId="id",
    Ctry="category US:200|India:150|Germany:120",
    EdLvl="category Bachelor:300|Master:200|PhD:40",
    YrsExp="integer 0 45 44",
    mrr="number 10 20000 400",
    JobSatisfaction="integer 1 10 10",
    EnvironmentSatisfaction="integer 1 10 10",
)
MARKS = table(
    age="integer 15 22 8", G1="integer 3 19 17", G2="integer 0 19 17", G3="integer 0 20 18"
)
PARTS = table(
    batch_id="category B1:60|B2:60|B3:60",
    oven_temp="number 700 900 300",
    verdict="category OK:550|NG:50",
    shift="category day:300|night:300",
)


@pytest.mark.parametrize(
    ("short", "word", "expected"),
    [
        ("ctry", "country", True),
        ("dept", "department", False),
        ("lvl", "level", True),
        ("ctry", "category", True),
        ("lvl", "value", False),
        ("rate", "rather", False),
        ("lvl", "lvls", False),
    ],
)
def test_a_short_form_keeps_first_letter_order_and_no_vowel(
    short: str, word: str, expected: bool
) -> None:
    assert shortens(short, word) is expected


def test_consonants_alone_find_the_word() -> None:
    assert skeleton("level") == "lvl"
    assert "remote" in spelt_out("rmt") or spelt_out("rmt") == ()
    assert spelt_out("x") == ()


def test_columns_with_shortened_names_are_found_in_both_languages() -> None:
    task = parse_task("predict mrr, rmse, without 学历, hold out entire countries", HR)
    assert (task.target, task.exclude, task.group_column) == ("mrr", ("EdLvl",), "Ctry")


def test_initials_spell_a_column() -> None:
    assert parse_task("monthly recurring revenue, rmse", HR).target == "mrr"
    with pytest.raises(TargetError):
        parse_task("monthly rate of rain", HR)


def test_a_word_that_two_names_end_in_is_a_question() -> None:
    with pytest.raises(TargetError) as raised:
        parse_task("predict satisfaction", HR)
    assert set(raised.value.candidates) == {"JobSatisfaction", "EnvironmentSatisfaction"}
    assert parse_task("predict job satisfaction", HR).target == "JobSatisfaction"


def test_two_things_joined_by_or_are_a_question() -> None:
    homes = table(YearBuilt="integer 1900 2010 100", SalePrice="integer 30000 800000 500")
    with pytest.raises(TargetError) as raised:
        parse_task("predict the year or the price", homes)
    assert set(raised.value.candidates) == {"YearBuilt", "SalePrice"}


@pytest.mark.parametrize(
    "words",
    [
        "predict G3 without the first two grades",
        "predict G3 without the previous grades",
        "预测 G3，前两次成绩不能用",
    ],
)
def test_the_earlier_members_of_a_series_are_left_out(words: str) -> None:
    assert parse_task(words, MARKS).exclude == ("G1", "G2")


@pytest.mark.parametrize(
    "words",
    [
        "NG is the positive class",
        "positive class: NG",
        "treat NG as positive",
        "以 NG 为正类",
        "正类为 NG",
    ],
)
def test_the_positive_class_that_is_told_also_tells_the_column(words: str) -> None:
    task = parse_task(f"Build a model; {words}", PARTS)
    assert (task.target, task.positive_class) == ("verdict", "NG")


def test_a_told_class_wins_over_the_usual_event() -> None:
    assert parse_task("predict verdict, OK as the positive class", PARTS).positive_class == "OK"


def test_things_that_stay_together_are_groups() -> None:
    assert parse_task("predict verdict, batches must stay together", PARTS).group_column == (
        "batch_id"
    )


@pytest.mark.parametrize(
    ("words", "excluded"),
    [
        ("oven_temp and shift add up to the answer, so they must not be features", 2),
        ("oven_temp must not play a role", 1),
        ("oven_temp is a leak", 1),
        ("oven_temp not allowed", 1),
        ("w/o shift", 1),
        ("oven_temp would be nice", 0),
    ],
)
def test_ways_to_bar_a_column(words: str, excluded: int) -> None:
    assert len(parse_task(f"Predict verdict. {words}.", PARTS).exclude) == excluded


def test_alternatives_with_the_initials_of_the_values_mean_the_column() -> None:
    games = table(
        shots="integer 0 30 30",
        FTR="category H:270|A:190|D:140",
        side="category L:300|R:300",
    )
    assert parse_task("Home win, draw or away win? Log loss.", games).target == "FTR"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("wihtout", "without"),
        ("predcit", "predict"),
        ("accurracy", "accuracy"),
        ("interpretible", "interpretable"),
    ],
)
def test_slips_of_commands_are_mended_and_keep_their_place(wrong: str, right: str) -> None:
    text = f"a {wrong} b"
    norm, places = mend(text, tuple(range(len(text))), frozenset())
    assert norm == f"a {right} b"
    assert len(places) == len(norm)
    assert (places[2], places[-1]) == (2, len(text) - 1)


def test_right_words_and_the_words_of_the_table_are_not_mended() -> None:
    text = "predicted accuracy of the recoil"
    assert mend(text, tuple(range(len(text))), {"recoil"})[0] == text


def test_a_misspelt_name_of_two_words_is_found_where_it_is_left_out() -> None:
    staff = table(EmployeeNumber="id", Attrition="boolean No:500|Yes:100")
    assert parse_task("attrition, drop emplyee number", staff).exclude == ("EmployeeNumber",)
    with pytest.raises(InputError):
        parse_task("attrition, drop shoe size", staff)


def test_an_opaque_table_takes_an_event_of_its_field_but_no_other() -> None:
    cards = table(
        V1="number -50 2 500", V2="number -70 20 500", V3="number -40 9 500",
        Amount="number 0 25000 500", Class="integer 0:585|1:15",
    )  # fmt: skip
    assert parse_task("Detect fraudulent card transactions", cards).target == "Class"
    for words in ("Will the machine fail?", "Will the flight be delayed?"):
        with pytest.raises(TargetError):
            parse_task(words, cards)


@pytest.mark.parametrize(
    ("words", "costs"),
    [
        ("We lose 200 euros for each missed case and 20 euros for each useless call.", (200, 20)),
        ("A letter costs 3 dollars, a missed case 11 dollars.", (11, 3)),
        ("Calling a faulty part ok is a thousand times worse than the reverse.", (1000, 1)),
    ],
)
def test_prices_of_mistakes_and_of_actions(words: str, costs: tuple[int, int]) -> None:
    task = parse_task(f"Predict verdict. {words}", PARTS)
    assert task.costs == {"fn": costs[0], "fp": costs[1]}


def test_the_glossary_is_cut_at_sight_as_it_would_be_at_length() -> None:
    words = [word for entry in _glossary().values() for word in [*entry["en"], *entry["zh"]]]
    assert len(words) > 10_000
    assert all(_keys(word)[0] == phrase_key(words_of(word)) for word in words)


def test_initials_of_another_name_are_its_words() -> None:
    calves = make_profile(
        "calves",
        4000,
        {
            "birth_weight_kg": "number 10 60 400",
            "low_bw": "category 0:3500|1:500",
            "barn": "category a:2000|b:2000",
        },
    )
    assert schema_of(calves).initials == {"bw": ("birth", "weight")}
    words = "Flag a low birth weight, without the birth_weight_kg"
    assert parse_task(words, calves).target == "low_bw"
    assert initials([["a", "b"], ["big", "cat"]]) == {}


def test_what_a_thing_is_and_how_many_there_are_name_its_column():
    rocks = make_profile(
        "rocks",
        900,
        {
            "name": "text",
            "width": "number 1 90 300",
            "rings": "integer 1 29 28",
            "hazardous": "boolean 0:800|1:100",
        },
    )
    assert parse_task("Hazard classifier that answers quickly", rocks).target == "hazardous"
    assert parse_task("Ring count regression, judged by R2", rocks).target == "rings"
