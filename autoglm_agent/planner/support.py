"""Whether the words around a target's name have anything to do with the table.

"Stock price" does not mean the fare of a table about passengers, though a fare is a price: the
word *stock* belongs to a field of life (markets) of which the table says nothing. The more freely a
column was matched, the more its qualifiers must be supported.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    ENTITIES,
    FILLER,
    FILLER_ZH,
    LIGHT_VERBS,
    NEUTRAL,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.lexicon import GENERIC_TARGETS, concepts_of, domains_of, pages_of
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.regions import Place
from autoglm_agent.planner.schema import Schema
from autoglm_agent.planner.text import Text

_REACH, _NEAR_WORDS = 12, 3
"""Words before a target that can qualify it; twice as many after."""
_UNKNOWN = {"near": 0.7, "generic": 0.82, "tight": 0.93}
_STRANGE_THING = 0.7
_OTHER_KIND, _FOREIGN_ITSELF = 0.6, 0.6
_STRANGER = 0.7
_WIDE = frozenset({"medical"})
"""Fields so wide that a word of one says little of a table of the same: tumours and hearts."""
_PERIODS = frozenset({"hour", "day", "week", "month", "year", "minut", "quarter"})
"""How far ahead is asked for is told of no field of life: "power for the next 48 hours"."""
_EVENT = 0.72
"""Who or what an event befalls decides less than of what a quantity is."""
_FOREIGN = {"exact": 0.48, "direct": 0.48, "level": 0.6, "kind": 0.6}


def support(anchor: Anchor, text: Text, schema: Schema, places: Sequence[Place]) -> float:
    """Return a factor for an anchor: 1 when its qualifiers fit the table, less when they do not."""
    factor = 1.0
    foreign = False
    if _other_kind(anchor, text, schema):
        factor *= _OTHER_KIND
    for index in _qualifiers(anchor, text, places):
        word = text.tokens[index].stem
        verdict = word_support(word, schema)
        if verdict == "unknown" and anchor.how == "generic" and domains_of(word) & schema.touched:
            continue
        if verdict == "unknown" and not text.tokens[index].cjk:
            factor *= _UNKNOWN.get(anchor.how, 1.0)
        elif verdict == "unknown" and anchor.how in _UNKNOWN and _means_a_thing(word):
            factor *= _STRANGE_THING
        foreign = foreign or verdict == "foreign"
    if foreign and (schema.domains or anchor.how in ("near", "generic")):
        event = anchor.column.two_valued and any(
            c.hint == "yesno" for c in concepts_of(text.tokens[anchor.last].stem)
        )
        factor *= _EVENT if event else _FOREIGN.get(anchor.how, 0.5)
    if anchor.how == "near" and word_support(text.tokens[anchor.first].stem, schema) == "foreign":
        factor *= _FOREIGN_ITSELF
    if anchor.how == "generic":
        if not _about(anchor, text, schema):
            factor *= 0.6
        elif _of_another_thing(anchor, text, schema):
            factor *= _STRANGER
    return factor


def _means_a_thing(word: str) -> bool:
    """Tell whether a Chinese word is known to mean something, but no one that rows are about."""
    names = {c.name for c in concepts_of(word)}
    return bool(names) and not names & whom_concepts()


def _other_kind(anchor: Anchor, text: Text, schema: Schema) -> bool:
    """Tell *lung* cancer from `SkinCancer`: the name says one kind, the words say another."""
    before = anchor.first - 1
    if anchor.how in ("exact", "generic") or before < 0 or not _content(text, before):
        return False
    word = text.tokens[before]
    if word.cjk or not _next_to(text, before) or word.stem in NEUTRAL | FILLER:
        return False
    if not domains_of(word.stem) or any(_alike(word.stem, s) for s in schema.word_stems):
        return False
    names = {c.name for c in concepts_of(word.stem)}
    if names & schema.concepts:
        return False
    return not all(_said(part, text.stems) for part in anchor.column.core)


@lru_cache(maxsize=2048)
def _said(part: Part, stems: frozenset[str]) -> bool:
    """Tell whether some word says a part of a name or means the same."""
    return any(part.says(s) or part.concepts & {c.name for c in concepts_of(s)} for s in stems)


@lru_cache(maxsize=32768)
def word_support(word_stem: str, schema: Schema) -> str:
    """Classify a word: supported, neutral, unknown, or foreign to the table's fields of life."""
    if word_stem in NEUTRAL or word_stem in FILLER or len(word_stem) < 2 or word_stem.isdigit():
        return "neutral"
    if any(_alike(word_stem, other) for other in schema.word_stems):
        return "supported"
    if {c.name for c in concepts_of(word_stem)} & schema.concepts:
        return "supported"
    domains = domains_of(word_stem)
    if domains & schema.domains or _compound(word_stem, schema):
        return "supported"
    if not word_stem.isascii() and _names_whom(word_stem):
        return "neutral"
    return "foreign" if domains and not domains & schema.touched else "unknown"


def _names_whom(word: str) -> bool:
    """Tell whether a Chinese word only says whom the rows are about, as 客户 does."""
    names = {c.name for c in concepts_of(word)}
    return bool(names) and names <= whom_concepts()


