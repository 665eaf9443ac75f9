"""How alike a column's name and the words of an instruction are, all words taken together.

`target` looks for the one word that means a column. Where no single word does, this ranking weighs
all of them: how much of the column's name is said, and how much of what is said the name explains
(an F-measure of two coverages, after the field-matching scores of schema matchers such as
Madhavan, Bernstein and Rahm, *Generic schema matching with Cupid*, VLDB 2001). The form of the
question must fit the values: "how long" wants a number, "who" wants two classes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autoglm_agent.planner.asked import Asked, fits
from autoglm_agent.planner.asked_how import asked_how
from autoglm_agent.planner.grammar import (
    BREAKS,
    CONTEXT,
    ENTITIES,
    FILLER,
    FILLER_ZH,
    FUNCTION_ZH,
    LIGHT_VERBS,
    NEUTRAL,
    PREDICT,
    QUESTION,
)
from autoglm_agent.planner.lexicon import FLAGS, hint_of, near_concepts
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.regions import Place
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import Sense
from autoglm_agent.planner.standing import other_head
from autoglm_agent.planner.support import whom_concepts, word_support
from autoglm_agent.planner.text import Text, distance

SAME, CONCEPT, ROOT, TYPO, CLOSE = 1.0, 0.85, 0.75, 0.8, 0.45
_REGION = {"object": 1.0, "clause": 1.0, "free": 0.9, "of": 0.45, "context": 0.4, "verb": 0.0}
_UNKNOWN, _SUPPORTED, _ENTITY, _FOREIGN = 0.7, 0.3, 0.15, 1.5
_LIGHT, _FORM, _WHOM, _COMMON = 0.2, 0.05, 0.3, 0.5
_ONLY = 0.5
"""Share of what is unsaid of a name that is forgiven where no other column could be meant."""
_HOW_MUCH = re.compile(r"多(?:少|久|远|大|高|重|长|快|热|冷)|\A几")
_MOST_WORDS = 200
_UNSAID_HEAD, _HEADED, _FITTING, _OF_WHAT = 0.5, 0.8, 0.7, 0.5
_STRANGE, _MODIFIER, _MEASURE = 0.5, 0.3, 0.8
_SORTS = frozenset({"typ", "kind", "sort", "class", "category", "哪种", "哪类", "哪一类", "种类",
                    "类型", "类别", "分类"})  # fmt: skip
_TAIL, _UNLED = 3, 0.5
"""A Chinese compound of more characters says of what the time is: 请假 of 请假天数."""
_FUNCTION, _EMPTY = BREAKS | CONTEXT | QUESTION, (PREDICT | FILLER | NEUTRAL) - ENTITIES
_PREFIX, _TYPO_LENGTH, _MANY = 3, 6, 3


@dataclass(frozen=True)
class Word:
    """One open word of an instruction."""

    index: int
    stem: str
    concepts: frozenset[str]
    near: frozenset[str]
    weight: float
    asked_for: bool
    own: frozenset[str] = frozenset()
    """What the whole phrase or compound means, where some column's name means that, too."""
    leading: frozenset[str] = frozenset()
    """Whether it names a quantity, an event or a class, which people predict."""


@dataclass(frozen=True)
class Likeness:
    """A column with its score from 0 to 1 and the tokens that speak for it."""

    column: Column
    score: float
    first: int
    last: int


def open_words(
    text: Text, schema: Schema, meaning: Sequence[Sense], places: Sequence[Place]
) -> list[Word]:
    """Return the words that may say what is asked for, each with its weight."""
    words: list[Word] = []
    how = asked_how(text)
    for index, token in enumerate(text.tokens):
        weight = _REGION.get(places[index].region, 0.0)
        if not weight or text.is_used(token.start) or token.low.isdigit():
            continue
        if token.cjk and other_head(text, index + 1):
            weight *= _MODIFIER
        asked = any(index == adjective for adjective, _, _ in how)
        if any(start <= token.start < end for _, start, end in how):
            weight *= _OF_WHAT
        if token.low in LIGHT_VERBS or (
            index and text.tokens[index - 1].low == "how" and not asked
        ):
            continue
        if token.cjk:
            if token.low in FUNCTION_ZH | FILLER_ZH or _HOW_MUCH.search(token.low):
                continue
        elif token.low in _FUNCTION or token.stem in _EMPTY:
            continue
        concepts = frozenset(c.name for c in meaning[index].concepts)
        if token.cjk and len(token.low) < 2 and not concepts:
            continue
        near = frozenset(n for name in concepts for n in near_concepts(name)) - concepts
        if token.stem in _SORTS:
            weight *= _MODIFIER
        asked_for = any(c.hint for c in meaning[index].concepts) and token.stem not in ENTITIES
        own = meaning[index].own & schema.named_concepts
        leading = meaning[index].leading - concepts
        words.append(Word(index, token.stem, concepts, near, weight, asked_for, own, leading))
    return words[:_MOST_WORDS]


