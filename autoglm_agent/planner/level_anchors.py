"""Columns one of whose values an instruction names: "malignant", "spam", `>50K`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.codes import coded_words
from autoglm_agent.planner.grammar import ENTITIES
from autoglm_agent.planner.lexicon import compound_concepts, concepts_of
from autoglm_agent.planner.positive import compared_level
from autoglm_agent.planner.schema import LEVELLED, Column, Schema
from autoglm_agent.planner.senses import Sense
from autoglm_agent.planner.support import whom_concepts
from autoglm_agent.planner.text import Text

LEVEL, LEVELS, LEVEL_CONCEPT, LEVEL_WORD = 0.75, 0.92, 0.7, 0.62
_ONE_LETTER, _SEVERAL, _PAIR = 3, 8, 2
_OR = re.compile(r"\bor\b|还是|或者?", re.ASCII)
"""What joins the two values of which one is asked for."""
_BETWEEN = re.compile(r"\s*(?:,|/|、|\bor\b|\bvs\.?|\bversus\b|还是|或者?)\s*(?:an? |the )?")
"""What stands between two values of which one is asked for."""
_SLASHED = re.compile(r"\b\w{2,3}(?:/\w{2,3}){1,11}\b", re.ASCII)


def level_anchors(text: Text, schema: Schema, meaning: list[Sense]) -> Iterator[Anchor]:
    """Yield columns one of whose values is named: "malignant", "spam", "setosa"."""
    for column in schema.columns:
        yield from _compared(text, column)
        yield from _coded(text, column)
        yield from _listed_codes(text, column)
        yield from _verbatim(text, column)
        if not column.level_keys or column.profile.distinct > 50:
            continue
        yield from _level_words(text, column, meaning)
        hits: dict[str, tuple[int, int]] = {}
        for first in range(len(text.tokens)):
            for last in range(first, min(len(text.tokens), first + 3)):
                key = " ".join(t.stem for t in text.tokens[first : last + 1])
                if key in column.level_keys and not text.is_used(text.tokens[first].start):
                    hits.setdefault(key, (first, last))
        score = LEVELS if len(hits) > 1 else LEVEL
        for first, last in hits.values():
            yield Anchor(column, first, last, score, "level")
        if not hits:
            yield from _several_levels(text, column, meaning)
        if not hits and column.profile.distinct <= 3:
            yield from _level_concepts(text, column, meaning)


def _level_words(text: Text, column: Column, meaning: list[Sense]) -> Iterator[Anchor]:
    """Yield a column several of whose values share a word: *Obesity_Type_I*, *Obesity_Type_II*."""
    if column.profile.kind != "category" or column.profile.distinct > 20:
        return
    keys = [key.split() for key in column.level_keys]
    words = {w for key in keys for w in key if len(w) >= 4 and len(key) > 1} - ENTITIES
    senses_of = [{c.name for word in key for c in concepts_of(word)} for key in keys]
    for index, token in enumerate(text.tokens):
        names = {c.name for c in meaning[index].concepts} - whom_concepts()
        alike = sum(bool(names & other) for other in senses_of) > 1 if names else False
        if (token.stem in words or alike) and not text.is_used(token.start):
            yield Anchor(column, index, index, LEVEL_WORD, "level")


def _compared(text: Text, column: Column) -> Iterator[Anchor]:
    """Yield a column with a value such as `>50K` for "more than 50,000"."""
    levels = [level for level, _ in column.profile.levels]
    found = compared_level(text, levels) if column.profile.kind in ("category", "boolean") else None
    if found is None or text.is_used(found[1]):
        return
    index = next(i for i, t in enumerate(text.tokens) if t.end > found[1])
    yield Anchor(column, index, index, LEVELS, "level")


def _coded(text: Text, column: Column) -> Iterator[Anchor]:
    """Yield a column of one-letter codes for the words that they abbreviate: M and *malignant*."""
    hits = coded_words(text, column)
    for index in hits:
        yield Anchor(column, index, index, LEVELS if len(hits) > 1 else LEVEL, "level")


def _listed_codes(text: Text, column: Column) -> Iterator[Anchor]:
    """Yield a column whose short values stand in a list as they are written: (CR/PR/SD/PD)."""
    levels = [v for v, _ in column.profile.levels if 1 < len(v) <= _ONE_LETTER and v.isalpha()]
    if column.profile.kind != "category" or len(levels) < _ONE_LETTER:
        return
    match = _SLASHED.search(text.norm)
    if match is None or text.is_used(match.start()):
        return
    if len(set(levels) & set(match.group().split("/"))) > 1:
        index = text.token_at(match.start())
        yield Anchor(column, index, index, LEVELS, "level")


def _verbatim(text: Text, column: Column) -> Iterator[Anchor]:
    """Yield a column two of whose values stand side by side as they are written: A300 or A400."""
    if column.profile.kind not in LEVELLED:
        return
    levels = [v for v, _ in column.profile.levels if len(v) > 1 and any(map(str.isalpha, v))]
    found = [
        (match.start(), level)
        for level in levels
        for match in re.finditer(rf"(?<!\w){re.escape(level)}(?!\w)", text.norm)
        if not text.is_used(match.start())
    ]
    if len({level for _, level in found}) < _PAIR:
        return
    (one, level), (other, _) = sorted(found)[:2]
    if _BETWEEN.fullmatch(text.low[one + len(level) : other]):
        for place in (one, other):
            index = text.token_at(place)
            yield Anchor(column, index, index, LEVELS, "level")


def _several_levels(text: Text, column: Column, meaning: list[Sense]) -> Iterator[Anchor]:
    """Yield a column two of whose values mean what two words say: 退学 and *Dropout*, ..."""
    if column.profile.kind not in LEVELLED or column.profile.distinct > _SEVERAL:
        return
    levels = [_level_meaning(key, column) for key in column.level_keys]
    if len(levels) == _PAIR and not _OR.search(text.low):
        return
    hits = [
        index
        for index, sense in enumerate(meaning)
        if not text.is_used(text.tokens[index].start)
        and any(names & {c.name for c in sense.concepts} for names in levels)
    ]
    shared = {c.name for i in hits for c in meaning[i].concepts}
    if len(hits) > 1 and sum(bool(names & shared) for names in levels) > 1:
        for index in hits:
            yield Anchor(column, index, index, LEVELS, "level")


def _level_meaning(key: str, column: Column) -> set[str]:
    """Return what a value means, by itself and with its column's name: *day* of `shift`."""
    last = column.core[-1].stem if column.core else ""
    return {c.name for c in (*compound_concepts(key), *concepts_of(f"{key} {last}"))}


def _level_concepts(text: Text, column: Column, meaning: list[Sense]) -> Iterator[Anchor]:
    """Yield a column whose value carries a yes/no concept: "will not pay back" and level *bad*."""
    levels = {c.name for key in column.level_keys for c in concepts_of(key) if c.hint == "yesno"}
    for index, sense in enumerate(meaning):
        if levels & {c.name for c in sense.concepts} and not text.is_used(text.tokens[index].start):
            score = LEVEL_CONCEPT if column.two_valued else 0.8 * LEVEL_CONCEPT
            yield Anchor(column, index, index, score, "level")
