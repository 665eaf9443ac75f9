"""The column by whose time the rows are to be divided: earlier ones train, later ones test."""

from __future__ import annotations

import re

from autoglm_agent.errors import InputError
from autoglm_agent.planner.groups import kept_apart
from autoglm_agent.planner.groups_said import NAME
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.split_by_age import in_time_order
from autoglm_agent.planner.split_by_group import BY_NO_GROUP, until_verb
from autoglm_agent.planner.text import Text, stem, word_set

_WHEN = r"(?:earl\w+|old\w*|past|first|previous|histor\w+|before)"
_THEN = r"(?:lat(?:er|est)|new\w*|recent|most recent|future|last|following|subsequent|after)"
_USE = r"(?:train\w*|fit\w*|learn\w*(?! from (?:the |our |its )?(?:history|past)\b)|build\w*)"
_CHECK = r"(?:test\w*|validat\w*|evaluat\w*|check\w*|hold[- ]?out|scor\w+(?! \w+ (?:\w+ )?after\b))"
_LATER_ZH = r"(?:[^;。,]{0,24}(?:,[^;。,]{0,12}(?:测试|验证|检验|评估)[^;。,]{0,12})?)"
"""The rest of a clause, and what the next says of testing."""
_TIME = re.compile(
    rf"\b{_USE}[^.;。!?]{{0,30}}\b{_WHEN}\b[^.;。!?]{{0,90}}|"
    rf"\b{_CHECK}[^.;。!?]{{0,40}}\b{_THEN}\b[^.;。!?]{{0,60}}"
    rf"|\b{_WHEN}\b[^.;,。!?]{{0,40}}\b(?:for|to) (?:train\w*|fit\w*|learn\w*)[^.;。!?]{{0,60}}"
    rf"|\b{_THEN}\b[^.;,。!?]{{0,40}}\b(?:is|are|be|as|for|form|serve|go|"
    rf"goes|become|becomes|into|in|to|make)\b"
    rf"[^.;,。!?]{{0,20}}\b(?:test|hold[- ]?out|validation)\w*(?: set| data)?"
    r"|\b(?:chronolog\w+|temporal(?:ly)?|out[- ]of[- ]time|time[- ](?:based|ordered|aware|wise|"
    r"series|respecting))[- ]?(?:train[/-]test )?(?:split|splits|splitting|validation|cv|"
    r"cross[- ]validation|hold[- ]?out|order|evaluation|test)?\b"
    r"|\b(?:split\w*|sort\w*|order\w*|cut|divid\w+|partition\w*|validat\w+|"
    r"hold[- ]?out)[^.;,。!?]{0,30}?\b(?:by|on|over|along|in|according to)\s+(?:the\s+)?(?:time|"
    r"dates?|year|month|day|timestamps?|chronological order|(?:\w{2,15} )?"
    r"[\w.-]{0,20}(?:date|time|year|"
    r"timestamp))\b"
    rf"|\b(?:19|20)\d\d\b[^.;。!?]{{0,30}}\b{_USE}[^.;。!?]{{0,30}}\b(?:19|20)\d\d\b"
    rf"[^.;。!?]{{0,24}}\b{_CHECK}"
    rf"|\b{_USE}[^.;。!?]{{0,30}}\b(?:19|20)\d\d\b[^.;。!?]{{0,40}}\b{_CHECK}"
    r"[^.;。!?]{0,30}\b(?:19|20)\d\d\b"
    r"|(?:19|20)\d\d ?年?[^;。]{0,10}训练[^;。]{0,10}(?:19|20)\d\d ?年?[^;。]{0,10}测试"
    r"|\b(?:up to|until|through|before|after|since|from) (?:the year )?(?:19|20)\d\d\b"
    r"[^.;,。!?]{0,20}\b(?:for|to|as) (?:train|test|valid|fit|evaluat)\w*"
    r"|\btime split\b|\bdate split\b|\b(?:keep|respect|preserv|observ|follow|maintain)\w* (?:the )?"
    r"(?:time|temporal|date|chronological) (?:order|sequence)(?: when splitting)?"
    r"|\b(?:without|no|never|not|n't) (?:looking|look|peeking|peek) (?:in|into|at) the future\b"
    r"|(?:按照?|依照?|根据|以)[^，,;。]{0,16}?(?:时间|日期|先后|年份|时序|顺序|"
    r"早晚)[^，,;。]{0,6}(?:划分|切分|拆分|分割|排序|分训练|先后|分开|split|来(?=[，,;。]|\Z))[^，,;。]{0,12}"
    r"|(?:时间|时序)(?:顺序|先后|序列)?(?:划分|切分|拆分|分割|验证)[^，,;。]{0,8}"
    r"|(?:训练|建模)[^;。]{0,8}(?:较早|早期|早些|过去|历史|以前|之前|前面)"
    + _LATER_ZH
    + r"|(?:用|拿)?(?:较早|早期|早些|过去|历史|以前|前面)[^;。，,]{0,12}训练"
    + _LATER_ZH
    + r"|(?:不要|不能|别|不得|避免|不可以?)(?:使?用|看|偷看)到?(?:未来|以后|之后|将来)的?"
    r"(?:数据|信息|记录)[^,;。]{0,8}"
    r"|(?:用|拿)(?:较早|早期|早些|过去|历史|以前|之前|前面)的?(?:数据|记录|样本|资料)?[去来]?(?=预测)"
    r"(?=预测(?:以后|之后|后面|后来|较晚|较新)的)"
    r"|(?:测试|验证)[^;。，,]{0,8}(?:较晚|靠后|较新|后期|最新|最近|未来|之后|"
    r"后面)[^;。，,]{0,12}|(?:较晚|"
    r"靠后|较新|后期|最新|最近|后面)[^;。，,]{0,10}(?:测试|验证)"
    r"|(?:测试|验证)集?[^,;。]{0,6}(?:(?:晚于|迟于)训练集?|在训练集?(?:之后|以后|后面))"
    r"|(?:老|旧|早|(?<![目当之以提])前面?)的?(?:数据|记录|样本|日期|[年月]份)[^,;。]{0,4}(?:train|训练)[^;。]{0,6}"
    r"(?:新|(?<![然最之以随])后面?|晚)的?[^;。]{0,8}(?:test|测试|验证)"
    r"|(?:先|早|最早|前几?个?)[\u3400-\u9fff]{0,8}?的?[\u3400-\u9fff]{0,8}?(?:训练|建模|学习)"
    r"[^;。]{0,3}(?:后|晚|最晚|后几?个?)[\u3400-\u9fff]{0,8}?的?[\u3400-\u9fff]{0,8}?(?:测试|验证|检验|评估)",
    re.ASCII,
)
_BY = re.compile(
    r"\b(?:split\w*|sort\w*|order\w*|cut|divid\w+|partition\w*)[^.;,。!?]{0,30}?\b(?:by|on|over|"
    r"along|according to|per)\s+(?:the\s+)?([^.;,。!?]{1,40})"
    r"|(?:按照?|依照?|以|用|根据|基于)\s?([^，,;。]{1,24}?)\s?(?:来)?(?:的时间先后|的先后|时间先后|"
    r"先后顺序)?(?:划分|切分|拆分|分割|split)[^，,;。]{0,12}",
    re.ASCII,
)
_NEW = re.compile(rf"\b(?:new|unseen|other) ({NAME})", re.ASCII)
_MUST_BE_NEW = re.compile(
    rf"(?:\btest(?:ed|ing)? (?P<one>{NAME})|(?<!\w)(?P<other>{NAME}) (?:in|of|for) (?:the )?"
    r"test(?:ing)?(?: set| data)?) (?:must|should|have to|need to|are to|ought to) be (?:\w+ )?"
    r"(?:new|unseen|different|other)\b(?! than)",
    re.ASCII,
)
_CALENDAR = frozenset(
    map(
        stem,
        word_set(
            "year month date time day season period quarter week "
            "年 年份 年度 月份 季度 赛季 期 期次 届 周"
        ),
    )
)
_HAPPENS = re.compile(r"\b(?:happen|occur|took place|take place)|发生", re.ASCII)
_EVENTS = frozenset(
    map(stem, ("incident", "event", "accident", "occurrence", "事故", "事件", "发生"))
)
_FIRST_YEAR, _LAST_YEAR, _TURNS_ROUND = 1500, 2200, 12
_CLOCK = frozenset(
    map(stem, ("time", "timestamp", "step", "cycle", "epoch", "tick", "时间", "时刻", "周期"))
)


