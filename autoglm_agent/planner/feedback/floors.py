"""Values that recall, precision or another measure must reach, named or in everyday words."""

from __future__ import annotations

import re

from autoglm_agent.planner.chinese_numbers import chinese_number
from autoglm_agent.planner.feedback.talk import Talk

_COUNT = "one|two|three|four|five|six|seven|eight|nine|ten"
_ONES = {word: number for number, word in enumerate(_COUNT.split("|"), 1)}
_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}
_HAN = "一二两三四五六七八九十"
_SHARE = (
    r"(?:(?<![\d.])0?\.\d+|(?<![\d.])1\.0(?!\d)|(?<![\d.])\d{1,3}(?:\.\d+)?\s?(?:%|percent|"
    r"per cent|pct)|"
    rf"\b(?:\d{{1,3}}|{_COUNT}) (?:times )?(?:out of|in|of) (?:every )?(?:\d{{1,3}}|{_COUNT}|"
    rf"a hundred)\b|"
    r"\b(?:a |one )?half\b|\b(?:a |an |one[ -]|two[ -]|three[ -]|four[ -]|nine[ -])?(?:third|"
    r"quarter|fifth|tenth)s?\b|"
    rf"百分之[{_HAN}百]+|[{_HAN}]成[{_HAN}半]?|{_HAN[0]}半|半数|"
    rf"(?:十|10)个(?:里|中|当中)?(?:面|头)?(?:至少|起码|要|得|能|有|找出|找到|抓到|"
    rf"抓住)*(?:[{_HAN}]|\d)个)"
)
"""A share in figures or in words: 0.9, 90 %, nine out of ten, half, 九成, 十个里有九个."""
_NAMED = re.compile(
    r"(?P<m>recall|sensitivity|true positive rate|precision|accuracy|(?:roc[- ]?)?auc|"
    r"f1(?:[- ]score)?|召回率?|查全率|精确率|查准率|精准率|准确率|正确率)"
    rf"[^.;,\d]{{0,40}}?(?P<v>{_SHARE})|(?P<v2>{_SHARE})\s*(?:的|of\s+the\s+)?\s*"
    r"(?P<m2>recall|sensitivity|precision|accuracy|auc|f1|召回率?|查全率|精确率|查准率|准确率)",
    re.ASCII,
)
"""A measure by its name, and what it must reach."""
_FIND = (
    r"(?:find|found|catch\w*|caught|detect\w*|identif\w+|spot(?:ted|s)?|recogni[sz]e\w*|"
    r"(?:un)?cover\w*|pick(?:ed|s)? up|flag(?:ged)?|"
    r"找(?:出|到|回|全)|抓(?:出|到|住|全)|识别|捕捉|捕获|覆盖|逮(?:到|住)?|检(?:出|测出|测到)|"
    r"揪出|查(?:出|到)|发现|挑出)"
)
_CAUGHT = re.compile(_FIND, re.ASCII)
_TO_CATCH = re.compile(
    rf"{_FIND}(?:出来|出|到|来)?\s?(?:at least|no less than|至少|起码|最少|不低于)?\s?\Z", re.ASCII
)
"""What stands right before the share that is to be found."""
_OF_REAL = re.compile(
    r"\A (?:of )?(?:all )?(?:the |our |those )?(?:real|actual|true|genuine)\b", re.ASCII
)
_FLAGGED = re.compile(
    r"\bflag(?:s|ged)?\b|\balerts?\b|\balarms?\b|\b(?:it|you|we|the model|that|"
    r"which) (?:predicts?|picks?|selects?|"
    r"calls?|marks?|labels?|says?|points? (?:out|at)|names?|reports?)\b|\bpredicted\b|"
    r"\bpredictions?\b|\bwhen(?:ever)? (?:it|you|the model|we) \w+|\bpicked\b|\bselected\b|"
    r"(?:挑|选|报|找|筛|标|圈|推|抓|判|列|预测)(?:出来|出|为|成|到|中)?[^,;。]{0,14}?(?:的|里|中)|"
    r"(?:预测|判断|判定|标记)(?:为|成|是)|模型(?:说|认为|觉得)|名单|预警|报警|告警",
    re.ASCII,
)
"""What the model says, of which a share must be true."""
_TRUE = re.compile(
    r"\b(?:really|actually|truly|indeed|right|correct|true|genuine|genuinely|real|hits?|in fact)\b|"
    r"(?:是|得|要|必须|真|确实|应该|都)(?:是)?(?:真|对|准|会|要)(?:的|实)?|说对|判对|命中|没错|"
    r"属实|靠谱",
    re.ASCII,
)
_MUST = re.compile(
    r"\b(?:at least|no less than|not less than|minimum|must|need\w*|have to|has to|had better|"
    r"should|want|make sure|ensure|require\w*|or more|or better|or higher|expect)\b|"
    r"至少|起码|最少|不低于|不少于|不能低于|不能少于|别低于|必须|得|要|以上|保证|确保|务必|达到",
    re.ASCII,
)
_OF_ROWS = re.compile(
    r"\b(?:test|hold[- ]?out|valid\w*|train\w*|rows?|sample|split)\b|测试集|训练集|样本|留出|采样",
    re.ASCII,
)
"""Shares of rows, which are no floor."""


