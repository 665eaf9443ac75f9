"""The memory of verified chains: what solved a task is found again for the next similar one.

Two layers. The truth (`truth.py`) is durable and decides what exists; the index (`index.py`)
makes it quick to search and may vanish at any time. Every score is computed from the vectors of
the truth, so a recall gives the same answer with the index and without it.

Only chains that verifiers accepted get in, because a remembered chain is an example that the
next run imitates. What comes out is data: validated, signed by this installation, never
executed, left out with a warning if it is not what was stored.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from autoglm_agent.chain import Chain, Step, Task, Verdict
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.memory.choosing import POOL, SPARE, best_of
from autoglm_agent.memory.connect import Server
from autoglm_agent.memory.credit import Credit
from autoglm_agent.memory.embedders import embedder
from autoglm_agent.memory.record import (
    Memory,
    Told,
    agreement_of,
    clean,
    pack,
    refusal,
    task_words,
    unpack,
)
from autoglm_agent.memory.search import EmbedderOff, Search
from autoglm_agent.memory.truth import Truth

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from autoglm_agent.memory.configurations import Configurations
    from autoglm_agent.memory.examples import ChainExampleSelector
    from autoglm_agent.memory.nogoods import Nogoods
    from autoglm_agent.memory.repair import Repair
    from autoglm_agent.memory.retriever import ChainRetriever

log = logging.getLogger(__name__)


class ChainMemory:
    """Verified chains in a folder; safe for threads, several processes and asyncio.

    A SQLite table is the truth; Chroma, embedded or a server's, is an index that can be made
    anew from it at any time. What the table keeps of a task: its words, a signature of the data,
    the steps with their verdicts, figures, cost, and who verified it; never rows of a table.

    Args:
        path: The folder; made if absent, readable by its owner only.
        embeddings: What tasks are compared by: any LangChain `Embeddings`; the folder of a
            transformers model as `"transformers:<folder>"` (extra `transformers`); default
            what `AUTOGLM_EMBEDDER` names, else `HashingEmbeddings`, which needs no download. The
            memory remembers which and refuses to mix them.
        server: Address of a team's own Chroma server, or a `Server` with headers, to hold the
            index instead of files in the folder; default `AUTOGLM_CHROMA_URL`. Only a client is
            used; Chroma's server has known holes (see `autoglm_agent.memory.connect`).

    Raises:
        StoreError: If the memory is damaged, newer than this release, was embedded by another
            embedder, or cannot be written.

    Examples:
        >>> with ChainMemory("runs/memory") as memory:  # doctest: +SKIP
        ...     memory.remember("Predict churn", chain, family="automl", summary={"auc": 0.84})
        ...     memory.recall("Which customers will leave?", family="automl", k=2)
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        embeddings: Embeddings | str | None = None,
        *,
        server: str | Server | None = None,
    ) -> None:
        self.path = Path(path).absolute()
        server = server or os.environ.get("AUTOGLM_CHROMA_URL") or None
        self.server = Server(server) if isinstance(server, str) else server
        self.truth = Truth(self.path)
        self.search = Search(self.truth, embedder(embeddings), self.server)
        self._credit = Credit(self.truth)

    @property
    def nogoods(self) -> Nogoods:
        """The refuted steps, which warn when the same situation returns."""
        from autoglm_agent.memory.nogoods import Nogoods

        return Nogoods(self.truth, self.search)

    @property
    def configurations(self) -> Configurations:
        """The configurations of models that won on tables."""
        from autoglm_agent.memory.configurations import Configurations

        return Configurations(self.truth)

    def remember(
        self,
        task: Task | str,
        chain: Chain,
        *,
        family: str,
        summary: Mapping[str, Any],
        signature: Mapping[str, Any] | None = None,
        cost: Mapping[str, float] | None = None,
        by: str = "autoglm-agent",
        versions: Mapping[str, str] | None = None,
    ) -> str | None:
        """Store a verified chain durably; the same task solved by the same actions is stored once.

        A chain that is not verified (see `refusal`), or whose `summary` has a `status` other
        than `verified`, is refused with a logged warning: it would poison the examples. What
        looks like rows of a table is left out of it. A near-duplicate (equal actions on like
        data for nearly the same words) confirms the chain that is there already.

        Args:
            task: The user's words, or a parsed task.
            chain: The accepted steps.
            family: Kind of task; chains are recalled within their family only.
            summary: Figures to keep with it, JSON data.
            signature: What the data was like, JSON data without any of it.
            cost: Calls, tokens, seconds, money; default what the chain says.
            by: Who verified it.
            versions: Versions of the checks, by id; default this package's release.

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
        told = Told(summary, signature or {}, cost, by, versions or {})
        record = pack(text, chain, family, told, self.truth.key)
        self.search.shelf("chain", family)
        try:
            vector = self.search.embed([text])[0]
        except EmbedderOff as off:
            log.warning("The chain is stored but not indexed yet: %s.", off)
            vector = None
        added = self.truth.add(record, vector)
        space = self.search.space("chain", family)
        if space is not None and added.how in ("new", "restored"):
            self.search.index.follow_soon(space)
        return added.id

    def recall(
        self,
        text: Task | str,
        *,
        family: str,
        k: int = 3,
        min_score: float = -1.0,
        run: str | None = None,
    ) -> list[Memory]:
        """Return the chains that help most with `text`, best first, the newer one at a tie.

        They are near to the task, have helped before, are fresh and cheap, and are not all
        alike (see `ranking.py`). Nothing heavy is loaded while the family is empty. An index or
        an embedder that fails is told by a logged warning; the index is then done without, the
        embedder gives no result.

        Args:
            text: The task at hand.
            family: Kind of task to look among.
            k: Number of chains at most.
            min_score: Least cosine similarity.
            run: Name of the run that will use them; `credit` later tells how it ended.

        Raises:
            InputError: If `k` is below 1.
            StoreError: If the memory is damaged or was embedded by another embedder.
        """
        if k < 1:
            raise InputError(f"k is {k}.", "Ask for at least one chain.")
        words, family = task_words(text), clean(family, "family")
        shelf = self.search.shelf("chain", family)
        total = shelf.size
        if not total or not words.strip():
            return []
        try:
            query = self.search.embed([words], query=True)[0]
            space = self.search.space("chain", family)
            assert space is not None  # `embed` has measured it
            if shelf.unembedded:
                self.search.embed_missing(space)
        except EmbedderOff as reason:
            log.warning("Nothing is recalled: %s.", reason)
            return []
        hits = self.search.nearest(space, shelf, query, POOL * k + SPARE)
        found, intact = ([], 0) if hits is None else best_of(self.truth, hits, query, k, min_score)
        if intact < min(k, total):  # damaged, forgotten meanwhile, or not found by the index
            found, _ = best_of(
                self.truth, self.search.vectors.hits(space, None), query, k, min_score
            )
        if run is not None and found:
            self._note_use(run, found)
        return found

    def credit(
        self,
        run: str,
        succeeded: bool,
        *,
        family: str,
        chain: Chain | None = None,
        recur: bool | None = None,
    ) -> list[str]:
        """Tell how a run ended; the chains it was shown rise or fall by it, once.

        A chain whose reuse keeps failing, unexpectedly for its family, is retired: it is kept,
        but recalled no more until it is verified anew.

        Args:
            run: The name that was given to `recall`.
            succeeded: Whether the run ended verified.
            family: Kind of task.
            chain: The run's own verified chain. Where tasks that are alike are solved alike, what
                the run was shown is judged by how far it agrees with that.
            recur: Whether they are; None, the default, goes by how far former runs agreed.

        Returns:
            The ids of the chains that are retired now.
        """
        agreement = None
        if chain is not None and not refusal(chain):
            records = self.truth.fetch(self._credit.shown(run)).values()
            shown = [m for record in records if (m := unpack(record, self.truth.key)) is not None]
            agreement = {memory.id: agreement_of(memory.chain, chain) for memory in shown}
        family = clean(family, "family")
        retired = self._credit.settle(run, succeeded, family, "chain", agreement, recur)
        for key in retired:
            log.warning("Memory %s is retired: runs that used it keep failing.", key)
        return retired

    def reverify(self, record_id: str, judge: Callable[[Step, Chain], Sequence[Verdict]]) -> str:
        """Judge a chain in quarantine or retirement anew; it becomes active if it passes.

        Args:
            record_id: Its id.
            judge: From a step, without its former verdicts, and the chain before it, to verdicts.

        Returns:
            Why it stays where it is; the empty string if it is active now.

        Raises:
            InputError: If there is no such chain.
        """
        memory = self.get(record_id)
        judged = Chain(question=memory.chain.question)
        for step in memory.chain.steps:
            bare = step.model_copy(update={"verdicts": ()})
            verdicts = tuple(judge(bare, judged))
            judged = judged.grown(bare.model_copy(update={"verdicts": verdicts}))
        reason = refusal(judged)
        if not reason:
            self.remember(
                memory.text,
                judged,
                family=memory.family,
                summary={**memory.summary, "status": "verified"},
                signature=memory.signature,
                cost=memory.cost,
            )
        return reason

    async def aremember(
        self,
        task: Task | str,
        chain: Chain,
        *,
        family: str,
        summary: Mapping[str, Any],
        **told: Any,
    ) -> str | None:
        """Remember without blocking the event loop."""
        return await asyncio.to_thread(
            self.remember, task, chain, family=family, summary=summary, **told
        )

    async def arecall(
        self,
        text: Task | str,
        *,
        family: str,
        k: int = 3,
        min_score: float = -1.0,
        run: str | None = None,
    ) -> list[Memory]:
        """Recall without blocking the event loop."""
        return await asyncio.to_thread(
            self.recall, text, family=family, k=k, min_score=min_score, run=run
        )

    async def acredit(
        self,
        run: str,
        succeeded: bool,
        *,
        family: str,
        chain: Chain | None = None,
        recur: bool | None = None,
    ) -> list[str]:
        """Credit without blocking the event loop."""
        return await asyncio.to_thread(
            self.credit, run, succeeded, family=family, chain=chain, recur=recur
        )

    def get(self, record_id: str) -> Memory:
        """Return one chain, whatever its state.

        Raises:
            InputError: If there is none of that id that can be read.
        """
        from autoglm_agent.memory.browsing import look_up

        return look_up(self.truth, record_id)

    def forget(self, record_id: str) -> bool:
        """Delete a record for good; return whether it was there. The index follows."""
        return self.truth.remove(record_id)

    def count(self) -> int:
        """Return the number of chains of all families, whatever their state."""
        return self.truth.count()

    def as_retriever(self, *, family: str, k: int = 3) -> ChainRetriever:
        """Return the memory of one family as a LangChain retriever."""
        from autoglm_agent.memory.retriever import ChainRetriever

        return ChainRetriever(memory=self, family=family, k=k)

    def as_example_selector(
        self, *, family: str, k: int = 3, input_key: str = "input"
    ) -> ChainExampleSelector:
        """Return the memory of one family as a LangChain example selector."""
        from autoglm_agent.memory.examples import ChainExampleSelector

        return ChainExampleSelector(self, family=family, k=k, input_key=input_key)

    @classmethod
    def repair(cls, path: str | os.PathLike[str]) -> Repair:
        """Move a damaged memory aside and start anew with the records that can be read.

        A sound memory is left as it is. Close the memory in every process before.
        """
        from autoglm_agent.memory.repair import repair

        return repair(Path(path).absolute())

    @classmethod
    def migrate(
        cls, path: str | os.PathLike[str], embeddings: Embeddings | str | None = None
    ) -> int:
        """Embed a memory anew, by another embedder; return the number of records embedded.

        The former vectors serve until all the new ones are there.

        Raises:
            StoreError: If the embedder fails; the memory is as it was then.
        """
        from autoglm_agent.memory.migrate import migrate

        return migrate(Truth(Path(path).absolute()), embedder(embeddings))

    def settle(self) -> None:
        """Wait until the index has caught up with what was remembered."""
        self.search.index.settle()

    def close(self) -> None:
        """Release the index's files; the memory opens them again when it needs them."""
        self.search.index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note_use(self, run: str, found: Sequence[Memory]) -> None:
        try:
            self._credit.used(run, {memory.id: memory.score for memory in found})
        except StoreError as error:  # the run is worth more than its bookkeeping
            log.warning("The use of the recalled chains is not noted: %s", error)
