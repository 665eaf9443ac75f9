"""In which order remembered chains are shown: near, proven, fresh, cheap, and not all alike.

Similarity decides; what has been learnt since corrects it by small amounts. Reliability is the
mean of a Beta posterior over the runs that used a chain. Diversity is maximal marginal relevance
(Carbonell and Goldstein, 1998, "The Use of MMR, Diversity-Based Reranking").
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from autoglm_agent.memory.truth import Hit

PRIOR_WINS, PRIOR_LOSSES = 2.0, 1.0
"""A chain enters with one success, its own verification, and a uniform prior."""
RELIABILITY, FRESHNESS, THRIFT = 0.6, 0.04, 0.04
"""Cosines that the whole range of each quality is worth."""
HALF_LIFE_DAYS = 180.0
DIVERSITY = 0.1
"""Weight of being unlike what is shown already; 0 ranks by merit alone."""
RETIRED_BELOW = 0.5
"""A chain is retired when it is 90 % certain to be less reliable than this."""
_Z90 = 1.2816


def reliability(wins: float, losses: float) -> float:
    """Return the expected share of runs that end verified with this chain as an example."""
    return (PRIOR_WINS + wins) / (PRIOR_WINS + PRIOR_LOSSES + wins + losses)


def outworn(wins: float, losses: float) -> bool:
    """Whether a chain has failed so often that it is to be retired."""
    a, b = PRIOR_WINS + wins, PRIOR_LOSSES + losses
    mean = a / (a + b)
    deviation = math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
    return mean + _Z90 * deviation < RETIRED_BELOW


def merits(hits: Sequence[Hit], scores: Sequence[float]) -> list[float]:
    """Return what each record is ranked by.

    Args:
        hits: The records.
        scores: Their cosine similarity to what is asked.
    """
    costs = _relative_costs(hits)
    prior = reliability(0, 0)
    return [
        score
        + RELIABILITY * (reliability(hit.wins, hit.losses) - prior)
        + FRESHNESS * (_freshness(hit.seen) - 1)
        + THRIFT * (1 / (1 + cost) - 0.5)
        for hit, score, cost in zip(hits, scores, costs, strict=True)
    ]


def diverse(hits: Sequence[Hit], merit: Sequence[float], weight: float = DIVERSITY) -> list[int]:
    """Return the places of `hits` in the order of showing them.

    Args:
        hits: The records; at equal merit the newer comes first.
        merit: What each is worth by itself.
        weight: Of diversity, from 0 to 1.
    """
    left = sorted(range(len(hits)), key=lambda i: (-merit[i], -hits[i].seq))
    if not left:
        return []
    values = np.stack([hit.values for hit in hits])
    likeness = np.zeros(len(hits))
    shown: list[int] = []
    while left:
        best = max(left, key=lambda i: (1 - weight) * merit[i] - weight * likeness[i])
        left.remove(best)
        shown.append(best)
        likeness = np.maximum(likeness, values @ values[best])
    return shown


def _freshness(seen: str) -> float:
    try:
        age = (datetime.now(UTC) - datetime.fromisoformat(seen)).total_seconds() / 86400
    except (ValueError, TypeError):
        return 0.0
    return float(0.5 ** (max(0.0, age) / HALF_LIFE_DAYS))


def _relative_costs(hits: Sequence[Hit]) -> list[float]:
    """Return each record's cost as a multiple of the median, over the units that it tells."""
    told = [_numbers(hit.cost) for hit in hits]
    medians = {unit: _median(unit, told) for unit in {unit for costs in told for unit in costs}}
    relative = []
    for costs in told:
        ratios = [value / medians[unit] for unit, value in costs.items() if medians[unit] > 0]
        relative.append(sum(ratios) / len(ratios) if ratios else 1.0)
    return relative


def _median(unit: str, told: Sequence[dict[str, float]]) -> float:
    values = sorted(costs[unit] for costs in told if costs.get(unit))
    return values[len(values) // 2] if values else 0.0


def _numbers(cost: str) -> dict[str, float]:
    try:
        told = json.loads(cost)
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    numbers = {k: v for k, v in told.items() if isinstance(v, int | float) and v >= 0}
    return {str(k): float(v) for k, v in numbers.items()}
