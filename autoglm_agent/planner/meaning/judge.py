"""How likely each column is what is asked for: a conditional logit over the evidence.

One of the columns is meant, or none (McFadden, *Conditional logit analysis of qualitative choice
behavior*, 1974). The weights are fitted on the instructions of the planner's tests by
`python -m benchmarks.instructions.meaning --write`, which also prints how often the judge is right
on tables that it was not fitted on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from autoglm_agent.planner.anchors import find_anchors
from autoglm_agent.planner.meaning.evidence import Evidence, weigh
from autoglm_agent.planner.mentions import Mention
from autoglm_agent.planner.ranking import places_of
from autoglm_agent.planner.schema import Column, Schema
from autoglm_agent.planner.text import Text


@cache
def _weights() -> tuple[np.ndarray, np.ndarray]:
    told = json.loads((files(__package__) / "weights.json").read_text(encoding="utf-8"))
    return np.array(told["each"]), np.array(told["none"])


def probabilities(found: Evidence, each: np.ndarray, none: np.ndarray) -> np.ndarray:
    """Return the probability of each column and, last, that none of them is meant."""
    scores = np.append(found.each @ each, found.none @ none)
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


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
    chances = probabilities(found, *_weights())[:-1]
    order = np.argsort(-chances, kind="stable")
    return [(found.columns[int(i)], float(chances[i])) for i in order]


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
    return weigh(text, schema, places, excluded, wanted)
