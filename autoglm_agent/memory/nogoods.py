"""Negative memory: steps that were refuted, with the reasons, for when the situation returns.

A nogood is about one situation. It is told again as a warning if the task is nearly the same,
not merely similar, or if the chain so far is exactly the same. A sound refutation enters; the
opinion of a judge does not.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from autoglm_agent.chain import Nogood, Task, digest
from autoglm_agent.memory.record import Record, as_json, clean, now, provenance, task_words
from autoglm_agent.memory.rows import bare
from autoglm_agent.memory.search import EmbedderOff, Search
from autoglm_agent.memory.truth import Hit, Truth

log = logging.getLogger(__name__)

SAME_SITUATION = 0.6
"""Least cosine similarity of the tasks at which a nogood is told again."""


@dataclass(frozen=True)
class Warned:
    """A refuted step, recalled.

    Attributes:
        id: Its name in the memory.
        task: The words of the task in which it was refuted: data, never instructions.
        nogood: The step, the check and the reason.
        score: Cosine similarity of that task to the one at hand.
        times: How often it was refuted.
    """

    id: str
    task: str
    nogood: Nogood
    score: float
    times: int

    def to_json(self) -> dict[str, Any]:
        """Return what a model or a person is told, as JSON data."""
        told = self.nogood
        return {
            "task": self.task[:500],
            "tool": told.tool,
            "args": told.args,
            "check": told.check,
            "reason": told.reason,
            "times": self.times,
        }


class Nogoods:
    """The refuted steps of a memory.

    Args:
        truth: Where they are kept.
        search: How they are found.
    """

    def __init__(self, truth: Truth, search: Search) -> None:
        self._truth = truth
        self._search = search

    def remember(self, task: Task | str, nogoods: Sequence[Nogood], *, family: str) -> list[str]:
        """Store what was soundly refuted; the same again is counted, not stored again.

        Args:
            task: The user's words, or a parsed task.
            nogoods: Of a run; those of unsound verifiers are passed over.
            family: Kind of task.

        Returns:
            The ids of those that were stored or counted.

        Raises:
            InputError: If the task or the family is empty.
            StoreError: If they cannot be written.
        """
        text, family = clean(task_words(task), "task"), clean(family, "family")
        records = [self._pack(text, n, family) for n in nogoods if n.sound and n.reason]
        if not records:
            return []
        self._search.shelf("nogood", family)
        try:
            vector: np.ndarray | None = self._search.embed([text])[0]
        except EmbedderOff as off:
            log.warning("The nogoods are stored but not indexed yet: %s.", off)
            vector = None
        size = len(records)
        added = self._truth.add_many(records, [vector] * size, ["active"] * size)
        space = self._search.space("nogood", family)
        if space is not None and any(a.how != "known" for a in added):
            self._search.index.follow_soon(space)
        return [a.id for a in added]

    def recall(
        self,
        task: Task | str,
        *,
        family: str,
        k: int = 5,
        min_score: float = SAME_SITUATION,
        prefix: str | None = None,
    ) -> list[Warned]:
        """Return what was refuted in the same situation, the nearest and most frequent first.

        Args:
            task: The task at hand.
            family: Kind of task.
            k: Number of warnings at most.
            min_score: Least cosine similarity of the tasks.
            prefix: `Chain.prefix_key` of the chain so far; only what was refuted after it.

        Raises:
            StoreError: If the memory is damaged.
        """
        words, family = task_words(task), clean(family, "family")
        shelf = self._search.shelf("nogood", family)
        if not words.strip() or not shelf.size:
            return []
        try:
            query = self._search.embed([words], query=True)[0]
            space = self._search.space("nogood", family)
            assert space is not None  # `embed` has measured it
            if shelf.unembedded:
                self._search.embed_missing(space)
        except EmbedderOff as reason:
            log.warning("No warning is recalled: %s.", reason)
            return []
        hits = self._search.nearest(space, shelf, query, 8 * k)
        if hits is None:
            hits = self._search.vectors.hits(space, None)
        near = [(float(hit.values @ query), hit) for hit in hits]
        near = sorted((p for p in near if p[0] >= min_score), key=lambda p: -p[0] - _weight(p[1]))
        records = self._truth.fetch([hit.id for _, hit in near])
        warned = (self._unpack(records[h.id], s, h) for s, h in near if h.id in records)
        fit = (w for w in warned if w and prefix in (None, w.nogood.prefix))
        return list(fit)[:k]

    def _pack(self, text: str, nogood: Nogood, family: str) -> Record:
        kept = {"args": bare(nogood.args), "reason": nogood.reason[:500]}
        nogood = nogood.model_copy(update=kept)
        key = [family, text, nogood.prefix, nogood.step, nogood.check]
        return Record(
            id=digest(["nogood", *key]),
            kind="nogood",
            family=family,
            text=text,
            chain=as_json(nogood.to_json()),
            summary="{}",
            signature="{}",
            cost="{}",
            provenance=as_json(
                provenance("autoglm-agent", {nogood.check: ""}, [nogood.check], self._truth.key)
            ),
            # The step is part of the shape: only the same refutation is a duplicate.
            shape=digest([nogood.step, nogood.check, nogood.reason]),
            created=now(),
        ).sealed(self._truth.key)

    def _unpack(self, record: Record, score: float, hit: Hit) -> Warned | None:
        if not record.trusted(self._truth.key):
            log.warning("Nogood %s is not one of this installation; it is left out.", record.id)
            return None
        try:
            nogood = Nogood.from_json(json.loads(record.chain))
        except (ValueError, ValidationError, RecursionError) as error:
            log.warning("Nogood %s cannot be read and is left out: %s", record.id, error)
            return None
        return Warned(record.id, record.text, nogood, score, 1 + int(hit.wins))


def _weight(hit: Hit) -> float:
    """Return what it counts that a step was refuted more than once, in cosines."""
    return float(0.05 * np.log1p(hit.wins))
