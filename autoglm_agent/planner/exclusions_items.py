"""The columns of a list: "gender, the customer's age and hold time", 性别、年龄和地区."""

from __future__ import annotations

import re

from autoglm_agent.planner.exclusions_groups import (
    AND,
    IDS,
    NOT_COLUMNS,
    OTHER_REQUEST,
    begins_request,
    by_first_word,
    group_or_synonym,
    named_group,
)
from autoglm_agent.planner.exclusions_turns import described, turned
from autoglm_agent.planner.grammar import CARRIERS, PREDICT, PREDICT_ZH, QUESTION
from autoglm_agent.planner.meaning.near import asks_number, meant_column, numbers
from autoglm_agent.planner.mentions import Mention, mention_at
from autoglm_agent.planner.resolve import columns_for
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.series import earlier_members
from autoglm_agent.planner.text import Text, word_set

_SKIP = word_set(
    """
    the a an any all column columns feature features variable variables field fields
    attribute attributes information info of about called named both following customer's
    person's their his her its used using data using use as input inputs 列 字段 变量 特征 这 \
    两 三 几
    个 的 掉 等 一 该 所有 全部 任何 信息 数据 把 将 用 到 这些 下列
    """
)
_USE = word_set("use using used 用 将 把")
"""What leads to a column's name, and after one to another request: "skip X and *use* F1"."""
_CLAUSE = frozenset({"whether", "if", "who", "how", "when"})
"""What begins a clause that stands for the column it asks for."""
_TAIL = word_set("name names value values amount amounts level levels flag flags status")
"""What people add to a column's name: "the merchant *name* and the MCC"."""
_OF_INFORMATION = re.compile(
    r"(?:的?(?:信息|数据|情况|资料)|这?[一两三几]?[列项]|字段|特征|变量|建模|训练|作为特征)+\Z|"
    r" (?:info|information|data|details)\Z"
)
"""Ends of an item that say no more than that it is a column."""
_LIST_GOES_ON = re.compile(
    r"[\"'\s]*(?:\Z|[,;.!?\n:、&/()]|(?:and|or|nor|as|plus|columns?|fields?|features?|at all|"
    r"please|pls|either|too)\b|和|与|及|以及|跟|等|这|列|字段|特征|变量|也|都|的?信息|去|来|做|建|"
    r"训)"
)
"""What follows the name after a comma that is one more of the list."""


def read_items(
    text: Text, schema: Schema, mentions: list[Mention], position: int, *, resolve: bool
) -> tuple[list[str], int, str]:
    """Read "A, B and C" from a place on.

    Args:
        text: The instruction.
        schema: The table's columns.
        mentions: Column mentions in the text.
        position: Where the list begins.
        resolve: Whether words that are no column's name are resolved by what they mean.

    Returns:
        The columns, where the list ends, and the first words of it that are no column.
    """
    columns: list[str] = []
    unknown = ""
    end = position
    index = text.token_at(position)
    joined = True
    while index < len(text.tokens):
        token = text.tokens[index]
        gap = text.norm[end : token.start]
        if any(c in gap for c in ";!?\n:") or ". " in gap or " - " in gap:
            break
        comma = "," in gap
        if resolve and (joined or comma) and (turn := turned(text, schema, index)):
            columns += turn[0]
            index, end, joined = turn[1], text.tokens[turn[1] - 1].end, False
            continue
        mention = mention_at(mentions, index)
        goes_on = not (comma and columns and not joined) or (
            mention is not None and _LIST_GOES_ON.match(text.low, mention.end)
        )
        if mention is not None and not goes_on:
            break
        if mention is not None and not (comma and not columns) and _names_only(text, mention):
            columns.append(mention.column.name)
            index, end, joined = mention.last + 1, mention.end, False
            end += _full_stop(text, mention)
            continue
        if comma and columns and not joined and token.low not in AND:
            found = (
                group_or_synonym(text, schema, index)
                if resolve and _list_goes_on(text, index)
                else None
            )
            if found is None:
                break
        if token.low in AND or "、" in gap:
            joined = True
            if token.low in AND:
                index, end = index + 1, token.end
                continue
        tail = bool(columns) and not joined and gap == " " and token.low in _TAIL
        if columns and token.low in _USE and mention is None:
            break
        if (token.low in _SKIP or tail) and mention is None:
            index, end = index + 1, token.end
            continue
        if not joined and not comma:
            break
        if resolve and joined and (named := _called_by_verb(text, schema, index)) is not None:
            columns.append(named)
            index, end, joined = index + 1, token.end, False
            continue
        if resolve and token.low in _CLAUSE and (told := _whether(text, schema, index)) is not None:
            columns += told[0]
            index, end, joined = told[1], text.tokens[told[1] - 1].end, False
            continue
        if joined and _calls_next(text, mentions, index):
            index, end = index + 1, token.end
            continue
        found = earlier_members(text, schema, index) if resolve else None
        found = found or named_group(text, schema, index)
        if found is None and (resolve or token.low in IDS):
            found = group_or_synonym(text, schema, index)
        if found is None and resolve:
            found = described(text, schema, index) or by_first_word(text, schema, index)
        owner = found[0] if found and resolve and _has_more(text, schema, *found) else []
        if found and resolve and not owner and set(found[0]) <= set(columns):
            owner = columns  # 贷款编号和信贷员编号: another thing than the one before it
        if found is not None and not owner:
            columns += _like_one_before(found[0], columns)
            index, end, joined = found[1], text.tokens[found[1] - 1].end, False
            continue
        if not (resolve and joined and _is_thing(text, index)) or (
            columns and begins_request(text, index)
        ):
            break
        phrase, index = _phrase(text, index)
        others = [column for column in schema.columns if column.name not in owner]
        meant = meant_column(_OF_INFORMATION.sub("", phrase), others)
        columns += [meant.name] if meant is not None else []
        unknown = unknown if meant is not None else unknown or phrase
        end, joined = text.tokens[index - 1].end, False
    return columns, end, unknown


