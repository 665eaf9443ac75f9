"""Targets that no single word gives away: whole names, forms of questions, glossaries."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.asked import read_asked
from autoglm_agent.planner.task_parser import parse_task
from autoglm_agent.planner.text import read_text

PATIENTS = {
    "case_no": "id",
    "BodyMass": "number 14 60 200",
    "SleepTime": "integer 1 24 24",
    "SkinCancer": "boolean No:300|Yes:40",
    "GenHealth": "category Good:150|Fair:100|Poor:50|Excellent:40",
}


def patients(**more: str) -> Profile:
    return make_profile("patients", 340, PATIENTS | more)


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("how long does it take", "amount"),
        ("要等多久", "amount"),
        ("who is going to quit", "two"),
        ("用户会不会流失", "two"),
        ("what kind of wine is it", "classes"),
        ("是哪种鱼", "classes"),
        ("sale price", None),
    ],
)
def test_the_form_of_the_answer_is_read_from_the_question(words: str, form: str | None) -> None:
    assert read_asked(read_text(words), None).form == form


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("how many hours does a person sleep?", "SleepTime"),
        ("一天睡几个小时", "SleepTime"),
        ("general health, log loss", "GenHealth"),
        ("得过皮肤癌吗", "SkinCancer"),
    ],
)
def test_all_words_together_find_a_column_that_no_single_one_means(words: str, target: str) -> None:
    assert parse_task(words, patients()).target == target


def test_a_disease_of_another_organ_is_refused() -> None:
    with pytest.raises(TargetError):
        parse_task("Predict lung cancer.", patients())


def test_who_is_answered_by_two_values_and_not_by_classes_of_a_like_name() -> None:
    columns = {"last_new_job": "category never:90|1:80|2:70|>4:60", "target": "integer 0:200|1:100"}
    profile = make_profile("people", 300, columns)
    assert parse_task("Who is looking for a new job?", profile).target == "target"


def test_a_quantity_of_a_thing_is_not_the_thing() -> None:
    profile = make_profile(
        "cars",
        300,
        {"Vehicle Class": "category SUV:100|VAN:100|BUS:100", "co2": "number 90 500 200"},
    )
    with pytest.raises(TargetError):
        parse_task("predict the price of the car", profile)


def test_levels_in_another_language_name_their_column() -> None:
    profile = patients(Target="category Dropout:100|Enrolled:100|Graduate:140")
    assert parse_task("预测退学、在读还是毕业", profile).target == "Target"


def glossaries() -> list[tuple[str, dict[str, Any]]]:
    folder = files("autoglm_agent.planner") / "words"
    pages = sorted(p.name for p in folder.iterdir() if p.name.endswith(".json"))
    return [(name, json.loads((folder / name).read_text(encoding="utf-8"))) for name in pages]


def test_every_concept_has_words_in_both_languages_and_a_known_kind_of_values() -> None:
    pages = glossaries()
    assert len(pages) > 5
    for name, page in pages:
        for concept, entry in page.items():
            assert entry["values"] in ("yesno", "amount", "class", ""), (name, concept)
            assert all(entry[language] for language in ("en", "zh")), (name, concept)


def test_what_a_verb_names_is_asked_for_whatever_later_sentences_name() -> None:
    columns = {"spend": "number 0 900 700", "zip": "integer 1 999 300", "age": "integer 18 80 60"}
    profile = make_profile("shop", 900, columns)
    assert parse_task("Predict spend. The zip is doubtful.", profile).target == "spend"
