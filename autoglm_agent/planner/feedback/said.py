"""What an edit changes, in Chinese for those who speak it."""

from __future__ import annotations

import re

_CHINESE = tuple(
    (re.compile(english), chinese)
    for english, chinese in (
        (r"not understood: (.+)", r"没有看懂：\1"),
        (r"tell how (.+) did", r"说明 \1 的表现"),
        (r"explain row (\d+)", r"解释第 \1 行"),
        (r"explain the model", "解释模型"),
        (r"explain (.+)", r"解释 \1"),
        (r"use (.+) again", r"重新使用 \1"),
        (r"do not train (.+)", r"不训练 \1"),
        (r"train (.+) only", r"只训练 \1"),
        (r"(.+) is not trained", r"本来就不训练 \1"),
        (r"split at random", "随机划分"),
        (r"split by the time in (.+)", r"按 \1 的时间划分"),
        (r"keep rows with the same (.+) together", r"\1 相同的行放在一起"),
        (r"do not use (.+)", r"不使用 \1"),
        (r"choose the threshold so that recall is at least (.+)", r"选择阈值，使召回率至少为 \1"),
        (
            r"choose the threshold so that precision is at least (.+)",
            r"选择阈值，使精确率至少为 \1",
        ),
        (r"tell whether (.+) reaches (.+)", r"说明 \1 是否达到 \2"),
        (r"a miss costs (\S+), a false alarm (\S+)", r"漏报的代价为 \1，误报的代价为 \2"),
        (r"a false alarm costs (\S+) times a miss", r"误报的代价是漏报的 \1 倍"),
        (r"a miss costs (\S+) times a false alarm", r"漏报的代价是误报的 \1 倍"),
        (r"judge models by (.+)", r"用 \1 评判模型"),
        (r"predict a row within (.+) ms", r"一行的预测不超过 \1 毫秒"),
        (r"predict (.+)", r"预测 \1"),
        (r"the positive class is (.+)", r"正类是 \1"),
        (r"(.+) weighs twice as much", r"\1 的权重加倍"),
        (r"train only models that a person can read", "只训练人能读懂的模型"),
        (r"train only models of little capacity", "只训练较简单的模型"),
        (r"train for (.+) s", r"训练 \1 秒"),
        (r"rate the result (\d) of 5", r"给结果打 \1 分（满分 5 分）"),
        (r"(\S+) times, as no number was said", r"\1 倍，因为没有给出数值"),
        (r"twice, as no number was said", "两倍，因为没有给出数值"),
        (r"half of the time", "一半的时间"),
        (r"three times as long", "三倍的时间"),
        (r"half of the present time", "现在的一半时间"),
        (r"(\d+) ms", r"\1 毫秒"),
    )
)


def in_chinese(said: str) -> str:
    """Return the words of an edit in Chinese; others stay as they are."""
    for english, chinese in _CHINESE:
        match = english.fullmatch(said)
        if match:
            return match.expand(chinese)
    return said
