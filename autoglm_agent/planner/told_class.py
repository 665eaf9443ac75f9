"""The positive class where the instruction tells it outright: "NG is positive", 以 1 为正类."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text

_VALUE = r"[\"'(]?(?P<{0}>[\w.+<>=/-]{{1,30}}(?: [\w.+-]{{1,20}})??)[\"')]?"
_MOST = 20
_TOLD = re.compile(
    _VALUE.format("a") + r"(?: ?= ?| (?:is|as|being|being treated as|should be|counts? as|will be|"
    r"means) )(?:the |a |our )?positives?\b(?: class| label| case| outcome| one)?|"
    r"\bpositive (?:class|label|case|outcome|level|value)(?: ?[:=] ?| (?:is|being|should be|will "
    r"be|means|as) | )(?:the |a )?" + _VALUE.format("b") + r"|"
    r"\b(?:treat|take|use|consider|regard|count) "
    + _VALUE.format("c")
    + r"(?:,[^,;.]{1,60},)? as (?:the )?positive"
    r"(?: class| label| case)?|"
    r"(?:以|把|将|用)?\s?[\"']?(?P<d>[\w.+<>=\u3400-\u9fff -]{1,24}?)[\"']?\s?"
    r"(?:作为|当作|视为|记为|算作|"
    r"为|是|算|=)\s?(?:正类|正例|阳性|正样本)|"
    r"(?:正类|正例|正样本)(?:标签)?\s?(?:为|是|取|用|:|=)\s?[\"']?(?P<e>[\w.+<>=-]{1,24}(?: "
    r"[\w.+-]{1,20})??|[\u3400-\u9fff]{1,6})[\"']?(?=[^\w]|\Z)",
    re.ASCII,
)


def told_positive(text: Text) -> list[tuple[str, int, int]]:
    """Return what the instruction says is the positive class, as written, with its range."""
    return _told(text.low)


@lru_cache(maxsize=8)
def _told(low: str) -> list[tuple[str, int, int]]:
    return [
        (next(value for value in match.groups() if value).strip(), *match.span())
        for match in islice(_TOLD.finditer(low), _MOST)
    ]


def told_level(text: Text, column: Column) -> tuple[str, int, int] | None:
    """Return the level of a column that the instruction calls the positive class."""
    levels = {level.strip().lower(): level for level, _ in column.profile.levels}
    for words, start, end in told_positive(text):
        tail = re.split(r"[\s,:;]+", words)
        for candidate in (words, " ".join(tail[-2:]), tail[-1], tail[0]):
            if candidate in levels:
                return levels[candidate], start, end
    return None


_EXPLAINED = re.compile(r"\s?(?:for\b|means?\b|stands\b|表示|代表|=|:)")
"""Follows a level whose meaning is told: "0 for stayed"."""
_MOST_ROWS = re.compile(r"\bmost\b|\bmajority\b|\bmainly\b|多数|大部分|占")
"""Says how many rows have a level, and not which are looked for."""


def stated_level(text: Text, column: Column) -> tuple[str, int, int] | None:
    """Return the level of "Churn = Yes", "made_sla false" or "逾期 为 1": the rows looked for.

    Not where both levels are told, as in "0 means stayed, 1 left", or only what most rows are.
    """
    levels = {level.strip().lower(): level for level, _ in column.profile.levels}
    either = "|".join(re.escape(level) for level in sorted(levels, key=len, reverse=True) if level)
    name = re.escape(column.name.lower())
    stated = either and re.search(
        rf"(?<!\w){name}[\"'`]?(?:\s?(?:==?|\bis\b|\bbeing\b|等于|为|是)\s?|"
        rf"\s(?=true|false|0|1))[\"']?(?P<level>{either})(?![A-Za-z0-9_]|\.\d)",
        text.low,
    )
    if not stated:
        return None
    start, end = text.sentence(stated.start())
    around = text.low[start : stated.start()] + "|" + text.low[stated.end() : end]
    others = "|".join(re.escape(level) for level in levels if level != stated["level"])
    both = re.search(rf"(?<![\w.])(?:{others})(?![\w.])", around)
    if both or _EXPLAINED.match(text.low, stated.end()) or _MOST_ROWS.search(around):
        return None
    return levels[stated["level"]], *stated.span()


def column_told(text: Text, schema: Schema, excluded: tuple[str, ...]) -> Column | None:
    """Return the one two-valued column with a level that is called the positive class.

    Levels such as 1 and *yes* tell no column.
    """
    found = [
        c
        for c in schema.columns
        if c.two_valued
        and c.name not in excluded
        and (told := told_level(text, c)) is not None
        and told[0].lower() not in _DULL
    ]
    return found[0] if len(found) == 1 else None


_DULL = frozenset(
    {"0", "1", "yes", "no", "true", "false", "y", "n", "t", "f", "是", "否", "有", "无"}
)
