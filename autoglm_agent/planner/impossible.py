"""Columns that cannot be the quantity asked for, whatever their names share with the wish.

"How many days will a patient stay" is not answered by a heart rate, nor "how much fuel" by the
kind of fuel. Such columns are set aside before the words are weighed, so that a wish that the
table cannot meet ends in a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from autoglm_agent.planner.asked import in_units, read_asked
from autoglm_agent.planner.grammar import BREAKS, CONTEXT, FEATURE
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.text import Text, stem, word_set
from autoglm_agent.planner.units_asked import in_other_units

_TIMES: dict[str, frozenset[str]] = {
    name: frozenset(map(stem, word_set(words)))
    for name, words in {
        "second": "second seconds sec secs ms s 秒",
        "minute": "minute minutes min mins 分钟",
        "hour": "hour hours hr hrs h 小时",
        "day": "day days night nights daily 天 天数 日",
        "week": "week weeks wk wks weekly 周",
        "month": "month months mth mths mo mos monthly 月 月数",
        "year": "year years yr yrs annual yearly age 年 年数 年限",
    }.items()
}
_NEXT = 2
_UNITS = frozenset().union(*_TIMES.values())
_TIME_ASKED = re.compile(
    r"\b(?:how many|number of|(?:the|total) (?:total )?(?:number of )?)"
    r" ?(?:(?!a |an |per |each |every |in |next |last |these |those |\w*watt )[a-z]+ )?"
    r"(?P<en>second|minute|hour|day|night|week|month|year)s\b|"
    r"(?:多少|(?<![前后近这那头第])几)个?(?P<zh>秒|分钟|小时|天|周|月|年)(?!龄|纪|级|份)|"
    r"(?P<of>小时|分钟|天|月)数",
    re.ASCII,
)
_ZH = {"秒": "second", "分钟": "minute", "小时": "hour", "天": "day", "周": "week", "月": "month",
       "年": "year"}  # fmt: skip
_OTHER_UNITS = frozenset(
    map(
        stem,
        word_set(
            "usd eur gbp cny inr dollars euros yuan price cost salary income kg lb lbs km kmh mph "
            "kwh mwh kw mw pct percent rating score celsius mmhg rpm 元 万元 金额 公斤 千克 公里"
        ),
    )
)
_PEOPLE_ASKED = re.compile(
    r"\b(?:how many|number of) (?:\w+ )?(?:people|persons|employees|staff|workers|clerks|"
    r"assistants|visitors|customers|students|patients|passengers|guests)\b|人数|多少(?:个|名|位)?人",
    re.ASCII,
)
_MONEY_ASKED = re.compile(
    r"\bhow (?:much|expensive) [^.;,!?]{0,40}\b(?:costs?|paid|pays?|charged?|spends?|spent|"
    r"earns?)\b|"
    r"\b(?:price|cost|fee) of\b|多少钱|价格|费用",
    re.ASCII,
)
_COUNT_ASKED = re.compile(
    r"\bhow many\b|\b(?:predict|estimate|forecast)? ?(?:the )?(?:total |exact )?number of\b|"
    r"多少(?:个|次|件|辆|张|位|名|家|条)",
    re.ASCII,
)
_YEAR_ASKED = re.compile(
    r"\b(?:predict|estimate|guess) the year\b|\b(?:which|what) year\b|哪一?年", re.ASCII
)
_COUNTS = frozenset(map(stem, word_set("count cnt number num 数量 次数 人数 件数")))
"""Last words of names that count things, which is no money."""
_OF_GOODS = frozenset(map(stem, word_set("quantity qty amount units unit items 数量 件数 金额")))
"""Names of how much or how many of goods, which people are not."""
_DURATIONS = frozenset(
    c.name for word in ("duration", "hours", "minutes", "时长") for c in concepts_of(stem(word))
)


def impossible_columns(text: Text, schema: Schema, named: Collection[str]) -> list[str]:
    """Return the names of the columns whose values cannot be what is asked for.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        named: Columns named outright, which are always meant.
    """
    low = text.open_part
    time, people = asked_time(low), bool(_PEOPLE_ASKED.search(low))
    money = bool(_MONEY_ASKED.search(low)) or "pric" in read_asked(text, None).stems
    counts = bool(_COUNT_ASKED.search(low)) or bool(_YEAR_ASKED.search(low))
    if time is None and not people and not money and not counts and not in_units(low):
        return []
    said = _Said(text)
    timed = {c.name for c in timed_columns(schema)} if time is not None else set()
    found = [name for name in in_other_units(text, schema, named) if name not in timed]
    return found + [
        column.name
        for column in schema.columns
        if (counts and _no_number(column) and not _counted(column, low))
        or (
            column.name not in named
            and (
                (time is not None and _no_such_time(column, time, said))
                or (in_units(low) and _no_number(column))
                or (money and (_counts(column) or _ends_in_time(column)))
                or (people and {part.stem for part in column.parts} <= _OF_GOODS)
            )
        )
    ]


def asked_time(low: str) -> str | None:
    """Return the unit of time of which it is asked how many: `day`.

    Args:
        low: The open words, lower case.
    """
    match = _TIME_ASKED.search(low)
    if match is None:
        return None
    unit = match["en"] or _ZH[match["zh"] or match["of"]]
    return "day" if unit == "night" else unit


def unit_tokens(text: Text) -> frozenset[int]:
    """Return the token of the unit of time of which it is asked how many."""
    match = _TIME_ASKED.search(text.open_part)
    if match is None:
        return frozenset()
    name = next(name for name in ("en", "zh", "of") if match[name])
    return frozenset({text.token_at(match.start(name))})


@lru_cache(maxsize=16)
def timed_columns(schema: Schema) -> tuple[Column, ...]:
    """Return the columns whose names say that they are times, by a unit or by a word."""
    return tuple(
        column
        for column in schema.columns
        if column.numeric
        and any(
            part.stem in _UNITS or part.concepts & _DURATIONS
            for part in (*column.parts, *column.unit)
        )
    )


def counts_in(part: Part, unit: str) -> bool:
    """Tell whether a part of a name is a unit of time: `days` for *day*."""
    return part.stem in _TIMES[unit]


class _Said:
    """The open words, as stems and as concepts."""

    def __init__(self, text: Text) -> None:
        meaning = senses(text)
        indices = [i for i, t in enumerate(text.tokens) if not text.is_used(t.start)]
        indices = [i for i in indices if text.tokens[i].stem not in _UNITS]
        self.stems = {text.tokens[i].stem for i in indices}
        self.concepts = {c.name for i in indices for c in meaning[i].concepts}


def _no_such_time(column: Column, unit: str, said: _Said) -> bool:
    """Tell whether a name measures something else: years where days are asked for.

    A column of another unit of time counts where a word says what of it is measured, since hours
    may well be asked for of a column in minutes.
    """
    stems = {part.stem for part in (*column.parts, *column.unit)}
    if stems & _OTHER_UNITS or _no_number(column):
        return True
    told = {name for name, words in _TIMES.items() if words & stems}
    if not told or unit in told:
        return False
    others = [
        p
        for p in column.parts
        if not p.light and p.stem not in _UNITS and p.stem not in BREAKS | CONTEXT | FEATURE
    ]
    names = said.concepts - _DURATIONS
    return not any(any(p.says(w) for w in said.stems) or p.concepts & names for p in others)


def _counted(column: Column, low: str) -> bool:
    """Tell whether the column itself is what is counted: "how many *stops*"."""
    match = _COUNT_ASKED.search(low)
    after = [stem(word) for word in low[match.end() :].split()[:_NEXT]] if match else []
    return any(part.says(word) for part in column.parts for word in after)


def _counts(column: Column) -> bool:
    return bool(column.parts) and column.parts[-1].stem in _COUNTS


def _ends_in_time(column: Column) -> bool:
    """Tell whether a name ends in a unit of time, as `chargeTimeHrs` does, and not `per night`."""
    stems = [part.stem for part in column.parts]
    return len(stems) > 1 and stems[-1] in _UNITS and not {"per", "a", "each"} & set(stems)


def _no_number(column: Column) -> bool:
    return not (column.numeric or column.counted or column.profile.kind in ("id", "date"))
