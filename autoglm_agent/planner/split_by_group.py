"""The column whose groups are to be kept whole, in training or in test."""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.errors import InputError
from autoglm_agent.planner.groups import kept_apart, kept_clauses
from autoglm_agent.planner.groups_columns import named_group
from autoglm_agent.planner.groups_near import nearest_group
from autoglm_agent.planner.groups_said import COUNT_ZH
from autoglm_agent.planner.meaning.near import near_in_meaning
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.resolve import column_for
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.slots import Found
from autoglm_agent.planner.text import Text, key_of, stem, word_set

_WORD = r"[\w\u3400-\u9fff.-]+"
"""A word, or a column's name in either script: `@` below, and `@@` for one or two of them."""
_GROUP = re.compile(
    r"\b(?:hold(?:ing)?|leav(?:e|ing)|keep(?:ing)?)[- ](?:out )?(?:one |whole |entire |all |"
    r"complete |some )*(?P<a>[\w\u3400-\u9fff .-]{2,40}?)[- ]out\b"
    r"|\bhold(?:ing)?[- ]?out (?:one |whole |entire |all |complete |some |full |unseen |"
    r"new )+(?P<b>@@)"
    r"|\bleave[- ]one[- ](?P<c>@)[- ]out\b"
    r"|\bgroup(?:ed)?[- ](?:wise )?(?:k[- ]?fold|split|cv|cross[- ]validation|validation|"
    r"hold[- ]?out|folds?)(?: (?:by|on|over|per|along|"
    r"with)(?: the)?)?\s?(?P<d>@@)?"
    r"|\b(?:split\w*|validat\w+|cross[- ]validat\w+|folds?|hold[- ]?out|divid\w+|partition\w*|"
    r"evaluat\w+|test\w*)[^.;,!?]{0,24}?\b(?:by|per|on|along|over|across)\s+(?:the\s+|each\s+|"
    r"whole\s+|unseen\s+|new\s+|held[- ]out\s+)*(?P<e>@@)"
    r"|\b(?:same|one|a single|each|a|every|"
    r"any) (?P<f>@@)(?!\w)[^.;!?]{0,60}?\b(?:stay|kept?|remain|be|go|together|"
    r"never|not|both)\b[^.;!?]{0,40}?\b(?:together|both|train\w*|test\w*)"
    r"|\b(?:same|one|a single|each|every) (?P<n>@@)(?!\w)[^.;!?]{0,40}?\b(?:same|"
    r"one|single) (?:fold|side|split|set|part)s?\b"
    r"|\bkeep\w* (?:each|every|all|whole|entire|"
    r"one) (?P<o>@@)(?!\w)[^.;!?]{0,50}?\b(?:train\w*|test\w*|together|sides?|"
    r"folds?)\b"
    r"|\b(?:never|no|not|don't|"
    r"avoid)\b[^.;!?]{0,30}?\b(?:(?:the )?same|(?:of|from) one) (?P<g>@@) "
    r"(?:in|into|to|on|across|appear\w*|both)[^.;!?]{0,40}"
    r"|\bgroup(?:ed|ing)? by (?P<h>@)"
    r"|\b(?:unseen|never[- ]seen|entirely new|completely new) (?P<i>@)"
    r"|(?<!\w)(?P<j>@)(?<!\.)[- ](?:wise|level|grouped) (?:split|cv|validation|hold[- ]?out|folds?)"
    r"|(?:按照?|以|依照?)\s?(?P<k>[^，,;。]{1,16}?)\s?(?:来)?(?:进行)?(?:分组|划分|切分|拆分|"
    r"分割|留出|为组|分折)[^，,;。]{0,10}"
    rf"|同一{COUNT_ZH}?(?P<l>[^，,;。的]{{1,10}}?)(?:的|不|只|必须|要|应|都)[^;。]{{0,24}}"
    rf"|(?:留出|保留|拿出|预留)(?:若干|几)?(?:完整的|整{COUNT_ZH}?)(?P<m>[^，,;。]{{1,16}}?)"
    r"(?=[，,;。]|的|用?[来作做当]|\Z)"
    r"|(?:整个|整|完整的)(?P<p>[^，,;。个]{1,10}?)(?:都|全部|一起)?(?:留出|留作|留做|留下|拿出|"
    r"用来|作为|划为|用于)"
    r"[^，,;。]{0,8}".replace("@@", rf"{_WORD}(?: {_WORD})?").replace("@", _WORD),
    re.ASCII,
)
_SPLIT_WORD = re.compile(
    r"split|hold|held|leave|group|fold|train|test|valid|together|unseen|never|new|both|cv|分组|"
    r"划分|切分|拆分|留|训练|测试|同时|一起|分割|分折|为组|一边|一侧|两边|两侧|分到|分在|同侧|同边|一组|拆开|测试|验证",
    re.ASCII,
)
BY_NO_GROUP = word_set(
    """
    time date random randomly year month day chance stratified ratio the data row rows test
    train it them 随机 比例 时间 日期 顺序 分层 后 前 每 rmse mae f1 auc roc accuracy recall \
    precision
    """
)
"""What rows are said to be split by that is no column of groups: time, chance, a ratio."""
_NOT_GROUP_KEYS = frozenset(map(key_of, BY_NO_GROUP))
_CODE = frozenset(map(stem, ("code", "number", "id", "编号", "代码")))


