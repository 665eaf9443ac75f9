"""`ChromaStore`: LangGraph's long-term memory on Chroma, in a folder of one's own.

    store = ChromaStore("memories", index={"dims": 384, "embed": HashingEmbeddings()})
    graph = builder.compile(store=store)

A SQLite table holds the items as JSON, Chroma the vectors: nothing is pickled, a lost index is
made anew, several processes may share the folder. It behaves as LangGraph's `InMemoryStore`
does, and keeps `created_at` of an item that is put again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langgraph.store.base import (
    BaseStore,
    GetOp,
    IndexConfig,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
    ensure_embeddings,
    get_text_at_path,
    tokenize_path,
)

from autoglm_agent.errors import InputError
from autoglm_agent.memory.connect import Server
from autoglm_agent.memory.documents import Document, Documents
from autoglm_agent.memory.embedders import embedder_name, units


class ChromaStore(BaseStore):
    """A LangGraph store that survives the process and searches by meaning.

    Args:
        folder: Where it lies; made if absent, readable by its owner only.
        index: As for every LangGraph store: `dims`, `embed` (LangChain `Embeddings` or a
            function) and `fields`. Without it items are not searched by meaning. What was put
            under another embedder is found by name, not by meaning, until it is put again.
        server: Address of a Chroma server for the vectors instead of files in the folder; what
            is to be known of one stands in `autoglm_agent.memory.connect`.

    Raises:
        StoreError: If the store is damaged or cannot be written.

    Examples:
        >>> store = ChromaStore("memories")  # doctest: +SKIP
        >>> store.put(("users", "ada"), "likes", {"drink": "tea"})  # doctest: +SKIP
        >>> store.get(("users", "ada"), "likes").value  # doctest: +SKIP
        {'drink': 'tea'}
    """

    __slots__ = ("_documents", "_fields", "embeddings", "index_config")

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        index: IndexConfig | None = None,
        server: str | None = None,
    ) -> None:
        self.index_config = index
        self.embeddings = ensure_embeddings(index["embed"]) if index else None
        fields = (index.get("fields") if index else None) or ["$"]
        self._fields = [(path, _tokens(path)) for path in fields]
        self._documents = Documents(
            Path(folder).absolute(),
            embedder_name(self.embeddings) if self.embeddings else "",
            int(index["dims"]) if index else 0,
            Server(server) if server else None,
        )

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Execute operations; reads see what was there before the writes of the same batch."""
        known = list(ops)
        queries = sorted({op.query for op in known if isinstance(op, SearchOp) and op.query})
        texts = self._texts(known)
        embedded: dict[str, np.ndarray] = {}
        asked: dict[str, np.ndarray] = {}
        if self.embeddings is not None:
            asked = {q: self._vector(self.embeddings.embed_query(q)) for q in queries}
            if texts:
                embedded = self._vectors(texts, self.embeddings.embed_documents(texts))
        return self._execute(known, asked, embedded)

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Execute operations without blocking the event loop."""
        known = list(ops)
        queries = sorted({op.query for op in known if isinstance(op, SearchOp) and op.query})
        texts = self._texts(known)
        embedded: dict[str, np.ndarray] = {}
        asked: dict[str, np.ndarray] = {}
        if self.embeddings is not None:
            rows = await asyncio.gather(*(self.embeddings.aembed_query(q) for q in queries))
            asked = {q: self._vector(row) for q, row in zip(queries, rows, strict=True)}
            if texts:
                embedded = self._vectors(texts, await self.embeddings.aembed_documents(texts))
        return await asyncio.to_thread(self._execute, known, asked, embedded)

    def close(self) -> None:
        """Release the index's files; the store opens them again when it needs them."""
        self._documents.close()

    def _execute(
        self, ops: Sequence[Op], asked: dict[str, np.ndarray], embedded: dict[str, np.ndarray]
    ) -> list[Result]:
        results: list[Result] = []
        puts: dict[tuple[tuple[str, ...], str], PutOp] = {}
        for op in ops:
            result: Result = None
            if isinstance(op, GetOp):
                found = self._documents.get(op.namespace, op.key)
                result = None if found is None else _item(found)
            elif isinstance(op, SearchOp):
                result = self._search(op, asked.get(op.query or ""))
            elif isinstance(op, ListNamespacesOp):
                result = self._list(op)
            elif isinstance(op, PutOp):
                puts[op.namespace, op.key] = op
            else:
                raise InputError(f"There is no operation {type(op).__name__}.", "Use LangGraph's.")
            results.append(result)
        for op in puts.values():
            paths = self._paths(op)
            vectors = {path: embedded[text] for path, text in paths.items() if text in embedded}
            value = None if op.value is None else dict(op.value)
            self._documents.put(op.namespace, op.key, value, vectors)
        return results

    def _search(self, op: SearchOp, query: np.ndarray | None) -> list[SearchItem]:
        end = op.offset + op.limit
        if query is not None and not op.filter:
            nearest = self._documents.nearest(op.namespace_prefix, query, end)
            if len(nearest) >= end:
                return [_found(d, score) for d, score in nearest[op.offset : end]]
        under = self._documents.under(op.namespace_prefix)
        fit = [d for d in under if _passes(d.value, op.filter)]
        if query is None:
            return [_found(d, None) for d in fit[op.offset : end]]
        scores = self._documents.scores(op.namespace_prefix, query)
        ranked = [d for d in fit if d.seq in scores]
        ranked.sort(key=lambda d: scores[d.seq], reverse=True)
        found = [_found(d, scores[d.seq]) for d in ranked[op.offset : end]]
        # As in LangGraph's other stores, what has no vector fills the rest.
        rest = [d for d in fit if d.seq not in scores]
        return found + [_found(d, None) for d in rest[: op.limit - len(found)]]

    def _list(self, op: ListNamespacesOp) -> list[tuple[str, ...]]:
        conditions = op.match_conditions or ()
        found = {
            namespace[: op.max_depth] if op.max_depth is not None else namespace
            for namespace in self._documents.namespaces()
            if all(_matches(condition, namespace) for condition in conditions)
        }
        return sorted(found)[op.offset : op.offset + op.limit]

    def _texts(self, ops: Sequence[Op]) -> list[str]:
        """Return the texts that the writes of a batch have to be embedded by."""
        if self.embeddings is None:
            return []
        puts = [op for op in ops if isinstance(op, PutOp)]
        return sorted({text for op in puts for text in self._paths(op).values()})

    def _paths(self, op: PutOp) -> dict[str, str]:
        """Return the texts of one write by where they stand in its value."""
        if op.value is None or op.index is False or self.embeddings is None:
            return {}
        fields = self._fields if op.index is None else [(p, _tokens(p)) for p in op.index]
        paths: dict[str, str] = {}
        for path, tokens in fields:
            texts = get_text_at_path(op.value, tokens)
            for place, text in enumerate(texts):
                paths[f"{path}.{place}" if len(texts) > 1 else path] = text
        return paths

    def _vectors(self, texts: list[str], rows: list[list[float]]) -> dict[str, np.ndarray]:
        return {t: self._vector(row) for t, row in zip(texts, rows, strict=True)}

    def _vector(self, row: list[float]) -> np.ndarray:
        (vector,) = units([row])
        dims = self.index_config["dims"] if self.index_config else 0
        if len(vector) != dims:
            raise InputError(
                f"The embedder gives {len(vector)} numbers, `dims` says {dims}.", "Correct `dims`."
            )
        return vector


