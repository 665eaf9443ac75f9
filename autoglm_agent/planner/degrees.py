"""What *how* before an adjective asks for: "how severe" the severity, "how old" the age.

English makes the noun of a quality from its adjective by a few endings (*accurate*, *accuracy*;
*popular*, *popularity*); where it takes another word (*heavy*, *weight*), a table tells it.
"""

from __future__ import annotations

import re
from functools import cache

from autoglm_agent.planner.text import Text, stem, word_set

_HOW = re.compile(r"\bhow (?:very |much more )?([a-z]{3,16})\b", re.ASCII)
_LASTS = re.compile(
    r"[^.;,!?]{0,60}\b(?:take|last|wait|stay|need|run|live|remain|until|till|before)", re.ASCII
)
"""After *how long*: a time is asked for, and no length."""
_HOW_ZH = re.compile(
    r"(?:有多么?|多么?|到底多)(?P<one>严重|贵|重|高|长|快|深|宽|厚|大|远|热|冷|准确?|受欢迎|危险|"
    r"赚钱|满意|难|拥挤|忙|老)"
)
_NOT_QUALITIES = word_set("many much will does did would can could should are was were about")
_OTHER_WORDS = {
    "old": "age", "young": "age", "heavy": "weight mass", "light": "weight", "tall": "height",
    "high": "height elevation altitude amount", "long": "length", "deep": "depth",
    "wide": "width breadth", "broad": "width breadth", "strong": "strength force intensity",
    "warm": "temperature temp", "hot": "temperature temp", "cold": "temperature temp",
    "fast": "speed velocity pace", "slow": "speed",
    "expensive": "price cost fare fee", "cheap": "price cost",
    "costly": "price cost", "dear": "price", "far": "distance range",
    "big": "size area volume amount radius diameter", "worn": "wear", "damaged": "damage",
    "large": "size area volume amount", "small": "size area", "loud": "loudness volume noise",
    "serious": "severity seriousness", "severe": "severity seriousness",
    "bad": "severity badness", "dangerous": "danger risk hazard", "risky": "risk",
    "safe": "safety", "profitable": "profit profitability margin", "valuable": "value worth",
    "rich": "wealth income", "wealthy": "wealth income", "often": "frequency",
    "frequent": "frequency", "good": "quality goodness", "well": "quality performance",
    "hard": "hardness difficulty ease", "difficult": "difficulty ease", "easy": "ease difficulty",
    "busy": "occupancy traffic",
    "full": "occupancy load", "crowded": "occupancy crowding density", "late": "delay lateness",
    "satisfied": "satisfaction", "happy": "happiness satisfaction", "healthy": "health",
    "windy": "wind windspeed", "rainy": "rain rainfall precipitation", "wet": "moisture humidity",
    "urgent": "urgency priority", "important": "importance priority",
    "bright": "brightness luminosity",
    "efficient": "efficiency", "successful": "success", "hungry": "hunger", "poor": "poverty",
    "able": "ability", "clean": "cleanliness cleanness", "polluted": "pollution",
    "educated": "education", "experienced": "experience", "indebted": "debt", "trusted": "trust",
}  # fmt: skip
"""Adjectives, and adverbs, whose nouns are other words."""
_OTHER_WORDS_ZH = {
    "严重": "severity 严重", "贵": "price cost 价 价格 售价", "重": "weight 重 重量 体重",
    "高": "height 高 身高 高度", "长": "length 长 长度", "快": "speed 速度", "深": "depth 深 深度",
    "宽": "width 宽 宽度", "厚": "thickness 厚 厚度", "大": "size area 大小 面积",
    "远": "distance 距离",
    "热": "temperature 温度 气温", "冷": "temperature 温度 气温", "准": "accuracy 准确率 精度",
    "准确": "accuracy 准确率 精度", "受欢迎": "popularity 人气 热度",
    "危险": "risk danger 风险 危险",
    "赚钱": "profit 利润", "满意": "satisfaction 满意 满意度", "难": "difficulty 难度",
    "拥挤": "occupancy density 拥挤", "忙": "occupancy 繁忙", "老": "age 年龄",
}  # fmt: skip
_ENDINGS = (
    ("ate", "acy"), ("ar", "arity"), ("le", "ility"), ("le", "leness"), ("ous", "osity"),
    ("ous", "ousness"), ("ent", "ence"), ("ent", "ency"), ("ant", "ance"), ("ant", "ancy"),
    ("e", "ity"), ("e", "eness"), ("ic", "icity"), ("al", "ality"), ("y", "iness"), ("y", ""),
    ("ful", "fulness"), ("able", ""), ("ous", ""), ("ious", ""), ("ic", "y"), ("ic", "ity"),
    ("", "ness"), ("", "ity"), ("", "th"), ("", "y"), ("ive", "ivity"), ("ive", "iveness"),
)  # fmt: skip
"""(ending of the adjective, ending of the noun)."""


GENERAL = word_set("high low big large small good bad strong full light well 大 高")
"""Words of degree that go with any quantity: "how high is the rent"."""
MEASURED = frozenset(
    map(
        stem,
        word_set(
            "age weight mass height elevation altitude length depth width breadth speed velocity "
            "pace temperature temp price cost fare fee distance range size area volume load "
            "density delay amount"
        ),
    )
)
"""Qualities that are numbers, never classes."""


@cache
def nouns_of(adjective: str) -> frozenset[str]:
    """Return the stems of the nouns that say the quality of an adjective."""
    told = _OTHER_WORDS.get(adjective, "").split()
    made = [
        adjective[: len(adjective) - len(end)] + noun
        for end, noun in _ENDINGS
        if adjective.endswith(end) and len(adjective) - len(end) >= 3
    ]
    return frozenset(stem(word) for word in [*told, *made])


def lasts(low: str, end: int) -> bool:
    """Tell whether *how long*, which ends at a place, asks for a time and not for a length."""
    return bool(_LASTS.match(low, end))


def degree_asked(text: Text) -> tuple[frozenset[str], str] | None:
    """Return the nouns of the quality asked for by *how*, and the word of degree itself.

    Args:
        text: The instruction; ranges already used do not count.
    """
    for match in _HOW.finditer(text.low):
        timed = match[1] == "long" and lasts(text.low, match.end())
        if not timed and match[1] not in _NOT_QUALITIES and not text.is_used(match.start()):
            return nouns_of(match[1]), match[1]
    for match in _HOW_ZH.finditer(text.low):
        if not text.is_used(match.start()):
            nouns = frozenset(map(stem, _OTHER_WORDS_ZH[match["one"]].split()))
            return nouns, match["one"]
    return None
