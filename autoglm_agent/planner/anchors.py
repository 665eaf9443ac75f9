"""How well each word of an instruction could mean each column, before grammar is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.collocations import collocations
from autoglm_agent.planner.grammar import ENTITIES, PREDICT
from autoglm_agent.planner.hanzi import shared_names
from autoglm_agent.planner.level_anchors import level_anchors
from autoglm_agent.planner.level_kinds import kinds_of_levels
from autoglm_agent.planner.lexicon import (
    FLAGS,
    GENERIC_TARGETS,
    VAGUE_TARGETS,
    Concept,
    domains_of,
    near_concepts,
)
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import Sense, senses
from autoglm_agent.planner.support import whom_concepts
from autoglm_agent.planner.text import Text, Token, stem

DIRECT, TIGHT, NEAR, GENERIC = 0.92, 0.8, 0.55, 0.64
_MORE, _MOST = 0.03, 2
"""What each further concept in common adds: *systolic* and *pressure* rather than *pressure*."""
_GENERAL = 0.7
"""What a column counts that is only in general what a phrase names: `amb_temp`, *panel temp*."""
_UNLED = 0.9
"""What a column counts that lacks the first part of a compound that another one has."""
_OF_OTHER = 0.75
"""What a column counts of which only the last part of a compound is near: 绩效*评分*, its like."""
_SORTS = frozenset(stem(w) for w in ("type", "category", "class", "level", "kind", "类型", "等级"))


_COUNTS = frozenset(map(stem, ("count", "cnt", "number", "num")))
_NO_AMOUNT = 0.5
"""What a column of yes and no counts for a word that means an amount: `paid` and *income*."""
_COUNTED = frozenset(map(stem, ("many", "number", "count", "人数", "多少", "数量")))
_WHO = 0.5
"""What a count of people is worth where they are only who does something: *guests* book."""
_UNCOUNTED = 0.12
"""What it costs that a name counts things, where how many is not asked: `rating_count`."""


class Told:
    """What the open words of an instruction say as a whole, computed once."""

    def __init__(self, stems: list[str], meaning: list[Sense]) -> None:
        self.stems = {word for word in stems if word}
        self.concepts = {c.name for sense in meaning for c in sense.concepts}
        self.concepts |= {name for sense in meaning for name in sense.leading}
        self.fields = {name for word in self.stems for name in domains_of(word)}
        self._said: dict[str, bool] = {}

    def says(self, part: Part) -> bool:
        """Tell whether some word is this part of a name."""
        if part.stem not in self._said:
            self._said[part.stem] = any(part.says(word) for word in self.stems)
        return self._said[part.stem]

    def matches(self, part: Part) -> bool:
        """Tell whether some word is this part, or means the same."""
        return self.says(part) or bool(part.concepts & self.concepts)


def find_anchors(text: Text, schema: Schema, mentions: list[Mention]) -> list[Anchor]:
    """Return every reason for every column, in no particular order."""
    meaning = senses(text)
    anchors = name_anchors(text, schema, mentions, meaning)
    anchors += collocations(text, schema)
    anchors += kinds_of_levels(text, schema)
    anchors += level_anchors(text, schema, meaning)
    anchors += _generic_anchors(text, schema, meaning)
    return anchors


def name_anchors(
    text: Text, schema: Schema, mentions: list[Mention], meaning: list[Sense]
) -> list[Anchor]:
    """Return the reasons that lie in the columns' names, not in their values.

    Args:
        text: The instruction, or a few words of it.
        schema: The table's columns.
        mentions: Column mentions in the text.
        meaning: The `senses` of the text.
    """
    covered = {i: m for m in mentions for i in range(m.first, m.last + 1)}
    anchors = [
        Anchor(m.column, m.first, m.last, m.score * _of_phrase(m, meaning, schema), "exact")
        for m in mentions
    ]
    stems = ["" if text.is_used(t.start) else t.stem for t in text.tokens]
    told = Told(stems, meaning)
    scored: dict[tuple[object, ...], list[_Score]] = {}
    for index, token in enumerate(text.tokens):
        if text.is_used(token.start) or token.low.isdigit():
            continue
        mention = covered.get(index)
        named = mention.column if mention is not None else None
        key = (token.stem, token.cjk, meaning[index], named and named.name)
        if key not in scored:
            scored[key] = list(_scores(token, schema, meaning[index], told, named))
        anchors += [Anchor(column, index, index, score, how) for column, score, how in scored[key]]
    anchors += shared_names(text, schema)
    return anchors


def _of_phrase(mention: Mention, meaning: list[Sense], schema: Schema) -> float:
    """Discount the name inside a phrase that means another column: `fuel` in *fuel economy*."""
    sense = meaning[mention.first]
    after = mention.last + 1
    if mention.quoted or not sense.phrase or after >= len(meaning):
        return 1.0
    own = sense.own & meaning[after].own & schema.named_concepts
    return _GENERAL if own and not own & mention.column.concepts else 1.0


_Score = tuple[Column, float, str]


def _scores(
    token: Token, schema: Schema, sense: Sense, told: Told, named: Column | None
) -> Iterator[_Score]:
    """Yield the columns that a word could mean; `named` is the one of whose name it is a part."""
    names = {c.name for c in sense.concepts}
    entity = token.stem in ENTITIES
    near = set() if entity else {n for name in names for n in near_concepts(name)}
    touched = schema.touched_by(token.stem, names | near)
    # What only a part of the words means gives way where a column is what they mean as a whole.
    own = sense.own & schema.named_concepts
    leading = sense.leading & schema.named_concepts
    for column in schema.columns:
        if named is column or column.name not in touched:
            continue
        score, how = _part_score(token.stem, names, near, column, sense, told)
        if not score:
            continue
        if own and not own & column.concepts and not _happens(column, sense):
            score *= _GENERAL
        if leading and not leading & column.concepts:
            score *= _UNLED
        elif how == "near" and _of_other_kind(sense, column, token):
            score *= _OF_OTHER
        if named is not None:
            score *= 0.5
        if token.stem in PREDICT and not token.cjk:
            score *= 0.8
        shared = tuple(c for c in sense.concepts if c.name in column.concepts)
        if entity and how == "tight" and {c.hint for c in shared} == {"amount"}:
            score *= 1.0 if told.stems & _COUNTED else _WHO
        score *= _kind_fit(column, shared or sense.concepts, how, told)
        yield column, score, how


def _of_other_kind(sense: Sense, column: Column, token: Token) -> bool:
    """Tell whether what goes before tells the word's thing from the column's: a *cleaning* fee."""
    if token.cjk:
        return bool(sense.leading) and not sense.leading & column.concepts
    return sense.phrase and not sense.own & column.concepts


def _part_score(
    word: str,
    names: set[str],
    near: set[str],
    column: Column,
    sense: Sense,
    told: Told,
) -> tuple[float, str]:
    """Score a word against the parts of one column's name."""
    best, how, anchor = 0.0, "", -1
    for position, part in enumerate(column.core):
        found = _one(word, names, near, part)
        if sense.phrase and found[1] == "direct" and not names & part.concepts:
            found = (found[0] * 0.5, found[1])
        head = position == len(column.core) - 1
        value = found[0] * (1.0 if head else _side_word(column, names & part.concepts, sense))
        if value > best:
            best, how, anchor = value, found[1], position
    if not best:
        return 0.0, ""
    others = [p for i, p in enumerate(column.core) if i != anchor]
    for part in others:
        if told.says(part):
            best += 0.12 if best >= 0.5 else 0.2
        elif part.concepts & told.concepts:
            best += 0.06
        elif domains_of(part.stem) & told.fields:
            best += 0.02
        else:
            best -= 0.12
    extra = [p for p in column.parts if p.light and p not in column.core]
    said = [p for p in extra if told.matches(p)]
    best -= min(0.2, sum(_weight(p) for p in extra if p not in said))
    best += min(0.05, sum(0.05 for p in said if p.stem not in FLAGS))
    whole = names & column.core[anchor].concepts - whom_concepts()
    if column.core[anchor].stem in ENTITIES and extra and not column.identifies and not whole:
        # Only whom is said, unless a phrase that means the whole name is: 客户类型.
        best *= 0.35
    if column.identifies or column.profile.kind in ("constant", "empty"):
        best *= 0.25
    return max(0.0, min(best, 0.97)), how


