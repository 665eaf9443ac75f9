"""The class that is asked for where a column tells its contrary: *late* of a column `OnTime`.

"Who has not paid?" of `Paid` and "who died?" of `Survived` ask for the rows with *no*. Costs and
recall speak of that event, so that it must be the positive class.
"""

from __future__ import annotations

import re

from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text, stem, word_set

_PAIRS = tuple(
    (frozenset(map(stem, word_set(one))), frozenset(map(stem, word_set(other))))
    for one, other in (
        (
            "ontime punctual timely 准时 准点 按时 及时",
            "late delay delayed overdue tardy 迟到 晚到 晚点 延误 延迟 超时 误点 逾期",
        ),
        (
            "survive survived survival alive 生还 存活 幸存 生存",
            "die dies died death dead 死 死亡 遇难",
        ),
        ("pass passed passing 及格 合格", "fail fails failed failing flunk 挂科 不及格 不合格"),
        (
            "approve approved accepted accept admitted 批准 获批 录取",
            "reject rejected deny denied refused declined 拒绝 被拒 拒批",
        ),
        (
            "stay stayed retained retention active 留存 在职 留下",
            "leave leaves leaving quit quits churn churns churned 流失 离职 离开",
        ),
        ("win won wins winner 获胜 赢 胜利", "lose loses losing lost 输掉 会输 输球 失利 落败"),
        ("employed 就业", "unemployed jobless 失业"),
        ("healthy 健康", "sick ill diseased 患病 生病"),
        ("safe 安全", "unsafe dangerous hazardous 危险"),
        ("paid repaid 还清 已付 付清", "unpaid default defaults defaulted 违约 欠费 拖欠 欠款"),
        ("edible 可食用", "poisonous toxic 有毒"),
    )
)
"""Words of a column that says *yes* to the one, and of who asks for the other."""
_OF_COLUMN = re.compile(r"^(?:是否|有无|有没有|会否|能否|已|是否已)+|(?:标志|标识|标记|与否|情况)$")
_BETWEEN = r"(?:(?:yet|be|been|being|get|gets|have|has|had|ever|to|actually|really|fully) ){0,3}"
_NOT = rf"(?:\b(?:not|never|fail(?:s|ed|ing)? to|without having)|n't) {_BETWEEN}"
_NOT_ZH = (
    r"(?:(?<![会能是要])不(?:会|再|能|肯|愿|想)|(?<!有)没(?:有|能)?|未(?:能|曾)?|无法)"
    r"(?:再|被|按时|及时)?"
)
_NOT_WORD_ZH = re.compile(r"不(?:愿意?|肯|想|会|再)?([\u3400-\u9fff]{2})", re.ASCII)
"""不推荐, which 推不推荐 and 推荐不推荐 do not say."""
_OF_SPEED = re.compile(r"毫秒|\dms\b|\d秒", re.ASCII)
"""What stands beside the delay of a prediction, which is no late train."""
_LEAST = 3


def asks_contrary(text: Text, column: Column) -> tuple[int, int] | None:
    """Return the words that ask for the rows of which a yes-or-no column says no.

    Args:
        text: The instruction.
        column: The target.
    """
    said = {part.stem for part in column.parts} | {"".join(p.stem for p in column.parts[:2])}
    for yes, no in _PAIRS:
        han = {word for word in yes if not word.isascii() and word in column.name}
        if not (yes & said or han) or any(word in column.name for word in no if not word.isascii()):
            continue
        if no & said or _says(text, yes, column):
            continue
        if place := _says(text, no, column):
            return place
    return _negated(text, column, said)


def _says(text: Text, words: frozenset[str], column: Column) -> tuple[int, int] | None:
    """Return where one of some words is said, the column's own name aside."""
    aside = [m.span() for m in re.finditer(re.escape(column.name.lower()), text.low)]
    for token in text.tokens:
        if not token.cjk and token.stem in words and not _inside(token.start, aside):
            return token.start, token.end
    for word in words:
        if word.isascii():
            continue
        for match in re.finditer(re.escape(word), text.low):
            start, end = text.clause(match.start())
            if not (_inside(match.start(), aside) or _OF_SPEED.search(text.low, start, end)):
                return match.span()
    return None


def _negated(text: Text, column: Column, said: set[str]) -> tuple[int, int] | None:
    """Return "has not paid" where the column is `Paid`."""
    root = _OF_COLUMN.sub("", column.name)
    if not root.isascii() and (match := re.search(_NOT_ZH + re.escape(root), text.low)):
        return match.span()
    for match in _NOT_WORD_ZH.finditer(text.low):
        before, after = text.low[: match.start()], text.low[match.end() :]
        # 推不推荐, 会不会推荐, 推荐还是不推荐
        asked = before.endswith((match[1][0], match.group()[1])) or match[1] in before + after
        meant = {concept.name for concept in concepts_of(match[1])}
        if not asked and any(part.concepts & meant for part in column.parts):
            return match.span()
    for match in re.finditer(_NOT + r"([a-z]{3,20})\b", text.low):
        word = stem(match[1])
        if len(word) >= _LEAST and word in said:
            return match.span()
    return None


def _inside(place: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in ranges)
