"""Chinese characters typed for others that sound alike are set right, and no others."""

from __future__ import annotations

import pytest
from planner_tables import corpus, make_profile, parse, tables

from autoglm_agent.planner.characters import normalise
from autoglm_agent.planner.feedback import read_feedback
from autoglm_agent.planner.homophones import sound_mended
from autoglm_agent.planner.schema import schema_of


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("预测客户是否流是", {"target": "Churn"}),
        ("预测客户会不会流湿，评估指标用准确律", {"target": "Churn", "metric": "accuracy"}),
        ("预测客户流失，补要用性别", {"target": "Churn", "exclude": ("gender",)}),
        ("预测客户流失，不要用兴别", {"target": "Churn", "exclude": ("gender",)}),
        ("预测克户流失，训练两分中以内", {"target": "Churn", "time_budget_s": 120.0}),
        ("建个摸型预测 Churn，三分种之内训练完", {"target": "Churn", "time_budget_s": 180.0}),
    ],
)
def test_a_slip_of_sound_costs_nothing(words: str, slots: dict[str, object]) -> None:
    task = parse("telco", words)
    assert {slot: getattr(task, slot) for slot in slots} == slots


def test_what_was_typed_is_what_is_quoted() -> None:
    assert parse("telco", "预测 Churn，用准确律").evidence["metric"].span == "准确律"


def test_feedback_is_mended_too() -> None:
    edits = read_feedback("不要用兴别", tables()["telco"], target="Churn")
    assert [e.args for e in edits] == [{"drop_columns": ["gender"]}]


def test_real_words_stay_though_they_sound_like_a_column() -> None:
    schema = schema_of(make_profile("t", 90, {"地址": "text", "价格": "number 0 9 80"}))
    assert sound_mended("根据地质预测价格", schema) == "根据地质预测价格"


@pytest.mark.parametrize(
    "words",
    ["预测哪种套餐最适用于这个客户", "这批门店统一定价", "用7月1日起的数据测试", "预期收益是多少"],
)
def test_words_of_the_language_are_no_slips(words: str) -> None:
    columns = {"套餐": "category a:50|b:40", "日期": "date 2023-01-01 2023-09-01",
               "是否逾期": "boolean 是:10|否:80"}  # fmt: skip
    assert sound_mended(words, schema_of(make_profile("t", 90, columns))) == words


SLIPS = (
    "预侧", "预册", "预策", "予测", "类形", "方试", "摸型", "分种", "区欲", "清况", "误查"
)  # fmt: skip


def test_hardly_anything_of_the_corpus_is_changed() -> None:
    profiles, changed, lines = tables(), [], 0
    for row in corpus():
        norm, _ = normalise(row["instruction"])
        if norm.isascii():
            continue
        lines += 1
        if sound_mended(norm, schema_of(profiles[row["table"]])) != norm and not any(
            slip in norm for slip in SLIPS
        ):
            changed.append(norm)
    assert lines > 1000
    assert len(changed) <= lines // 200, changed
