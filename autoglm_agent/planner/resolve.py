"""From a few words to a real column, where the instruction says that a column is meant."""

from __future__ import annotations

from autoglm_agent.planner.anchor import Anchor
from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.mentions import find_mentions
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import distance, key_of, read_text

_SURE, _TIE = 0.5, 0.025
_SHORTEST, _LONG = 7, 10


def column_for(phrase: str, schema: Schema) -> Column | None:
    """Return the one column that a phrase means: by name, by entity (`patient`) or by synonym.

    Args:
        phrase: A few words, for example `whole occupations`, `性别`.
        schema: The table's columns.

    Returns:
        The column, or None when there is none or more than one as good.
    """
    text = read_text(phrase, schema.vocabulary)
    mentions = find_mentions(text, schema)
    if mentions:
        return mentions[0].column
    if misspelt := _misspelt(phrase, schema):
        return misspelt
    scores: dict[str, float] = {}
    for anchor in find_anchors(text, schema, []):
        score = _entity_score(anchor) if anchor.how != "generic" and anchor.how != "level" else 0.0
        scores[anchor.column.name] = max(scores.get(anchor.column.name, 0.0), score)
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < _SURE:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _TIE:
        return None
    return schema.by_name[ranked[0][0]]


def _misspelt(phrase: str, schema: Schema) -> Column | None:
    """Return the one column whose name of several words a phrase writes with a slip."""
    key = key_of(phrase)
    if len(key) < _SHORTEST or not key.isascii() or " " not in phrase.strip():
        return None
    limit = 1 if len(key) < _LONG else 2
    near = [c for c in schema.columns if len(c.parts) > 1 and distance(key, c.key, limit) <= limit]
    return near[0] if len(near) == 1 else None


def _entity_score(anchor: Anchor) -> float:
    """Undo the discount that ids get as targets: here an id is what is looked for."""
    return min(1.0, anchor.score * 4 + 0.05) if anchor.column.identifies else anchor.score
