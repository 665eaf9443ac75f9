"""Columns of which an instruction says exactly as much as of the one that was found.

"Satisfaction" is said of `JobSatisfaction` and of `EnvironmentSatisfaction`; "the year or the
price" names two things. A person would ask back, so these are questions and not guesses.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from autoglm_agent.planner.choice import Choice
from autoglm_agent.planner.hanzi import shared_names
from autoglm_agent.planner.lexicon import concepts_of, leading_concepts
from autoglm_agent.planner.parts import Part
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.text import Text, stem
from autoglm_agent.planner.ties import of_past, says_past

_BY_WORD = frozenset({"direct", "tight", "near", "alike", "shared"})
_ALTERNATIVES = re.compile(
    r"\b(?:predict|estimate|forecast|model|classify) (?:either )?(?:the |a |an )?"
    r"(?P<one>[\w-]{2,30}(?: [\w-]{2,30}){0,2}?)(?:,? or (?:else )?)(?:the |a |an |perhaps )*"
    r"(?P<other>[\w-]{2,30})(?=[.,;!?]|\Z)|"
    r"(?:预测|估计|估算)(?P<two>[\u3400-\u9fff]{2,8}?)(?:或者?|"
    r"还是)(?P<three>[\u3400-\u9fff]{2,8}?)"
    r"(?=[,.;!?]|\Z)",
    re.ASCII,
)


def rivals_of(text: Text, schema: Schema, best: Choice, excluded: Collection[str]) -> list[Column]:
    """Return the columns that the words could mean as well as the best one.

    Args:
        text: The instruction, with the ranges of constraints marked as used.
        schema: The table's columns.
        best: The column found.
        excluded: Columns that cannot be the target.
    """
    if best.how == "exact":
        return _two_names(text, schema, best)
    if best.how not in _BY_WORD:
        return []
    other = _alternative(text, schema, best.column)
    if other is not None:
        return [other]
    if series := _shared_before(text, schema, best):
        return series
    said = _Said(text)
    if not _half_said(best.column, said):
        return []
    past = says_past(text) or of_past(best.column)
    whole = {n for i, s in enumerate(senses(text)) for n in s.own
             if not text.is_used(text.tokens[i].start)} & best.column.concepts  # fmt: skip
    return [
        column
        for column in schema.columns
        if column is not best.column
        and (not whole or whole & column.concepts)
        and column.name not in excluded
        and column.parts
        and column.parts[-1].stem == best.column.parts[-1].stem
        and column.numeric == best.column.numeric
        and column.two_valued == best.column.two_valued
        and not column.identifies
        and (past or not of_past(column))
        and _half_said(column, said)
    ]


def _two_names(text: Text, schema: Schema, best: Choice) -> list[Column]:
    """Return the column that the word before the best one's name names: "a *housing* loan"."""
    index = text.token_at(best.start) - 1
    if index < 0 or text.norm[text.tokens[index].end : best.start] != " ":
        return []
    word, column = text.tokens[index], best.column
    if word.low == "the" or text.is_used(word.start):
        return []
    return [
        other
        for other in schema.by_key.get(word.low, [])
        if other is not column
        and other.profile.kind == column.profile.kind
        and (other.two_valued, other.numeric) == (column.two_valued, column.numeric)
        and set(dict(other.profile.levels)) & set(dict(column.profile.levels))
    ]


def _shared_before(text: Text, schema: Schema, best: Choice) -> list[Column]:
    """Return columns whose Chinese names begin right before the word found: 模考 of 模考一."""
    if best.how == "shared" or text.norm[best.start : best.end].isascii():
        return []
    found = [
        a.column
        for a in shared_names(text, schema)
        if a.column is not best.column and text.tokens[a.last].end == best.start
    ]
    series = len({column.name[:-1] for column in found}) == 1
    return found if len(found) > 1 and series else []


class _Said:
    """The open words of an instruction."""

    def __init__(self, text: Text) -> None:
        self.stems = {t.stem for t in text.tokens if not text.is_used(t.start)}
        self.concepts = {c.name for s in self.stems for c in concepts_of(s)}

    def directly(self, part: Part) -> bool:
        return any(part.says(word) for word in self.stems)

    def at_all(self, part: Part, head: Part) -> bool:
        names = part.concepts | {c.name for c in leading_concepts(part.stem)}
        return self.directly(part) or bool((names - head.concepts) & self.concepts)


def _half_said(column: Column, said: _Said) -> bool:
    """Tell whether only the last word of a name is said, and none of what tells it from others."""
    if len(column.parts) < 2:
        return False
    *sides, head = column.parts
    return said.directly(head) and not any(said.at_all(part, head) for part in sides)


def _alternative(text: Text, schema: Schema, best: Column) -> Column | None:
    """Return what else is named in "predict the A or the B", if it is another column."""
    for match in _ALTERNATIVES.finditer(text.low):
        if text.is_used(match.start()):
            continue
        sides = [stem(side.split()[-1]) for side in match.groupdict().values() if side]
        found = [_column_of(side, schema) for side in sides]
        if len(found) == 2 and all(found) and found[0] is not found[1] and best in found:
            return next(column for column in found if column is not best)
    return None


def _column_of(word: str, schema: Schema) -> Column | None:
    """Return the first column that says a word, unless the word is a value of some column."""
    if any(word in c.level_keys for c in schema.columns):
        return None
    return next((c for c in schema.columns if any(p.says(word) for p in c.parts)), None)
