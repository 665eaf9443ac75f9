"""The task parser on instructions over many tables, and its single slots."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from planner_tables import corpus, make_profile, tables

from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.task_parser import parse_task

TABLES = tables()
SLOTS = (
    "kind",
    "target",
    "positive_class",
    "metric",
    "exclude",
    "time_column",
    "group_column",
    "time_budget_s",
    "max_latency_ms",
    "interpretable",
    "costs",
)
OPEN = ("kind", "target", "positive_class")
FLOOR = 0.95
"""Least share of lines without a mistake; many were written to be hard."""
HARD, HARD_FLOOR = "round18", 0.69
"""A set that is hard on purpose (riddles, abbreviated names), and the share read right of it."""


def parse(table: str, instruction: str) -> Task:
    return parse_task(instruction, TABLES[table])


@pytest.fixture(scope="module")
def readings() -> list[tuple[dict[str, Any], Task | str]]:
    """Every line of the corpus with its task, or with the kind of error that it ends in."""
    found: list[tuple[dict[str, Any], Task | str]] = []
    for row in corpus():
        try:
            found.append((row, parse_task(row["instruction"], TABLES[row["table"]])))
        except InputError as error:
            found.append((row, "target" if isinstance(error, TargetError) else "input"))
    return found


def wrong_slots(row: dict[str, Any], read: Task | str) -> list[str]:
    """Return the slots that a line gets wrong; slots that it does not name must be unset."""
    if isinstance(read, str) or "error" in row:
        return [] if read == row.get("error") else ["error"]
    task = read.to_json()
    wrong = []
    for slot in SLOTS:
        if slot in OPEN and slot not in row:
            continue
        unset = [] if slot == "exclude" else None
        expected, found = row.get(slot, unset), task[slot]
        if slot == "exclude":
            expected, found = sorted(expected), sorted(found)
        if expected != found:
            wrong.append(slot)
    return wrong


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nearly_all_lines_of_the_corpus_are_read_without_a_mistake(
    language: str, readings: list[tuple[dict[str, Any], Task | str]]
) -> None:
    rows = [(r, read) for r, read in readings if r["lang"] == language and r["set"] != HARD]
    wrong = {row["id"]: w for row, read in rows if (w := wrong_slots(row, read))}
    assert len(rows) > 50
    assert 1 - len(wrong) / len(rows) >= FLOOR, wrong


def test_most_of_the_hard_lines_are_read_without_a_mistake(
    readings: list[tuple[dict[str, Any], Task | str]],
) -> None:
    rows = [(row, read) for row, read in readings if row["set"] == HARD]
    wrong = {row["id"]: w for row, read in rows if (w := wrong_slots(row, read))}
    assert len(rows) > 50
    assert 1 - len(wrong) / len(rows) >= HARD_FLOOR, wrong


def test_the_shared_instructions_are_read_right(shared_data: Path) -> None:
    from autoglm_agent.automl.data.profile import profile_table
    from autoglm_agent.automl.data.table import read_table

    lines = (shared_data / "instructions_dev.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    profiles = {n: profile_table(read_table(shared_data / n)) for n in {r["data"] for r in rows}}
    for row in rows:
        row["kind"] = row.get("task")
        profile = profiles[row["data"]]
        if row.get("error") == "target":
            with pytest.raises(TargetError):
                parse_task(row["instruction"], profile)
            continue
        task = parse_task(row["instruction"], profile).to_json()
        for slot in SLOTS:
            if slot in row:
                expected = list(row[slot]) if slot == "exclude" else row[slot]
                assert task[slot] == expected, (row["id"], slot)


def test_every_span_is_quoted_from_the_instruction(
    readings: list[tuple[dict[str, Any], Task | str]],
) -> None:
    for row, task in readings:
        if isinstance(task, str):
            continue
        for slot, evidence in task.evidence.items():
            assert getattr(task, slot) is not None
            if evidence.span is not None:
                assert evidence.span in row["instruction"]


def test_every_set_slot_has_evidence() -> None:
    task = parse("hotel", "Will a booking be cancelled? Do not use meal. 10 minutes. F1.")
    filled = {k for k, v in task.to_json().items() if v not in (None, []) and k != "evidence"}
    assert filled == set(task.evidence)


def test_a_named_target_with_foreign_qualifiers_is_refused_with_candidates() -> None:
    with pytest.raises(TargetError) as raised:
        parse("titanic", "predict the stock price of the shipping company")
    assert raised.value.candidates
    assert set(raised.value.candidates) <= set(TABLES["titanic"].names())
    assert parse("titanic", "predict the price of a ticket").target == "Fare"


def test_a_table_without_a_possible_target_names_no_candidates() -> None:
    profile = make_profile("one", 1, {"a": "constant 1:1"})
    with pytest.raises(TargetError, match="none of them can be a target") as raised:
        parse_task("predict churn", profile)
    assert raised.value.candidates == ()
    assert "several values" in raised.value.remedy


@pytest.mark.parametrize(
    ("instruction", "excluded"),
    [
        ("Predict y, age must not be used", ["age"]),
        ("Leave job, age and balance out and predict y", ["age", "balance", "job"]),
        ("预测 y，年龄和职业不参与建模", ["age", "job"]),
        ("Predict y. duration is only known afterwards, drop it.", ["duration"]),
        ("Predict y. Calls may not show up twice.", []),
    ],
)
def test_exclusions_may_be_said_after_the_column(instruction: str, excluded: list[str]) -> None:
    task = parse("bank", instruction)
    assert (task.target, sorted(task.exclude)) == ("y", excluded)


def test_a_metric_of_classes_speaks_against_a_quantity() -> None:
    columns = {"days_played": "integer 1 400 300", "churn_30d": "integer 0:200|1:200"}
    profile = make_profile("games", 400, columns)
    assert parse_task("players who stop playing; auc", profile).target == "churn_30d"


def test_a_horizon_is_no_time_budget() -> None:
    profile = make_profile(
        "air", 900, {"t": "date 2020-01-01 2020-02-06", "O3": "number 1 250 800"}
    )
    task = parse_task("forecast O3 for the next 24 hours", profile)
    assert (task.kind, task.target, task.time_budget_s) == ("forecasting", "O3", None)


def test_the_last_column_is_never_a_guess() -> None:
    profile = make_profile(
        "t", 100, {"a1": "number 0 1 90", "b2": "number 0 1 90", "c3": "integer 0:50|1:50"}
    )
    with pytest.raises(TargetError):
        parse_task("build a classifier", profile)


def test_two_columns_joined_by_and_are_a_question() -> None:
    with pytest.raises(TargetError) as raised:
        parse("heart", "predict age and chol")
    assert set(raised.value.candidates) == {"age", "chol"}


@pytest.mark.parametrize(
    "instruction",
    [
        "Target: `Fare`. Predict what is paid for Survived",
        "target column = Fare",
        "目标列为 Fare",
        "Fare is the target",
    ],
)
def test_a_told_target_wins(instruction: str) -> None:
    assert parse("titanic", instruction).target == "Fare"


@pytest.mark.parametrize(
    "spelling",
    [
        "median house value",
        "MedianHouseValue",
        "median-house-values",
        "median_huose_value",
        '"Median House Value"',
    ],
)
def test_spelling_and_case_of_a_column_do_not_count(spelling: str) -> None:
    assert parse("california", f"predict {spelling}").target == "median_house_value"


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("within 3 minutes", 180),
        ("in 90 seconds", 90),
        ("half an hour", 1800),
        ("two hours", 7200),
        ("in an hour and a half", 5400),
        ("1.5 hours max", 5400),
        ("两分钟内", 120),
        ("一个半小时以内", 5400),
        ("30秒", 30),
        ("不超过二十分钟", 1200),
        ("半小时内", 1800),
        ("一刻钟以内", 900),
        ("限时３０秒", 30),
        ("no more than 45s", 45),
    ],
)
def test_a_time_budget_is_read_in_both_languages(words: str, seconds: float) -> None:
    assert parse("iris", f"predict species, {words}").time_budget_s == seconds


@pytest.mark.parametrize(
    "words",
    [
        "Predict whether a flight is delayed by more than 15 minutes",
        "Predict whether DELAYED_15 happens within 30 minutes",
    ],
)
def test_minutes_of_the_question_are_no_budget(words: str) -> None:
    assert parse("flights", words).time_budget_s is None


@pytest.mark.parametrize(
    ("words", "ms"),
    [
        ("less than 2 ms", 2),
        ("under 5 milliseconds per prediction", 5),
        ("单次预测不超过10毫秒", 10),
        ("each prediction within 0.5 seconds", 500),
        ("latency below 800 µs", 0.8),
    ],
)
def test_a_latency_is_read_in_both_languages(words: str, ms: float) -> None:
    task = parse("iris", f"predict species, {words}")
    assert task.max_latency_ms == pytest.approx(ms)
    assert task.time_budget_s is None


@pytest.mark.parametrize(
    ("words", "metric"),
    [
        ("AUC", "roc_auc"),
        ("ROC曲线", "roc_auc"),
        ("PR-AUC", "average_precision"),
        ("查全率", "recall"),
        ("查准率", "precision"),
        ("don't miss any", "recall"),
        ("false alarms are bad", "precision"),
        ("cross-entropy", "log_loss"),
        ("not accuracy but balanced accuracy", "balanced_accuracy"),
        ("用F1分数", "f1"),
        ("use the Matthews correlation coefficient", "mcc"),
        ("用MCC评估", "mcc"),
        ("Cohen's kappa", "kappa"),
        ("用Kappa系数评估", "kappa"),
        ("as accurate as possible", None),
    ],
)
def test_a_metric_is_read_in_both_languages(words: str, metric: str | None) -> None:
    assert parse("telco", f"predict churn, {words}").metric == metric


def test_an_unavailable_or_unfit_metric_is_refused() -> None:
    with pytest.raises(InputError, match="not available"):
        parse("telco", "predict churn, use the Brier score")
    with pytest.raises(InputError, match="not available"):
        parse("wine", "classify quality by quadratic weighted kappa")
    with pytest.raises(InputError, match="does not fit"):
        parse("telco", "predict Churn, RMSE")


def test_an_excluded_thing_that_is_no_column_is_named_with_near_columns() -> None:
    with pytest.raises(InputError, match="genders"):
        parse("adult", "predict income without genderss")
    with pytest.raises(InputError, match="religion"):
        parse("adult", "predict income without religion")


@pytest.mark.parametrize(
    "words",
    ["without deep learning", "don't use neural networks", "without overfitting", "no jargon"],
)
def test_things_that_are_no_columns_by_nature_are_not_complained_about(words: str) -> None:
    assert parse("adult", f"predict income {words}").exclude == ()


def test_a_target_that_is_to_be_left_out_as_well_is_a_contradiction() -> None:
    with pytest.raises(InputError, match="left out as well"):
        parse("telco", "predict churn without Churn")


def test_costs_are_relative_to_the_positive_class() -> None:
    words = (
        "Approving a bad credit costs 5 times as much as refusing a good one. Predict the class."
    )
    task = parse("credit_words", words)
    assert (task.positive_class, task.costs) == ("bad", {"fn": 5.0, "fp": 1.0})


def test_the_good_class_of_a_number_coded_target_is_not_invented() -> None:
    assert parse("german", "Credit risk scoring: good or bad?").positive_class is None


def test_costs_speak_of_the_rarer_level_where_nothing_else_tells_the_event() -> None:
    words = (
        "Credit risk scoring. Approving a bad credit costs 5 times as much as refusing a good one."
    )
    task = parse("german", words)
    assert task.costs == {"fn": 5.0, "fp": 1.0}
    assert task.positive_class == 0
    assert task.evidence["positive_class"].confidence <= 0.5
    assert task.evidence["positive_class"].source == "data"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("classify quality", "multiclass"),
        ("estimate the quality score", "regression"),
        ("predict quality, RMSE", "regression"),
        ("predict quality, log loss", "multiclass"),
    ],
)
def test_words_decide_between_classes_and_numbers(words: str, kind: str) -> None:
    assert parse("wine", words).kind == kind


def test_a_split_by_time_needs_a_date() -> None:
    with pytest.raises(InputError, match="no date column"):
        parse("wine", "predict quality with a chronological split")


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


def test_the_name_of_a_file_is_no_part_of_the_goal() -> None:
    task = parse("titanic", "Predict the fare in data/Survived_and_Age.csv")
    assert task.target == "Fare"


@pytest.mark.parametrize(
    ("words", "told"),
    [("", "empty"), (" \n", "empty"), ("predict Survived in 0 seconds", "no seconds")],
)
def test_words_that_ask_for_nothing_are_refused(words, told):
    with pytest.raises(InputError, match=told):
        parse("titanic", words)


HOTELS = make_profile(
    "hotels",
    400,
    {
        "is_canceled": "boolean 0:300|1:100",
        "previous_cancellations": "integer 0 12 9",
        "lead_time": "integer 0 400 300",
        "adults": "integer 1 4 4",
        "stays_in_week_nights": "integer 0 9 10",
        "Time": "text",
        "Open": "boolean 0:90|1:310",
        "Store": "integer 1 1115 350",
        "StoreType": "category a:200|b:20|c:60|d:120",
        "name": "text",
        "listings_count": "integer 1 9 9",
    },
)


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("Will this booking be cancelled?", "is_canceled"),
        ("How many times did the guest cancel before?", "previous_cancellations"),
        ("How many days in advance do guests book?", "lead_time"),
        ("客人会提前多少天预订？", "lead_time"),
    ],
)
def test_what_is_said_of_the_past_tells_columns_apart(words: str, target: str) -> None:
    assert parse_task(words, HOTELS).target == target


def test_a_yes_or_no_of_the_past_is_not_meant_by_a_question_of_what_will_be() -> None:
    columns = {"is_canceled": "boolean 0:300|1:100", "previous_cancellations": "integer 0:380|1:20"}
    assert parse_task(
        "Will this booking be cancelled?", make_profile("b", 400, columns)
    ).target == ("is_canceled")


def test_whether_is_asked_of_what_is_yes_or_no_and_not_of_whose_it_is() -> None:
    assert parse_task("预测店铺当天是否营业", tables()["rossmann_2"]).target == "Open"


def test_how_many_of_what_the_table_lacks_is_no_question_of_whose() -> None:
    with pytest.raises(InputError, match="No column"):
        parse_task("How many stars will the guest give in the review?", HOTELS)


def test_less_than_a_second_is_the_time_of_a_prediction() -> None:
    task = parse_task("Predict is_canceled, it must answer in less than 0.01 s", HOTELS)
    assert (task.max_latency_ms, task.time_budget_s) == (10.0, None)


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        ("预测 is_canceled，不要用房源名称", ("name",)),
        ("Predict adults but keep the flags Store, Open and lead_time out of it",
         ("Store", "Open", "lead_time")),
        ("预测 is_canceled。Store 和 listings_count 只是编号，别拿来训练。",
         ("Store", "listings_count")),
    ],
)  # fmt: skip
def test_what_a_list_is_called_and_what_is_told_of_it_does_not_hide_its_items(
    words: str, left_out: tuple[str, ...]
) -> None:
    assert parse_task(words, HOTELS).exclude == left_out


MARKET = make_profile(
    "market",
    300,
    {
        "4225": "number 0 90000 290",
        "Total Volume": "number 0 90000 299",
        "2019": "number 0 10 90",
        "月租金": "number 1 90 90",
        "时间": "integer 1 3 3",
        "market_segment": "category a:100|b:100|c:100",
    },
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("预测编号 4225 的牛油果的销量", {"target": "4225"}),
        ("Predict the total volume of 2019", {"target": "Total Volume"}),
        ("客人属于哪个细分市场？", {"target": "market_segment", "kind": "multiclass"}),
        ("把客户细分成三类", {"target": None, "kind": "clustering"}),
        ("预测月租金，按 时间 split", {"target": "月租金", "time_column": "时间"}),
    ],
)
def test_a_number_a_segment_and_a_time_are_the_columns_so_called(
    words: str, expected: dict[str, Any]
) -> None:
    task = parse_task(words, MARKET)
    assert {slot: getattr(task, slot) for slot in expected} == expected
