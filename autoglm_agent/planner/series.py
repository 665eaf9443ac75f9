"""Columns that are one thing measured several times: `G1`, `G2`, `G3`; `BILL_AMT1`, `BILL_AMT2`.

"The first two grades" and 前两次成绩 mean the earlier members of such a series.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem

_NAME = re.compile(r"(?P<stem>.*\D)_?(?P<number>\d{1,3})\Z", re.DOTALL)
_EARLIER = re.compile(
    r"(?:(?P<count>two|three|four|\d) )?(?:first|previous|earlier|prior|preceding|other) "
    r"(?:(?P<en>two|three|four|\d) )?"
    r"(?P<noun>[a-z]{3,20})|"
    r"(?:之前|此前|前面|以前|前)的?(?P<zh>[一两二三四几\d])?(?:次|个|期|轮|学期)?的?"
    r"(?P<word>[\u3400-\u9fff]{2})",
    re.ASCII,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4}


def earlier_members(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Return the earlier columns of the series that the words from a token on mean.

    Args:
        text: The instruction.
        schema: The table's columns.
        index: The first token.

    Returns:
        The column names and the token after the words, or None where no series is meant.
    """
    start = text.tokens[index].start
    match = _EARLIER.match(text.low[start : start + 60])
    if match is None:
        return None
    words = match["noun"] or match["word"]
    members = _series(words, schema)
    if len(members) < 2:
        return None
    told = match["en"] or match["count"] or match["zh"] or ""
    count = int(told) if told.isdigit() else _COUNTS.get(told, len(members) - 1)
    names = [column.name for column in members[:count]]
    return names, text.token_at(text.tokens[index].start + match.end())


def _series(words: str, schema: Schema) -> list[Column]:
    """Return the only series whose members mean a word, in the order of their numbers."""
    root = stem(words)
    names = {c.name for c in concepts_of(root)}
    families: dict[str, dict[int, Column]] = {}
    for column in schema.columns:
        if found := _NAME.match(column.name):
            families.setdefault(found["stem"], {})[int(found["number"])] = column
    meant = [
        [family[number] for number in sorted(family)]
        for family in families.values()
        if any(c.concepts & names or any(p.says(root) for p in c.parts) for c in family.values())
    ]
    return meant[0] if len(meant) == 1 else []
