"""Further ways to say that old rows train a model and new ones test it, in both languages."""

from __future__ import annotations

import re

_NEW_EN = r"(?:new\w*|lat(?:er|est)|recent|most recent|last|final)"
_EXAM = r"(?:exam\w*|test\w*|hold[- ]?out|check|validation|judge|jury)"
_OLD_ZH = r"(?:老(?!师)|旧|早|(?<![目当])前|往年|以往|过去|从前|先前)"
_NEW_ZH = r"(?:新|晚|近|(?<![然随])后|今年|末)"
_TRAIN_ZH = r"(?:训练|学习|用来学|建模|拟合|学)"
_TEST_ZH = r"(?:测试|检验|验证|用来考|考核|考|评估|检查)"
_TURNS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"\b{_NEW_EN} [\w ]{{2,24}}? (?:serve|act|work|function|count|are used|is used|be used)s? "
        rf"as (?:the |our |my |an? )?{_EXAM}\b",
        r"\b(?:train|fit|test|validat|evaluat|check|score|split|backtest|back-test)\w*"
        r"(?: it| them| the model)? in (?:the )?(?:time|date|chronological|temporal) order\b",
        r"\b(?:no|never|not|n't) (?:train|fit|learn)\w* (?:on|from|with) [^.;,!?]{0,40}"
        r"\b(?:after|later than|newer than|more recent than)\b[^.;,!?]{0,40}",
        rf"{_OLD_ZH}[^;。,]{{0,10}}{_TRAIN_ZH}[^;。]{{0,3}}[,、]?[^;。,]{{0,4}}{_NEW_ZH}[^;。,]{{0,10}}"
        rf"{_TEST_ZH}",
        rf"{_TRAIN_ZH}(?:时|集|的时候)?(?:用|拿|取|选|是|为){_OLD_ZH}[^;。,]{{0,10}}[,、]?[^;。,]{{0,3}}"
        rf"{_TEST_ZH}(?:时|集|的时候)?(?:用|拿|取|选|是|为){_NEW_ZH}[^;。,]{{0,10}}",
        r"(?:用|拿|以|按)过去预测(?:未来|将来|以后)的?(?:方式|方法|思路|办法|原则)?(?:来|去)?"
        r"(?:划分|切分|拆分|验证|评估|分)[^;。,]{0,8}",
    )
)


def in_time_order(low: str) -> re.Match[str] | None:
    """Return where an instruction says that the test is newer than the training.

    Args:
        low: The instruction, lower case.
    """
    return next((match for turn in _TURNS if (match := turn.search(low))), None)