def _happens(column: Column, sense: Sense) -> bool:
    """Tell whether a column of two values is an event that a word means: late of *minutes late*."""
    events = {c.name for c in sense.concepts if c.hint == "yesno"}
    return column.two_valued and bool(events & column.concepts)


def _side_word(column: Column, shared: set[str], sense: Sense) -> float:
    """Return what a word counts that is not the last of a name.

    In `fraud_reported` the event is the first word; in `Rented Bike Count` no word is the head.
    """
    events = {c.name for c in sense.concepts if c.hint == "yesno"}
    if column.two_valued and shared & events:
        return 0.95
    return 0.75 if column.measured else 0.45


def _weight(part: Part) -> float:
    """Return what an unsaid side word costs: `_status` nothing much, `_amount` and numbers more."""
    if part.stem in FLAGS:
        return 0.01
    if part.stem in _COUNTS:
        return _UNCOUNTED
    return 0.06 if part.stem.isdigit() else 0.07


def _one(word: str, names: set[str], near: set[str], part: Part) -> tuple[float, str]:
    if part.says(word):
        return DIRECT, "direct"
    if shared := names & part.concepts:
        return TIGHT + _MORE * min(_MOST, len(shared) - 1), "tight"
    if part.akin(word):
        return TIGHT, "tight"
    if near & part.concepts:
        return NEAR, "near"
    return 0.0, ""


