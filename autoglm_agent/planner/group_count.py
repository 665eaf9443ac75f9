"""How many groups a clustering is to find, where the words say it."""

from __future__ import annotations

import re

from autoglm_agent.errors import InputError
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text

MOST = 50
_ENGLISH = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_CHINESE = {"一": 1, "两": 2} | {c: n for n, c in enumerate("二三四五六七八九十", start=2)}
_COUNTED = re.compile(
    r"\b(?P<en>\d{1,4}|one|" + "|".join(_ENGLISH) + r")[ -](?:\w+[ -]){0,2}?"
    r"(?:groups?|clusters?|segments?|classes|categories|types|kinds|buckets|personas?)\b"
    r"|\bk ?= ?(?P<k>\d{1,4})\b"
    r"|(?P<zh>\d{1,4}|[一两二三四五六七八九十]) ?(?:个|大|种)? ?(?:类|组|簇|群|种|细分|档)",
    re.ASCII | re.IGNORECASE,
)


def find_group_count(text: Text) -> Found[int] | None:
    """Return how many groups the words ask for.

    Raises:
        InputError: If they are fewer than 2 or more than 50, or two numbers are told.
    """
    found: Found[int] | None = None
    for match in _COUNTED.finditer(text.low):
        said = match["en"] or match["k"] or match["zh"]
        count = int(said) if said.isdecimal() else {"one": 1, **_ENGLISH, **_CHINESE}[said]
        if not 2 <= count <= MOST:
            raise InputError(
                text.say(f"Rows cannot be put into {count} groups.", f"不能把行分成 {count} 组。"),
                text.say(f"Ask for 2 to {MOST}, or say none.", f"请给 2 到 {MOST}，或不说组数。"),
            )
        if found is not None and found.value != count:
            raise InputError(
                text.say(
                    f"Both {found.value} and {count} groups are asked for.",
                    f"既要 {found.value} 组，又要 {count} 组。",
                ),
                text.say("Say one number.", "请只说一个数。"),
            )
        found = found or Found(count, *match.span(), 0.95)
    return found
