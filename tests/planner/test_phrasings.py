"""Every wish is read however it is put, beside others, whatever script names the columns.

`phrasings.json` holds ways to say each wish. Each is met with a goal on a table with English and on
one with Chinese names; then wishes are drawn together at random.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from planner_tables import make_profile

from autoglm_agent.errors import InputError
from autoglm_agent.planner.task_parser import parse_task

PHRASES: dict[str, dict[str, list[Any]]] = json.loads(
    (Path(__file__).parent / "phrasings.json").read_text(encoding="utf-8")
)
WISHES = ("exclude", "time_budget_s", "max_latency_ms", "interpretable", "split", "metric")


@dataclass(frozen=True)
class Table:
    profile: Any
    targets: dict[str, str]
    free: tuple[str, ...]
    group: str
    time: str


ENGLISH = Table(
    make_profile(
        "orders",
        5000,
        {
            "order_id": "id",
            "customer_id": "category c1:900|c2:800|c3:700|c4:600|c5:2000",
            "order_date": "date 2020-01-01 2023-01-01",
            "amount": "number 1 900 4000",
            "payment_method": "category card:2500|cash:2500",
            "city": "category Rome:2500|Oslo:2500",
            "age": "integer 18 90 70",
            "gender": "category F:2500|M:2500",
            "returned": "category no:4000|yes:1000",
            "segment": "category a:2000|b:2000|c:1000",
        },
    ),
    {"regression": "amount", "binary": "returned", "multiclass": "segment"},
    ("payment_method", "city", "age", "gender"),
    "customer_id",
    "order_date",
)
CHINESE = Table(
    make_profile(
        "订单",
        5000,
        {
            "订单编号": "id",
            "客户编号": "category c1:900|c2:800|c3:700|c4:600|c5:2000",
            "下单日期": "date 2020-01-01 2023-01-01",
            "金额": "number 1 900 4000",
            "支付方式": "category 刷卡:2500|现金:2500",
            "城市": "category 北京:2500|上海:2500",
            "年龄": "integer 18 90 70",
            "性别": "category 女:2500|男:2500",
            "是否退货": "category 否:4000|是:1000",
            "客户分层": "category 甲:2000|乙:2000|丙:1000",
        },
    ),
    {"regression": "金额", "binary": "是否退货", "multiclass": "客户分层"},
    ("支付方式", "城市", "年龄", "性别"),
    "客户编号",
    "下单日期",
)
TABLES = {"en": ENGLISH, "zh": CHINESE}


def said(wish: str, index: int, language: str, table: Table, rng: random.Random, kind: str) -> Any:
    """Return one wish in words, its slot and the value that is to be read."""
    phrases = PHRASES[wish][language]
    phrase = phrases[index % len(phrases)]
    if wish == "exclude":
        names = rng.sample(table.free, 1)
        return phrase.format(x=names[0]), "exclude", tuple(names)
    if wish == "interpretable":
        return phrase, wish, True
    if wish == "group_column":
        return phrase.format(g=table.group), wish, table.group
    if wish == "time_column":
        return phrase.format(d=table.time), wish, table.time
    words, value = phrase
    return words, "metric" if wish.startswith("metric") else wish, value


def goal(language: str, index: int, table: Table, kind: str) -> str:
    phrases = PHRASES["goal"][language]
    return str(phrases[index % len(phrases)].format(t=table.targets[kind]))


def joined(parts: list[str], language: str) -> str:
    if language == "zh":
        return "，".join(parts)
    return ". ".join(part[0].upper() + part[1:] if part[0] in "abkmst" else part for part in parts)


def wrong(words: str, table: Table, wanted: dict[str, Any]) -> str | None:
    """Return what was read wrongly, None where all is right."""
    try:
        task = parse_task(words, table.profile)
    except InputError as error:
        return f"{words!r}: {error}"
    slots = ("exclude", "time_budget_s", "max_latency_ms", "interpretable", "group_column")
    told = {slot: getattr(task, slot) for slot in (*slots, "time_column", "metric")}
    told["target"], told["kind"] = task.target, task.kind
    asked = {slot: wanted.get(slot, () if slot == "exclude" else None) for slot in told}
    missed = {slot: (told[slot], asked[slot]) for slot in told if told[slot] != asked[slot]}
    return f"{words!r}: {missed}" if missed else None


SLOTS = (
    "exclude", "time_budget_s", "max_latency_ms", "interpretable", "group_column", "time_column",
    "metric_of_numbers", "metric_of_classes",
)  # fmt: skip


def single() -> Iterator[tuple[str, str]]:
    for wish in SLOTS:
        for language in ("en", "zh"):
            yield wish, language


@pytest.mark.parametrize(("wish", "language"), list(single()))
def test_each_way_to_say_a_wish_is_read(wish: str, language: str) -> None:
    rng = random.Random(0)
    kind = "regression" if wish == "metric_of_numbers" else "binary"
    failed = []
    for index in range(len(PHRASES[wish][language])):
        for table in TABLES.values():
            phrase, slot, value = said(wish, index, language, table, rng, kind)
            words = joined([goal(language, index, table, kind), phrase], language)
            wanted = {"target": table.targets[kind], "kind": kind, slot: value}
            failed.append(wrong(words, table, wanted))
    assert not [f for f in failed if f]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_way_to_say_the_goal_is_read(language: str) -> None:
    failed = []
    for index in range(len(PHRASES["goal"][language])):
        for table in TABLES.values():
            for kind, target in table.targets.items():
                words = goal(language, index, table, kind)
                failed.append(wrong(words, table, {"target": target, "kind": kind}))
    assert not [f for f in failed if f]


def drawn(rng: random.Random) -> tuple[str, Table, dict[str, Any]]:
    """Return an instruction of a goal and two or three wishes, and what is to be read."""
    language = rng.choice(("en", "zh"))
    table, kind = rng.choice(list(TABLES.values())), rng.choice(list(ENGLISH.targets))
    wanted: dict[str, Any] = {"target": table.targets[kind], "kind": kind}
    parts = [goal(language, rng.randrange(1000), table, kind)]
    for wish in rng.sample(WISHES, rng.choice((2, 3))):
        if wish == "split":
            wish = rng.choice(("group_column", "time_column"))
        elif wish == "metric":
            wish = "metric_of_numbers" if kind == "regression" else "metric_of_classes"
        phrase, slot, value = said(wish, rng.randrange(1000), language, table, rng, kind)
        parts.append(phrase)
        wanted[slot] = value
    return joined(parts, language), table, wanted


def test_wishes_do_not_disturb_each_other() -> None:
    rng = random.Random(8)
    failed = [told for told in (wrong(*drawn(rng)) for _ in range(400)) if told]
    assert len(failed) <= 4, failed


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["clustering", "anomaly", "profile"])
def test_each_way_to_ask_for_what_is_no_prediction_is_read(kind: str, language: str) -> None:
    found = {
        words: parse_task(words, TABLES[language].profile) for words in PHRASES[kind][language]
    }
    assert {words: task.kind for words, task in found.items() if task.kind != kind} == {}
    assert not any(task.target for task in found.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_way_to_tell_costs_is_read(language: str) -> None:
    for index, phrase in enumerate(PHRASES["costs_of_five_to_one"][language]):
        for table in TABLES.values():
            words = joined([goal(language, index, table, "binary"), phrase], language)
            task = parse_task(words, table.profile)
            assert task.target == table.targets["binary"], words
            assert task.costs is not None, words
            assert task.costs["fn"] == 5 * task.costs["fp"], words


@pytest.mark.parametrize(("language", "level"), [("en", "yes"), ("zh", "是")])
def test_each_way_to_name_the_positive_class_is_read(language: str, level: str) -> None:
    table = TABLES[language]
    for index, phrase in enumerate(PHRASES["positive_class"][language]):
        task = parse_task(
            joined([goal(language, index, table, "binary"), phrase], language), table.profile
        )
        assert (task.target, task.positive_class) == (table.targets["binary"], level), phrase


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_way_to_allow_some_columns_alone_is_read(language: str) -> None:
    table = TABLES[language]
    kept = {*table.free[1:3], table.targets["regression"]}
    both = (" and " if language == "en" else "和").join(table.free[1:3])
    for index, phrase in enumerate(PHRASES["only"][language]):
        words = joined(
            [goal(language, index, table, "regression"), phrase.format(x=both)], language
        )
        left = {c.name for c in table.profile.columns} - set(
            parse_task(words, table.profile).exclude
        )
        assert left == kept, words


@pytest.mark.parametrize(
    "words",
    [
        "预测金额，只看年龄大于60的客户",
        "预测金额，只用年龄大于60的客户",
        "预测金额，只考虑城市是北京的订单",
        "预测金额，只看北京的订单",
        "Predict 金额, only use customers older than 60",
        "Predict 金额, use only orders from 北京",
    ],
)
def test_some_rows_are_not_some_columns(words: str) -> None:
    assert parse_task(words, CHINESE.profile).exclude == ()


def test_what_is_looked_at_alone_may_be_a_metric() -> None:
    task = parse_task("预测金额，只看MAE", CHINESE.profile)
    assert (task.kind, task.target, task.metric) == ("regression", "金额", "mae")


def test_a_booking_days_ahead_is_no_forecast() -> None:
    assert parse_task("预测金额，提前7天预订的客人", CHINESE.profile).kind == "regression"


DAILY = {
    "en": make_profile(
        "daily_sales",
        1461,
        {
            "date": "date 2020-01-01 2023-12-31",
            "units_sold": "integer 1 900 700",
            "price": "number 1 9 80",
        },
    ),
    "zh": make_profile(
        "日销售",
        1461,
        {
            "日期": "date 2020-01-01 2023-12-31",
            "销量": "integer 1 900 700",
            "价格": "number 1 9 80",
        },
    ),
}


@pytest.mark.parametrize(
    ("language", "words", "horizon"),
    [
        ("en", "units_sold forecast, 14 days", "14 days"),
        ("en", "Forecast daily units_sold for 4 weeks", "4 weeks"),
        ("en", "predict the next 7 values of units_sold", "7 periods"),
        ("zh", "提前14天预测销量", "14 days"),
        ("zh", "提前 2 周预测销量", "2 weeks"),
        ("zh", "往后预测14天的销量", "14 days"),
        ("zh", "预测销量，预测期14天", "14 days"),
        ("zh", "预测销量，预测步长14天", "14 days"),
        ("zh", "预测后面7天的销量", "7 days"),
        ("zh", "预测将来14天的销量", "14 days"),
        ("zh", "预测下一季度销量", "1 quarter"),
    ],
)
def test_each_way_to_say_how_far_ahead_is_read(language: str, words: str, horizon: str) -> None:
    task = parse_task(words, DAILY[language])
    assert (task.kind, task.horizon) == ("forecasting", horizon)
