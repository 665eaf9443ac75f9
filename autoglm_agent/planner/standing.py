"""What a word counts by where it stands: the head of the predicted phrase counts most."""

from __future__ import annotations

import re
from bisect import bisect_right

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.grammar import (
    BREAKS,
    CARRIERS,
    CARRIERS_ZH,
    CONTEXT,
    ENTITIES,
    FUNCTION_ZH,
    QUESTION,
)
from autoglm_agent.planner.lexicon import concepts_of, domains_of
from autoglm_agent.planner.regions import Place
from autoglm_agent.planner.text import Text, stem, word_set

_WEIGHT = {"object": 1.0, "clause": 1.0, "free": 0.92, "of": 0.42, "context": 0.42, "verb": 0.9}
_QUANTITY = frozenset("费价率量额数税款险")
_STOPS_ZH = FUNCTION_ZH | CARRIERS_ZH
_LONGEST_COMPOUND = 8
_STATISTICS = ("中位数", "平均", "均值", "中值", "总数", "总量", "总额", "最大", "最小", "众数")
_COUNTS_ZH = frozenset(("天数", "次数", "人数", "数量", "时长", "金额", "总数"))
_READINGS = frozenset(
    ("浓度", "含量", "水平", "数值", "读数", "指标", "指数", "高低", "大小", "等级")
)
_SHARES = frozenset(stem(w) for w in ("pct", "percent", "percentage", "rate", "ratio", "share"))
_COUNTS_EN = frozenset({"count", "number", "total", "tally"})
_READINGS_EN = frozenset(
    stem(w) for w in ("concentration", "content", "reading", "level", "measurement", "index")
)
"""Words that say only that a thing is measured: 一氧化碳*浓度*, ozone *concentration*."""
_HOW_MANY = re.compile(
    r"\bhow (?:many|much) (?:of the |\w+ )?\Z|\b(?:number|count) of (?:the |\w+ )?\Z|"
    r"多少(?:个|名|位|次)?\Z",
    re.ASCII,
)
_WHICH = re.compile(
    r"\b(?:which|what)(?: (?:kind|type|sort|class|category) of)? (?:\w+ )?\Z", re.ASCII
)
_THEN_VERB = re.compile(
    r"\w{0,3} (?:does|do|did|is|are|was|were|will|would|should|can|has|have|belongs?)\b",
    re.ASCII,
)
_PARTICIPLES = word_set(
    "paid sold spent made given taken lost won sent bought held kept left asked got known"
)
_OR = re.compile(r"\bor\b|还是", re.ASCII)
_NEAR = 14
_LATER_PHRASE, _EARLIER_WORD, _MODIFIER = 0.6, 0.78, 0.5


_MARKS = frozenset(stem(w) for w in ("mark", "grade", "score", "figure", "reading", "result"))


class Standing:
    """The places of all tokens that may be a target, indexed so that one look-up is cheap.

    Args:
        text: The instruction.
        places: The place of every token.
        strong: For each token whether some column could well be meant by it.
    """

    def __init__(self, text: Text, places: list[Place], strong: list[bool]) -> None:
        self._text = text
        self._places = places
        self._strong = strong
        self._first: dict[tuple[int, str], int] = {}
        self._last: dict[tuple[int, str], int] = {}
        self._phrases: dict[int, list[int]] = {}
        for index, place in enumerate(places):
            if strong[index]:
                key = (text.sentence(text.tokens[index].start)[0], place.region)
                self._first.setdefault(key, index)
                self._last[key] = index
                self._phrases.setdefault(place.phrase, []).append(index)

    def weight(self, anchor: Anchor) -> float:
        """Return the factor for an anchor; 0 where no target is told, as among the features."""
        place, token = self._places[anchor.first], self._text.tokens[anchor.first]
        weight = _WEIGHT.get(place.region, 0.0)
        if not weight:
            return 0.0
        if anchor.how == "level" and place.region == "context" and self._alternative(anchor):
            return _WEIGHT["free"]
        if anchor.how == "exact" and anchor.column.numeric and self._counted(anchor):
            return 1.0
        if _modifies_other(self._text, anchor, self._strong) or _of_a_head(
            self._text, anchor, self._strong
        ):
            weight *= _MODIFIER
        key = (self._text.sentence(token.start)[0], place.region)
        if (anchor.how == "exact" and self._counted(anchor)) or self._which(anchor):
            return weight
        if place.region == "clause" or (token.cjk and place.region in ("object", "free")):
            later = self._last.get(key, anchor.last) > anchor.last
            return weight * (_EARLIER_WORD if later else 1.0)
        if self._has_head_after(anchor, place) and not self._event(anchor):
            weight *= _EARLIER_WORD
        first = self._first.get(key, anchor.first)
        earlier = first < anchor.first and self._places[first].phrase != place.phrase
        if earlier and not place.conjoined:
            weight *= _LATER_PHRASE
        return weight

    def _counted(self, anchor: Anchor) -> bool:
        """Tell whether a name stands right after *how many*, so that no later word is the head."""
        start = self._text.tokens[anchor.first].start
        return bool(_HOW_MANY.search(self._text.low[max(0, start - 24) : start]))

    def _alternative(self, anchor: Anchor) -> bool:
        """Tell whether a value is one of two that are asked about: in *urban* or rural areas."""
        tokens = self._text.tokens
        near = self._text.low[tokens[anchor.last].end :][:_NEAR]
        before = self._text.low[max(0, tokens[anchor.first].start - _NEAR) :]
        before = before[: min(_NEAR, tokens[anchor.first].start)]
        return bool(_OR.search(near) or _OR.search(before))

    def _which(self, anchor: Anchor) -> bool:
        """Tell whether a noun is what is asked for in "which X does a review belong to"."""
        first, last = self._text.tokens[anchor.first], self._text.tokens[anchor.last]
        low = self._text.low
        before, after = low[max(0, first.start - 40) : first.start], low[last.end :][:24]
        return bool(_WHICH.search(before) and _THEN_VERB.match(after))

    def _event(self, anchor: Anchor) -> bool:
        """Tell whether an event is told of the thing that follows: *fraudulent* claims."""
        word = self._text.tokens[anchor.last]
        after = anchor.last + 1
        if not anchor.column.two_valued or word.cjk or after >= len(self._text.tokens):
            return False
        happens = any(c.hint == "yesno" for c in concepts_of(word.stem))
        amounts = any(c.hint == "amount" for c in concepts_of(self._text.tokens[after].stem))
        return happens and not amounts

    def _has_head_after(self, anchor: Anchor, place: Place) -> bool:
        same = self._phrases.get(place.phrase, [])
        after = bisect_right(same, anchor.last)
        return after < len(same) and self._text.joined(anchor.last, same[after])