def find_time_column(text: Text, schema: Schema, mentions: list[Mention]) -> Found[str] | None:
    """Return the column that orders the rows, when the instruction wants a split by time.

    Raises:
        InputError: A split by time is asked for, but the table has no date column.
    """
    match = _TIME.search(text.low) or in_time_order(text.low)
    divided = [by.span() for by in _BY.finditer(text.low)]
    named = next((m for m in mentions if _dated(m.column) and _inside(m, divided)), None)
    if match is None and named is None:
        return None
    if match is not None and _new_things(match.group(), text.low, schema):
        return None
    if match is None and named is not None:
        start, end = text.clause(named.start)
        by = next((by for by in divided if _inside(named, [by])), (start, end))
        return Found(named.column.name, *by, 0.95)
    assert match is not None
    start, end = match.start(), until_verb(text, match.start(), match.end())
    sentence = text.sentence(start)
    dated = [m for m in mentions if sentence[0] <= m.start < sentence[1] and _dated(m.column)]
    inside = [m for m in dated if start <= m.start < end] or [
        m for m in dated if m.column.profile.kind == "date"
    ]
    if inside and text.clause(start)[0] <= inside[0].start < start:
        start = inside[0].start
    if inside:
        return Found(
            inside[0].column.name,
            start,
            max(end, inside[0].end if inside[0].start < end else end),
            0.95,
        )
    clock = next((m for m in mentions if sentence[0] <= m.start < sentence[1] and _clock(m)), None)
    if clock is not None:
        return Found(clock.column.name, start, max(end, clock.end), 0.9)
    dates = schema.dates() or sorted(filter(_dated, schema.columns), key=_goes_round)
    if not dates and kept_apart(text, schema, mentions, ()) is not None:
        return None
    if not dates:
        raise InputError(
            text.say(
                f"A split by time is asked for, but {schema.profile.name} has no date column.",
                f"要求按时间划分，但 {schema.profile.name} 没有日期列。",
            ),
            text.say(
                "Name the column that orders the rows, or ask for another split.",
                "请指明给各行排序的列，或换一种划分。",
            ),
        )
    words = column_for(text.low[start:end], schema)
    told = [c for c in dates if c is words] or _said(text, dates, start, end)
    told = told or _said(text, dates, text.clause(start)[0], end)  # 用出行日期较早的数据训练
    if len(told) != 1 and _HAPPENS.search(text.low, start, end):
        told = [c for c in told or dates if _EVENTS & {part.stem for part in c.parts}]
    chosen = told[0] if len(told) == 1 else dates[0]
    return Found(chosen.name, start, end, 0.9 if len(dates) == 1 else 0.6)


