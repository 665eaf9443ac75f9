"""What a forecast is asked for: how far ahead, of which series, and what a period comes to."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from autoglm_agent.errors import InputError
from autoglm_agent.planner.horizons import find_end
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

_SERIES = (
    re.compile(
        r"\b(?:(?P<each>(?:for|of|at|in) (?:each|every))|per|by|for all|broken down by|grouped by|"
        r"separately for(?: each)?|each|every) "
        r"(?P<noun>(?:[\w-]+ )?[\w-]{2,30})",
        re.ASCII,
    ),
    re.compile(
        r"(?:(?P<each>每家|每种|每条|每台|每位|每间)|每一?个|各个?|按照?|分)(?P<noun>[\u3400-\u9fffA-Za-z_]{1,8}?)"
        r"(?=的|分别|分开|未来|接下来|在|预测|来|，|,|。|$)"
    ),
)
_THING = re.compile(r"[a-z]{3,20}|[\u3400-\u9fff]{2,4}")
_NO_SERIES = frozenset({
    "second", "minute", "hour", "day", "night", "week", "fortnight", "month", "quarter", "year",
    "period", "step", "the", "our", "these", "those", "one", "time", "case", "row", "record",
    "date", "single", "individual", "other", "weekday", "morning", "evening", "season",
})  # fmt: skip
_TRAILING = re.compile(r" (?:for|in|over|the|at|by|with|and|on|of|to|next|using|is|are)$", re.ASCII)
_SUM = re.compile(
    r"\b(?:total|sum|overall|altogether|combined|summed|aggregate)\b|总|合计|累计|加总|一共",
    re.ASCII,
)
_ALL_TOGETHER = re.compile(
    r"\b(?:overall|altogether|in total|combined|across all|company[- ]wide|all \w+ together|"
    r"(?:total|sum)\b[^.;,]{0,30} (?:over|across|of) all)\b|"
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
_FORECAST = re.compile(r"\bforecast\w*|\bproject(?:ion|ed|ing)?\b|预测|预报|预估", re.ASCII)
_TIME = frozenset(
    {"date", "day", "time", "datetime", "timestamp", "month", "week", "日期", "时间", "月份"}
)
_OVER_TIME = re.compile(
    r"\bover time\b|\btime[- ]series\b(?! (?:split|cv|cross|validation|fold))|"
    r"\bforecast(?:ing)? model\b|"
    r"(?:时间序列|时序)(?!(?:交叉)?(?:划分|切分|拆分|分割|验证|顺序|先后))",
    re.ASCII,
)
_LATER = frozenset({"tomorrow", "next_day"})
_YEAR = frozenset({"year", "yr", "年", "年份", "年度"})
_EACH, _SHORT = 0.9, 3
LIKE_SERIES = 0.7
"""Least share of rows with a time of their own, or of a full grid of series and times."""


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
            if match["each"] and _THING.fullmatch(noun) and noun.rstrip("s") not in _NO_SERIES:
                able = [c.name for c in schema.columns if c.name != target and _tells_apart(c)]
                short = [name for name in able if _shortened(schema.by_name[name], noun)]
                if len(short) == 1:
                    return Found((short[0],), *match.span(), 0.7)
                names = ", ".join(able[:5])
                raise InputError(
                    text.say(
                        f"No column tells which {noun} a row is of.",
                        f"没有一列说明每行属于哪个“{noun}”。",
                    ),
                    text.say(
                        f"Series can be told apart by {names or 'no column here'}.",
                        f"可用来区分序列的列：{names or '没有'}。",
                    ),
                )
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


def end_named(text: Text, time: Column | None, *, anywhere: bool = False) -> Found[str] | None:
    """Return the month or year until which is asked, as "until 2025-03-31"; None without one.

    Args:
        text: The instruction.
        time: The table's time.
        anywhere: As in `horizons.find_end`.
    """
    if time is None:
        return None
    if _of_years(time):
        return find_end(text, date(int(time.profile.maximum or 1), 12, 31), anywhere=anywhere)
    if time.profile.kind != "date" or not time.profile.last:
        return None
    return find_end(text, date.fromisoformat(time.profile.last[:10]), anywhere=anywhere)


def refuse_forecast(text: Text, schema: Schema, target: Column, horizon: Found[str]) -> None:
    """Refuse what is asked as a forecast and cannot be one; a prediction is no answer to it.

    Raises:
        InputError: If the table has no dates, or the target of a series no numbers.
    """
    # "The price of a car next year" is said of many a plain prediction.
    single = horizon.value.startswith("1 ")
    if single or _names_later(schema) or target.two_valued or not _FORECAST.search(text.low):
        return
    time = time_of(schema)
    if time is None and target.numeric:
        near = next((c for c in schema.columns if c.name.lower() in _TIME), None)
        of = f" {near.name!r} holds {near.profile.kind}, no dates." if near is not None else ""
        holds = f"{near.name!r} 是 {near.profile.kind}，不是日期。" if near is not None else ""
        raise InputError(
            text.say(
                f"A forecast of the next {horizon.value} needs a column of dates, and "
                f"{schema.profile.name} has none that can be read.{of}",
                f"预测未来 {horizon.value} 需要日期列，而 {schema.profile.name} 没有能读的日期列。"
                f"{holds}",
            ),
            text.say(
                "Write dates like 2024-01-31; or ask to predict the column without a time ahead.",
                "请把日期写成 2024-01-31 的形式，或不提未来时长、直接预测该列。",
            ),
        )
    if time is not None and not target.numeric and is_series(schema, time):
        levels = ", ".join(str(level) for level, _ in target.profile.levels[:3])
        raise InputError(
            text.say(
                f"Only numbers are forecast, and {target.name!r} holds {levels or 'none'}.",
                f"只能对数值做时间预测，而 {target.name!r} 的内容是 {levels or '空'}。",
            ),
            text.say(
                "Mend the cells that are no numbers, or ask to predict it with a split by time.",
                "请改正不是数值的单元格，或按时间划分来预测它。",
            ),
        )


def tells_of_later(schema: Schema) -> bool:
    """Tell whether a table without dates, or a column by its name, speaks of what is next."""
    return time_of(schema) is None or _names_later(schema)


def _names_later(schema: Schema) -> bool:
    return any(
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


def _one_of(noun: str, schema: Schema, target: str) -> tuple[Column, str] | None:
    """Return the column of levels that a noun, or one of its two words, names, with the words."""
    for words in dict.fromkeys((noun, noun.partition(" ")[0], noun.rpartition(" ")[2])):
        column = column_for(words, schema) if len(words) > 1 or not words.isascii() else None
        if column is None or column.name == target or column.profile.kind == "date":
            continue
        if _tells_apart(column) or (
            column.profile.kind == "integer" and column.profile.distinct <= schema.profile.rows // 3
        ):
            return column, words
    return None


def _shortened(column: Column, noun: str) -> bool:
    """Tell whether a name is short for a noun, as `inv_id` is for *inverter*."""
    return any(len(part.stem) >= _SHORT and noun.startswith(part.stem) for part in column.parts)


def _tells_apart(column: Column) -> bool:
    return column.profile.kind in ("category", "id", "boolean", "text")
