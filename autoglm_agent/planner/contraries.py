"""Columns that say the contrary of what is asked for: the rent where a sale price is wanted.

Such a column shares most of its words, or their meaning, with the wish. Nearness of meaning must
not carry it: a person who asks what a flat sells for has no use for its rent.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from autoglm_agent.planner.degrees import lasts
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set

_PAIRS = tuple(
    (frozenset(map(stem, word_set(one))), frozenset(map(stem, word_set(other))))
    for one, other in (
        (
            "rent rental rented lease leased 租",
            "sale sell sold selling sells resale 售 卖",
        ),
        (
            "arrival arrive arriving arr land landing 到达 抵达 到港",
            "departure depart departing dep takeoff 出发 起飞 离港",
        ),
        ("gas 燃气 天然气 煤气", "electricity electric elec electrical power 电 用电 电力"),
        ("gas 燃气 天然气 煤气", "water 水 用水"),
        ("electricity electric elec electrical 电 用电 电力", "water 水 用水"),
        ("总共能 总共要 总共会 总共有 一共能 一共要 一共会 累计能", "平均 均值"),
        ("minimum lowest smallest 最低 最小", "maximum highest largest 最高 最大"),
    )
)
_PRICE_ZH = re.compile(r"价(?:格)?(?=\W|\Z)")
_ORDINALS = {
    1: re.compile(r"\b(?:first|1st)\b|第一"),
    2: re.compile(r"\b(?:second|2nd)\b|第二"),
    3: re.compile(r"\b(?:third|3rd)\b|第三"),
}
_OWNED = frozenset(map(stem, word_set("freehold mortgage ownership buyer purchase")))
"""Words of tables about what is sold, where none says *sale*."""
_LAPSE = re.compile(
    r"\bhow long\b|\bhow many (?:seconds|minutes|hours|days|weeks)\b|"
    r"多少(?:秒|分钟|小时|天)|几(?:分钟|个?小时|天)",
    re.ASCII,
)
_LONG = re.compile(r"\bhow long\b", re.ASCII)
_MONEY = frozenset(
    map(
        stem,
        word_set("price cost fare fee salary revenue charge payment amount 价格 费用 金额 售价"),
    )
)
_TIMED = frozenset(map(stem, word_set("time hrs hours mins minutes secs seconds duration 时长")))
_WHEN = re.compile(r"\b(?:before|after|until|since|at|prior to|from) (?:the )?\w+", re.ASCII)
_PERIOD = re.compile(
    r"\b(?:next|last|this|coming|previous|past|following|per|a|each|every)(?: \d+| few| couple of)?"
    r" (?:seasons?|months?|years?|weeks?|days?|quarters?)\b|"
    r"(?:下|上|这|本|每)(?:一)?个?(?:赛季|月份?|年度?|季度|周|星期|学期)|[明去今]年",
    re.ASCII,
)
_CALENDAR = frozenset(
    map(stem, word_set("season month year week day quarter 赛季 月份 月 年份 年 年度 季度 周 学期"))
)


def contrary_columns(text: Text, schema: Schema, named: Collection[str]) -> list[str]:
    """Return the names of the columns that cannot be meant though their words are near.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        named: Columns named outright, which are always meant.
    """
    low = text.open_part
    aside = [m.span() for m in _WHEN.finditer(low)]
    stems = {
        t.stem
        for t in text.tokens
        if not text.is_used(t.start) and not any(s <= t.start < e for s, e in aside)
    }
    lapse = bool(_LAPSE.search(low))
    takes = any(lasts(low, m.end()) for m in _LONG.finditer(low))
    found = []
    for column in schema.columns:
        if column.name in named:
            continue
        if takes and _length_of_other(column, stems):
            found.append(column.name)
            continue
        if _let(stems) and column.numeric and _in_money(column) and _of_sales(schema):
            found.append(column.name)
            continue
        if (
            _other_ordinal(column, low, schema)
            or any(_other_side(column, stems, low, pair) for pair in _PAIRS)
            or (lapse and _in_money(column))
        ):
            found.append(column.name)
    return found


def only_a_period(text: Text, start: int, column: Column, *, named: bool) -> bool:
    """Tell whether a word only says when, as in "next season", and the column only counts time.

    The *year* of "next year" itself means no column at all, whatever else the column's name says.

    Args:
        text: The instruction.
        start: The place of the word.
        column: The column that it could mean.
        named: Whether it is the column's whole name.
    """
    token = text.tokens[text.token_at(start)]
    only = {part.stem for part in column.core} <= _CALENDAR
    if not only and (named or token.stem not in _CALENDAR or token.start != start):
        return False
    return any(m.start() <= start < m.end() for m in _PERIOD.finditer(text.low))


def _other_side(
    column: Column, stems: set[str], low: str, pair: tuple[frozenset[str], frozenset[str]]
) -> bool:
    words = {w for part in column.parts for w in (part.stem, *part.alternatives)}
    for one, other in (pair, pair[::-1]):
        asked = _has(one, stems, low) and not _has(other, stems, low)
        if asked and _has(other, words, column.name) and not _has(one, words, column.name):
            return True
    return False


def _other_ordinal(column: Column, low: str, schema: Schema) -> bool:
    """Tell whether the first of something is asked for and a column is of the second."""
    told = {n for n, said in _ORDINALS.items() if said.search(low)}
    if len(told) != 1:
        return False
    (asked,) = told
    named = _ordinal_of(column)
    return named not in (None, asked) and any(_ordinal_of(c) == asked for c in schema.columns)


def _ordinal_of(column: Column) -> int | None:
    name = " ".join(part.stem for part in column.parts) + column.name
    return next((n for n, said in _ORDINALS.items() if said.search(name.lower())), None)


def _let(stems: set[str]) -> bool:
    """Tell whether a rent is asked for, and no sale."""
    rent, sale = _PAIRS[0]
    return bool(stems & rent) and not stems & sale


@lru_cache(maxsize=16)
def _of_sales(schema: Schema) -> bool:
    """Tell whether a table is of things that are sold: some name says so, and none of a rent."""
    rent, sale = _PAIRS[0]
    words = {w for c in schema.columns for p in c.parts for w in (p.stem, *p.alternatives)}
    levels = {w for c in schema.columns for key in c.level_keys for w in key.split()}
    sold = (words | levels) & (sale | _OWNED) or any("成交" in c.name for c in schema.columns)
    return bool(sold) and not (words | levels) & rent


def _length_of_other(column: Column, stems: set[str]) -> bool:
    """Tell whether a column is the length of a thing that is not spoken of: of a road."""
    others = [p for p in column.parts if not p.light and p.stem != "length"]
    named = len(others) < sum(not p.light for p in column.parts)
    return named and bool(others) and not any(p.says(w) for p in others for w in stems)


def _has(side: frozenset[str], words: Collection[str], run: str) -> bool:
    return any(w in words if w.isascii() else w in run for w in side)


def _in_money(column: Column) -> bool:
    stems = {part.stem for part in column.parts}
    # What ends in a unit of time is none: the *charge time* of a car.
    priced = bool(_MONEY & stems) or _PRICE_ZH.search(column.name) is not None
    return column.numeric and priced and not stems & _TIMED