def other_head(text: Text, index: int) -> bool:
    """Tell whether unknown characters go on to a quantity of another name: 小区*物业费*.

    Args:
        text: The instruction.
        index: The token after the one in question.
    """
    if index >= len(text.tokens) or text.tokens[index - 1].end != text.tokens[index].start:
        return False
    end = index
    stop = min(len(text.tokens), index + _LONGEST_COMPOUND)
    while end < stop and text.tokens[end].cjk and text.tokens[end].low not in _STOPS_ZH:
        if text.tokens[end].start != text.tokens[end - 1].end:
            break
        end += 1
    rest = text.norm[text.tokens[index].start : text.tokens[end - 1].end] if end > index else ""
    if rest.startswith(_STATISTICS):
        return False
    return len(rest) > 1 and rest[-1] in _QUANTITY


def _modifies_other(text: Text, anchor: Anchor, strong: list[bool]) -> bool:
    """Tell whether the words only qualify a thing that is not in the table: "tensile *price*"."""
    after = anchor.last + 1
    if after < len(text.tokens) and text.tokens[after].low == "的":
        after += 1
    if after >= len(text.tokens) or strong[after] or anchor.score >= 1.0:
        return False
    token = text.tokens[after]
    if token.cjk:
        if text.norm[text.tokens[after - 1].end : token.start].strip() or token.low in _READINGS:
            return False
        if anchor.column.numeric and token.low in _COUNTS_ZH:
            return False
        if token.low.endswith("率") and {p.stem for p in anchor.column.parts} & _SHARES:
            return False
        if other_head(text, after):
            return True
        told = {c.name for c in concepts_of(token.stem) if c.hint in ("amount", "yesno")}
        return text.tokens[anchor.last].cjk and bool(told) and "count" not in told
    if token.low in CONTEXT:
        return False
    if anchor.how == "level" and not anchor.column.two_valued and _other_noun(text, anchor, after):
        return True
    if text.norm[text.tokens[anchor.last].end : token.start] != " " or token.stem in CARRIERS:
        return False
    if token.stem in _READINGS_EN and anchor.column.numeric:
        return False
    if (
        token.stem in _COUNTS_EN
        and anchor.how == "exact"
        and anchor.column.profile.kind == "integer"
    ):
        return False  # "ring count" is what `Rings` holds
    if _participle(text, after):
        return False
    if anchor.how == "exact" and anchor.last > anchor.first and token.stem in _MARKS:
        # "Final maths mark": the column's whole name is said, and what it is measured in.
        return False
    return any(c.hint in ("amount", "yesno") for c in concepts_of(token.stem))


def _participle(text: Text, index: int) -> bool:
    """Tell whether a word only says what is done to the noun before: the salary *offered*."""
    low = text.tokens[index].low
    if not (low.endswith("ed") or low in _PARTICIPLES):
        return False
    after = text.tokens[index + 1] if index + 1 < len(text.tokens) else None
    gap = text.norm[text.tokens[index].end : after.start] if after is not None else "."
    return after is None or gap != " " or after.low in CONTEXT | BREAKS


def _of_a_head(text: Text, anchor: Anchor, strong: list[bool]) -> bool:
    """Tell whether a Chinese word only says whose quantity is asked for: 毕业后的*工资*."""
    if not text.tokens[anchor.last].cjk or anchor.score >= 1.0:
        return False
    end = text.clause(text.tokens[anchor.last].start)[1]
    after = text.tokens[anchor.last + 1 :][:_LONGEST_COMPOUND]
    of = next((i for i, t in enumerate(after) if t.low == "的" and t.start < end), None)
    if of is not None and of and after[of - 1].low in ("上", "里", "中", "内"):
        return False
    if of is None or of + 1 >= len(after) or after[of + 1].start >= end:
        return False
    index = anchor.last + of + 2
    head = text.tokens[index]
    return not strong[index] and any(c.hint == "amount" for c in concepts_of(head.stem))


def _other_noun(text: Text, anchor: Anchor, after: int) -> bool:
    """Tell whether a value only qualifies a noun that the column does not say: card *limit*."""
    token = text.tokens[after]
    if text.norm[text.tokens[anchor.last].end : token.start] != " ":
        return False
    if token.stem in CARRIERS or token.low in BREAKS | QUESTION or token.stem in ENTITIES:
        return False
    names = {c.name for c in concepts_of(token.stem)}
    if not names or any(part.says(token.stem) for part in anchor.column.parts):
        return False
    return not names & anchor.column.concepts and any(
        domains_of(token.stem) or c.hint != "class" for c in concepts_of(token.stem)
    )
