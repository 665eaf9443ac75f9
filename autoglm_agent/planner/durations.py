"""How long the work may take and how fast one prediction must be."""

from __future__ import annotations

import re
from dataclasses import replace

from autoglm_agent.planner.chinese_numbers import chinese_number
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

_ENGLISH = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20,
    "thirty": 30, "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "ninety": 90,
    "half a": 0.5, "half an": 0.5, "half": 0.5, "a couple of": 2, "a quarter of an": 0.25,
    "quarter of an": 0.25, "a single": 1, "a hundred": 100, "hundred": 100,
    "three quarters of an": 0.75, "a full": 1, "a whole": 1, "one full": 1,
}  # fmt: skip
_UNITS = {
    "h": 3600.0, "小时": 3600.0, "钟头": 3600.0, "刻": 900.0, "m": 60.0, "分": 60.0, "s": 1.0,
    "秒": 1.0,
    "ms": 0.001, "毫": 0.001, "us": 1e-6, "微": 1e-6,
}  # fmt: skip
_NUMBER = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_EN = re.compile(
    rf"(?<![\w.])(\d+(?:[.,]\d+)?|(?:{_NUMBER})(?=[\s-]))(\s+and\s+a\s+half)?[\s-]{{0,3}}"
    r"(milliseconds?|msecs?|ms|microseconds?|usecs?|[µμu]s|hours?|hrs?|hr|h|minutes?|mins?|min|"
    r"seconds?|secs?|sec|s)"
    r"(?![\w])(\s+and\s+a\s+half)?",
    re.ASCII,
)
_ZH = re.compile(
    r"(?<![打评得])(?<!满分)((?<![a-z\d.])\d+(?:\.\d+)?|半|[零〇一二两三四五六七八九十百]+)\s?(个)?\s?(半)?\s?(小时|钟头|刻钟|"
    r"分钟|分(?![数值类组位布别])|秒钟|秒|毫秒|微秒|ms|min|s|h)"
    r"(?![a-z])(半钟?)?",
    re.ASCII,
)
_PER_PREDICTION = re.compile(
    r"(?:per|each|every|one|a|single) (?:single )?(?:prediction|row|sample|record|request|"
    r"message|call|item|instance|"
    r"case|query|example|transaction|inference|scoring)|latency|inference|predictions? (?:must|"
    r"should|has to|have to|"
    r"needs? to|may|can|takes?)|respon[sd]\w*|at prediction time|scoring (?:must|should|takes?)|"
    r"real[- ]time|"
    r"每次预测|每条|每个样本|每次|单次|单条|一次预测|一条|延迟|推理|响应|预测(?:耗时|时间|速度|要)",
    re.ASCII,
)
_LIMIT = re.compile(
    r"(?:within|in|under|at most|max(?:imum)?(?: of)?|(?:no|not) (?:more|longer) than|less than|"
    r"up to|below|budget"
    r"|limit|have|take|takes|spend|for|only|inside|only have|got|you get|is|of|=|:|use)"
    r"(?:\s|:|=|the|next|about|roughly|only|of|is|a|around|approximately|another|max|than|at|"
    r"most){0,12}\Z",
    re.ASCII,
)
_LIMIT_AFTER = re.compile(
    r"\A\s*(?:at (?:the )?most|max\b|maximum|budget|limit|or less|tops|of (?:time|training|"
    r"compute))",
    re.ASCII,
)
_MORE = re.compile(
    r"(?:more than|longer than|over|at least|exceeds?|above|after|every|earlier|later|"
    r"delayed?(?: by)?)\s*\Z",
    re.ASCII,
)
_PATIENCE = re.compile(r"\b(?:i|we)(?:'ll|'d)?(?: \w+){0,2} wait(?: \w+){0,3}\s*\Z", re.ASCII)
"""Who waits for the model, not for what is predicted: "I can wait 5 minutes"."""
_STOP_AFTER = re.compile(
    r"\b(?:stop|quit|abort|end|halt|cut off|cut it off|give up|finish|time ?out)\w* (?:\w+ ){0,2}"
    r"(?:after|at)\s*\Z",
    re.ASCII,
)
_NOT_MORE = re.compile(
    r"(?:no|not|n't)\s+(?:\w+\s+){0,4}(?:more than|longer than|over|exceed)\s*\Z", re.ASCII
)
_WORK = re.compile(
    r"\b(?:finish|done|complete|train|run|give|result|ready|spend|search|time|budget|work|"
    r"minutes? max|answer|deliver the model)",
    re.ASCII,
)
_DONE_IN = re.compile(
    r"\b[a-z]{2,}(?:ed|sold|made|done|born|seen|read|sent|lost|run|ridden) in\s*\Z"
)
"""What comes to pass in some time: "bikes rented in an hour"."""
_EVENT = re.compile(r"\b(?:whether|if|who|which|arriv|wait|last[s ]|delay|late\b|readmi)", re.ASCII)
_ZH_LIMIT = re.compile(
    r"(?:不超过|不得超过|不要超过|别超过|不能超过|不可超过|最多|至多|限时|少于|小于|低于|控制在|预算|时间|限制|在|给你|"
    r"只有|内)[^，,;]{0,4}\Z|(?:用|花|放宽到|延长到|增加到|缩短到|加到|减到)\Z",
    re.ASCII,
)
_ZH_AFTER = re.compile(r"\A\s?(?:之内|以内|内|以下|的时间|跑完|完成|出结果|搞定)", re.ASCII)
_ZH_EVENT = re.compile(
    r"\A\s?(?:之内|以内|内)(?:是否|会|能否|能不能|有没有|是不是|将[会要]|将?发生|将?出现)"
)
"""What happens within some time is asked for: 24小时内是否会发生故障."""
_HORIZON = re.compile(
    r"\b(?:next|coming|following|upcoming)\s*\Z|(?:未来|接下来|今后|往后)\s*\Z", re.ASCII
)
_WORK_WORD = re.compile(
    r"\b(?:finish|done|complete|train|run|result|ready|work|answer|deliver)", re.ASCII
)
_LEAD = 40
SHORTEST_BUDGET = 1.0
"""Seconds below which nothing is trained."""


