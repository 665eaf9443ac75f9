"""What a user would have otherwise of a forecast: how far, of which series, and of what."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from autoglm_agent.planner.durations import find_durations
from autoglm_agent.planner.feedback import words as say
from autoglm_agent.planner.feedback.edits import EditKind
from autoglm_agent.planner.feedback.talk import Talk
from autoglm_agent.planner.forecasts import end_named, find_series_asked
from autoglm_agent.planner.horizons import find_horizon
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text, read_text

_P = re.ASCII
_TOLD = r"(?P<told>(?:\d+|[a-z]+|a couple of|twenty-four)[- ](?:minutes?|hours?|days?|weeks?|" \
    r"fortnights?|months?|quarters?|years?|periods?|steps?))\b"  # fmt: skip
_HAN = (
    r"(?P<told>(?:(?<!\d)\d{1,3}|[一二三四五六七八九十两]+)\s?个?"
    r"(?:分钟|小时|天|日|周|星期|礼拜|月|季度|年|期|步))"
)
_BARE = (
    re.compile(
        r"\b(?:forecast\w*|predict\w*|project|horizon|ahead|make it|only|just|want|need|give me|"
        r"show(?: me)?|extend\w*|shorten\w*|change it|i meant|rather)"
        r"(?:,? (?:for|the|to|is|be|should|must|at|of|it|me|us|only|just|see|horizon|know|forecast"
        r")){0,4} " + _TOLD,
        _P,
    ),
    re.compile(
        rf"(?<!instead of )(?<!rather than )\b{_TOLD}"
        r"(?= (?:instead|only|rather|(?:is|are|would be) (?:enough|fine|sufficient)|will do|"
        r"suffices?)\b)",
        _P,
    ),
    re.compile(
        rf"(?:预测|改成|改为|换成|只要|只需要?|需要|想要|想看|看|要|延长到|缩短到)(?:预测)?{_HAN}"
    ),
    re.compile(rf"(?:^|[,;.:]) ?{_TOLD}(?=,? ?(?:$|[,;.!]|please\b))", _P),
    re.compile(rf"(?:^|[,;.:]) ?{_HAN}(?= ?(?:$|[,;.!吧]))"),
    re.compile(rf"{_HAN}(?=就(?:够|行|好|可以)|即可|足够)"),
)
"""Lengths of time without a word that looks ahead, which only a forecast gives their meaning."""
_NOT_PER = re.compile(
    r"\b(?:not|no|don'?t|never|without|instead of|rather than|stop)"
    r"(?: (?:forecast\w*|predict\w*|split\w*|separat\w*|break\w*|broken|down|group\w*|want\w*|"
    r"need\w*|show\w*|report\w*|do|tell\w*|apart|distinguish\w*|differentiat\w*|it|them|this|"
    r"that|the|a|any|one|single|individual|series|results?|sales|out|up|to|be|so)){0,5} "
    r"(?:per|by|for each|for every|of each|each|every|between) (?:single )?(?P<noun>[\w-]+)|"
    r"(?:不要?|不用|不必|不需要|无需|别|不再)(?:再)?(?:区分|拆分|细分|分开|分|按照?)"
    r"(?P<han>[\u3400-\u9fffA-Za-z_]{0,8})",
    _P,
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|without|nor|neither|no|cannot|stop)\b|n't\b|\bdont\b|"
    r"\b(?:instead of|rather than) (?=(?:per|by|each|every|for (?:each|every))\b)|"
    r"不(?![同错过仅只])|(?<![差区分特级类性])别|没有?|无需)"
    r"(?:(?!\b(?:but|and|then)\b|而是|而要)[^,;.:!?\n])*",
    _P,
)
"""What is said not to be, up to the end of its clause or to what is wanted in its place."""
_TOGETHER = re.compile(r"\b(?:forecast\w*|predict\w*|project\w*|horizon)\b|预测|预报", _P)
_JUDGED = re.compile(
    r"\b(?:is|are|was|were|looks?|seems?|feels?)\b(?! (?:enough|fine|sufficient|wanted|needed))|"
    r"太|很|非常|来说|来看|而言",
    _P,
)
_FILLER = re.compile(
    r"\b(?:please|just|it|now|all|show|make|give|me|i|we|want|need|would|like|only|instead|rather|"
    r"the|a|an|one|to|be|as|and|or|but|use|sum|total|so|do|then|together|in|of|for|should|"
    r"number|value|figure|series|everything|ok|okay|yes)\b|"
    r"改成|改为|换成|还是|一个|可以|数值|[要请只就行好了吧的我想看用按做值数把都成为地给给出]|"
    r"[^\w\u3400-\u9fff]",
    _P,
)
_AND = re.compile(
    r"(?: ?, ?| and | & |和|与|、)(?:(?:each|every|per|by) |每一?个|按)?"
    r"(?P<noun>[\w-]+|[\u3400-\u9fffA-Za-z_]{1,8}?(?=$|[，,。]|分|各|预测))",
    _P,
)
_LEVELS = ("category", "id", "boolean", "text")
_ALSO = re.compile(r"\b(?:also|as well|too|in addition|additionally)\b|也|还要|同时", _P)
_AVERAGE = r"average|mean|平均|均值"
_ADDED = r"sum|total|added up|合计|总和|总量|总数|累计|加总|求和"
_PER_PERIOD = re.compile(
    r"\b(?:use|take|want|need|forecast|show|report|give me|be|it'?s|should be) "
    rf"(?:me )?(?:the |an? )?(?P<en>{_AVERAGE}|{_ADDED})\b|"
    rf"\b(?P<en2>{_AVERAGE}|{_ADDED}) (?:per|of (?:a|each|every)|a|instead|each)\b|"
    rf"(?:改|用|按|取|要|预测)(?:成|为)?(?:每[天日周月年小时]+的?)?(?P<han>{_AVERAGE}|{_ADDED})",
    _P,
)
_ERROR = re.compile(
    r"(?:[- ](?:of|the|all|a|an))*[- ]?(?:absolute|abs|squared?|percent\w*|errors?|deviations?|"
    r"log|bias)\b|的?(?:绝对|平方|百分|误差|偏差|精度)",
    _P,
)
_ALONE = re.compile(
    r"(?:值|数值|数|量)?(?:的)?(?=$|[^\w\u3400-\u9fff-]*$|[,;.:!?)]|吧|就|即可|来|而|不|每|各|"
    r"一?下)|"
    r" (?:values?|numbers?|figures?|amounts?)?(?=$|[,;.:!?]| ?(?:instead|please|only|rather|not|"
    r"and|but|per|each|every|for|over|across|by|within|a|of (?:a|the|each|every|all)|daily|weekly|"
    r"monthly|hourly)\b)",
    _P,
)
_OF_WHAT = re.compile(
    r" ?(?:of |the )*(?P<noun>[a-z][\w-]*(?: [a-z][\w-]*)?)|的?(?P<han>[\u3400-\u9fff]{1,8})", _P
)
_NOT_SO = re.compile(r"(?:\bnot|n't|\bnever|[不别])\s*(?:to |the )?\Z", _P)
_TARGET = re.compile(r"\btarget\b|目标", _P)
_PERIOD = re.compile(r"(?:minute|hour|day|week|month|quarter|year|period|step|date)s?\b", _P)
_REACHES = re.compile(
    r"\b(?:forecast\w*|predict\w*|project|ahead|horizon|until|till|through|thru|up to|extend\w*|"
    r"shorten\w*)\b|预测|预报|到[^,;]{0,12}(?:[年月底末]|为止)",
    _P,
)
_PAST = re.compile(r"\b(?:was|were|had|been|happened|did)\b", _P)
_MONTH = "|".join(name.lower() for name in (*calendar.month_name, *calendar.month_abbr) if name)
_WHOLE = r"20\d\d\s?年?\s?(?:(?:1[0-2]|0?[1-9])\s?月)?|(?:1[0-2]|0?[1-9])\s?月"
_AT_A_TIME = re.compile(
    r"\b(?:in|(?<!end )(?<!rest )of|during|since|after|from|before)"
    r"(?: (?:the|early|mid|late|whole|entire|year|month|start|beginning|middle|end|of))*"
    rf" (?:(?:{_MONTH})\b\.?(?:,? 20\d\d\b)?|20\d\d\b|(?:this |the )?(?:year|month)\b)|"
    rf"[在自从](?:{_WHOLE})|(?:{_WHOLE})份?(?:之后|以后|以来|起|开始|后|期间|里|中)",
    _P,
)
"""A time at which something was, or from which on: no end of a forecast."""
_UNITS = {
    "second": "秒", "minute": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月",
    "quarter": "个季度", "year": "年", "period": "期",
}  # fmt: skip


def read_forecast(talk: Talk) -> None:
    """Read how far ahead is to be looked, of which series, and what a period comes to."""
    if talk.forecasts:
        _read_horizon(talk)
        _read_series(talk)
        _read_per_period(talk)


def _read_horizon(talk: Talk) -> None:
    budget, latency = find_durations(talk.text)
    limits = [(found.start, found.end) for found in (budget, latency) if found is not None]
    for told, start, end in _lengths(talk):
        if talk.text.is_used(start) or any(a < end and start < b for a, b in limits):
            continue
        _add(talk, "set_horizon", _ahead_said(told), start, end, horizon=told)
        _use_former(talk, end)
        return


def _ahead_said(horizon: str) -> tuple[str, str]:
    """Say how far ahead is forecast, in English and in Chinese."""
    number, _, unit = horizon.partition(" ")
    if number == "until":
        return f"forecast {horizon}", f"预测到 {unit}"
    han = f"预测未来 {number} {_UNITS.get(unit.rstrip('s'), unit)}"
    return f"forecast the next {unit if number == '1' else horizon}", han


def _lengths(talk: Talk) -> Iterator[tuple[str, int, int]]:
    """Yield lengths of time that may be a horizon with their places, the plainest first."""
    found = find_horizon(talk.text) or _end_told(talk)
    if found is not None:
        yield found.value, found.start, found.end
    for pattern in _BARE:
        for match in pattern.finditer(talk.text.low):
            ahead = "未来" if "\u3400" <= match["told"][-1] <= "\u9fff" else "next "
            length = find_horizon(read_text(ahead + match["told"]))
            if length is not None:
                yield length.value, match.start("told"), match.end("told")


def _end_told(talk: Talk) -> Found[str] | None:
    """Return how far ahead a date lies that a forecast is to reach.

    People also name the time when something happened; that refuses and changes nothing.
    """
    text, time = talk.text, talk.schema.by_name.get(talk.time or "")
    for begin, end in talk.clauses():
        clause = text.low[begin:end]
        if not _REACHES.search(clause) or _PAST.search(clause):
            continue
        alone = _without(_without(text, 0, begin), end, len(text.low))
        for at in _AT_A_TIME.finditer(clause):
            alone = _without(alone, begin + at.start(), begin + at.end())
        found = end_named(alone, time, anywhere=True)
        if found is not None:
            return found
    return None


def _use_former(talk: Talk, end: int) -> None:
    """Mark as read what the horizon was before: "next 14 days instead of 7"."""
    former = re.compile(
        r",? ?(?:instead of|rather than|not) (?:the (?:next |last )?)?\d+[\w ]*", _P
    )
    match = former.match(talk.text.low, end)
    if match:
        talk.text.use(*match.span())


def _read_series(talk: Talk) -> None:
    before = tuple(talk.task.series or ()) if talk.task else ()
    negated = next((m for m in talk.matches(_NOT_PER) if _told_apart(talk, m, before)), None)
    found = _series_told(talk, negated)
    if found is not None and (found.value or negated is None):
        more = before if found.value and _also(talk, found.start) else ()
        second, end = _second(talk, found.end) if found.value else ((), found.end)
        series = tuple(dict.fromkeys([*more, *found.value, *second]))
        start = found.start
    elif negated is not None:
        apart = _told_apart(talk, negated, before)
        series = tuple(name for name in before if name != apart)
        start, end = negated.span()
    else:
        return
    _add(talk, "set_series", _series_said(series), start, end, series=list(series))
    if negated is not None:
        talk.text.use(*negated.span())
    if not series and found is not None:
        talk.text.use(found.start, found.end)


def _told_apart(talk: Talk, negated: re.Match[str], before: tuple[str, ...]) -> str | None:
    """Return the column by which series are told apart now, and which is not to do so any more."""
    noun = negated["noun"] or negated["han"] or ""
    column = column_for(noun, talk.schema) if noun else None
    return column.name if column is not None and column.name in before else None


def _series_told(talk: Talk, negated: re.Match[str] | None) -> Found[tuple[str, ...]] | None:
    """Return of which series a forecast is wanted; None where the words are of something else."""
    text = talk.text if negated is None else _without(talk.text, *negated.span())
    for mention in talk.mentions:  # "price per unit" is a name
        if re.search(r"\b(?:per|by|each|every)\b", text.low[mention.start : mention.end]):
            text = _without(text, mention.start, mention.end)
    for denied in _DENIED.finditer(text.low):
        text = _without(text, *denied.span())
    while (found := find_series_asked(text, talk.schema, str(talk.target))) is not None:
        wanted = _wished(talk, found) if found.value else _of_all(talk, text, found)
        if wanted and not talk.text.is_used(found.start) and not _opinion(talk, found.start):
            return found
        text = _without(text, found.start, found.end)
    return None


def _wished(talk: Talk, found: Found[tuple[str, ...]]) -> bool:
    """Tell whether series are a wish: "too large per store" judges those that there are."""
    begin, end = talk.text.clause(found.start)
    now = tuple(talk.task.series or ()) if talk.task else ()
    return found.value != now or not _JUDGED.search(talk.text.low[begin:end])


def _of_all(talk: Talk, text: Text, found: Found[tuple[str, ...]]) -> bool:
    """Tell whether "overall" stands beside a word of forecasting, or alone in its clause."""
    begin, end = talk.text.clause(found.start)
    clause = text.low[begin:end]
    if _JUDGED.search(clause):
        return False
    rest = _without(text, found.start, found.end).low[begin:end]
    return bool(_TOGETHER.search(clause)) or not _FILLER.sub("", rest).strip()


def _second(talk: Talk, end: int) -> tuple[tuple[str, ...], int]:
    """Return a second column of "per store and product", and where it ends."""
    match = _AND.match(talk.text.low, end)
    column = column_for(match["noun"], talk.schema) if match else None
    if match is None or column is None or column.name in (talk.target, talk.time):
        return (), end
    return ((column.name,), match.end()) if column.profile.kind in _LEVELS else ((), end)


def _series_said(series: tuple[str, ...]) -> tuple[str, str]:
    if not series:
        return "one forecast of all rows together", "全部合计，只做一个预测"
    return f"a forecast for each {' and '.join(series)}", f"每个{'、'.join(series)}各做一个预测"


def _also(talk: Talk, start: int) -> bool:
    """Tell whether series are told apart by one more column than before."""
    begin, end = talk.text.clause(start)
    return bool(_ALSO.search(talk.text.low[begin:end]))


def _opinion(talk: Talk, start: int) -> bool:
    """Tell whether words stand in a judgement: "overall it looks good"."""
    begin, end = talk.text.clause(start)
    return bool(say.RATING.search(talk.text.low[begin:end]))


def _read_per_period(talk: Talk) -> None:
    match = next(filter(partial(_of_a_period, talk), talk.matches(_PER_PERIOD)), None)
    if match is None:
        return
    mean = bool(re.fullmatch(_AVERAGE, match[_which(match)]))
    said = (
        ("average the rows of a period", "同一时段的多行取平均")
        if mean
        else ("add up the rows of a period", "同一时段的多行相加")
    )
    _add(talk, "set_per_period", said, *match.span(), per_period="mean" if mean else "sum")


def _which(match: re.Match[str]) -> str:
    return next(name for name in ("en", "en2", "han") if match[name])


def _of_a_period(talk: Talk, match: re.Match[str]) -> bool:
    """Tell whether an average or a total is one of a period's values, and no measure of errors.

    It stands alone, or beside a word for a period, a series or what is forecast.
    """
    start, end = match.span(_which(match))
    begin, stop = talk.text.clause(start)
    after = talk.text.low[end:stop]
    if _NOT_SO.search(talk.text.low[begin : match.start()]):
        return False
    if talk.text.is_used(start) or _TARGET.search(talk.text.low[begin:stop]) or _ERROR.match(after):
        return False
    if _ALONE.match(after) or not after.strip():
        return True
    told = _OF_WHAT.match(after)
    noun = (told["noun"] or told["han"] or "") if told else ""
    if _PERIOD.match(noun):
        return True
    known = (talk.target, *(talk.task.series or () if talk.task else ()))
    found = (column_for(words, talk.schema) for words in (noun, noun.partition(" ")[0]) if words)
    return any(column is not None and column.name in known for column in found)


def _without(text: Text, start: int, end: int) -> Text:
    """Return a text without some words of it, place for place."""
    blank = " " * (end - start)
    return replace(text, low=text.low[:start] + blank + text.low[end:])


def _add(
    talk: Talk, kind: EditKind, said: tuple[str, str], start: int, end: int, **args: Any
) -> None:
    talk.add(kind, said[talk.text.chinese], start, end, **args)
