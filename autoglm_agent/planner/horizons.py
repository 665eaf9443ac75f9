"""How far ahead a forecast looks, as the words tell it: a number of periods, or until a date."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

from autoglm_agent.errors import InputError
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

_WORDS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fourteen": 14, "thirty": 30,
    "couple of": 2, "a couple of": 2, "twenty": 20, "twenty-four": 24, "sixty": 60, "ninety": 90,
}  # fmt: skip
_HAN = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_UNITS = {
    "second": "second", "minute": "minute", "min": "minute", "hour": "hour", "hr": "hour",
    "day": "day", "night": "day", "week": "week", "fortnight": "2 week", "month": "month",
    "quarter": "quarter", "year": "year", "decade": "10 year",
    "period": "period", "step": "period",
    "秒": "second", "分钟": "minute", "小时": "hour", "钟头": "hour", "天": "day", "日": "day",
    "周": "week", "星期": "week", "礼拜": "week", "个月": "month", "月": "month",
    "季度": "quarter", "季": "quarter", "年": "year", "期": "period", "步": "period",
}  # fmt: skip
_COUNT = rf"(?P<count>\d+|{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))})"
_UNIT = r"(?P<unit>seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|" \
    r"months?|quarters?|years?|decades?|periods?|steps?)"  # fmt: skip
_FORWARD = r"(?:next|coming|upcoming|following|future|subsequent)"
_AHEAD = r"(?:ahead|out|into the future|in advance|forward|beforehand)"
_HORIZONS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"\b{_FORWARD} {_COUNT}[- ]{_UNIT}\b",
        rf"\b{_COUNT}[- ]{_UNIT}[- ]{_AHEAD}\b",
        rf"\b(?:horizon|lead time) (?:of |is |= ?|: ?)?{_COUNT}[- ]?{_UNIT}?\b",
        rf"\b{_COUNT}[- ]{_UNIT}[- ](?:forecast(?:ing)?|horizon|outlook|projection)s?\b",
        rf"\b{_FORWARD} {_COUNT} (?:values?|points?|observations?|rows?|entries|readings?)\b",
        rf"\b(?:up to|over|for|within|in) (?:the )?{_FORWARD} {_UNIT}\b",
        rf"\b(?:the )?{_FORWARD} {_UNIT}(?:'s)?\b",
        r"\b(?P<tomorrow>tomorrow)\b",
        r"(?:未来|接下来|今后|往后|后续|之后|此后|后面|将来|随后|下|后)(?:的)?"
        r"(?P<count>\d+|[零一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>秒|分钟|小时|钟头|天|日|周|星期|礼拜|月|季度|年|期|步)",
        r"提前(?P<count>\d+|[一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>分钟|小时|天|日|周|星期|月|季度|年|期|步)",
        r"(?:往后|向后|向前|再往后)预测(?P<count>\d+|[零一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>秒|分钟|小时|天|日|周|星期|礼拜|月|季度|年|期|步)",
        r"预测(?:期限?|步长|周期|时长|长度|窗口|范围)(?:为|是|:)?\s?"
        r"(?P<count>\d+|[零一二三四五六七八九十两]+)\s?个?"
        r"(?P<unit>秒|分钟|小时|天|日|周|星期|礼拜|月|季度|年|期|步)",
        r"(?:下个?|下一个?|明)(?P<unit>周|星期|礼拜|月|季度|年|小时)",
        r"(?P<tomorrow>明天|明日|次日|翌日)",
    )
)
_OF_FORECAST = re.compile(
    rf"(?:(?<=, )|\b(?:for|over) ){_COUNT}[- ](?P<unit>days?|nights?|weeks?|months?|quarters?|"
    r"years?)\b(?! (?:of|old|ago|later|before))",
    re.ASCII,
)
"""How far ahead where a forecast is asked for by name: "forecast sales for 4 weeks"."""
_FORECAST = re.compile(r"\bforecast")
_WORKING_EN = re.compile(
    rf"\b(?:next|coming|upcoming|following) {_COUNT} (?:business|working|trading|week) ?days?\b",
    re.ASCII,
)
_WORKING_ZH = re.compile(
    r"(?:未来|接下来|今后|往后|之后|后)(?:的)?(?P<count>\d+|[一二三四五六七八九十两]+)\s?个?(?:工作日|交易日)"
)
_HALVES = (
    (re.compile(r"(?:未来|接下来|今后|往后|之后)(?:的)?半个月"), "15 days"),
    (re.compile(r"(?:未来|接下来|今后|往后|之后)(?:的)?半年"), "6 months"),
    (re.compile(r"(?:未来|接下来|今后|往后|之后)(?:的)?半天"), "12 hours"),
    (re.compile(r"(?:未来|接下来|今后|往后|之后)(?:的)?一年半"), "18 months"),
    (re.compile(rf"\b{_FORWARD} (?:half a year|half[- ]year)\b", re.ASCII), "6 months"),
    (re.compile(rf"\b{_FORWARD} (?:a )?year and a half\b", re.ASCII), "18 months"),
    (re.compile(rf"\b{_FORWARD} (?:a )?month and a half\b", re.ASCII), "6 weeks"),
    (re.compile(rf"\b{_FORWARD} (?:a )?week and a half\b", re.ASCII), "10 days"),
)
_NO_COUNT = re.compile(
    rf"\b{_FORWARD} (?:-\s?\d+|0|zero|\d+\.\d+)[- ]{_UNIT}\b|"
    r"(?:未来|接下来|今后|往后|之后)(?:的)?(?:-\s?\d+|0|零|\d+\.\d+)\s?个?(?:秒|分钟|小时|天|日|周|月|季度|年)",
    re.ASCII,
)
_MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
_DATED_EN = re.compile(
    r"\b(?<!data )(?:until|till|through|thru|up to|for)(?: the)?(?: (?:whole|entire))?"
    r"(?P<rest> rest of (?:the|this) (?P<span>year|month|quarter))?(?P<end> end of)?(?: of)? ?"
    r"(?:(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?,? ?)?"
    r"(?P<year>20\d\d)?(?P<this>(?:the |this )?(?:year|month)(?:'s)?(?:[- ]end)?)?\b",
    re.ASCII,
)
_NO_END_ZH = r"(?![\d-]|之?前|以前|之?后|以后|以来|起|开始|的?数据|有|发生|期间)"
_ASKED = re.compile(
    r"\b(?:forecast\w*|predict\w*|project\w*|estimat\w*|expect\w*|outlook|will)\b|"
    r"\bhow (?:much|many)\b|"
    r"预测|预报|预估|预计|估计|多少",
    re.ASCII,
)
_DATED_ZH = re.compile(
    r"(?:(?P<year>20\d\d)年)?(?P<month>1[0-2]|0?[1-9])月(?:份|底|末)?" + _NO_END_ZH + r"|"
    r"(?P<whole>20\d\d)年(?:全年|底|末)?"
    + _NO_END_ZH
    + r"|(?P<end>到?(?:今年)?年底|年末|下半年|今年剩余)"
)


def find_horizon(text: Text) -> Found[str] | None:
    """Return how far ahead is looked, as "14 days"; None where no number or unit is told.

    Raises:
        InputError: If it is no whole number of periods, or none at all.
    """
    if (wrong := _NO_COUNT.search(text.low)) and not text.is_used(wrong.start()):
        words = text.span(*wrong.span())
        raise InputError(
            text.say(
                f'"{words}" is no way to look ahead.',
                f"“{words}”不是可预测的时长。",
            ),
            text.say(
                'Ask for a whole number of periods, at least one: "the next 14 days".',
                "请给出整数个周期，至少一个：“未来14天”。",
            ),
        )
    for pattern, told in _HALVES:
        if (match := pattern.search(text.low)) and not text.is_used(match.start()):
            return Found(told, *match.span(), 0.9)
    if match := _WORKING_EN.search(text.low) or _WORKING_ZH.search(text.low):
        count = _number(match["count"])
        if count:
            weeks, rest = divmod(count, 5)
            return Found(_told(count, "day") if rest else _told(weeks, "week"), *match.span(), 0.9)
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
        return Found(_told(count, unit), *match.span(), 0.9)
    return None


def find_end(text: Text, last: date, *, anywhere: bool = False) -> Found[str] | None:
    """Return until when is looked, as "until 2025-03-31": a month or a year that is named.

    The name must stand in a clause that asks for something; what happened "in May 2024" is no end.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        last: The last day of the table, which tells the year of a month without one.
        anywhere: Whether a clause that asks for nothing may name the end, too.
    """
    for pattern in (_DATED_EN, _DATED_ZH):
        for match in pattern.finditer(text.low):
            start, end = text.clause(match.start())
            asked = anywhere or _ASKED.search(text.low[start:end])
            if text.is_used(match.start()) or not asked:
                continue
            if day := _end_of(match.groupdict(), last):
                return Found(f"until {day}", *match.span(), 0.85)
    return None


def _end_of(told: dict[str, str | None], last: date) -> date | None:
    """Return the last day of what is named."""
    year = int(told["year"] or 0) if told.get("year") else None
    if whole := told.get("whole"):
        return date(int(whole), 12, 31)
    if told.get("month"):
        named = str(told["month"])
        month = int(named) if named.isdigit() else _MONTHS[named]
        # "May" without a year is a month that comes, and no verb.
        year = year or (last.year if month > last.month else last.year + 1)
        return date(year, month, calendar.monthrange(year, month)[1])
    if year is not None:
        return date(year, 12, 31)
    span = told.get("span") or ("year" if told.get("this") or told.get("end") else None)
    if span is None or not (told.get("rest") or told.get("end")):
        return None
    if span == "year" and "month" not in str(told.get("this")):
        return date(last.year + (last.month == 12 and last.day == 31), 12, 31)
    month = last.month if span != "quarter" else (last.month - 1) // 3 * 3 + 3
    return date(last.year, month, calendar.monthrange(last.year, month)[1])


def _told(count: int, unit: str) -> str:
    return f"{count} {unit}{'s' if count > 1 else ''}"


def _matches(text: Text) -> Iterator[re.Match[str]]:
    for pattern in _HORIZONS:
        for match in pattern.finditer(text.low):
            if not text.is_used(match.start()):
                yield match
    for match in _OF_FORECAST.finditer(text.low):
        if not text.is_used(match.start()) and _FORECAST.search(text.low, 0, match.start()):
            yield match


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _WORDS:
        return _WORDS[word]
    head, ten, tail = word.partition("十")
    if ten:
        return (_HAN.get(head, 1) if head else 1) * 10 + (_HAN.get(tail, 0) if tail else 0)
    return _HAN.get(word)