def _tokens(path: str) -> Any:
    return path if path == "$" else tokenize_path(path)


def _item(document: Document) -> Item:
    return Item(
        value=document.value,
        key=document.key,
        namespace=document.namespace,
        created_at=document.created,
        updated_at=document.updated,
    )


def _found(document: Document, score: float | None) -> SearchItem:
    return SearchItem(
        namespace=document.namespace,
        key=document.key,
        value=document.value,
        created_at=document.created,
        updated_at=document.updated,
        score=score,
    )


def _passes(value: dict[str, Any], conditions: dict[str, Any] | None) -> bool:
    return all(_agrees(value.get(key), wanted) for key, wanted in (conditions or {}).items())


def _agrees(value: Any, wanted: Any) -> bool:
    """Whether a value meets a condition, in the manner of LangGraph's other stores."""
    if isinstance(wanted, dict):
        if any(key.startswith("$") for key in wanted):
            return all(_compares(value, sign, other) for sign, other in wanted.items())
        return isinstance(value, dict) and all(_agrees(value.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list | tuple):
        if not isinstance(value, list | tuple) or len(value) != len(wanted):
            return False
        return all(_agrees(a, b) for a, b in zip(value, wanted, strict=True))
    return bool(value == wanted)


def _compares(value: Any, sign: str, other: Any) -> bool:
    if sign == "$eq":
        return bool(value == other)
    if sign == "$ne":
        return bool(value != other)
    order = {"$gt": 1, "$gte": 1, "$lt": -1, "$lte": -1}
    if sign not in order:
        raise ValueError(f"Unsupported operator: {sign}")
    difference = (float(value) - float(other)) * order[sign]
    return difference > 0 or (difference == 0 and sign.endswith("e"))


def _matches(condition: MatchCondition, namespace: tuple[str, ...]) -> bool:
    path = condition.path
    if len(namespace) < len(path):
        return False
    if condition.match_type == "prefix":
        part: tuple[str, ...] = namespace[: len(path)]
    elif condition.match_type == "suffix":
        part = namespace[len(namespace) - len(path) :]
    else:
        raise ValueError(f"Unsupported match type: {condition.match_type}")
    return all(wanted in ("*", label) for wanted, label in zip(path, part, strict=True))
