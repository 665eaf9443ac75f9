"""Shares in words: "a third", "half as much", 三分之一, 10 %."""

from __future__ import annotations

import re

_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8,
            "九": 9, "十": 10, "二十": 20, "五十": 50, "百": 100, "一百": 100}  # fmt: skip
_NAMES = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
          "eighth": 8, "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100}  # fmt: skip
FRACTION = re.compile(
    r"\b(?:(?P<count>a|an|one|two|three|1/)[- ]?)?(?P<name>half|third|quarter|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth|twentieth|hundredth)s?(?= (?:of|as)\b|(?: the)? (?:cost|price))|"
    r"(?P<below>[一二三四五六七八九十百]{1,3}|\d+)分之(?P<above>[一二两三四五六七八九]|\d+)|"
    r"(?P<half>一半)|(?P<percent>\d{1,2}) ?%|(?<![\w.])1/(?P<slash>\d{1,3})(?!\d)",
    re.ASCII,
)
"""A part of a whole, less than one."""


def share_of(match: re.Match[str]) -> float | None:
    """Return the number that a match of `FRACTION` means, if it is between nought and one."""
    told = match.groupdict()
    if told["half"]:
        return 0.5
    if told["percent"]:
        value = int(told["percent"]) / 100
    elif told["slash"]:
        value = 1 / max(1, int(told["slash"]))
    elif told["name"]:
        value = {"two": 2, "three": 3}.get(told["count"] or "", 1) / _NAMES[told["name"]]
    else:
        below, above = _number(told["below"]), _number(told["above"])
        value = above / below if below else 0.0
    return value if 0 < value < 1 else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)
