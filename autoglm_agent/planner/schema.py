"""A profile's columns as words, so that an instruction can be matched against them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from autoglm_agent.planner.abbreviations import spelt_out
from autoglm_agent.planner.grammar import BARRING_ZH, FUNCTION_ZH
from autoglm_agent.planner.lexicon import (
    LIGHT,
    UNITS,
    Concept,
    chinese_words,
    compound_concepts,
    concepts_of,
    domains_of,
    english_words,
    pages_of,
)
from autoglm_agent.planner.name_readings import (
    cut_short,
    initials,
    letters,
    mirrored,
    phrase_concepts,
    sides,
)
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.short_forms import ABBREVIATIONS
from autoglm_agent.planner.text import distance, key_of, read_text, stem, word_set, words_of
from autoglm_agent.planner.unit_words import QUANTITIES

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import ColumnProfile, Profile

_DULL_LEVELS = word_set(
    """
    yes no true false other others unknown none nan null missing male female y n t f 是 否 男 女
    其他
    """
)


_SORTS = frozenset(map(stem, ("group", "class", "category", "code", "bracket", "band")))
_FLAGGED = word_set("0 1 yes no true false y n t f 是 否 有 无")
_MANY, _SPARE = 50, 1
_CALENDAR = frozenset(map(stem, ("year", "month", "week", "day", "hour", "date", "time")))
_OF_WHAT = frozenset({"per", "in", "of", "by", "for", "at", "since", "until", "from"})
_DEGREES = frozenset({"c", "f", "k", "degc", "degf"})
_SHARES = frozenset(map(stem, ("rate", "share")))
"""What a percentage is called, though the words mean a rating and sharing, too."""
_EVERYWHERE = "public_and_people.json"
_NUMBERED = re.compile(r"(?:编号|编码|代码|单号|工号|学号|证号|账号|卡号|流水号|[_ .-][nN][rR])$")
LEVELLED = ("category", "boolean")
MEASURES = word_set(
    "count number num cnt amount rate score ratio level index used 数量 金额 率 次数 人数 数"
)
_UNIT = re.compile(
    r"\s*[\[(（].*|[ _]in[ _](?:minutes?|hours?|days?|seconds?|km|miles?|usd)$", re.I
)


@dataclass(frozen=True)
class Column:
    """A column's profile together with the words of its name."""

    profile: ColumnProfile
    key: str
    stem_key: str
    parts: tuple[Part, ...]
    unit: tuple[Part, ...] = ()
    """The words of a unit at the end of the name, as in `Stay in days`."""

    @property
    def name(self) -> str:
        """The column's name in the table."""
        return self.profile.name

    @property
    def short_key(self) -> str:
        """The name's key without a unit in brackets."""
        return key_of(_UNIT.sub("", self.name)) or self.key

    @cached_property
    def core(self) -> tuple[Part, ...]:
        """The parts that carry the meaning, in order; the last one is the head.

        In `price_per_night` the head stands before the preposition.
        """
        cut = next((i for i, p in enumerate(self.parts) if i and p.stem in _OF_WHAT), 0)
        after = tuple(p for p in self.parts[cut:] if not p.light)
        before = tuple(p for p in self.parts[:cut] if not p.light)
        if cut and not before:
            # `Month of absence` is a month, but `number_of_reviews` is about reviews.
            before = tuple(p for p in self.parts[:cut] if p.stem in _CALENDAR)
        return (*after, *before) or _without_tail(self.parts)

    @cached_property
    def measure(self) -> tuple[Part, ...]:
        """The units at the end of the name, which say what is measured: 分钟 a *time*."""
        return tuple(p for p in self.parts[1:] if p.light and p.alternatives)

    @property
    def measured(self) -> bool:
        """Whether the name ends in a measure, as `Rented Bike Count` does: no word is its head."""
        return len(self.core) > 1 and self.parts[-1].stem in MEASURES

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Names of the concepts of its core words."""
        return frozenset(name for part in self.core for name in part.concepts)

    @property
    def identifies(self) -> bool:
        """Whether the column numbers or names rows or entities."""
        last = self.parts[-1].stem if self.parts else ""
        numbered = last in {"id", "no", "nbr", "uuid", "identifier"} and len(self.parts) > 1
        named = last == "nam" and len(self.parts) > 1 and self.profile.distinct > _MANY
        return self.profile.kind == "id" or numbered or named or bool(_NUMBERED.search(self.name))

    @property
    def two_valued(self) -> bool:
        """Whether there are exactly two values."""
        return self.profile.distinct == 2 and self.profile.kind not in ("constant", "empty")

    @cached_property
    def flag(self) -> bool:
        """Whether it only says yes or no, so that no word for an amount alone can mean it."""
        levels = {level.lower() for level, _ in self.profile.levels}
        return len(levels) == 2 and levels <= _FLAGGED

    @cached_property
    def counted(self) -> bool:
        """Whether most of its classes are written with a number: *1 stop*, *2 stops*."""
        levels = [level for level, _ in self.profile.levels]
        return len(levels) > 2 and 2 * sum(bool(re.search(r"\d", v)) for v in levels) > len(levels)

    @property
    def numeric(self) -> bool:
        """Whether it is a quantity with more than two values."""
        return self.profile.kind in ("number", "integer") and self.profile.distinct > 2

    @cached_property
    def level_keys(self) -> dict[str, str]:
        """Stemmed phrase of each telling level to the level itself."""
        if self.profile.kind not in ("category", "boolean", "text", "integer"):
            return {}
        keys: dict[str, str] = {}
        for level, _ in self.profile.levels:
            words = words_of(level)
            telling = [w for w in words if w not in _DULL_LEVELS and not w.isdigit()]
            long_enough = any(
                len(w) >= 3 or not w.isascii() or (len(w) > 1 and concepts_of(w)) for w in telling
            )
            if telling and len(words) <= 3 and long_enough:
                keys[" ".join(stem(w) for w in words)] = level
        return keys


@lru_cache(maxsize=16)
def schema_of(profile: Profile) -> Schema:
    """Return the words of a table's columns; those of the tables read last are kept."""
    return Schema(profile)


