"""What all words together say, where one word alone does not decide or may mislead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.asked import read_asked
from autoglm_agent.planner.choice import MARGIN, THRESHOLD, Choice
from autoglm_agent.planner.hanzi import name_core
from autoglm_agent.planner.likeness import Likeness, open_words, rank_by_likeness
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.ranking import places_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.senses import senses
from autoglm_agent.planner.text import Text

LEAST_LIKENESS, LEAST_LEAD, LARGE_LEAD = 0.5, 0.1, 0.25
"""Least likeness, least lead where words are undecided, and least lead to overrule them."""
_SURE = 0.6
_RUN = 2


def rank_alike(
    text: Text,
    schema: Schema,
    mentions: list[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> list[Likeness]:
    """Return the columns by the likeness of their names to all open words, best first."""
    anchors = find_anchors(text, schema, mentions)
    places = places_of(text, mentions, anchors)
    words = open_words(text, schema, senses(text), places)
    return rank_by_likeness(words, schema, read_asked(text, wanted), excluded, text.low)


def most_alike(text: Text, found: list[Likeness], ranked: list[Choice]) -> Choice | None:
    """Return the column whose name is by far most like all that is said, or None."""
    if not found:
        return None
    if whole := _one_wholly_said(text, ranked):
        return whole
    tied = {c.column.name for c in ranked if c.confidence >= THRESHOLD - MARGIN}
    undecided = bool(ranked) and ranked[0].confidence >= THRESHOLD
    if undecided and found[0].column.name not in tied and _lead(found) < LARGE_LEAD:
        found = [f for f in found if f.column.name in tied]
    if undecided and len(ranked) > 1 and _listed(text, *sorted(ranked[:2], key=lambda c: c.start)):
        return None
    if not found or found[0].score < LEAST_LIKENESS or _lead(found) < LEAST_LEAD:
        return None
    return _as_choice(text, found[0])


def _listed(text: Text, first: Choice, second: Choice) -> bool:
    """Tell whether two columns are named outright and joined: "predict age and chol"."""
    between = text.low[first.end : second.start]
    named = first.how == second.how == "exact"
    return named and bool(re.fullmatch(r"[\s\"']*(?:,|、|and|or|&|和|与|及|或)[\s\"']*", between))


def _lead(found: Sequence[Likeness]) -> float:
    return found[0].score - found[1].score if len(found) > 1 else 1.0


def doubted(text: Text, found: list[Likeness], ranked: list[Choice]) -> list[Choice]:
    """Return the choices, or those that all words together speak for much more clearly."""
    best, first = found[0], ranked[0]
    if len(first.column.parts) > 1 and _wholly_said(text, first.column):
        return ranked
    core = name_core(first.column)
    if len(core) >= _RUN and core in text.open_part:
        return ranked  # 会不会流标 says all of 是否流标 but its form
    same = next((f.score for f in found if f.column is first.column), 0.0)
    if best.column is first.column or best.score < _SURE or best.score - same < LARGE_LEAD:
        return ranked
    if any(c.column is best.column and c.confidence >= THRESHOLD - MARGIN for c in ranked):
        return [_as_choice(text, best)]
    return [first, replace(first, column=best.column)]


def _one_wholly_said(text: Text, ranked: list[Choice]) -> Choice | None:
    """Return the first column found if, of those as likely, only of it all words are said."""
    if not ranked or ranked[0].confidence < THRESHOLD:
        return None
    tied = [c for c in ranked if ranked[0].confidence - c.confidence < MARGIN]
    whole = [c for c in tied if len(c.column.parts) > 1 and _wholly_said(text, c.column)]
    return whole[0] if len(whole) == 1 and whole[0] is ranked[0] else None


def _wholly_said(text: Text, column: Column) -> bool:
    """Tell whether every word of a name is said, light ones, too: reviews *per month*."""
    stems = {t.stem for t in text.tokens if not text.is_used(t.start)}
    return all(any(part.says(word) for word in stems) for part in column.parts)


def _as_choice(text: Text, best: Likeness) -> Choice:
    start, end = text.tokens[best.first].start, text.tokens[best.last].end
    return Choice(best.column, min(0.9, best.score), start, end, "instruction", "alike")