def _kind_fit(column: Column, concepts: tuple[Concept, ...], how: str, told: Told) -> float:
    """Discount a column whose values are not of the kind that the concept has."""
    if how == "direct" or not concepts:
        return 1.0
    # A word of no kind of values says nothing against the kinds that the others have.
    hints = {c.hint for c in concepts} - {""}
    if hints == {"amount"} and column.flag and how == "tight":
        return _NO_AMOUNT
    if hints == {"yesno"} and not column.two_valued:
        return 0.8 if column.profile.kind in ("category", "integer") else 0.75
    if hints == {"amount"} and column.parts[-1].stem in _SORTS and told.matches(column.parts[-1]):
        return 1.0
    if hints == {"amount"} and column.two_valued and column.profile.kind in ("category", "boolean"):
        return 0.75
    if hints == {"amount"} and column.profile.kind in ("category", "boolean", "text", "date"):
        return 0.6
    if column.profile.kind == "text":
        return 0.6
    return 1.0


def _generic_anchors(text: Text, schema: Schema, meaning: list[Sense]) -> Iterator[Anchor]:
    """Yield the one column called *target*, *outcome*, ... for an event that the table is about."""
    generic = generic_columns(schema)
    if len(generic) != 1:
        return
    for index, sense in enumerate(meaning):
        token = text.tokens[index]
        hints = {c.hint for c in sense.concepts if c.hint}
        if text.is_used(token.start):
            continue
        if token.low in GENERIC_TARGETS:
            yield Anchor(generic[0], index, index, TIGHT, "generic")
        elif hints & {"yesno", "class", "amount"}:
            fits = (
                generic[0].numeric if hints == {"amount"} else generic[0].profile.kind != "number"
            )
            yield Anchor(generic[0], index, index, GENERIC if fits else 0.4, "generic")


def generic_columns(schema: Schema) -> list[Column]:
    """Return the columns whose name only says "what is to be predicted".

    A column called *status*, *state* or the like counts where no other has two values.
    """
    usable = [c for c in schema.columns if c.profile.kind not in ("id", "constant", "empty")]
    named = [c for c in usable if c.key in GENERIC_TARGETS and not _one_of_several(c, schema)]
    two = [c for c in usable if c.two_valued]
    return named or [c for c in two if c.key in VAGUE_TARGETS and len(two) == 1]


def _one_of_several(column: Column, schema: Schema) -> bool:
    """Tell whether other names say what a column is: `y` beside `x` a place, 类别 beside 子类别."""
    if column.key == "y":
        return any(c.key == "x" for c in schema.columns)
    return any(c is not column and c.key.endswith(column.key) for c in schema.columns)