def read_least(talk: Talk) -> None:
    """Read what recall, precision or another measure must reach."""
    for match in list(talk.matches(_NAMED)):
        name, least = match["m"] or match["m2"], _share(match["v"] or match["v2"])
        if least is not None:
            _hold(talk, name.lower(), least, *match.span())
    for start, end in list(talk.clauses()):
        _read_in_words(talk, start, end)


def _read_in_words(talk: Talk, start: int, end: int) -> None:
    """Read "catch nine out of ten of them" and "of those you flag, half must be right"."""
    clause = talk.text.low[start:end]
    share = re.search(_SHARE, clause, re.ASCII)
    if share is None or talk.text.is_used(start + share.start()) or _OF_ROWS.search(clause):
        return
    least = _share(share.group())
    whole = talk.text.sentence(start)
    sentence = talk.text.low[whole[0] : whole[1]]
    if least is None or not _MUST.search(sentence):
        return
    rest = clause[: share.start()] + clause[share.end() :]
    alone = len(re.findall(_SHARE, sentence, re.ASCII)) == 1
    told = sentence if alone else rest
    place = start + share.start(), start + share.end()
    if _TO_CATCH.search(clause[: share.start()]) or _OF_REAL.match(clause[share.end() :]):
        _hold(talk, "recall", least, *place)
    elif _FLAGGED.search(told) and _TRUE.search(told):
        _hold(talk, "precision", least, *place)
    elif _CAUGHT.search(told):
        _hold(talk, "recall", least, *place)


def _hold(talk: Talk, name: str, least: float, start: int, end: int) -> None:
    if re.search(r"recall|sensit|true|召回|查全", name):
        talk.add("hold_recall", f"choose the threshold so that recall is at least {least:g}",
                 start, end, min_recall=least)  # fmt: skip
    elif re.search(r"precision|精确|查准|精准", name):
        talk.add("hold_precision", f"choose the threshold so that precision is at least {least:g}",
                 start, end, min_precision=least)  # fmt: skip
    else:
        metric = "accuracy" if re.search(r"acc|准确|正确", name) else "f1"
        metric = "roc_auc" if "auc" in name else metric
        talk.add("require", f"tell whether {metric} reaches {least:g}", start, end,
                 metric=metric, at_least=least)  # fmt: skip


def _share(words: str) -> float | None:
    """Return what a share in figures or words is, from nought to one; None if it is none."""
    words = words.strip().lower()
    if of := re.fullmatch(r"(\w+) (?:times )?(?:out of|in|of) (?:every )?(\w+| ?a hundred)", words):
        part, whole = _number(of[1]), _number(of[2])
        value = part / whole if whole else 0.0
    elif words.startswith("百分之"):
        value = chinese_number(words[3:]) / 100
    elif "成" in words:
        tens, _, more = words.partition("成")
        value = chinese_number(tens) / 10
        value += (5 if more == "半" else chinese_number(more)) / 100 if more else 0.0
    elif words in ("一半", "半数"):
        value = 0.5
    elif counted := re.fullmatch(r"(?:十|10)个.*?([一二两三四五六七八九十]|\d)个", words):
        value = chinese_number(counted[1]) / 10
    elif part_of := re.fullmatch(r"(?:(\w+)[ -])?(half|third|quarter|fifth|tenth)s?", words):
        value = (_number(part_of[1] or "one") or 1.0) * _PARTS[part_of[2]]
    else:
        value = float(re.sub(r"[^\d.]", "", words))
        value = value / 100.0 if re.search(r"%|per ?cent|pct", words) or value > 1.0 else value
    return round(value, 6) if 0.0 < value <= 1.0 else None


def _number(word: str) -> float:
    if word.strip() == "a hundred":
        return 100.0
    return float(word) if word.isdigit() else float(_ONES.get(word, 0))
