"""Colours, sides and directions across the two languages: 白 of 执白 is `white_elo`.

One character of a Chinese compound is too little to name a column by. It is enough to tell two
columns apart whose names differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import stem, word_set

_SIDES = (
    ("white", "白"), ("black", "黑"), ("red", "红"), ("blue", "蓝"), ("green", "绿"),
    ("yellow", "黄"), ("home host", "主"), ("away guest visitor visiting", "客"),
    ("male men boys", "男"), ("female women girls", "女"), ("left", "左"), ("right", "右"),
    ("front", "前"), ("rear back", "后"), ("upper top", "上"), ("lower bottom", "下"),
    ("enter entering entered entry in inbound boarding arriving", "进入"),
    ("exit exiting exited leave leaving out outbound departing", "出离"), ("east", "东"),
    ("west", "西"), ("south", "南"), ("north", "北"), ("day", "昼"), ("night", "夜"),
    ("cold", "冷"), ("hot", "热"), ("inner inside indoor", "内"), ("outer outside outdoor", "外"),
    ("new", "新"), ("old", "旧"), ("buy bought purchase", "买"), ("sell sold sale", "卖"),
    ("ticket tickets", "票"), ("shop store", "店"), ("father dad", "父"), ("mother mom", "母"),
)  # fmt: skip
"""(English words, the Chinese characters that say the same in a compound)."""


def told_side(low: str, stems: frozenset[str], columns: Sequence[Column]) -> Column | None:
    """Return the one of several columns alike of whose side alone the words speak, or None.

    Args:
        low: The open words, lower case.
        stems: Their stems.
        columns: The columns that are alike.
    """
    told: list[Column] = []
    for english, chinese in _SIDES:
        words = frozenset(map(stem, word_set(english)))
        if not (words & stems or any(char in low for char in chinese)):
            continue
        of_side = [c for c in columns if _is_of(c, words, chinese)]
        if len(of_side) == 1:
            told += of_side
    names = {column.name for column in told}
    return told[0] if len(names) == 1 else None


def _is_of(column: Column, words: frozenset[str], chinese: str) -> bool:
    if any(part.stem in words for part in column.parts):
        return True
    return not column.name.isascii() and any(char in column.name for char in chinese)
