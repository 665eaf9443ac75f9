"""What the two mistakes cost, in the user's words: "a miss costs 50 times a false alarm"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice

from autoglm_agent.planner.chinese_numbers import chinese_number
from autoglm_agent.planner.fractions import FRACTION, share_of
from autoglm_agent.planner.mistakes import Mistake, mistake_of, opposite
from autoglm_agent.planner.text import Text

_WORDS = {
    "twice": 2.0, "double": 2.0, "triple": 3.0, "thrice": 3.0, "two": 2.0, "three": 3.0,
    "four": 4.0,
    "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0,
    "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "fifty": 50.0, "hundred": 100.0,
    "a hundred": 100.0, "forty": 40.0, "sixty": 60.0, "eighty": 80.0, "thousand": 1000.0,
    "a thousand": 1000.0, "eleven": 11.0, "twenty-five": 25.0,
}  # fmt: skip
_ZH_WORDS = {
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    "十": 10, "十五": 15, "二十": 20, "三十": 30, "四十": 40, "五十": 50, "百": 100, "一百": 100,
    "两百": 200, "五百": 500, "千": 1000, "一千": 1000,
}  # fmt: skip
_TIMES = re.compile(
    r"(?<![\w.])(?:(\d+(?:\.\d+)?)\s?(?:x\b|×|times|-?fold|倍)|(a hundred|a thousand|two|three|"
    r"four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty-five|twenty|thirty|forty|"
    r"fifty|sixty|eighty|hundred|thousand)[ -](?:times|fold)|\b(twice|double|triple|thrice)\b)|"
    r"(\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)\s?倍",
    re.ASCII,
)
_COST = re.compile(
    r"\bcost|\bexpensive|\bworse|\bpric[ey]|\bharm|\bpenal|\bbad as|\bserious|\bsevere|"
    r"\bimportant|\bhurt|\bweigh|\blos(?:e|es|t|s|ing)\b|\bwast\w+|\bdear\w*|\bheav\w+|\bcount|[$€£¥]|\beur(?:os?)?\b|"
    r"\busd\b|\bdollars?\b|\bbucks?\b|代价|"
    r"成本|损失|严重|倍|亏|赔|扣|罚|\bsets? \w+ back\b|相当于|等于|抵得?上|顶得?上",
    re.ASCII,
)
_PAIR = re.compile(
    r"(?:cost (?:of )?)?(?:an? |the )?(fn|fp|false negatives?|false positives?|false alarms?|"
    r"漏报|误报)(?:的?(?:代价|成本))?\s?"
    r"(?:cost(?:s|ing)?|=|:|is|为|是|of)\s?(?:of )?(?:is )?[$€¥]?\s?(\d+(?:\.\d+)?)",
    re.ASCII,
)
_PIECE = re.compile(
    r"(?:[^,;]|,(?=\d{3}\b)){1,120}?(?=(?:,(?!\d{3}\b)|;|\band\b|\bwhile\b|\bwhereas\b|\bbut\b|"
    r"\bvs\b|\bversus\b|而|但)|\Z)",
    re.ASCII,
)
_PRICE = re.compile(
    r"(?<![a-z0-9_.])[$€£¥]?\s?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s?(k\b|万|"
    r"千)?(?!\s?(?:times|x\b|倍|%|"
    r"minutes|min\b|seconds|分钟|秒))",
    re.ASCII,
)
_PRICE_ZH = re.compile(
    r"([一二两三四五六七八九十]+(?:[百千万亿][零一二两三四五六七八九十百千万]*)|"
    r"[一二两三四五六七八九十]+(?=[元块]))(?![个次单条例笔台张倍])"
)
_MEASURE_ZH = re.compile(
    r"(?:是|为|相当于|等于|比)\s?(?:一?[次个例单笔条])?"
    r"(?:误报|误判|误诊|误杀|虚警|漏报|漏判|漏诊|漏检|漏掉)(?:一?[次个例单笔条])?的?\Z",
    re.ASCII,
)
"""What a cost is told in: **是一次误报的** 8 倍."""
_AS_MANY = re.compile(
    r"(?P<one>[^,.;!?]{2,24}?)(?:就)?(?:相当于|等于|抵得?上|顶得?上|好比|"
    r"\bis (?:as bad as|worth|like)|\bequals)\s?"
    rf"(?P<before>\d+|[一二两三四五六七八九十百]+|{'|'.join(_WORDS)})?\s?(?:个|次|单|条|例|笔|台|张|起)?\s?"
    r"(?P<other>(?:false (?:alarm|positive|negative)s?|误报|误判|虚警|漏报|漏掉|误诊|漏诊|误警))"
    r"(?:了)?(?P<count>\d+|[一二两三四五六七八九十百]+)?(?:个|次|单|条|例|笔|台|张|起)?",
    re.ASCII,
)
_RATHER = re.compile(
    r"宁(?:可|愿|肯)(?:多)?(?:误报|虚警|错杀|误判)(\d{1,3}|[一二两三四五六七八九十百])(?:个|次|单|条|例|笔|台|张|起)?"
    r"[^;。]{0,3}(?:也)?(?:不要|不愿|不能|不想|别)(?:漏报|漏掉|漏|错过)(?:一|1)?(?:个|次|单|条|例|笔|台|张|起)?"
)
"""So many false alarms rather than one miss."""
_MOST = 20
"""Shares that are looked at."""
_RATIO = re.compile(
    r"\bfn\s?[:/]\s?fp\s?(?:=|:|is|of)?\s?(\d+(?:\.\d+)?)\s?[:/]\s?(\d+(?:\.\d+)?)", re.ASCII
)


_ACTION = re.compile(
    r"\b(?:offer|letter|mail|mailing|e-?mail|call|phone call|contact|inspection|check|review|"
    r"campaign|discount|coupon|voucher|visit|treatment|test|intervention|investigation|audit|"
    r"repair|biopsy|alarm|alert)(?:s|ing)?\b|优惠|电话|检查|检修|短信|复核|干预",
    re.ASCII,
)
"""What is done about a suspected case: its price is that of a false alarm."""


@dataclass(frozen=True)
class Costs:
    """Relative costs, still in terms of the *unwanted event* of the sentence."""

    fn: float
    fp: float
    start: int
    end: int
    about_bad: bool = False
    """Whether the sentence spoke of accepting bad and refusing good cases."""

    def relative_to(self, positive_is_good: bool) -> dict[str, float]:
        """Return the costs for a positive class that is the good or the bad case."""
        if self.about_bad and positive_is_good:
            return {"fn": self.fp, "fp": self.fn}
        return {"fn": self.fn, "fp": self.fp}


def find_costs(text: Text) -> Costs | None:
    """Return the relative costs of the two mistakes, or None when nothing is said of them."""
    if ratio := _RATIO.search(text.low):
        return Costs(float(ratio[1]), float(ratio[2]), *ratio.span())
    pair = {
        ("fn" if m[1] in ("fn", "漏报") or "neg" in m[1] else "fp"): m
        for m in _PAIR.finditer(text.low)
    }
    if len(pair) == 2 and not _TIMES.search(text.low):
        start, end = min(m.start() for m in pair.values()), max(m.end() for m in pair.values())
        return Costs(float(pair["fn"][2]), float(pair["fp"][2]), start, end)
    if priced := _priced(text):
        return priced
    if worth := _worth(text):
        return worth
    for match in _TIMES.finditer(text.low):
        if costs := _compared(text, match, _number(match)):
            return costs
    for match in islice(FRACTION.finditer(text.low), _MOST):
        share = share_of(match)
        costs = _compared(text, match, share) if share is not None else None
        if costs is not None:
            less = min(costs.fn, costs.fp)
            return replace(costs, fn=round(costs.fn / less, 4), fp=round(costs.fp / less, 4))
    return None


def _worth(text: Text) -> Costs | None:
    """Read how many of the one mistake are as bad as one of the other: 漏掉一个相当于误报5个."""
    if rather := _RATHER.search(text.low):
        told = rather[1]
        return Costs(float(_ZH_WORDS.get(told) or told), 1.0, *rather.span())
    for match in _AS_MANY.finditer(text.low):
        one, _ = mistake_of(match["one"])
        other, _ = mistake_of(match["other"])
        count = match["count"] or match["before"] or ""
        number = _ZH_WORDS.get(count, _WORDS.get(count))
        if number is None and count.replace(".", "").isdigit():
            number = float(count)
        if one is None or other is None or one == other or not number:
            continue
        value = {one: float(number), other: 1.0}
        return Costs(value["fn"], value["fp"], *match.span())
    return None


def _priced(text: Text) -> Costs | None:
    """Read a price for each mistake: "a missed failure costs 50, a false alarm 1"."""
    done = 0
    for cost in _COST.finditer(text.low):
        start, end = text.sentence(cost.start())
        if start < done:
            continue
        done = end
        if _TIMES.search(text.low[start:end]):
            continue
        prices: dict[Mistake, float] = {}
        others: list[float] = []
        told: list[tuple[int, int]] = []
        bad = False
        for piece in _PIECE.finditer(text.low[start:end]):
            mistake, about_bad = mistake_of(piece.group())
            if mistake is None and _ACTION.search(piece.group()):
                mistake = "fp"
            value = _price(piece.group())
            if value is None:
                continue
            told.append((start + piece.start(), start + piece.end()))
            if mistake and mistake not in prices:
                prices[mistake] = value
                bad = bad or about_bad
            else:
                others.append(value)
        if len(prices) == 1 and len(others) == 1:
            # One of the two is said to be this mistake, so that the other is the other one.
            prices[opposite(next(iter(prices)))] = others[0]
        if len(prices) == 2 and min(prices.values()) > 0:
            return Costs(prices["fn"], prices["fp"], told[0][0], told[-1][1], bad)
    return None


def _price(words: str) -> float | None:
    """Return the first price of some words, in digits or in Chinese."""
    if price := _PRICE.search(words):
        scale = {"k": 1e3, "万": 1e4, "千": 1e3}.get(price[2] or "", 1.0)
        return float(price[1].replace(",", "")) * scale
    spelt = _PRICE_ZH.search(words)
    return chinese_number(spelt[1]) if spelt else None


def _compared(text: Text, match: re.Match[str], times: float) -> Costs | None:
    """Read "A costs N times as much as B" around a multiplier."""
    start, end = text.sentence(match.start())
    head, tail = text.clause(match.start())[0], text.low[match.end() : end]
    before = text.low[head : match.start()]
    if not mistake_of(before)[0]:
        before, head = text.low[start : match.start()], start
    if not _COST.search(text.low[head:end]):
        return None
    one, about_bad = mistake_of(before)
    other, about_good = mistake_of(tail)
    measure = _MEASURE_ZH.search(before)
    if measure and other is None and not mistake_of(before[: measure.start()])[0]:
        # 漏掉一个，损失是一次误报的 8 倍: what stands beside the number measures the other.
        first = text.low[start : head + measure.start()]
        other, (one, about_bad) = one, mistake_of(first)
        head = start if one else head
    one = one or (opposite(other) if other else None)
    if one is None:
        return None
    value: dict[str, float] = {one: times, opposite(one): 1.0}
    finish = end if other else text.clause(match.start())[1]
    return Costs(value["fn"], value["fp"], head, finish, about_bad or about_good)


def _number(match: re.Match[str]) -> float:
    digits, word, adverb, chinese = match.groups()
    if digits:
        return float(digits)
    if chinese:
        return float(_ZH_WORDS[chinese]) if chinese in _ZH_WORDS else float(chinese)
    return _WORDS[word or adverb]
