"""Blanks in Chinese: around figures and names they say nothing, between wishes they are commas."""

from __future__ import annotations

import pytest
from planner_tables import make_profile

from autoglm_agent.planner.task_parser import parse_task

LOANS = make_profile(
    "loans",
    9000,
    {
        "贷款编号": "id",
        "申请日期": "date 2021-01-01 2023-06-30",
        "年龄": "integer 18 70 52",
        "性别": "category 男:5000|女:4000",
        "网点编号": "integer 1 300 280",
        "是否违约": "category 是:1800|否:7200",
    },
)


@pytest.mark.parametrize(
    "words",
    [
        "预测是否违约，不用性别，限时 3 分钟",
        "预测是否违约，不用性别，限时3分钟",
        "预测是否违约 不用性别 限时三分钟",
        "预测是否违约 性别不参与建模 三分钟以内",
        "预测是否违约 性别不要用 3分钟",
        "预测 是否违约 ，不用 性别 ，限时 3 分钟",
    ],
)
def test_blanks_do_not_change_what_is_asked(words: str) -> None:
    task = parse_task(words, LOANS)
    assert (task.target, list(task.exclude), task.time_budget_s) == ("是否违约", ["性别"], 180.0)


@pytest.mark.parametrize(
    "words", ["预测是否违约，按 申请日期 划分", "按申请日期划分训练和测试 预测是否违约"]
)
def test_a_split_keeps_its_column(words: str) -> None:
    task = parse_task(words, LOANS)
    assert (task.target, task.time_column) == ("是否违约", "申请日期")


def test_the_words_of_a_slot_are_the_users_own() -> None:
    task = parse_task("预测是否违约 不用性别 限时 3 分钟", LOANS)
    assert task.evidence["time_budget_s"].span == "限时 3 分钟"


@pytest.mark.parametrize(
    "before", ["", "建模时", "请", "另外", "为了公平", "出于隐私考虑", "我们", "保险起见"]
)
@pytest.mark.parametrize("ban", ["不要用", "别用", "不能用", "不要考虑", "禁止使用", "剔除"])
@pytest.mark.parametrize("between", ["，", "。", " "])
def test_what_is_barred_may_stand_after_a_blank(before: str, ban: str, between: str) -> None:
    """The name after the blank is barred; it is not a wish of its own: 建模时不要用 age."""
    table = make_profile(
        "loans", 9000, {"age": "integer 18 70 52", "性别": "category 男:5000|女:4000",
                        "default": "category 1:1800|0:7200"},
    )  # fmt: skip
    spelt = [(" age", "age"), ("age", "age"), ("性别", "性别"), (" 性别", "性别")]
    for named, barred in spelt:
        task = parse_task(f"预测 default{between}{before}{ban}{named}", table)
        assert (task.target, task.exclude) == ("default", (barred,)), (before, ban, named)


@pytest.mark.parametrize("ban", ["别用性别", "请排除性别", "出于隐私考虑不要考虑性别"])
def test_what_is_barred_in_chinese_may_have_an_english_name(ban: str) -> None:
    table = make_profile(
        "telco", 7043, {"gender": "category Male:3555|Female:3488", "tenure": "integer 0 72 73",
                        "SeniorCitizen": "category 0:5901|1:1142", "MonthlyCharges": "float 18 118",
                        "Churn": "category No:5174|Yes:1869"},
    )  # fmt: skip
    task = parse_task(f"预测 Churn {ban}", table)
    assert (task.target, task.exclude) == ("Churn", ("gender",))


@pytest.mark.parametrize("wish", ["训练3分钟", "不要超过三分钟", "训练 3 分钟"])
def test_a_time_after_a_latin_name_is_a_wish_of_its_own(wish: str) -> None:
    table = make_profile("t", 900, {"age": "integer 1 9 9", "churn": "category 1:300|0:600"})
    task = parse_task(f"预测 churn {wish}", table)
    assert (task.target, task.time_budget_s) == ("churn", 180.0)


def test_a_measure_of_two_latin_words_is_not_cut_in_two() -> None:
    assert parse_task("预测是否违约 用log loss评估", LOANS).metric == "log_loss"


@pytest.mark.parametrize("wish", ["用AUC评估", "AUC", "限时3分钟", "请解释"])
def test_what_stands_after_a_ban_is_a_wish_of_its_own(wish: str) -> None:
    task = parse_task(f"预测是否违约，性别不要用 {wish}", LOANS)
    assert (task.target, task.exclude) == ("是否违约", ("性别",))
    assert task.metric == ("roc_auc" if "AUC" in wish else None)


def test_the_end_of_a_word_bars_nothing() -> None:
    table = make_profile(
        "loans", 9000, {"gender": "category M:5000|F:4000", "churn": "category 1:1800|0:7200"}
    )
    assert parse_task("预测 churn，性别考虑进去", table).exclude == ()
