"""Which part of a sentence a word stands in: the thing predicted, its context or the features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from autoglm_agent.planner.grammar import (
    BREAKS,
    CARRIERS,
    CONTEXT,
    EACH,
    FEATURE,
    FEATURE_ZH,
    FROM_VERBS,
    NOT_ZH,
    PREDICT,
    PREDICT_ZH,
    QUESTION,
    WHETHER_ZH,
)
from autoglm_agent.planner.lexicon import concepts_of, phrase_key
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.text import Text, Token, stem, word_set

Region = Literal["free", "object", "clause", "of", "context", "feature", "not", "used", "verb"]

_AUXILIARY = word_set(
    """
    do does did will would is are was were has have had can could should
    """
)
_DETERMINERS = frozenset({"a", "an", "the", "their", "our", "his", "her", "its", "my", "any"})
_IMPERATIVES = frozenset({"rate", "grade", "rank", "price", "value"})
_NEVER_ASKED = frozenset({"among", "amongst", "after", "before", "since"})
_UNTIL = frozenset({"until", "till", "before"})
_PERIODS = frozenset({"day", "hour", "week", "month"})
"""*Days until settlement* are asked for as a whole."""
_SPENDING = frozenset({"spend", "spent"})
_FEATURE_WORDS = frozenset({"based", "function", "basis", "depending", "depends"})
_AT = frozenset({"for", "at"})
_OF_UNITS = frozenset({"square", "cubic", "single", "nautical"})
_BY_ZH = frozenset({"从", "由", "用", "使用", "采用", "通过", "利用", "借助"})
_USED_UP = ("掉", "完", "去", "光", "坏", "的")
"""After 用: what is used up is asked for."""
_MEASURES = frozenset(
    stem(w) for w in ("length", "duration", "time", "size", "count", "sum", "total", "quality")
)
_PREDICTION_NOUNS = word_set(
    """
    prediction predictor classification classifier regression regressor estimation estimator
    detection detector forecast forecasting scoring score model modelling modeling filter
    project
    """
)


@dataclass(frozen=True)
class Place:
    """The region of one token, and the number of the phrase that it belongs to."""

    region: Region
    phrase: int
    conjoined: bool = False
    """Whether its phrase was joined to the one before by *and* or *or*."""


_RETURNS = frozenset({"gives", "returns", "outputs", "yields"})
"""After *that*, what a model does: "something that gives me the price"."""


@dataclass
class _State:
    region: Region = "free"
    phrase: int = 0
    seen: bool = False
    event: bool = False
    content: bool = False
    conjoined: bool = False

    def turn(self, region: Region, *, conjoined: bool = False) -> None:
        self.region = region
        self.phrase += 1
        self.conjoined = conjoined


def find_regions(
    text: Text, mentions: Sequence[Mention], anchors: Sequence[bool], events: Sequence[bool]
) -> list[Place]:
    """Return the place of every token.

    Args:
        text: The instruction; ranges already used are marked `used`.
        mentions: Column mentions; function words inside a name steer nothing.
        anchors: For each token whether some column could be meant by it.
        events: For each token whether it says that something happens, as *cancel* does.
    """
    inside = {i for m in mentions for i in range(m.first, m.last + 1)}
    places: list[Place] = []
    state = _State()
    end = 0
    for index, token in enumerate(text.tokens):
        _cross_gap(text, state, end, token, index)
        end = token.end
        if text.is_used(token.start):
            places.append(Place("used", state.phrase))
            continue
        if index not in inside and token.whole:
            verb = _steer_zh(text, index, state) if token.cjk else _steer(text, index, state)
            if verb:
                places.append(Place("verb", state.phrase))
                continue
        if _counted_by(text, index) and state.region != "feature":
            # "per hour", 每小时: what it is counted by, not what is asked for.
            places.append(Place("context", state.phrase))
            continue
        places.append(Place(state.region, state.phrase, state.conjoined))
        target_like = state.region in ("free", "object", "clause")
        if anchors[index] and target_like:
            state.seen = True
            state.event = state.event or (events[index] and state.region == "clause")
        state.content = state.content or (token.stem not in CARRIERS and token.low not in BREAKS)
    return places


def _counted_by(text: Text, index: int) -> bool:
    """Tell whether a token follows *per* or *each*, perhaps with a number between: per 100 km."""
    if index and text.tokens[index - 1].low in EACH:
        return True
    before = text.tokens[index - 1].low if index else ""
    number = index > 1 and (before.isdigit() or before in _OF_UNITS)
    return number and text.tokens[index - 2].low in EACH


def _cross_gap(text: Text, state: _State, end: int, token: Token, index: int) -> None:
    """Let punctuation between two tokens change the state."""
    gap = text.norm[end : token.start]
    if any(c in gap for c in "!?;\n") or (". " in gap) or (gap.startswith(".") and token.cjk):
        phrase = state.phrase
        state.__init__()  # type: ignore[misc]
        state.phrase = phrase + 1
    elif any(c in gap for c in ",:") or " - " in gap or "–" in gap or "—" in gap:
        keep = state.region == "feature" and not token.cjk and "," in gap
        clause_start = not keep or token.low in QUESTION or token.stem in PREDICT
        if clause_start:
            state.turn("free" if state.region != "object" or token.cjk else "object")
        state.content = False
    elif "、" in gap:
        state.turn(state.region, conjoined=True)
    if index == 0:
        state.content = False


def _next_is_used(text: Text, index: int) -> bool:
    following = text.tokens[index + 1 : index + 2]
    return bool(following) and text.is_used(following[0].start)


def _steer_zh(text: Text, index: int, state: _State) -> bool:
    token = text.tokens[index]
    if token.low in _BY_ZH and text.norm[token.end : token.end + 1] in ("什", "哪", "啥", "何"):
        # 用什么方式付款: what follows is asked for.
        state.turn("clause")
        return False
    if token.low in PREDICT_ZH:
        state.turn("object")
        return True
    if token.low == "用" and text.norm[token.end : token.end + 1] in _USED_UP:
        return False
    if token.low == "用" and _next_is_used(text, index):
        return False  # 用 2 分钟跑一个模型: what is used is no column
    if token.low in FEATURE_ZH:
        state.turn("feature")
    elif token.low == "对" and state.region == "feature":
        # 根据……对……进行分类: what follows is what is to be predicted.
        state.turn("object")
    elif token.low in NOT_ZH:
        state.turn("not")
    elif token.low in WHETHER_ZH and state.region != "feature":
        state.turn("clause")
    elif token.low in ("和", "与", "或", "及", "以及"):
        state.turn(state.region, conjoined=True)
    return False


def _steer(text: Text, index: int, state: _State) -> bool:
    """Change the state at an English function word; tell whether the token is a verb."""
    token = text.tokens[index]
    low = token.low
    before = text.tokens[index - 1].low if index else ""
    following = text.tokens[index + 1].low if index + 1 < len(text.tokens) else ""
    if not index and low in _IMPERATIVES and following in _DETERMINERS | EACH:
        state.turn("object")
        return True
    if token.stem in PREDICT:
        # 根据记录 forecast 销量: in a Chinese sentence the word is a verb.
        verb = before in ("to", "and", "please") or (index > 0 and text.tokens[index - 1].cjk)
        noun = low in _PREDICTION_NOUNS and state.content and not verb
        if not noun:
            state.turn("object")
            state.seen = False
        return True
    if low in _RETURNS and before == "that":
        state.turn("object")
        return True
    if low in FEATURE or low in _FEATURE_WORDS:
        if low == "from" and stem(before) in FROM_VERBS:
            return False
        if low != "use" or before != "to":
            state.turn("feature")
        return False
    if (low == "not" and _negates_name(text, index)) or low in ("rather", "instead"):
        state.turn("not")
    elif low in QUESTION:
        _question(text, index, low, state)
    elif low == "with":
        state.turn("feature" if state.seen else state.region)
    elif low == "of":
        if state.region != "feature":
            state.turn("of" if state.seen or _quantity(before) else state.region)
    elif _of_one_thing(before, low, following):
        pass
    elif low in _NEVER_ASKED:
        state.turn("context" if state.region != "feature" else "feature")
    elif low in CONTEXT:
        if state.region != "feature":
            of_it = low in _AT and _quantity(before)
            state.turn("context" if state.seen or of_it else state.region)
    elif low in ("and", "or"):
        state.turn(state.region, conjoined=True)
    elif low in _DETERMINERS and state.event and state.region == "clause":
        # What follows is only what the event is done to: "cancel their contract".
        state.turn("context")
    elif low in BREAKS and not (low in ("the", "a", "an", "all") and state.conjoined):
        state.turn(state.region)
    return False


def _quantity(word: str) -> bool:
    """Tell whether a noun is itself a thing that people predict: the *price* of something."""
    root = stem(word)
    return root not in CARRIERS | _MEASURES and any(
        c.hint in ("amount", "yesno") for c in concepts_of(root)
    )


def _question(text: Text, index: int, low: str, state: _State) -> None:
    start = text.clause(text.tokens[index].start)[0]
    first = not text.norm[start : text.tokens[index].start].strip(" ,")
    if low in _AUXILIARY and not first:
        state.turn(state.region)
    elif state.region != "feature" or first or _asks(text, index):
        state.turn("clause")


def _negates_name(text: Text, index: int) -> bool:
    """Tell "- not the species" from "will not pay"."""
    before = text.norm[: text.tokens[index].start].rstrip()
    return not before or before[-1] in ",;-–—(" or before.endswith(("but", "and"))


def _asks(text: Text, index: int) -> bool:
    """Tell "see from the order *which* channel it took" from "the data from *which* ..."."""
    before = text.tokens[index - 1].low if index else ""
    return text.tokens[index].low in ("which", "whether") and before not in FEATURE | CONTEXT


def _of_one_thing(before: str, low: str, following: str) -> bool:
    """Tell whether a preposition joins what is one thing: *spent on*, *in court*, *days until*."""
    if (low == "on" and stem(before) in _SPENDING) or (low in _UNTIL and stem(before) in _PERIODS):
        return True
    return low in CONTEXT and bool(concepts_of(phrase_key([low, following])))
