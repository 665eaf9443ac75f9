"""Chinese column names that share characters with an instruction.

A glossary never knows every word, but Chinese compounds show their parts: 用户流失 and 是否流失
share 流失, 考试分数 and 考试成绩 share 考试. How much of a name is said, in runs of two and more
characters, tells how likely the column is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text

LEAST = 0.5
"""Least share of a name's characters that must be said."""

_MODIFIERS = frozenset(
    {"平均", "最高", "最低", "最大", "最小", "累计", "历史", "当前", "首次", "合计"}
)
"""What says of a name only how it is reckoned: 平均 of 平均票价."""
_FORM = re.compile(r"^(?:是否|有无|能否|会否|是不是)|(?:编号|编码|代码|状态|情况|标志|标识)$")
_NOT_HAN = re.compile(r"[^\u3400-\u9fff]+")
_SINGLE, _TAIL, _HIGHEST = 0.5, 0.08, 0.93
_REACH = 8


def shared_names(text: Text, schema: Schema) -> Iterator[Anchor]:
    """Yield an anchor for every column of whose Chinese name at least half is said."""
    names = [(column, core) for column in schema.columns if len(core := name_core(column)) > 1]
    if not names:
        return
    places = _bigrams(text)
    for column, core in names:
        best = _best_run(text.low, core, places)
        if best is None:
            continue
        said, start, end, tail = best
        if said < LEAST or text.low[start:end] in _MODIFIERS:
            continue
        score = min(_HIGHEST, 0.3 + 0.63 * said + (_TAIL if tail else -_TAIL))
        first, last = text.token_at(start), text.token_at(end) - 1
        if first and text.tokens[first - 1].end > start:
            first -= 1
        if first < len(text.tokens) and not _other_word(text, first, last, column):
            quarter = 0.25 if column.identifies else 1.0
            yield Anchor(column, first, max(first, last), score * quarter, "shared")


def _other_word(text: Text, first: int, last: int, column: Column) -> bool:
    """Tell whether the characters shared are of one known word of another meaning: 发电量."""
    known = {c.name for c in concepts_of(text.tokens[first].stem)} if first == last else set()
    return bool(known and column.concepts) and not known & column.concepts


def name_core(column: Column) -> str:
    """Return the Chinese characters of a name that carry its meaning."""
    bare = re.sub(r"\s*[\[(（].*", "", column.name)
    core = _NOT_HAN.sub("", bare)
    return _FORM.sub("", core) or core


def _bigrams(text: Text) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for start in range(len(text.low) - 1):
        pair = text.low[start : start + 2]
        if not pair.isascii() and not text.is_used(start) and not text.is_used(start + 1):
            places.setdefault(pair, []).append(start)
    return places


def _best_run(
    low: str, core: str, places: dict[str, list[int]]
) -> tuple[float, int, int, bool] | None:
    """Return (share said, start, end, whether the name's last character is said) of the best run.

    Single characters of the name that stand near the run count half.
    """
    best: tuple[float, int, int, bool] | None = None
    for offset in range(len(core) - 1):
        for start in places.get(core[offset : offset + 2], ())[:8]:
            length = 2
            while (
                offset + length < len(core)
                and low[start + length : start + length + 1] == (core[offset + length])
            ):
                length += 1
            near = low[max(0, start - _REACH) : start] + low[start + length :][:_REACH]
            rest = core[:offset] + core[offset + length :]
            said = (length + _SINGLE * sum(char in near for char in rest)) / len(core)
            tail = offset + length == len(core)
            found = (said, start, start + length, tail)
            if best is None or (found[0], found[3]) > (best[0], best[3]):
                best = found
    return best