def _new_things(words: str, low: str, schema: Schema) -> bool:
    """Tell "test on new customers", which are groups, from "test on newer rows"."""
    new, must = _NEW.search(words), _MUST_BE_NEW.search(low)
    told = must["one"] or must["other"] if must else new[1] if new else None
    column = column_for(told, schema) if told and told not in BY_NO_GROUP else None
    if column is None or _dated(column):
        return False
    # "New hospitals" are things of a column called so; "new sales" are newer rows.
    named = told is not None and len(column.parts) == 1 and column.parts[0].says(stem(told))
    thing = named and column.profile.kind in ("category", "text")
    return column.identifies or must is not None or thing


def _said(text: Text, dates: list[Column], start: int, end: int) -> list[Column]:
    """Return the dates of whose name the words of a range say a telling part: *arrivals*."""
    words = [t for t in text.tokens if start <= t.start < end]
    meant = {t.stem: {c.name for c in concepts_of(t.stem)} for t in words}
    return [
        column
        for column in dates
        if any(
            not _CALENDAR & {part.stem, *part.alternatives} and not part.light
            and any(part.says(word) or part.concepts & names for word, names in meant.items())
            for part in column.parts
        )
    ]  # fmt: skip


def _inside(mention: Mention, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= mention.start < end for start, end in ranges)


def _dated(column: Column) -> bool:
    if column.profile.kind == "date":
        return True
    words = {word for part in column.parts for word in (part.stem, *part.alternatives)}
    return column.profile.kind == "integer" and bool(words & _CALENDAR)


def _goes_round(column: Column) -> int:
    """Return 0 for years, which order all rows, 2 for months and the like, which begin anew."""
    low, high = column.profile.minimum, column.profile.maximum
    if low is not None and high is not None and low >= _FIRST_YEAR and high <= _LAST_YEAR:
        return 0
    return 1 if column.profile.distinct > _TURNS_ROUND else 2


def _clock(mention: Mention) -> bool:
    """Tell whether a column counts time: seconds since the first row, a step, a sequence number."""
    column = mention.column
    words = {word for part in column.parts for word in (part.stem, *part.alternatives)}
    return column.profile.kind in ("number", "integer", "id") and bool(words & _CLOCK)
