"""From the hits of a search to the best memories that can be said to be intact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autoglm_agent.memory.ranking import diverse, merits
from autoglm_agent.memory.record import Memory, tell_foreign, unpack
from autoglm_agent.memory.truth import Hit, Truth

POOL = 4
"""Hits that are ranked for each memory that is wanted."""
SPARE = 16
"""Further hits, because some may be damaged, forgotten or foreign."""


def best_of(
    truth: Truth, hits: Sequence[Hit], query: np.ndarray, k: int, min_score: float
) -> tuple[list[Memory], int]:
    """Return the `k` best memories, and how many of the hits can be said to be intact.

    Args:
        truth: Where the records are.
        hits: What the search found, with their vectors and their standing.
        query: Vector of what is asked for, of length 1.
        k: Memories wanted.
        min_score: Least cosine.
    """
    if not hits:
        return [], 0
    scores = np.clip(np.stack([hit.values for hit in hits]) @ query, -1, 1).tolist()
    near = [i for i, score in enumerate(scores) if score >= min_score]
    pool = sorted(near, key=lambda i: (-scores[i], -hits[i].seq))[: POOL * k + SPARE]
    merit = merits([hits[i] for i in pool], [scores[i] for i in pool])
    order = diverse([hits[i] for i in pool], merit)
    best: list[Memory] = []
    bad = foreign = 0
    for start in range(0, len(order), k):
        part = order[start : start + k]
        records = truth.fetch([hits[pool[i]].id for i in part])
        for i in part:
            hit = hits[pool[i]]
            memory = hit.id in records and unpack(
                records[hit.id],
                truth.key,
                score=scores[pool[i]],
                rank=merit[i],
                wins=hit.wins,
                losses=hit.losses,
                uses=hit.uses,
            )
            bad += not memory
            if not memory and hit.id in records and records[hit.id].intact:
                foreign += not records[hit.id].trusted(truth.key)
            best += [memory] if memory else []
        if len(best) >= k:
            break
    tell_foreign(foreign, truth.key)
    return best[:k], len(hits) - bad
