"""How likely each column is what is asked for: two conditional logits over the evidence.

One of the columns is meant, or none (McFadden, *Conditional logit analysis of qualitative choice
behavior*, 1974). One judge knows meaning alone, the other also what the words of names say: in the
instructions that they are fitted on, those of the planner's tests, nearly all words are known, so
that the second takes a name of unknown words for foreign. The surer one is heard.
`python -m benchmarks.instructions.meaning --write` fits them, and prints how often they are right
on tables that they were not fitted on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.meaning.evidence import Evidence, weigh
from autoglm_agent.planner.meaning.names import OF_NAMES
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.ranking import places_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.second_opinion import rank_alike
from autoglm_agent.planner.text import Text

Weights = tuple[np.ndarray, np.ndarray]
"""Those of each column's features, and those of the case that none is meant."""


@cache
def _weights() -> tuple[Weights, Weights]:
    told = json.loads((files(__package__) / "weights.json").read_text(encoding="utf-8"))
    meaning, words = (
        (np.array(told[judge]["each"]), np.array(told[judge]["none"]))
        for judge in ("meaning", "words")
    )
    return meaning, words


def probabilities(each: np.ndarray, none: np.ndarray, weights: Weights) -> np.ndarray:
    """Return the probability of each column and, last, that none of them is meant."""
    scores = np.append(each @ weights[0], none @ weights[1])
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def chances(found: Evidence, meaning: Weights, words: Weights) -> np.ndarray:
    """Return how likely each column is meant to the judge who thinks it likelier."""
    alone = probabilities(found.each[:, :-OF_NAMES], found.none, meaning)
    together = probabilities(found.each, found.none, words)
    return np.asarray(np.maximum(alone, together)[:-1])


def likeliest(
    text: Text,
    schema: Schema,
    mentions: Sequence[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> list[tuple[Column, float]]:
    """Return the columns with how likely each is meant, from 0 to 1, the likeliest first."""
    found = evidence_of(text, schema, mentions, excluded, wanted)
    if found is None:
        return []
    likely = chances(found, *_weights())
    order = np.argsort(-likely, kind="stable")
    return [(found.columns[int(i)], float(likely[i])) for i in order]


def evidence_of(
    text: Text,
    schema: Schema,
    mentions: Sequence[Mention],
    excluded: Sequence[str],
    wanted: str | None,
) -> Evidence | None:
    """Return the evidence on an instruction whose constraints are marked as understood."""
    open_mentions = [m for m in mentions if not text.is_used(m.start)]
    places = places_of(text, open_mentions, find_anchors(text, schema, open_mentions))
    alike = rank_alike(text, schema, open_mentions, excluded, wanted)
    named: dict[str, float] = {}
    for mention in open_mentions:
        named[mention.column.name] = max(named.get(mention.column.name, 0.0), mention.score)
    scores = {found.column.name: found.score for found in alike}
    return weigh(text, schema, places, excluded, wanted, scores, named)
