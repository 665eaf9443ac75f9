"""Which column tells the groups that a word speaks of: `host_id` for *hosts*, 牛号 for 牛."""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.doers import doer_for
from autoglm_agent.planner.grammar import BREAKS, CONTEXT, ENTITIES, PREDICT, PREDICT_ZH
from autoglm_agent.planner.groups_said import COUNT_ZH
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text, stem, word_set

_CODES = frozenset({"cd", "cod"})
"""Last words of names of codes, which tell things apart though they are whole numbers."""
NOT_GROUPS = word_set(
    """
    train training test testing set sets split data row rows sample samples validation fold folds
    side sides both time date dates year years month months day days period holdout model random
    result results error value values case cases example examples percent order future past
    metric report 训练 训练集 测试 测试集 数据 样本 时间 日期 模型 同时 出现 集合
    """
)
_NUMBERED = re.compile(r"(?:编号|编码|代码|号码|名称|序号|ID|id|号|名)\Z")
_ONE_ZH = re.compile(
    rf"(?:同一|相同的?|每一?|任何?一){COUNT_ZH}?的?(?P<noun>[\u3400-\u9fff])"
    r"(?=[的不都必要只应得既在也,;。]|\Z)"
)
"""A thing of one character: 同一辆**车**."""
_NO_THINGS = frozenset("次号级员量数型种类")
"""Ends of words that begin like a counting word: 批**次**, 件**数**."""
_SAID_LONGER = {
    "车": ("车辆", "车牌"), "站": ("站点",), "路": ("线路",), "厂": ("工厂",), "队": ("球队",),
    "楼": ("楼栋",), "房": ("房屋",), "床": ("床位",), "田": ("田块",), "地": ("地块",),
    "单": ("订单",), "批": ("批次",), "班": ("班级",), "人": ("客户", "患者", "用户"),
}  # fmt: skip
"""Words that the lexicon knows for things of one character."""
_FEW = 2
"""Blanks in a phrase whose words are read together."""
_KINDS = ("id", "category", "integer", "boolean", "text")


def named_group(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    barred: Collection[str],
    place: tuple[int, int],
) -> Column | None:
    """Return the column of the groups that a range of words speaks of, if it speaks of any."""
    start, end = place
    inside = [m.column for m in mentions if start <= m.start < end and not text.is_used(m.start)]
    ids = [c for c in inside if can_group(c)]
    if ids:
        return next((c for c in ids if c.identifies), ids[0])
    if said := _all_said(text.norm[start:end], schema):
        return said
    if doer := doer_for(text.norm[start:end], schema):
        return doer
    if rooted := _rooted(text.norm[start:end], schema):
        return rooted
    if column := _of_one_character(text.low[max(0, start - 4) : end], end - start, schema, barred):
        return column
    for token in text.tokens[text.token_at(start) : text.token_at(end)]:
        low = token.low
        if text.is_used(token.start) or low in NOT_GROUPS | BREAKS | CONTEXT | PREDICT_ZH:
            continue
        if token.stem in PREDICT or len(low) < 2 or stem(low).isdigit():
            continue
        if column := _of_entity(token.stem, schema, barred):
            return column
    return None


def _all_said(words: str, schema: Schema) -> Column | None:
    """Return the column that two or three words mean together: `ORIGIN` for *departure airport*."""
    if not 1 <= words.count(" ") <= _FEW or not words.isascii():
        return None
    column = column_for(words, schema)
    return column if column is not None and can_group(column) and tells_groups(column) else None


def _of_one_character(
    words: str, length: int, schema: Schema, barred: Collection[str]
) -> Column | None:
    """Return the column of a thing that is said with one Chinese character: 同一辆车, 按车分组."""
    told = _ONE_ZH.search(words)
    char = words[-1:] if length == 1 else told["noun"] if told else ""
    if not char or char.isascii() or char in _NO_THINGS:
        return None
    found = (_of_entity(word, schema, barred) for word in (*_SAID_LONGER.get(char, ()), char))
    return next(filter(None, found), None)


def _rooted(words: str, schema: Schema) -> Column | None:
    """Return the column of which some Chinese words are the name without *number* or *id*."""
    found = [
        (words.index(root), -len(root), c)
        for c in schema.columns
        if can_group(c)
        and (root := _NUMBERED.sub("", c.name)) != c.name
        and len(root) > 1
        and root in words
    ]
    return min(found, key=lambda item: item[:2])[2] if found else None


def _of_entity(word: str, schema: Schema, barred: Collection[str]) -> Column | None:
    """Return the column that tells the groups of a noun: `host_id` rather than `host_name`."""
    wanted = {c.name for c in concepts_of(word) if c.hint not in ("yesno", "amount")}
    fits: list[tuple[tuple[bool, bool, int], int, Column]] = []
    for column in schema.columns:
        said = any(part.says(word) or part.concepts & wanted for part in column.parts)
        said = said or (not word.isascii() and word in column.key)
        if said and can_group(column):
            rank = (column.name in barred, not column.identifies, len(column.parts))
            fits.append((rank, len(fits), column))
    fits = [f for f in fits if tells_groups(f[2]) or _is_the_thing(f[2], wanted)]
    return min(fits)[2] if fits else None


def _is_the_thing(column: Column, wanted: set[str]) -> bool:
    """Tell whether a column is called nothing but what it numbers: `Store`, as `Stores` is not."""
    itself = {concept.name for concept in concepts_of(column.parts[0].stem)}
    counts = column.name.lower().endswith("s")
    return len(column.parts) == 1 and bool(itself & wanted) and not counts


def numbered(word: str, schema: Schema) -> Column | None:
    """Return the one column that numbers whom a word means: `cust_id` for *borrower*, 牛号."""
    if word.isascii() and stem(word) not in ENTITIES:
        return None
    found = [
        column
        for column in schema.columns
        if can_group(column)
        and (column.identifies and any({p.stem, *p.alternatives} & ENTITIES for p in column.parts)
             if word.isascii() else _NUMBERED.sub("", column.name) == word != column.name)
        and column.profile.distinct < schema.profile.rows
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def tells_groups(column: Column) -> bool:
    """Tell whether values stand for things, and are no quantity: `vendor_cd` is a whole number."""
    coded = len(column.parts) > 1 and column.parts[-1].stem in _CODES
    return column.identifies or coded or column.profile.kind in ("category", "text", "id")


def can_group(column: Column) -> bool:
    """Tell whether a column has several values, and such as things or people may share."""
    profile = column.profile
    return profile.kind in _KINDS and profile.distinct > 1
