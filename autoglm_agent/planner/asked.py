"""What form of answer an instruction asks for: a number, one of two, one of several classes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column
from autoglm_agent.planner.text import Text, stem, word_set

_AMOUNT = re.compile(
    r"\bhow (?:much|many|long|far|old|expensive|cheap|costly|heavy|tall|big|large|fast|high|hot|"
    r"cold|warm|humid|strong|loud|deep|quickly)\b|\bhow (?:satisfied|happy|popular|often)\b|"
    r"\bnumber of\b|\bamount of\b|多少|多久|多大|多长|多高|多重|多远|多快|多热|多冷|"
    r"几天|几分钟|几个小时|几小时|几(?:个|颗|次|张|位|名|件|台|辆|场|门|节)",
    re.ASCII,
)
_TWO = re.compile(
    r"\b(?:whether|if|who|who's|whos|whose|likelihood|probability|chances?|risk)\b|"
    r"\bwhich (?:of )?(?:the |our |my )?\w+s\b|(?:\A|[.!?;])\W*(?:will|does|do|did|is|are|was|"
    r"were|can|has|have)\b|"
    r"是否|会不会|谁|能否|能不能|是不是|有没有|会否|可否|哪些|要不要|吗",
    re.ASCII,
)
_CLASSES = re.compile(
    r"\bclassif\w+|\bwhat (?:type|kind|sort|class|category)\b|\bwhich (?:type|kind|class|"
    r"category|species|level|group|one)\b|\b(?:type|kind|sort|category) of\b|分类|哪种|哪类|"
    r"哪一类|哪一种|什么类型|"
    r"什么种类|等级|级别|什么级别|什么等级|归类|类别",
    re.ASCII,
)
WHICH_THING = re.compile(
    r"\bwhich (?!of\b|one\b|\w+s\b|customer|client|patient|user|person|employee|student|"
    r"year|month|day|week|hour|age\b|score|number|price|amount)"
    r"[a-z]{3,16} (?:or [a-z]{3,16} )?(?:[a-z]{3,16} )?"
    r"(?=(?:[a-z]{3,16}s|is|was|will|has|had|did|does) )",
    re.ASCII,
)
"""Asks for one of several things: "which scheme covers the stay" is no question of its length."""
_MEASURES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(
        r"\bhow (?:long|quickly|soon)\b|\b(?:how many|number of) (?:seconds|minutes|"
        r"hours|days|weeks|months|years)\b|\btotal (?:seconds|minutes|hours|days)\b|"
        r"\blength of (?:\w+ ){0,2}(?:stay|visit|call|trip|ride|journey|service|employment|session|"
        r"treatment|delay|wait|flight|outage|absence)s?\b|"
        r"\btime (?:to|until|till) (?:a |the |be )?(?!first\b|next\b)[a-z]{3,16}\b|"
        r"多久|多长时间|几天|几分钟|几个小时|几小时|多少天|多少分钟|多少小时", re.ASCII),
     "duration hours",
     "time duration minute minutes min seconds sec hour hours hr days length taken "
     "tenure 时间 时长 耗时 天数 分钟 小时 月数"),
    (re.compile(r"\bhow (?:expensive|cheap|costly)\b|\bhow much (?:is|are|does|do|did|will|would|"
                r"should|can)\b.{0,80}\b(?:cost|sell|worth|pay|go for)\b|"
                r"\bhow much (?:should|can|could|would|do) (?:i|we|you|they) "
                r"(?:ask|charge|list|get|want)\b|"
                r"\bwhat (?:should|can|could|would|might|will|do|does) .{1,40}?\b(?:ask|charge|pay|"
                r"put .{1,30} on the market for|(?:list|advertise|offer|sell) .{1,30} for|"
                r"cost|fetch|sell for|bring in|go for|list (?:it|at)|be worth)\b|多少钱|什么价|"
                r"多少(?:万|元|块)|"
                r"\bhow much (?:is|are|was) (?:a|an|one|this) ", re.ASCII),
     "price fare", "price amount cost fee 金额 费用 总价"),
    (re.compile(r"\bhow old\b|多大年纪|多大岁数|几岁", re.ASCII), "age", "age"),
    (re.compile(r"\bhow far\b|多远", re.ASCII), "distance",
     "distance km miles meters 距 距离 米 公里 里程"),
    (re.compile(r"\bhow heavy\b|多重", re.ASCII), "weight", "weight"),
    (re.compile(r"\bhow tall\b|多高", re.ASCII), "height", "height"),
    (re.compile(r"\bhow (?:hot|cold|warm)\b|多少度|多热|多冷", re.ASCII), "temperature", "temp"),
    (re.compile(r"\bhow (?:big|large)\b|多大面积", re.ASCII), "size", "size area"),
    (re.compile(r"\bhow fast\b|多快", re.ASCII), "speed", "speed"),
    (re.compile(r"\bwhat percent(?:age)?\b|\bhow many percent\b|百分之几|百分比是?多少", re.ASCII),
     "interest_rate", "rate pct percent percentage ratio 率 利率 比例 占比"),
    (re.compile(
        r"\bhow many (?:people|visitors|customers|guests|passengers|shoppers|tourists)\b|"
        r"多少(?:个|位|名)?(?:顾客|客人|游客|人|乘客|访客|客户)", re.ASCII),
     "footfall count demand",
     "number num count cnt visitors customers occupants residents inhabitants headcount 人数 "
     "客流量"),
    (re.compile(r"\bhow many\b(?! (?:stars|points))|\bnumber of\b|"
                r"(?:多少|几)(?:个|次|人|件|辆|单|条|篇|笔|项|份|场|台|首|张|本)", re.ASCII),
     "count",
     "number num nb count cnt n volume total 数量 人数 次数 总数 件数 个数"),
)  # fmt: skip
"""(how a measure is asked for, its concepts, the words in names that stand for it)."""
_FEW, _TIME = 30, stem("time")


@dataclass(frozen=True)
class Asked:
    """The form of the answer: `amount`, `two`, `classes` or nothing known, and its measure."""

    form: str | None
    concepts: frozenset[str]
    stems: frozenset[str]
    counts: bool
    """Whether it is asked how many there are of something."""
    wanted: str | None
    """What a metric or costs are computed of: `class` or `number`."""

    def measured_by(self, part: Part) -> bool:
        """Tell whether a part of a name is the measure asked for: `Time` for "how long"."""
        glued = _TIME in self.stems and part.stem.endswith((_TIME, "时长"))
        return glued or part.stem in self.stems or bool(part.concepts & self.concepts)

    @property
    def measure(self) -> bool:
        """Whether a measure is asked for."""
        return bool(self.stems)


_IN_UNITS = re.compile(
    r"\b(?:in|how many) (?:grams?|kilograms?|kilos?|kg|tonnes?|tons?|ounces?|pounds|"
    r"millimet(?:er|re)s?|centimet(?:er|re)s?|cm|mm|met(?:er|re)s|kilomet(?:er|re)s?|km|miles|inches|feet|"
    r"lit(?:er|re)s?|gallons|degrees|celsius|fahrenheit|kelvin|watts?|kilowatts?|kwh?|volts?|amperes?|newtons?|"
    r"pascals?|bars?|hertz|decibels?|dollars|euros|yuan|percent|points|seconds|minutes|hours|days|"
    r"weeks|months|years)\b|"
    r"(?:以|用|单位(?:为|是|:)?)(?:毫|千|公)?(?:克|米|升|斤|里|元|度|瓦|分钟|小时|天|厘米)(?:为单位|计|表示|$|[,;。)])|"
    r"[(（](?:毫|千|公)?(?:克|米|升|斤|里|元|度|瓦|分钟|小时|天|厘米)[)）]",
    re.ASCII,
)
"""A unit in which the answer is wanted: only a number has one."""


def in_units(low: str) -> bool:
    """Tell whether an answer in some unit is asked for.

    Args:
        low: The open words, lower case.
    """
    return bool(_IN_UNITS.search(low))


def read_asked(text: Text, wanted: str | None) -> Asked:
    """Return what form of answer the open words ask for.

    Args:
        text: The instruction; ranges already used do not count.
        wanted: "class" or "number" where the metric or the costs tell it.
    """
    low = text.open_part
    told = next((m for m in _MEASURES if m[0].search(low)), None)
    concepts = word_set(told[1]) if told else frozenset()
    stems = frozenset(stem(word) for word in told[2].split()) if told else frozenset()
    form = "amount" if in_units(low) else None
    for name, pattern in (
        ("amount", _AMOUNT),
        ("classes", _CLASSES),
        ("classes", WHICH_THING),
        ("two", _TWO),
    ):
        form = form or (name if pattern.search(low) else None)
    return Asked(form, concepts, stems, told is _MEASURES[-1], wanted)


def fits(column: Column, asked: Asked) -> float:
    """Return a factor: 1 where a column's values are of the form asked for, less elsewhere."""
    kind = column.profile.kind
    if kind in ("constant", "empty", "id", "date", "text") or column.identifies:
        return 0.3
    many = column.numeric and (kind == "number" or column.profile.distinct > _FEW)
    factor = 1.0
    if asked.form == "amount" and not (column.numeric or column.counted):
        factor = 0.4
    elif asked.form == "two" and not column.two_valued:
        factor = 0.4 if many else 0.75
    elif asked.form == "classes" and (many or column.two_valued):
        factor = 0.6 if many else 0.85
    if (asked.wanted == "class" and many) or (asked.wanted == "number" and not column.numeric):
        factor = min(factor, 0.55)
    return factor