def rank_by_likeness(
    words: Sequence[Word],
    schema: Schema,
    asked: Asked,
    excluded: Collection[str],
    low: str = "",
) -> list[Likeness]:
    """Return the columns by likeness, best first; columns without any likeness are left out.

    Args:
        words: The open words of the instruction.
        schema: The table's columns.
        asked: What form of answer the instruction asks for.
        excluded: Columns that cannot be the target.
        low: The instruction itself, lower case.
    """
    common = _common_parts(schema)
    table = [
        (
            column,
            [
                [_alike(w, part, flag=column.flag) for part in (*column.parts, *column.unit)]
                for w in words
            ],
        )
        for column in schema.columns
        if column.name not in excluded and column.parts
    ]
    head = _head(words)
    known = {
        word.index: max((max(rows[i]) for _, rows in table), default=0.0)
        for i, word in enumerate(words)
    }
    weights = [word.weight * _worth(word, known[word.index], schema) for word in words]
    found: list[Likeness] = []
    strange = any(
        known[w.index] < CLOSE and word_support(w.stem, schema) == "foreign" for w in words
    )
    both = any(_spoken(words, rows) and _measured(c, asked) for c, rows in table)
    only = _only(table, asked, weights)
    for column, rows in table:
        score = _score(
            column, rows, weights, asked, common, forgiven=_ONLY * (column is only), low=low
        )
        if strange:
            score *= _STRANGE
        spoken = _spoken(words, rows)
        measured = _measured(column, asked)
        if not spoken and (not measured or (asked.counts and words)):
            continue
        if (both and not spoken) or _other_kind(words, rows, column, known, asked):
            score *= _STRANGE
        if head is not None and max(rows[head]) < CLOSE and not asked.measure:
            score *= _UNSAID_HEAD
        said = [w.index for w, row in zip(words, rows, strict=True) if max(row) >= CLOSE]
        if score > 0:
            first = min(said, default=0)
            found.append(Likeness(column, score * fits(column, asked), first, first))
    return sorted(found, key=lambda item: -item.score)


def _spoken(words: Sequence[Word], rows: Sequence[Sequence[float]]) -> bool:
    """Tell whether a word of the phrase asked for says a column's name at least in part."""
    pairs = zip(words, rows, strict=True)
    return any(w.weight >= _HEADED and max(row) >= CLOSE for w, row in pairs)


def _measured(column: Column, asked: Asked) -> bool:
    return any(asked.measured_by(part) for part in (*column.parts, *column.unit))


def _other_kind(
    words: Sequence[Word],
    rows: Sequence[Sequence[float]],
    column: Column,
    known: dict[int, float],
    asked: Asked,
) -> bool:
    """Tell *lung* cancer from `SkinCancer`: the name says one kind, the words another."""
    said = {w.index for w, row in zip(words, rows, strict=True) if max(row) >= ROOT}
    strange = any(
        known[w.index] < CLOSE and w.index + 1 in said and w.stem not in ENTITIES for w in words
    )
    return strange and any(
        not (part.light or asked.measured_by(part))
        and max((row[i] for row in rows), default=0.0) < CLOSE
        for i, part in enumerate(column.parts)
    )


def _only(
    table: Sequence[tuple[Column, list[list[float]]]], asked: Asked, weights: Sequence[float]
) -> Column | None:
    """Return the one column of the right form that the words speak of at all, if there is one."""
    spoken: list[Column] = []
    for column, rows in table:
        told = any(max(row) >= ROOT and w >= _HEADED for w, row in zip(weights, rows, strict=True))
        measured = asked.measure and any(asked.measured_by(part) for part in column.core)
        if (told or measured) and fits(column, asked) >= _FITTING:
            spoken.append(column)
    return spoken[0] if len(spoken) == 1 else None


