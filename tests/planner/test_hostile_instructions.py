"""Instructions and column names that are hostile, endless or empty."""

from __future__ import annotations

import contextlib
import time

import pytest
from planner_tables import make_profile, parse

from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.task_parser import parse_task


@pytest.mark.parametrize(
    "name",
    [
        "(a+)+$",
        "x' OR 1=1; --",
        "__import__('os')",
        "[a-z]*",
        "a" * 400,
        "日期(年)",
        "</nogoods>",
        " ",
        "%s{0}",
    ],
)
def test_hostile_column_names_are_only_names(name: str) -> None:
    profile = make_profile("t", 100, {name: "number 0 1 90", "price": "number 0 9 80"})
    assert parse_task("predict the price", profile).target == "price"
    if name.strip() and len(name) < 100:
        with pytest.raises(TargetError):
            parse_task(
                f"predict the weather {name * 3}", make_profile("t", 9, {"q": "number 0 1 9"})
            )


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "不要用",
        "without ",
        "1 ",
        "same x ",
        "(((",
        "train on earlier ",
        "、",
        "按时间",
        "不参与",
        "cost 5, ",
        "用户流失",
        "fraudulent claims ",
        "hold out customers ",
        "each job ",
        "customers in train not in test, ",
        "age is not a feature. ",
        "leave age out ",
        "a third of ",
        "each driver's rows ",
        "for a b older than ",
        "how severe ",
        "3 or ",
        "only for the ",
        "只看女性，",
    ],
)
def test_long_instructions_take_linear_time(piece: str) -> None:
    started = time.process_time()
    with contextlib.suppress(InputError):
        parse("titanic", "predict Survived " + piece * (8000 // len(piece)))
    assert time.process_time() - started < 8


@pytest.mark.parametrize("instruction", ["", "   ", "???", "\x00", "🙂"])
def test_an_instruction_without_words_is_a_question(instruction: str) -> None:
    with pytest.raises(TargetError):
        parse("titanic", instruction)


@pytest.mark.parametrize(
    ("words", "told"),
    [("", "empty"), (" \n", "empty"), ("predict Survived in 0 seconds", "no seconds")],
)
def test_words_that_ask_for_nothing_are_refused(words, told):
    with pytest.raises(InputError, match=told):
        parse("titanic", words)
