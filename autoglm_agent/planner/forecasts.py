"""What a forecast is asked for: how far ahead, of which series, and what a period comes to."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14, "thirty": 30,
    "couple of": 2, "a couple of": 2, "twenty": 20, "twenty-four": 24, "sixty": 60, "ninety": 90,
}  # fmt: skip
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_UNITS = {
    "second": "second", "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour",
    "day": "day", "night": "day", "week": "week", "fortnight": "2 week", "month": "month",
    "quarter": "quarter", "year": "year", "period": "period", "step": "period",
    "秒": "second", "分钟": "minute", "小时": "hour", "钟头": "hour", "天": "day", "日": "day",
    "周": "week", "星期": "week", "礼拜": "week", "个月": "month", "月": "month",
    "季度": "quarter", "季": "quarter", "年": "year", "期": "period", "步": "period",
}  # fmt: skip
_COUNT = rf"(?P<count>\d+|{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})"
_UNIT = r"(?P<unit>seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|" \
    r"months?|quarters?|years?|periods?|steps?)"  # fmt: skip
_FORWARD = r"(?:next|coming|upcoming|following|future|subsequent)"
_AHEAD = r"(?:ahead|out|into the future|in advance|forward|beforehand)"
_HORIZONS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"\b{_FORWARD} {_COUNT}[- ]{_UNIT}\b",
        rf"\b{_COUNT}[- ]{_UNIT}[- ]{_AHEAD}\b",
        rf"\b(?:horizon|lead time) (?:of |is |= ?|: ?)?{_COUNT}[- ]?{_UNIT}?\b",
        rf"\b{_COUNT}[- ]{_UNIT}[- ](?:forecast(?:ing)?|horizon|outlook|projection)s?\b",
        rf"\b(?:up to|over|for|within|in) (?:the )?{_FORWARD} {_UNIT}\b",
        rf"\b(?:the )?{_FORWARD} {_UNIT}(?:'s)?\b",
        r"\b(?P<tomorrow>tomorrow)\b",
        r"(?:未来|接下来|今后|往后|后续|之后|此后|后面|将来|随后|下|后)(?:的)?"
        r"(?P<count>\d+|[零一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>秒|分钟|小时|钟头|天|日|周|星期|礼拜|月|季度|年|期|步)",
        r"提前(?P<count>\d+|[一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>分钟|小时|天|日|周|星期|月|季度|年|期|步)",
        r"(?:下个?|下一个?|明)(?P<unit>周|星期|礼拜|月|季度|年|小时)",
        r"(?P<tomorrow>明天|明日|次日|翌日)",
    )
)
_SERIES = (
    re.compile(
        r"\b(?:per|for each|for every|of each|of every|by|for all|at each|in each|"
        r"in every|at every|broken down by|grouped by|separately for(?: each)?|each|every) "
        r"(?P<noun>(?:[\w-]+ )?[\w-]{2,30})",
        re.ASCII,
    ),
    re.compile(
        r"(?:每一?个|每家|每种|每条|每台|每位|每间|各个?|按照?|分)(?P<noun>[\u3400-\u9fffA-Za-z_]{1,8}?)"
        r"(?=的|分别|分开|未来|接下来|在|预测|来|，|,|。|$)"
    ),
)
_TRAILING = re.compile(r" (?:for|in|over|the|at|by|with|and|on|of|to|next|using|is|are)$", re.ASCII)
_SUM = re.compile(
    r"\b(?:total|sum|overall|altogether|combined|summed|aggregate)\b|总|合计|累计|加总|一共",
    re.ASCII,
)
_ALL_TOGETHER = re.compile(
    r"\b(?:overall|altogether|in total|combined|across all|company[- ]wide|all \w+ together)\b|"
    r"总体|整体|合计|全部加起来|所有[\u3400-\u9fff]{1,4}加起来|全公司|全国|全市",
    re.ASCII,
)
_MEAN = re.compile(r"\b(?:average|mean|typical)\b|平均|均值", re.ASCII)
_FLOWS = frozenset({
    "active_users_new", "amount", "app_installs", "appliance_energy", "bike_rentals",
    "birth_count", "call_count", "case_count", "casual_users", "claim_amount_word",
    "claim_count", "clicks", "count", "death_count", "demand", "donation_amount",
    "egg_production", "electricity_use", "energy", "footfall", "game_sales", "gas_use",
    "gmv_word", "heat_use", "impressions", "invoice_amount", "milk_yield", "oil_output",
    "order_quantity", "order_value", "orders", "page_view_count", "paid_amount",
    "passenger_count", "pinyin_amount", "pinyin_quantity", "production_output", "profit",
    "quantity", "rainfall_amount", "refund_amount", "regional_sales", "registered_users",
    "revenue", "ridership", "sales", "sales_revenue", "sales_volume", "spectators",
    "spend_amount", "tip_amount", "trade_volume", "traffic_volume", "transaction_amount",
    "transaction_number", "transaction_total", "trip_count", "units_sold", "visitors",
    "volume_amount", "water_use",
})  # fmt: skip
"""Concepts of what adds up over time; everything else, as a price or a temperature, does not."""
_TREND = re.compile(
    r"\b(?:forecast\w*(?! (?:aside|apart))|trend|project (?:the|future)|projection)\b|"
    r"走势|趋势|往后|预报",
    re.ASCII,
)
_OVER_TIME = re.compile(
    r"\bover time\b|\btime[- ]series\b|\bforecast(?:ing)? model\b|时间序列|时序", re.ASCII
)
_LATER = frozenset({"tomorrow", "next_day"})
_YEAR = frozenset({"year", "yr", "年", "年份", "年度"})
_EACH = 0.9
LIKE_SERIES = 0.7
"""Least share of rows with a time of their own, or of a full grid of series and times."""


def find_horizon(text: Text) -> Found[str] | None:
    """Return how far ahead is looked, as "14 days"; None where no number or unit is told."""
    for match in _matches(text):
        groups = match.groupdict()
        if groups.get("tomorrow"):
            return Found("1 day", *match.span(), 0.9)
        count = _number(groups.get("count") or "1")
        unit = _UNITS.get((groups.get("unit") or "period").rstrip("s"), "period")
        if count is None or count < 1:
            continue
        if " " in unit:
            times, _, unit = unit.partition(" ")
            count *= int(times)
        return Found(f"{count} {unit}{'s' if count > 1 else ''}", *match.span(), 0.9)
    return None


def find_series_asked(text: Text, schema: Schema, target: str) -> Found[tuple[str, ...]] | None:
    """Return the columns that tell series apart, empty for one of all rows; None if not told."""
    for pattern in _SERIES:
        for match in pattern.finditer(text.low):
            noun = _TRAILING.sub("", match["noun"])
            found = _one_of(noun, schema, target)
            if found is not None:
                column, words = found
                end = match.start("noun") + noun.find(words) + len(words)
                return Found((column.name,), match.start(), end, 0.85)
    together = _ALL_TOGETHER.search(text.low)
    return Found((), *together.span(), 0.8) if together else None


def per_period(text: Text, target: Column) -> Found[Literal["sum", "mean"]]:
    """Return what several rows of a period come to: by the words, else by what the target is."""
    if found := _MEAN.search(text.low):
        return Found("mean", *found.span(), 0.85)
    if found := _SUM.search(text.low):
        return Found("sum", *found.span(), 0.8)
    adds = bool(target.concepts & _FLOWS)
    return Found("sum" if adds else "mean", 0, 0, 0.7, "data")


def asks_over_time(text: Text, schema: Schema, time: Column) -> tuple[int, int] | None:
    """Return the words that ask for a forecast without saying how far ahead.

    "Forecast" is said of any prediction; only of a table that is a series, with a row for each
    time or for each series and time, does it mean later times. "Over time" says so itself.
    """
    if told := _OVER_TIME.search(text.low):
        return told.span()
    verb = _TREND.search(text.low)
    return verb.span() if verb and is_series(schema, time) else None


def time_of(schema: Schema) -> Column | None:
    """Return what a forecast runs along: a date column, or years of a series; None without one."""
    dates = [c for c in schema.dates() if is_series(schema, c)] or schema.dates()
    ends = [_days(c.profile.last) for c in dates]
    if not ends:
        return next((c for c in schema.columns if _of_years(c) and is_series(schema, c)), None)
    # A calving comes before the milkings that follow on it: what goes on until now is the time.
    span = max(ends) - min(_days(c.profile.first) for c in dates)
    return next(c for c, end in zip(dates, ends, strict=True) if end >= max(ends) - 0.05 * span)


def _of_years(column: Column) -> bool:
    """Tell whether a column holds years as whole numbers."""
    told = column.profile
    if told.kind != "integer" or told.minimum is None or told.maximum is None:
        return False
    named = any(part.stem in _YEAR for part in column.parts) or column.name.endswith("年份")
    return named and told.minimum >= 1500 and told.maximum <= 2200


def _days(moment: str | None) -> int:
    try:
        return date.fromisoformat((moment or "")[:10]).toordinal()
    except ValueError:
        return 0


def tells_of_later(schema: Schema) -> bool:
    """Tell whether a table without dates, or a column by its name, speaks of what is next."""
    return time_of(schema) is None or any(
        part.concepts & _LATER or part.stem in ("next", "tomorrow", "future")
        for column in schema.columns
        for part in column.parts
    )


def is_series(schema: Schema, time: Column) -> bool:
    """Tell whether a table has one row a time, or one a time and level of one other column.

    One with a number for each row is a list of events: orders, loans, visits.
    """
    rows, times = schema.profile.rows, time.profile.distinct
    if any(c.profile.kind == "id" and c.profile.distinct >= _EACH * rows for c in schema.columns):
        return False
    if times < LIKE_SERIES * rows:
        levels = [
            c.profile.distinct
            for c in schema.columns
            if c is not time and c.profile.kind in ("category", "id", "text", "boolean", "integer")
        ]
        return any(n > 1 and LIKE_SERIES <= rows / (times * n) <= 1.02 for n in levels)
    return True


def _matches(text: Text) -> Iterator[re.Match[str]]:
    for pattern in _HORIZONS:
        for match in pattern.finditer(text.low):
            if not text.is_used(match.start()):
                yield match


def _one_of(noun: str, schema: Schema, target: str) -> tuple[Column, str] | None:
    """Return the column of levels that a noun, or one of its two words, names, with the words."""
    for words in dict.fromkeys((noun, noun.partition(" ")[0], noun.rpartition(" ")[2])):
        column = column_for(words, schema) if len(words) > 1 or not words.isascii() else None
        if column is None or column.name == target or column.profile.kind == "date":
            continue
        if column.profile.kind in ("category", "id", "boolean", "text") or (
            column.profile.kind == "integer" and column.profile.distinct <= schema.profile.rows // 3
        ):
            return column, words
    return None


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _WORDS:
        return _WORDS[word]
    head, ten, tail = word.partition("十")
    if ten:
        return (_HAN.get(head, 1) if head else 1) * 10 + (_HAN.get(tail, 0) if tail else 0)
    return _HAN.get(word)