def find_durations(text: Text) -> tuple[Found[float] | None, Found[float] | None]:
    """Return (time budget in seconds, greatest latency in milliseconds), each None when not said.

    Milliseconds always speak of one prediction, another part of a second where it is a limit;
    seconds do when the clause says so ("per row"). A number of minutes inside a question ("arrives
    within 30 minutes") is no budget.
    """
    budget: Found[float] | None = None
    latency: Found[float] | None = None
    for seconds, start, end, chinese in _durations(text):
        clause = text.clause(start)
        words = text.low[clause[0] : clause[1]]
        found = Found(seconds, *_widened(text, start, end))
        if _sub_second(text.low[start:end]) or _PER_PREDICTION.search(words):
            latency = latency or replace(found, value=seconds * 1000)
        elif _is_budget(text, start, end, clause, chinese):
            if 0.0 < seconds < SHORTEST_BUDGET:
                latency = latency or replace(found, value=seconds * 1000)
            else:
                budget = budget or found
    return budget, latency


def _sub_second(words: str) -> bool:
    return bool(re.search(r"milli|micro|ms|[uµμ]s|毫|微", words))


def _durations(text: Text) -> list[tuple[float, int, int, bool]]:
    found = []
    for match in _ZH.finditer(text.low):
        number, _, half, unit, half_after = match.groups()
        if not re.search(r"[\u3400-\u9fff]", match.group()):
            continue
        points = unit == "分" and text.low[: match.start()].endswith("给") and not half_after
        if points and not _ZH_AFTER.match(text.low, match.end()):
            continue  # 给两分 rates
        value = chinese_number(number) + (0.5 if half and number != "半" else 0.0)
        seconds = value * _unit(unit) + (_unit(unit) / 2 if half_after else 0.0)
        found.append((seconds, match.start(), match.end(), True))
    for match in _EN.finditer(text.low):
        number, half, unit, half_after = match.groups()
        value = float(_ENGLISH[number] if number in _ENGLISH else number.replace(",", "."))
        seconds = (value + (0.5 if half or half_after else 0.0)) * _unit(unit)
        found.append((seconds, match.start(), match.end(), False))
    return sorted(found, key=lambda item: item[1])


def _unit(unit: str) -> float:
    if unit.startswith(("milli", "ms")):
        return 0.001
    if unit.startswith(("micro", "us", "µs", "μs")):
        return 1e-6
    if unit in _UNITS:
        return _UNITS[unit]
    return _UNITS[unit[0]]


def _is_budget(text: Text, start: int, end: int, clause: tuple[int, int], chinese: bool) -> bool:
    before = text.low[max(clause[0], start - _LEAD) : start]
    if text.low[max(0, start - 2) : start].strip() == ":":
        before = text.low[max(0, start - _LEAD) : start]
    after = text.low[end : clause[1]]
    if _HORIZON.search(text.low[max(0, start - 24) : start]) and not _WORK_WORD.search(
        text.low[clause[0] : start]
    ):
        return False
    if _MORE.search(before) and not (_NOT_MORE.search(before) or _STOP_AFTER.search(before)):
        return False
    alone = len(re.findall(r"\w+", re.sub(r"[\u3400-\u9fff]", " x ", before + after))) <= 4
    if _ZH_EVENT.match(after):
        return False
    if chinese or re.search(r"[\u3400-\u9fff]", before + after):
        if _ZH_LIMIT.search(before) or _ZH_AFTER.match(after) or alone:
            return True
        if chinese:
            return False
    if _PATIENCE.search(before):
        return True
    if _EVENT.search(before) and not _WORK.search(before):
        return False
    one = re.match(r"an? |one ", text.low[start:]) is not None
    if one and _DONE_IN.search(before) and not _WORK.search(before):
        return False
    limited = bool(
        _STOP_AFTER.search(before)
        or _LIMIT.search(before)
        or _LIMIT_AFTER.match(after)
        or _NOT_MORE.search(before)
    )
    return limited or (alone and not _EVENT.search(before + after))


def _widened(text: Text, start: int, end: int) -> tuple[int, int]:
    """Include the preposition before and the limiting word after a duration."""
    before = re.search(
        r"(?:within|in|under|at most|no more than|no longer than|less than|below|up to|for|"
        r"不超过|最多|限时|在)\s*\Z",
        text.low[:start][-20:],
    )
    after = re.match(
        r"\s?(?:at most|max|之内|以内|内|以下|(?:per|for each|for every|for one|a) \w+)",
        text.low[end:],
    )
    low = start - len(before.group()) if before else start
    return low, end + (len(after.group()) if after else 0)
