"""Further wordings of splits by time and by whole groups, in both languages."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.doers import doer_for
from autoglm_agent.planner.schema import schema_of
from autoglm_agent.planner.task_parser import parse_task

VISITS = make_profile(
    "clinic_visits",
    9000,
    {
        "visit_id": "id",
        "patient_id": "id",
        "clinic": "category North:3000|South:3000|East:3000",
        "visit_date": "date 2015-01-01 2021-12-31",
        "age": "integer 0 99 99",
        "readmitted": "category 0:8000|1:1000",
    },
)
HOSPITALS = make_profile(
    "门诊",
    8000,
    {
        "就诊号": "id",
        "患者编号": "id",
        "医院": "category 甲:3000|乙:3000|丙:2000",
        "就诊日期": "date 2015-01-01 2021-12-31",
        "年龄": "integer 0 99 99",
        "是否再入院": "category 是:1000|否:7000",
    },
)
REPAIRS = make_profile(
    "repairs",
    8000,
    {
        "job_no": "id",
        "reporter_id": "id",
        "trade": "category wood:3000|steel:5000",
        "hours": "number 0 99 900",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "the newest visits serve as the exam",
        "backtest it in time order",
        "no training on visits that happened after the test visits",
        "train on the early visits and test on the later ones",
    ],
)
def test_the_test_is_newer(words: str) -> None:
    assert parse_task(f"Predict readmitted, {words}", VISITS).time_column == "visit_date"


@pytest.mark.parametrize(
    "words",
    [
        "拿老数据训练，新数据检验",
        "早的记录用来学，晚的记录用来考",
        "训练用旧数据，测试用新数据",
        "用前几年的数据训练、最近的数据测试",
        "用过去预测未来的方式划分",
    ],
)
def test_the_test_is_newer_in_chinese(words: str) -> None:
    assert parse_task(f"预测是否再入院，{words}", HOSPITALS).time_column == "就诊日期"


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("never put visits from the same north clinic in both train and test", "clinic"),
        ("no clinic should straddle the split", "clinic"),
        ("all visits of a patient go to one side only", "patient_id"),
        ("every clinic belongs entirely to train or entirely to test", "clinic"),
        ("the test clinics must be new", "clinic"),
        (
            "keep all visits of one clinic together so that we test on clinics it never saw",
            "clinic",
        ),
    ],
)
def test_groups_stay_whole(words: str, group: str) -> None:
    task = parse_task(f"Predict readmitted, {words}", VISITS)
    assert (task.target, task.group_column, task.exclude) == ("readmitted", group, ())


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("同一位就诊者的单子不要拆到训练集和测试集两边", "患者编号"),
        ("医院不能跨训练和测试", "医院"),
    ],
)
def test_groups_stay_whole_in_chinese(words: str, group: str) -> None:
    assert parse_task(f"预测是否再入院，{words}", HOSPITALS).group_column == group


def test_the_one_column_of_people_is_whom_a_word_means() -> None:
    words = "预测 hours，同一个报修人的单子不要拆到训练集和测试集两边"
    assert parse_task(words, REPAIRS).group_column == "reporter_id"
    schema = schema_of(REPAIRS)
    assert doer_for("tools", schema) is None
    assert doer_for("trade", schema) is None


def test_minutes_after_an_event_are_no_split() -> None:
    newborns = make_profile(
        "newborns",
        5000,
        {"born_on": "date 2015-01-01 2019-12-31", "apgar5": "integer 0 10 11"},
    )
    task = parse_task("Predict the Apgar score five minutes after delivery, RMSE", newborns)
    assert (task.target, task.time_column) == ("apgar5", None)


@pytest.mark.parametrize(
    "words",
    ["clinics in test must be new", "keep clinics separate between training and test"],
)
def test_groups_of_the_test_are_new(words: str) -> None:
    task = parse_task(f"Predict readmitted; {words}", VISITS)
    assert (task.time_column, task.group_column) == (None, "clinic")


def test_a_target_told_after_the_split_is_no_part_of_it() -> None:
    clients = make_profile(
        "clients",
        900,
        {"date_activ": "date 2003-05-09 2014-09-01", "churn": "integer 0:800|1:100"},
    )
    task = parse_task(
        "train on clients with an earlier date_activ，later ones 用来测试，目标是 churn", clients
    )
    assert (task.target, task.time_column) == ("churn", "date_activ")


def test_the_date_named_before_the_turn_orders_the_rows() -> None:
    tickets = make_profile(
        "tickets",
        900,
        {
            "Date of Purchase": "date 2023-12-08 2024-04-30",
            "Date of Journey": "date 2024-01-01 2024-04-30",
            "Price": "integer 1 267 125",
        },
    )
    words = "一张票卖多少钱？请用出行日期较早的数据训练，拿较晚的来测试"
    assert parse_task(words, tickets).time_column == "Date of Journey"