class Schema:
    """All columns of a table, with the look-ups that the parser needs."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        names = [column.name for column in profile.columns]
        levels = [v for c in profile.columns if c.kind in LEVELLED for v, _ in c.levels]
        self.vocabulary = (
            chinese_words() | FUNCTION_ZH | BARRING_ZH | _chinese_names(names + levels)
        )
        self.sides, self.mirrored = sides(names), mirrored(tuple(names))
        self.initials = initials([self.cut(name) for name in names])
        self.columns = tuple(self._column(column) for column in profile.columns)
        self.by_name = {column.name: column for column in self.columns}
        self.by_key: dict[str, list[Column]] = {}
        for column in self.columns:
            for key in {column.key, column.stem_key, column.short_key}:
                self.by_key.setdefault(key, []).append(column)
        self.longest = _SPARE + min(
            12, max((len(words_of(n)) + sum(not c.isascii() for c in n) for n in names), default=1)
        )

    def _column(self, profile: ColumnProfile) -> Column:
        whole = "".join(self.cut(profile.name))
        # A unit in brackets, as in `Torque [Nm]`, is no part of what people call the column.
        words = self.cut(_UNIT.sub("", profile.name) or profile.name)
        phrases = phrase_concepts(words, self.initials)
        lettered = letters(words, self.profile.columns)
        parts: list[Part] = []
        for index, word in enumerate(words):
            known = word in ABBREVIATIONS or concepts_of(stem(word)) or domains_of(stem(word))
            told = ABBREVIATIONS.get(word, () if known else spelt_out(word))
            side = self.sides.get(word, ()) if not index else ()
            tail = words[index:]
            of_unit = index > 0 and word in UNITS and all(w in UNITS or w.isdigit() for w in tail)
            if word == "t" and words[-1] in _DEGREES:
                told = (*told, "temperature")
            told = (
                *told,
                *side,
                *lettered,
                *self.mirrored.get(word, ()),
                *self.initials.get(word, ()),
                *(QUANTITIES.get(word, ()) if of_unit or len(words) == 1 else ()),
            )
            alternatives = frozenset(stem(w) for w in told)
            own = () if cut_short(word) else (stem(word),)
            keys = [*own, *(alternatives - _SHARES if of_unit else alternatives)]
            concepts = frozenset(c.name for key in keys for c in compound_concepts(key))
            light = (word in LIGHT or word.isdigit() or of_unit) and not (side or lettered)
            parts.append(Part(stem(word), alternatives, concepts | phrases[index], light))
        rest = self.cut(profile.name)[len(words) :]
        unit = [Part(stem(w), frozenset(), _names(concepts_of(stem(w))), True) for w in rest]
        return Column(profile, whole, "".join(p.stem for p in parts), tuple(parts), tuple(unit))

    def cut(self, name: str) -> list[str]:
        """Cut a name into words, Chinese by the lexicon alone."""
        text = read_text(name, _name_vocabulary())
        words = [token.low for token in text.tokens] or [name.lower()]
        return _rejoined([part for word in words for part in _unglued(word)])

    @cached_property
    def cut_names(self) -> dict[str, list[str]]:
        """The words of every column's name, as they are written."""
        return {column.name: self.cut(column.name) for column in self.columns}

    def touched_by(self, word_stem: str, concepts: set[str]) -> set[str]:
        """Return the names of the columns that a word could mean by their core words.

        Args:
            word_stem: The word's stem.
            concepts: Names of what it means, and of what is near to that.
        """
        by_meaning = (self._meant.get(name, frozenset()) for name in concepts)
        return set(_named_by(word_stem, self)).union(*by_meaning)

    @cached_property
    def _meant(self) -> dict[str, frozenset[str]]:
        names = {name for column in self.columns for name in column.concepts}
        return {n: frozenset(c.name for c in self.columns if n in c.concepts) for n in names}

    @cached_property
    def named_concepts(self) -> frozenset[str]:
        """Every concept that the name of a column that may be predicted carries."""
        return frozenset(n for c in self.columns if not c.identifies for n in c.concepts)

    @cached_property
    def title(self) -> list[str]:
        """The words of the table's own name."""
        return self.cut(re.sub(r"\.\w+$", "", self.profile.name))

    @cached_property
    def word_stems(self) -> frozenset[str]:
        """Every word of the column names, levels and the table's name, stemmed."""
        stems = {part.stem for column in self.columns for part in column.parts}
        stems |= {
            alt for column in self.columns for part in column.parts for alt in part.alternatives
        }
        for column in self.columns:
            if column.profile.kind in ("category", "boolean"):
                stems |= {stem(w) for level, _ in column.profile.levels for w in self.cut(level)}
        stems |= {stem(w) for w in self.title}
        return frozenset(stems)

    @cached_property
    def whom(self) -> frozenset[str]:
        """Words for what the rows are about, as columns that number them say: `reader_id`."""
        ids = (c for c in self.columns if c.identifies and len(c.core) < len(c.parts))
        return frozenset(part.stem for column in ids for part in column.core)

    @cached_property
    def concepts(self) -> frozenset[str]:
        """Every concept that some column name carries."""
        table = [c.name for w in self.title for c in concepts_of(stem(w))]
        return frozenset(name for column in self.columns for name in column.concepts).union(table)

    @cached_property
    def domains(self) -> frozenset[str]:
        """The fields of life that at least two words of the table speak of."""
        counts: dict[str, int] = {}
        for word in self.word_stems:
            for domain in domains_of(word):
                counts[domain] = counts.get(domain, 0) + 1
        return frozenset(domain for domain, count in counts.items() if count >= 2)

    @cached_property
    def touched(self) -> frozenset[str]:
        """The fields of life that at least one word of the table speaks of, and of no other."""
        fields = [domains_of(word) for word in self.word_stems]
        return frozenset(domain for found in fields if len(found) == 1 for domain in found)

    @cached_property
    def pages(self) -> frozenset[str]:
        """The glossary's pages on which at least two columns stand, and on no other page.

        What tables of every kind record (`age`, `region`) tells nothing and stands on its own page.
        """
        counts: dict[str, int] = {}
        for column in self.columns:
            found = {page for name in column.concepts for page in pages_of(name)}
            for page in found if len(found) == 1 else ():
                counts[page] = counts.get(page, 0) + 1
        return frozenset(p for p, count in counts.items() if count >= 2 and p != _EVERYWHERE)

    def dates(self) -> list[Column]:
        """Return the date columns."""
        return [c for c in self.columns if c.profile.kind == "date"]

    def near(self, phrase: str, count: int = 5) -> tuple[str, ...]:
        """Return the column names that look most like a phrase, best first."""
        key = key_of(phrase)
        ranked = sorted(
            self.columns, key=lambda c: distance(key, c.key, 99) / max(len(key), len(c.key), 1)
        )
        return tuple(c.name for c in ranked[:count])


