"""The columns by the one word or phrase of an instruction that speaks best for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.asked import WHICH_THING, in_units
from autoglm_agent.planner.asked_how import asked_how
from autoglm_agent.planner.asked_which import asked_which
from autoglm_agent.planner.choice import THRESHOLD, Choice
from autoglm_agent.planner.contraries import only_a_period
from autoglm_agent.planner.grammar import ENTITIES
from autoglm_agent.planner.impossible import timed_columns, unit_tokens
from autoglm_agent.planner.lexicon import concepts_of
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.regions import Place, find_regions
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.standing import Standing
from autoglm_agent.planner.support import support
from autoglm_agent.planner.text import Text

_ANOTHER = re.compile(r"\b(?:another|a different|some other|the same|a new) \Z", re.ASCII)
"""Before the name of a thing that somebody gets or goes to, which is not what is predicted."""
_OR_NOT = re.compile(r"\bor not\b|与否|是不是|有没有", re.ASCII)
"""Asks for yes or no, and for no number."""
_WHILE = re.compile(r"\b(?:when|while|once|as soon as)\b", re.ASCII)
"""Begins the time of what is asked: "which operator was there when the machine stopped"."""
_MANNER = re.compile(
    r"\bhow (?:will|do|does|did|is|are|was|were|can|has|have|should)\b(?! (?:\w+ ){1,4}(?:change|"
    r"develop|grow|vary|evolve|move|look))",
    re.ASCII,
)
"""Asks in which way something is done, and for no quantity."""
_SUBJECT = re.compile(
    r"(?:\A|[.!?;] )(?:do|does|did|will|can|has|have|had) (?:the|a|an|this|that|each|every|our|my|"
    r"any) \Z",
    re.ASCII,
)
"""Before whom a question of yes and no is about: "does *the animal* carry a chip"."""
BY_WORDS = frozenset({"direct", "tight", "near", "shared"})
"""Kinds of anchors that a likeness of names may overrule."""
_AFTER_EVENT, _WRONG_VALUES, _CLEAR = 0.6, 0.6, 0.7
_NAMED_ELSEWHERE, _NOT_TWO, _GOT = 0.6, 0.6, 0.45
_AFTER_NAME, _AS_WRITTEN, _SAID_OF = 0.6, 0.85, 0.45
_WHO_DOES = 0.4
_NOT_WHICH, _FEW = 0.6, 12
"""What a quantity counts that stands behind the thing asked for, and how few values name things."""
_WHOM = 0.8
"""What the number of those whom rows are about counts where only they are named."""
_ONLY_UNIT = 0.75
"""What the *hours* of "how many hours" count where several columns are times."""


def rank_by_word(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> list[Choice]:
    """Return a choice for every column that some word speaks for, best first.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        mentions: Column mentions in the open text.
        excluded: Columns that cannot be the target.
        wanted: "class" or "number" where the metric or the costs tell it.
    """
    anchors = [a for a in find_anchors(text, schema, mentions) if a.column.name not in excluded]
    strong, places = _strong(text, anchors), places_of(text, mentions, anchors)
    units = in_units(text.open_part)
    units_told = unit_tokens(text) if len(timed_columns(schema)) > 1 else frozenset()
    standing = Standing(text, places, strong)
    best: dict[str, Choice] = {}
    events: dict[int, set[str]] = {}
    for a in anchors:
        happens = any(c.hint == "yesno" for c in concepts_of(text.tokens[a.last].stem))
        if a.column.two_valued and a.score >= THRESHOLD and happens:
            events.setdefault(a.last, set()).add(a.column.name)
    clear = {
        a.column.name
        for a in anchors
        if a.score >= _CLEAR and places[a.first].region not in ("verb", "used")
    }
    named = {a.first for a in anchors if a.how in BY_WORDS | {"exact"} and a.score >= _CLEAR}
    said_of = [(start, end) for _, start, end in asked_how(text)]
    said_of += [
        (start, end)
        for first, last, start, end in asked_which(text)
        if any(first <= place <= last for place in named)
    ]
    for anchor in anchors:
        start = text.tokens[anchor.first].start
        if only_a_period(text, start, anchor.column, named=anchor.how == "exact"):
            continue
        by_verb = places[anchor.first].region == "verb" and anchor.how != "exact"
        if by_verb and clear - {anchor.column.name}:
            # Only 分类 or "class(ify)" means the column, while other words mean another one.
            continue
        score = anchor.score * _after_event(text, anchor, events) * standing.weight(anchor)
        if _inside(text.tokens[anchor.first].start, said_of):
            score *= _SAID_OF
        if _name_before(text, anchor, mentions):
            score *= _AFTER_NAME
        if anchor.how != "exact" and anchor.first in units_told and not _said_besides(text, anchor):
            score *= _ONLY_UNIT
        if anchor.how == "generic" and anchor.first in named:
            score *= _NAMED_ELSEWHERE
        if score <= 0.15:
            continue
        score *= support(anchor, text, schema, places) * _question_fit(text, anchor, places)
        score *= _value_fit(anchor.column, wanted)
        if units and anchor.how != "exact" and not (anchor.column.numeric or anchor.column.counted):
            score *= _WRONG_VALUES
        if anchor.column.profile.kind in ("text", "date", "id", "constant", "empty"):
            score *= 0.55
        if anchor.column.profile.kind == "id" and text.tokens[anchor.last].stem in ENTITIES:
            score *= _WHOM
        choice = Choice(
            anchor.column,
            max(0.0, min(score, 0.98)),
            text.tokens[anchor.first].start,
            text.tokens[anchor.last].end,
            "data" if anchor.how == "generic" else "instruction",
            anchor.how,
        )
        if (
            anchor.column.name not in best
            or best[anchor.column.name].confidence < choice.confidence
        ):
            best[anchor.column.name] = choice
    return sorted(best.values(), key=lambda c: -c.confidence)


def _said_besides(text: Text, anchor: Anchor) -> bool:
    """Tell whether another part of the name than the unit is said: 成立 of 成立年限."""
    word = text.tokens[anchor.first].stem
    others = [part for part in anchor.column.core if not part.says(word)]
    return any(part.says(stem) for part in others for stem in text.stems)


def _inside(place: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in ranges)


def _after_event(text: Text, anchor: Anchor, events: dict[int, set[str]]) -> float:
    """Discount the noun of "fraudulent claims" or "defective parts": the event is asked for."""
    before = anchor.first - 1
    if before > 0 and text.tokens[before].low == "的":
        # 骗保的案件: the event is asked for, not the noun that it befalls.
        named = events.get(before - 1, {anchor.column.name})
        return 1.0 if anchor.column.name in named else _AFTER_EVENT
    if anchor.column.name in events.get(before, {anchor.column.name}) or text.tokens[before].cjk:
        return 1.0
    gap = text.norm[text.tokens[before].end : text.tokens[anchor.first].start]
    return _AFTER_EVENT if gap == " " else 1.0


def _name_before(text: Text, anchor: Anchor, mentions: list[Mention]) -> bool:
    """Tell whether a word meant only by its sense completes a name: `higher` in *higher education*.

    The name must be a two-valued column's, said before the word and not through it.
    """
    if anchor.how not in ("tight", "near") or not anchor.first:
        return False
    before = next((m for m in mentions if m.last == anchor.first - 1), None)
    if before is None or before.column is anchor.column or not before.column.two_valued:
        return False
    gap = text.norm[before.end : text.tokens[anchor.first].start]
    return gap == " " and before.score >= _AS_WRITTEN


def _value_fit(column: Column, wanted: str | None) -> float:
    """Discount a quantity where classes are scored, and classes where a quantity is."""
    many = column.numeric and (column.profile.kind == "number" or column.profile.distinct > 20)
    if wanted == "class" and many:
        return _WRONG_VALUES
    if wanted == "number" and column.profile.kind in ("category", "boolean"):
        return _WRONG_VALUES
    return 1.0


def _question_fit(text: Text, anchor: Anchor, places: list[Place]) -> float:
    """Discount a quantity for *whether*, a class for *how much*, a float for *classify*."""
    column = anchor.column
    start, end = text.clause(text.tokens[anchor.first].start)
    words = text.low[start:end]
    amount = re.search(
        r"(?a)(?<!matter )\bhow (?:much|many|long|far|old|expensive)\b|多少|多久", words
    )
    several = column.profile.kind == "category" and not column.two_valued
    before = text.low[
        max(0, text.tokens[anchor.first].start - 20) : text.tokens[anchor.first].start
    ]
    if several and _ANOTHER.search(before):
        return _GOT
    if not column.two_valued and anchor.how != "exact" and _SUBJECT.search(before):
        return _WHO_DOES
    if (
        (column.numeric or (several and anchor.how != "level"))
        and not amount
        and re.search(
            r"(?a)\b(?:whether|if|who|which (?:\w+s|people)|probability|likelihood|risk)\b|"
            r"\A\s*(?:will|does|did|is|was|were|"
            r"are|can|has|have)\b|是否|会不会|谁|能否|能不能|是不是|有没有|会否|可否|哪些",
            words,
        )
    ):
        if column.numeric and anchor.how != "exact" and _OR_NOT.search(words):
            return _GOT
        return 0.72 if column.numeric or anchor.how == "exact" else _NOT_TWO
    if re.search(
        r"(?a)(?<!matter )\bhow (?:much|many|long|far|old|large|big|high|heavy|tall|hot|cold|"
        r"warm|bright|dense|thick|wide|deep|fast)\b|多少",
        words,
    ) and not (column.numeric or column.counted or places[anchor.first].region == "feature"):
        whole = len(column.core) > 1 and all(
            any(p.says(s) for s in text.stems) for p in column.core
        )
        return 1.0 if whole else 0.45
    if column.numeric and anchor.how not in ("exact", "pair") and _MANNER.search(words):
        return _NOT_TWO
    which = WHICH_THING.search(words)
    if which and anchor.how in BY_WORDS:
        beyond = words[which.end() : max(0, text.tokens[anchor.first].start - start)]
        when = _WHILE.search(beyond)
        if when or (beyond and column.numeric and column.profile.distinct > _FEW):
            return _NOT_WHICH if when is None else _GOT
    classify = re.search(r"(?a)\bclassif\w+|分类", text.low)
    if (
        classify
        and column.profile.kind == "number"
        and column.profile.distinct > 30
        and anchor.how != "exact"
    ):
        return 0.7
    return 1.0


def places_of(text: Text, mentions: list[Mention], anchors: list[Anchor]) -> list[Place]:
    """Return the place of every token, given what could be meant by it."""
    strong = _strong(text, anchors)
    happens = [
        strong[i] and any(c.hint == "yesno" for c in concepts_of(t.stem))
        for i, t in enumerate(text.tokens)
    ]
    return find_regions(text, mentions, strong, happens)


def _strong(text: Text, anchors: list[Anchor]) -> list[bool]:
    """Return for each token whether some column could well be meant by it."""
    strong = [False] * len(text.tokens)
    for anchor in anchors:
        for index in range(anchor.first, anchor.last + 1):
            strong[index] = strong[index] or anchor.score >= THRESHOLD
    return strong
