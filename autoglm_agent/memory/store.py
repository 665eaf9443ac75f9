"""The memory of verified chains: what solved a task is found again for the next similar one.

Two layers. The truth (`truth.py`) is durable and decides what exists; the index (`index.py`)
makes it quick to search and may vanish at any time. Every score is computed here from the
vectors of the truth, so a recall gives the same answer with the index and without it.

Only chains that verifiers accepted get in, because a remembered chain is an example that the
next run imitates. What comes out is data: validated, never executed, left out with a warning if
it is not what was stored.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autoglm_agent.chain import Chain, Task
from autoglm_agent.errors import InputError
from autoglm_agent.memory.index import ChromaIndex, IndexOff, Space
from autoglm_agent.memory.record import Memory, Record, clean, pack, refusal, task_words, unpack
from autoglm_agent.memory.truth import Truth

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from autoglm_agent.memory.repair import Repair
    from autoglm_agent.memory.retriever import ChainRetriever

log = logging.getLogger(__name__)

SPARE = 8
"""Records asked for beyond `k`, so that the exact scores choose and damaged ones are replaced."""


class _EmbedderOff(Exception):
    """The embedder cannot serve now."""


class ChainMemory:
    """Verified chains in a folder; safe for threads, several processes and asyncio.

    Args:
        path: The folder; made if absent, readable by its owner only.
        embeddings: Any LangChain `Embeddings`; default `HashingEmbeddings`. Another one than
            last time embeds what is stored anew at the next recall.

    Raises:
        StoreError: If the memory is damaged, newer than this release, or cannot be written.

    Examples:
        >>> with ChainMemory("runs/memory") as memory:  # doctest: +SKIP
        ...     memory.remember("Predict churn", chain, family="automl", summary={"auc": 0.84})
        ...     memory.recall("Which customers will leave?", family="automl", k=2)
    """

    def __init__(self, path: str | os.PathLike[str], embeddings: Embeddings | None = None) -> None:
        if embeddings is None:
            from autoglm_agent.memory.embedding import HashingEmbeddings

            embeddings = HashingEmbeddings()
        self.path = Path(path).absolute()
        self._embeddings = embeddings
        self._embedder = embedder_name(embeddings)
        self._truth = Truth(self.path)
        self._index = ChromaIndex(self._truth)

    def remember(
        self, task: Task | str, chain: Chain, *, family: str, summary: Mapping[str, Any]
    ) -> str | None:
        """Store a verified chain durably; the same task solved by the same actions is stored once.

        A chain that is not verified (see `refusal`), or whose `summary` has a `status` other
        than `verified`, is refused with a logged warning: it would poison the examples.

        Args:
            task: The user's words, or a parsed task.
            chain: The accepted steps.
            family: Kind of task; chains are recalled within their family only.
            summary: Figures to keep with it, JSON data.

        Returns:
            The id, also of a chain that was there already; None if it was refused.

        Raises:
            InputError: If the task or the family is empty.
            StoreError: If it cannot be written; nothing is stored then.
        """
        text, family = clean(task_words(task), "task"), clean(family, "family")
        status = summary.get("status", "verified")
        reason = refusal(chain) if status == "verified" else f"its run ended {status}"
        if reason:
            log.warning("The chain is not remembered: %s.", reason)
            return None
        record = pack(text, chain, family, summary)
        if self._truth.add(record):
            self._follow(record)
        return record.id

    def recall(
        self, text: Task | str, *, family: str, k: int = 3, min_score: float = -1.0
    ) -> list[Memory]:
        """Return the chains of the tasks most like `text`, best first, the newer one at a tie.

        Nothing heavy is loaded while the family is empty. An index or an embedder that fails is
        told by a logged warning; the index is then done without, the embedder gives no result.

        Args:
            text: The task at hand.
            family: Kind of task to look among.
            k: Number of chains at most.
            min_score: Least cosine similarity.

        Raises:
            InputError: If `k` is below 1.
            StoreError: If the memory is damaged.
        """
        if k < 1:
            raise InputError(f"k is {k}.", "Ask for at least one chain.")
        words, family = task_words(text), clean(family, "family")
        total = self._truth.shelf(family).size
        if not total or not words.strip():
            return []
        try:
            query = self._embed([words], query=True)[0]
            space = Space(family, self._embedder, len(query))
            self._embed_missing(space)
        except _EmbedderOff as reason:
            log.warning("Nothing is recalled: %s.", reason)
            return []
        found = self._best(space, query, self._candidates(space, query, k), k)
        if len(found) < min(k, total):  # damaged, forgotten meanwhile, or not found by the index
            found = self._best(space, query, None, k)
        return [memory for memory in found if memory.score >= min_score]

    async def aremember(
        self, task: Task | str, chain: Chain, *, family: str, summary: Mapping[str, Any]
    ) -> str | None:
        """Remember without blocking the event loop."""
        return await asyncio.to_thread(self.remember, task, chain, family=family, summary=summary)

    async def arecall(
        self, text: Task | str, *, family: str, k: int = 3, min_score: float = -1.0
    ) -> list[Memory]:
        """Recall without blocking the event loop."""
        return await asyncio.to_thread(self.recall, text, family=family, k=k, min_score=min_score)

    def forget(self, record_id: str) -> bool:
        """Delete a chain for good; return whether it was there. The index follows."""
        return self._truth.remove(record_id)

    def count(self) -> int:
        """Return the number of chains of all families."""
        return self._truth.count()

    def as_retriever(self, *, family: str, k: int = 3) -> ChainRetriever:
        """Return the memory of one family as a LangChain retriever."""
        from autoglm_agent.memory.retriever import ChainRetriever

        return ChainRetriever(memory=self, family=family, k=k)

    @classmethod
    def repair(cls, path: str | os.PathLike[str]) -> Repair:
        """Move a damaged memory aside and start anew with the records that can be read.

        A sound memory is left as it is. Close the memory in every process before.
        """
        from autoglm_agent.memory.repair import repair

        return repair(Path(path).absolute())

    def close(self) -> None:
        """Release the index's files; the memory opens them again when it needs them."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, record: Record) -> None:
        # The chain is safe already: what fails here costs the next recall some time, no more.
        try:
            vector = self._embed([record.text])[0]
            self._truth.save_vectors(self._embedder, [(record.id, vector)])
            space = Space(record.family, self._embedder, len(vector))
            self._embed_missing(space)
            self._index.follow(space)
        except _EmbedderOff as reason:
            log.warning("The chain is stored but not indexed yet: %s.", reason)
        except IndexOff as reason:
            log.info("The chain is stored but not indexed yet: %s.", reason)

    def _embed(self, texts: list[str], *, query: bool = False) -> list[np.ndarray]:
        try:
            if query:
                vectors = [self._embeddings.embed_query(text) for text in texts]
            else:
                vectors = self._embeddings.embed_documents(texts)
            units = [_unit(vector) for vector in vectors]
        except Exception as error:
            # Embedders are other people's code and often a network: the run goes on without.
            raise _EmbedderOff(f"the embedder {self._embedder} failed: {error!r:.300}") from error
        if len(units) != len(texts) or len({len(unit) for unit in units}) > 1:
            raise _EmbedderOff(f"the embedder {self._embedder} gave vectors that do not match")
        return units

    def _embed_missing(self, space: Space) -> None:
        """Embed the records that have no vector yet, or one of another embedder."""
        missing = self._truth.unembedded(*space)
        if missing:
            vectors = self._embed([text for _, text in missing])
            keys = [key for key, _ in missing]
            self._truth.save_vectors(space.embedder, list(zip(keys, vectors, strict=True)))

    def _candidates(self, space: Space, query: np.ndarray, k: int) -> list[str] | None:
        """Return the ids to score, or None for all of them."""
        try:
            return self._index.nearest(space, query, 2 * k + SPARE)
        except IndexOff as reason:
            log.info("Recalled without the index: %s.", reason)
            return None

    def _best(self, space: Space, query: np.ndarray, ids: list[str] | None, k: int) -> list[Memory]:
        """Return the `k` best intact ones of the named records (None: of the family)."""
        vectors = self._truth.vectors(*space, ids=ids)
        if not vectors:
            return []
        scores = np.clip(np.stack([v.values for v in vectors]) @ query, -1, 1).tolist()
        ranked = sorted(
            ((s, v.seq, v.id) for s, v in zip(scores, vectors, strict=True)), reverse=True
        )
        best: list[Memory] = []
        for start in range(0, len(ranked), k + SPARE):
            part = ranked[start : start + k + SPARE]
            records = self._truth.fetch([key for _, _, key in part])
            memories = (unpack(records[key], score) for score, _, key in part if key in records)
            best += [memory for memory in memories if memory is not None]
            if len(best) >= k:
                break
        return best[:k]


def embedder_name(embeddings: Embeddings) -> str:
    """Return the name under which the vectors of an embedder are kept.

    Its own `name`, else its class and the model it says it uses.
    """
    name = getattr(embeddings, "name", None)
    if isinstance(name, str) and name:
        return name
    model = getattr(embeddings, "model", None) or getattr(embeddings, "model_name", None)
    kind = type(embeddings)
    return f"{kind.__module__}.{kind.__qualname__}" + (f":{model}" if model else "")


def _unit(vector: Sequence[float]) -> np.ndarray:
    values = np.asarray(vector, dtype=np.float32)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError("a vector is empty or not finite")
    length = float(np.linalg.norm(values))
    return values / length if length > 0 else values
