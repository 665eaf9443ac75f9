"""Which of the two mistakes some words describe: a miss or a false alarm."""

from __future__ import annotations

import re
from typing import Literal

from autoglm_agent.planner.positive import EVENTS
from autoglm_agent.planner.text import stem

Mistake = Literal["fn", "fp"]
"""A false negative, which is a miss, or a false positive, which is a false alarm."""

_FN = re.compile(
    r"false[- ]negatives?|\bfns?\b|\bmiss(?:ing|es|ed)?\b|\boverlook\w*|\bundetected\b|"
    r"\bunnoticed\b|fail(?:ing|ure)? to|"
    r"(?:did|do|does) not (?:foresee|detect|see|catch|spot|predict|notice)|(?:didn't|"
    r"don't) (?:foresee|detect|see|catch)|"
    r"\bunforeseen\b|\blos(?:e|ing|s|t)\b|\bescap\w+|\b(?:slip|get|got|go|goes|"
    r"come)\w* (?:through|by)|\bslips? by|"
    r"let(?:ting)? (?:\w+ ){0,3}(?:through|go|slip|pass|out)\b|type ii|"
    r"没(?:看|查|检|识别|发现|抓|预测)(?:出来?|到)?|漏报|漏诊|漏判|漏检|漏掉|错过|漏|假阴",
    re.ASCII,
)
_FP = re.compile(
    r"false[- ](?:positives?|alarms?|alerts?|warnings?|ones?)|\bfps?\b|\bneedless\w*|"
    r"\bunnecessar\w*|"
    r"\bwrong(?:ly)? (?:flag|accus|block|alarm|suspect)\w*|"
    r"\b(?:useless|wasted|pointless|superfluous|unneeded|uncalled[- ]for|in vain|for nothing|"
    r"futile|redundant)\b|\bfalse flag\w*|\bflagging a (?:good|legit\w*|normal|healthy)|type i\b|"
    r"误报|误判|误诊|误杀|虚警|错杀|错拦|误拦|错判|冤枉|白跑|多余|误警|假阳",
    re.ASCII,
)
_ACCEPT = re.compile(
    r"\b(?:approv|accept|grant|admit|keep|lend|pass|trust|clear)\w*|批准|放过|接受|通过", re.ASCII
)
_REFUSE = re.compile(
    r"\b(?:stop|scrap|throw|refus|reject|declin|den(?:y|ying|ied)|turn(?:ing)? down|"
    r"turn(?:ing)? away|block|"
    r"exclud)\w*|拒绝|拦截",
    re.ASCII,
)
_BAD = re.compile(
    r"\b(?:bad|risky|default\w*|fraud\w*|sick|ill|malignant|faulty|defective|spam)\b|坏|违约|"
    r"欺诈|恶性",
    re.ASCII,
)
_GOOD = re.compile(
    r"\b(?:good|safe|honest|healthy|benign|normal|legit\w*|solvent|ham)\b|好|正常|良性|健康",
    re.ASCII,
)
_TAKEN_FOR = re.compile(
    r"\b(?:call|label|labell|classify|tak|mistak|declar|predict|mark|pass)\w* (?:off )?"
    r"(?:an?|the|one) (\w+)(?: \w+)? (?:as |for |to be |off as )?(?:an? )?(\w+)",
    re.ASCII,
)


def opposite(mistake: Mistake) -> Mistake:
    """Return the other mistake."""
    return "fp" if mistake == "fn" else "fn"


def mistake_of(words: str) -> tuple[Mistake | None, bool]:
    """Return which mistake some words describe, and whether by accepting bad or refusing good."""
    if _ACCEPT.search(words) and _BAD.search(words):
        return "fn", True
    if _REFUSE.search(words) and (_GOOD.search(words) or not _BAD.search(words)):
        return "fp", True
    taken = _TAKEN_FOR.search(words)
    if taken and (event := _event_of(taken[1], taken[2])):
        return event, False
    fn, fp = _FN.search(words), _FP.search(words)
    if fn and (not fp or fn.start() < fp.start()):
        return "fn", False
    if fp:
        return "fp", False
    return None, False


def _event_of(one: str, other: str) -> Mistake | None:
    """Return which mistake it is to take one thing for another: a *bad* one for a *good* one."""
    events = {stem(word) for word in EVENTS}
    calm = {stem(word) for word in EVENTS.values()}
    if stem(one) in events and stem(other) in calm:
        return "fn"
    return "fp" if stem(one) in calm and stem(other) in events else None