@cache
def whom_concepts() -> frozenset[str]:
    """Return the concepts of the people that rows are about."""
    return frozenset(c.name for word in ENTITIES for c in concepts_of(word))


def _compound(word: str, schema: Schema) -> bool:
    """Tell whether a part of a Chinese compound, as 单车 of 共享单车, is in the table."""
    if word.isascii() or len(word) < 3:
        return False
    pairs = {word[i : i + 2] for i in range(len(word) - 1)}
    return any({c.name for c in concepts_of(pair)} & schema.concepts for pair in pairs)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 4 and long.startswith(short))


def _about(anchor: Anchor, text: Text, schema: Schema) -> bool:
    """Tell whether the event itself is from the table's field: diabetes in a medical table."""
    word = text.tokens[anchor.first]
    if word.low in GENERIC_TARGETS or word_support(word.stem, schema) == "supported":
        return True
    if word_support(word.stem, schema) == "foreign":
        return False
    if anchor.column.two_valued and _touches(anchor, text, schema):
        return True
    return any(word_support(other, schema) == "supported" for other in text.stems)


def _of_another_thing(anchor: Anchor, text: Text, schema: Schema) -> bool:
    """Tell whether an event is told of a thing that no word of the table knows: a *tumour*.

    That tumours and the table's columns both are of medicine does not make a column called
    `target` say whether a tumour is malignant. Whom rows are about does not count as a thing.
    """
    if text.tokens[anchor.first].low in GENERIC_TARGETS:
        return False
    start, end = text.sentence(text.tokens[anchor.first].start)
    strange = False
    for index, token in enumerate(text.tokens):
        if not start <= token.start < end or text.is_used(token.start) or not _content(text, index):
            continue
        if (
            token.stem in ENTITIES | NEUTRAL | FILLER
            or token.low in LIGHT_VERBS
            or (not token.cjk and len(token.low) < 3)
        ):
            continue
        if _named(token.stem, schema):
            return False
        strange = strange or (bool(domains_of(token.stem)) and domains_of(token.stem) <= _WIDE)
    return strange


def _named(word: str, schema: Schema) -> bool:
    """Tell whether the table itself has a word or its meaning, whatever the field of life."""
    if any(_alike(word, other) for other in schema.word_stems):
        return True
    return bool({c.name for c in concepts_of(word)} & schema.concepts)


def _touches(anchor: Anchor, text: Text, schema: Schema) -> bool:
    """Tell whether an event or the nouns around it are of a field that the table touches."""
    first = max(0, anchor.first - _NEAR_WORDS)
    around = text.tokens[first : anchor.last + _NEAR_WORDS + 1]
    fields = [domains_of(token.stem) for token in around if not text.is_used(token.start)]
    if any(found and not found & schema.touched for found in fields):
        return False
    told = [domains_of(token.stem) for token in text.tokens]
    if _happens(text.tokens[anchor.first].stem) and any(found & schema.touched for found in told):
        return True
    return _on_page(text.tokens[anchor.first].stem, schema)


def _happens(word: str) -> bool:
    return any(c.hint == "yesno" for c in concepts_of(word))


def _on_page(word: str, schema: Schema) -> bool:
    """Tell whether a word means an event on a page of the glossary that the table is about."""
    return any(pages_of(c.name) & schema.pages for c in concepts_of(word) if c.hint == "yesno")


def _qualifiers(anchor: Anchor, text: Text, places: Sequence[Place]) -> list[int]:
    """Return the tokens before the anchor in its phrase, and those of a complement after it."""
    found: list[int] = []
    index = anchor.first - 1
    stop = max(-1, index - _REACH)
    while index > stop and _content(text, index) and _next_to(text, index):
        if places[index].region in ("verb", "used"):
            break
        if not concepts_of(f"{text.tokens[index].stem} {text.tokens[index + 1].stem}"):
            found.append(index)
        index -= 1
    index = anchor.last + 1
    # "How many bikes get stolen": of a count all that follows tells what is counted.
    inside = text.tokens[anchor.last].low in ("how", "many")
    stop = min(len(text.tokens), index + 2 * _REACH)
    while (
        index < stop
        and text.sentence(text.tokens[anchor.first].start)[1] > text.tokens[index].start
    ):
        token, place = text.tokens[index], places[index]
        if token.low in ("of", "for"):
            inside = True
        elif place.region in ("feature", "used", "verb") or token.low in CONTEXT | QUESTION | {
            "with",
            "and",
            "or",
        }:
            break
        elif inside and _content(text, index) and token.stem not in _PERIODS:
            found.append(index)
        elif not inside and not token.cjk and token.low in BREAKS:
            break
        index += 1
    return found


def _next_to(text: Text, index: int) -> bool:
    return not text.norm[text.tokens[index].end : text.tokens[index + 1].start].strip(" -_'\"")


def _content(text: Text, index: int) -> bool:
    token = text.tokens[index]
    if token.cjk:
        return (len(token.low) > 1 and token.low not in FILLER_ZH) or token.low == "的"
    return token.low not in BREAKS | CONTEXT | QUESTION and token.stem not in PREDICT