def find_group_column(
    text: Text, schema: Schema, mentions: list[Mention], barred: Collection[str] = ()
) -> Found[str] | None:
    """Return the column whose groups must not be divided between training and test.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
        barred: Columns that are left out of the features; others are preferred to them.

    Raises:
        InputError: Whole groups are to be held out, but no column tells them.
    """
    apart = kept_apart(text, schema, mentions, barred)
    if apart is not None:
        return Found(apart[0].name, apart[1], apart[2], 0.9)
    for match in _GROUP.finditer(text.low):
        if text.is_used(match.start()) or not _SPLIT_WORD.search(match.group()):
            continue
        name, phrase = next(((k, v) for k, v in match.groupdict().items() if v), ("", ""))
        words = key_of(phrase)
        if words in _NOT_GROUP_KEYS or phrase.split(" ")[0] in BY_NO_GROUP or words.isdigit():
            continue
        start, end = match.start(), until_verb(text, match.start(), match.end())
        inside = [
            m
            for m in mentions
            if match.start() <= m.start < match.end() + 3 and m.column.profile.kind != "date"
        ]
        on_phrase = (
            [m for m in inside if m.start < match.end(name) and m.end > match.start(name)]
            if name
            else []
        )
        named = on_phrase or inside
        column = named[0].column if named else _entity(phrase, schema)
        if column is None and name in ("k", "l", "m", "p"):
            column = named_group(text, schema, mentions, barred, match.span(name))
        if column is not None and column.profile.kind not in ("date", "number", "text"):
            return Found(column.name, start, end, 0.95 if on_phrase else 0.8)
        only = _only_groups(schema) if name in ("b", "m", "p") else None
        if only is not None:
            return Found(only.name, start, end, 0.6)
        if name in ("b", "c", "m") and phrase:
            raise _no_such_groups(text, schema, phrase)
    near = nearest_group(text, schema)
    if near is not None:
        return Found(near[0].name, near[1], near[2], 0.6)
    _complain(text, schema)
    return None


def _no_such_groups(text: Text, schema: Schema, phrase: str) -> InputError:
    names = ", ".join(near_in_meaning(phrase, schema, 3))
    return InputError(
        text.say(
            f'Whole groups of "{phrase}" are to be held out, but '
            f"{schema.profile.name} has no such column.",
            f"要求按“{phrase}”整组划分，但 {schema.profile.name} 中没有这样的列。",
        ),
        text.say(f"Near names: {names}.", f"相近的列：{names}。"),
    )


def _complain(text: Text, schema: Schema) -> None:
    """Raise InputError where some groups are to stay whole and no column tells which."""
    for start, end in kept_clauses(text):
        if not text.is_used(start):
            words = text.span(start, end).strip(" ,，")
            near = ", ".join(near_in_meaning(words, schema, 3))
            raise InputError(
                text.say(
                    f'"{words}" keeps groups whole, but which column of '
                    f"{schema.profile.name} tells them is not clear.",
                    f"“{words}”要求整组划分，但看不出 {schema.profile.name} 的哪一列表示分组。",
                ),
                text.say(
                    f"Name the column, for example: group by X. Near names: {near}.",
                    f"请指明列名，例如：按 X 分组划分。相近的列：{near}。",
                ),
            )


def _only_groups(schema: Schema) -> Column | None:
    """Return the one column that numbers things which several rows share, if there is just one."""
    groups = [
        c
        for c in schema.columns
        if c.profile.kind in ("category", "id", "integer")
        and (c.identifies or _CODE & {part.stem for part in c.parts})
        and 2 < c.profile.distinct <= schema.profile.rows // 2
    ]
    return groups[0] if len(groups) == 1 else None


def _entity(phrase: str, schema: Schema) -> Column | None:
    """Match the phrase, then its words one by one from the first."""
    words = phrase.split()
    for candidate in dict.fromkeys([phrase, *words]):
        if column := column_for(candidate, schema):
            return column
    return None


def until_verb(text: Text, start: int, end: int) -> int:
    """Cut a range before a verb of prediction, which begins another request."""
    verb = re.search(
        r"[,，.。;；]\s?(?:the )?(?:target|目标)(?:列| column)?\s?(?:is\b|是|为|:|=)|"
        r"\band (?:predict|estimate|classify|forecast)|[,，:]\s?(?:predict|estimate|classify|"
        r"forecast|which|who|whether|what|how|will|does|is|are)\b|[,，:]\s?(?:预测|判断|估计|是否|"
        r"哪些|会不会)",
        text.low[start:end],
    )
    return start + verb.start() if verb else end