def _score(
    column: Column,
    rows: Sequence[Sequence[float]],
    weights: Sequence[float],
    asked: Asked,
    common: Collection[str],
    *,
    forgiven: float,
    low: str,
) -> float:
    total = said = 0.0
    measured = _measured(column, asked)
    for position, part in enumerate(column.parts):
        worth = _part_worth(part, head=part is column.core[-1], common=common)
        best = max((row[position] for row in rows), default=0.0)
        if asked.measured_by(part):
            compound = len(part.stem) > _TAIL and not part.stem.isascii()
            unled = compound and best < CLOSE and part.stem[: _TAIL - 1] not in low
            best = max(best, _UNLED if unled else CONCEPT)
            worth = max(worth, _MEASURE)
        total += worth
        said += worth * best
    if any(asked.measured_by(part) for part in column.unit):
        total, said = total + _MEASURE, said + _MEASURE * CONCEPT
    explained = sum(w * max(row) for w, row in zip(weights, rows, strict=True))
    spoken = sum(weights)
    if asked.measure:
        # "How long does a delivery take": the measure is asked for, the rest says only of what.
        spoken, explained = _OF_WHAT * spoken + 1.0, _OF_WHAT * explained + measured
    if not total or not spoken:
        return 0.0
    name, words = said / total, explained / spoken
    name += forgiven * (1.0 - name)
    return 2 * name * words / (name + words) if name and words else 0.0


def _head(words: Sequence[Word]) -> int | None:
    """Return which word is the thing asked for: the last noun of a quantity or event, if any."""
    told = [i for i, word in enumerate(words) if word.weight >= _HEADED and word.asked_for]
    return told[-1] if told else None


def _worth(word: Word, known: float, schema: Schema) -> float:
    """Return how much it matters that a word is explained by the column."""
    if word.stem in ENTITIES or word.stem in schema.whom or word.concepts & whom_concepts():
        return _ENTITY
    if known >= ROOT:
        return 1.0
    verdict = word_support(word.stem, schema)
    if verdict == "foreign":
        return _FOREIGN
    return _UNKNOWN if verdict == "unknown" else _SUPPORTED


def _part_worth(part: Part, *, head: bool, common: Collection[str]) -> float:
    if part.light:
        return _FORM if part.stem in FLAGS else _LIGHT
    if part.stem in ENTITIES or part.stem in common:
        return _WHOM if part.stem in ENTITIES else _COMMON
    return 1.0 if head else 0.8


def _common_parts(schema: Schema) -> frozenset[str]:
    """Return the words that several column names share, or the table's own name: they tell less."""
    counts: dict[str, int] = {}
    for column in schema.columns:
        for word in {part.stem for part in column.parts}:
            counts[word] = counts.get(word, 0) + 1
    return frozenset(word for word, count in counts.items() if count >= _MANY)


def _alike(word: Word, part: Part, *, flag: bool) -> float:
    """Return how much a word says a part of a name, from 0 to 1.

    A column of yes and no is hardly meant by what both mean only as an amount.
    """
    found = _said_by(word, part)
    if (
        flag
        and found == CONCEPT
        and all(hint_of(name) == "amount" for name in word.concepts & part.concepts)
    ):
        found = CLOSE
    return 0.0 if part.light and found < ROOT else found


def _said_by(word: Word, part: Part) -> float:
    if part.says(word.stem):
        return SAME
    if word.concepts & part.concepts:
        return CONCEPT if not word.own or word.own & part.concepts else CLOSE
    if word.leading & part.concepts:
        return ROOT
    if not word.stem.isascii():
        return _shared(word.stem, part.stem)
    short, long = sorted((word.stem, part.stem), key=len)
    if long.isascii() and len(short) >= _PREFIX and long.startswith(short):
        # An abbreviation such as `Gen` or `Prod`, if it is not itself a word with a meaning.
        return ROOT if len(short) > _PREFIX or short == part.stem else 0.0
    if part.akin(word.stem):
        return ROOT
    if len(short) >= _TYPO_LENGTH and long.isascii() and distance(short, long, 1) <= 1:
        return TYPO
    if word.near & part.concepts:
        return CLOSE
    return 0.0


def _shared(one: str, other: str) -> float:
    """Return the share of the longer of two Chinese words that both have in one run."""
    run = max((n for n in range(2, len(one) + 1) for i in range(len(one) - n + 1)
               if one[i : i + n] in other), default=0)  # fmt: skip
    return SAME * run / max(len(one), len(other)) if run else 0.0