def _called_by_verb(text: Text, schema: Schema, index: int) -> str | None:
    """Return the one column whose name ends in a word that is a verb, too: 评级 of 初始评级."""
    token = text.tokens[index]
    if token.low not in PREDICT_ZH or not _LIST_GOES_ON.match(text.low, token.end):
        return None
    found = [c.name for c in schema.columns if c.name.endswith(token.low)]
    return found[0] if len(found) == 1 else None


def _calls_next(text: Text, mentions: list[Mention], index: int) -> bool:
    """Tell whether a plural says what the names after it are: "the *flags* TWF, HDF and PWF"."""
    token, named = text.tokens[index], mention_at(mentions, index + 1)
    if named is None or not token.low.endswith("s") or token.low in NOT_COLUMNS | OTHER_REQUEST:
        return False
    listed = re.match(r"[\"']?(?:,| and | or )", text.low[named.end :][:6])
    return text.norm[token.end : named.start].strip("\"'") == " " and listed is not None


def _like_one_before(found: list[str], columns: list[str]) -> list[str]:
    """Keep of several columns the one whose name differs in one letter from one listed before.

    "全场的主队进球数和客队进球数" is `FTHG` and `FTAG`: what is said first holds for both.
    """
    like = [
        name
        for name in found
        for other in columns
        if len(name) == len(other) and sum(a != b for a, b in zip(name, other, strict=True)) == 1
    ]
    return like if len(found) > 1 and len(like) == 1 else found


def _has_more(text: Text, schema: Schema, names: list[str], index: int) -> bool:
    """Tell whether words that mean what rows are about go on to something of it: 员工的血型."""
    if len(names) != 1 or not (schema.by_name[names[0]].identifies or numbers(names[0])):
        return False
    before = text.tokens[index - 1]
    while index < len(text.tokens) and text.tokens[index].low == "的":
        index += 1
    if index >= len(text.tokens) or not text.joined(text.tokens.index(before), index):
        return False
    token = text.tokens[index]
    numbered = asks_number(text.norm[before.start : token.end])
    if numbered or token.low in _SKIP | _TAIL | AND | _USE or begins_request(text, index):
        return False
    return _is_thing(text, index)


def _whether(text: Text, schema: Schema, index: int) -> tuple[list[str], int] | None:
    """Return the columns that a clause asks for: "whether they are debtors", 是否欠债."""
    end = text.clause(text.tokens[index].start)[1]
    last = index
    while last + 1 < len(text.tokens) and text.tokens[last + 1].start < end:
        if text.tokens[last + 1].low in AND:
            break
        last += 1
    phrase = text.norm[text.tokens[index].start : text.tokens[last].end]
    found = columns_for(phrase, schema) or columns_for(phrase.split(" ", 1)[-1], schema)
    return ([column.name for column in found], last + 1) if found else None


def _list_goes_on(text: Text, index: int) -> bool:
    """Tell whether a comma item stands alone up to the next separator, as in a list."""
    start, end = text.clause(text.tokens[index].start)
    inside = [t for t in text.tokens[index : index + 5] if start <= t.start < end]
    joined = next((i for i, t in enumerate(inside) if t.low in AND), len(inside))
    return joined <= 2


def _names_only(text: Text, mention: Mention) -> bool:
    """Tell "previous" the column from "previous instructions"."""
    index = mention.last + 1
    if mention.quoted or index >= len(text.tokens) or text.tokens[mention.last].cjk:
        return True
    after = text.tokens[index]
    if text.norm[mention.start : mention.end] == mention.column.name != mention.column.key:
        return True
    near = text.norm[mention.end : after.start] == " "
    return not (near and after.low in NOT_COLUMNS)


def _is_thing(text: Text, index: int) -> bool:
    token = text.tokens[index]
    if token.cjk and text.low[token.end : token.end + 1] == "号":
        return True  # 标签号 is no label
    if token.cjk:
        return (
            token.low not in PREDICT_ZH | NOT_COLUMNS and _phrase(text, index)[0] not in NOT_COLUMNS
        )
    following = text.tokens[index + 1].low if index + 1 < len(text.tokens) else ""
    if token.low in OTHER_REQUEST:
        return False
    if token.low in NOT_COLUMNS or following in NOT_COLUMNS or token.low in QUESTION:
        return False
    return token.stem not in PREDICT | CARRIERS and not token.low.isdigit() and len(token.low) > 1


def _phrase(text: Text, index: int) -> tuple[str, int]:
    """Return the unmatched words up to the next separator, and the token after them."""
    token = text.tokens[index]
    last = index
    limit = index + (8 if token.cjk else 3)
    stop = text.sentence(token.start)[1]
    while last + 1 < min(len(text.tokens), limit) and text.joined(last, last + 1):
        if text.tokens[last + 1].start >= stop:
            break
        if (
            text.tokens[last + 1].low in AND | OTHER_REQUEST
            or text.tokens[last + 1].cjk != token.cjk
        ):
            break
        last += 1
    return text.span(token.start, text.tokens[last].end), last + 1


def _full_stop(text: Text, mention: Mention) -> int:
    """Return 1 when the full stop after a mention belongs to the name, as in `Serial No.`."""
    return int(
        mention.column.name.endswith(".") and text.norm[mention.end : mention.end + 1] == "."
    )
