"""Gating: of many tools or examples only those that fit the task are shown.

Each item is scored by the cosine similarity of its description to the task in the embedding of
the memory (lexical and offline by default). Few, fitting tools cost fewer tokens and fewer wrong
calls; a close call lets an item in rather than out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Embed = Callable[[list[str]], Sequence[Sequence[float]]]

MARGIN = 0.05
"""An item that scores this little below the last one shown is shown too."""


def gate(
    items: Sequence[Item],
    describe: Callable[[Item], str],
    task: str,
    embed: Embed | None,
    most: int,
) -> list[Item]:
    """Return the items that fit the task best, in their given order.

    Args:
        items: Tools, examples or the like.
        describe: Gives an item's words.
        task: The task's words.
        embed: Embeds texts; None, or no more than `most` items, shows them all.
        most: Items to show; those within `MARGIN` of the last one come too.
    """
    if embed is None or len(items) <= most:
        return list(items)
    vectors = embed([task, *map(describe, items)])
    scores = [cosine(vectors[0], vector) for vector in vectors[1:]]
    floor = sorted(scores, reverse=True)[most - 1] - MARGIN
    return [item for item, score in zip(items, scores, strict=True) if score >= floor]


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the cosine of two vectors of equal length; 0 if one of them is all zeros."""
    product = math.fsum(a * b for a, b in zip(one, other, strict=True))
    lengths = math.hypot(*one) * math.hypot(*other)
    return product / lengths if lengths else 0.0