@lru_cache(maxsize=32768)
def _named_by(word_stem: str, schema: Schema) -> frozenset[str]:
    """Return the names of the columns with a core word that a stem says or is akin to."""
    return frozenset(
        column.name
        for column in schema.columns
        if any(part.says(word_stem) or part.akin(word_stem) for part in column.core)
    )


@cache
def _name_vocabulary() -> frozenset[str]:
    return chinese_words() | {"是否"} | {unit for unit in UNITS if not unit.isascii()}


_GLUED = re.compile(
    r"(?P<head>[a-z]{3,})"
    r"(?P<tail>id|nr|no|num|nbr|cd|code|dt|date|nm|amt|qty|pct|cnt|flag|flg|type|name|size)"
)


@cache
def _unglued(word: str) -> tuple[str, ...]:
    """Cut `patnr`, `custid` or `mdate` in two, where the first part begins a known word."""
    match = _GLUED.fullmatch(word)
    known = word in english_words() or concepts_of(stem(word)) or domains_of(stem(word))
    if match is None or known:
        return (word,)
    if any(other.startswith(word) for other in english_words()):
        return (word,)
    head, tail = match["head"], match["tail"]
    begun = head in ABBREVIATIONS or any(other.startswith(head) for other in english_words())
    return (head, tail) if begun else (word,)


def _without_tail(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return light parts without a last one that only says that there are sorts: `status_group`."""
    return parts[:-1] if len(parts) > 1 and parts[-1].stem in _SORTS else parts


def _rejoined(words: list[str]) -> list[str]:
    """Return the words with what is one word, as in `rain_fall`, written as one.

    Only where the second says nothing by itself and the whole means what the first does.
    """
    found: list[str] = []
    for word in words:
        whole = found[-1] + word if found else ""
        known = (
            whole in english_words()
            and not concepts_of(stem(word))
            and len(word) > 2
            and word not in LIGHT
        )
        if known and _names(concepts_of(stem(found[-1]))) & _names(concepts_of(stem(whole))):
            found[-1] = whole
        else:
            found.append(word)
    return found


def _names(concepts: tuple[Concept, ...]) -> frozenset[str]:
    return frozenset(concept.name for concept in concepts)


def _chinese_names(names: list[str]) -> frozenset[str]:
    words = (w for name in names for w in words_of(name))
    return frozenset(w for w in words if not w.isascii() and 1 < len(w) <= 12)
