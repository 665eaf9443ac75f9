"""The index of the memory: Chroma, one collection per family, rebuilt whenever it is off.

Chroma is fast and forgetful: a lost vector file goes unnoticed, and a reader never sees what
another process wrote. So nothing is trusted here. On opening, the numbers are compared with the
truth and up to twenty vectors must find themselves. Afterwards the collection follows the
truth's numbered changes, in the background and by its own writes, also for what another process
has written already, because a collection catches up by its own writes only. Until it has, the
caller searches the rest itself: `nearest` says up to which change the collection reflects the
truth. One process writes at a time.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from autoglm_agent.errors import AutoGLMError, StoreError
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.connect import Server, Tenancy, embedded
from autoglm_agent.memory.space import Space
from autoglm_agent.memory.truth import Shelf, Vector
from autoglm_agent.memory.vectors import Source

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

FOLDER = "index"
WRITER_S = 10.0
"""Seconds to wait for another writer before a recall does without the index."""
RETRY_S = 30.0
"""Seconds after which a server that failed is asked again."""
LINGER_S = 0.3
"""Seconds for which writes are gathered before the index follows them."""
BATCH = 1000
PROBES = 20
PROBE_SHARE = 0.95
"""Share of the probes that must find themselves; HNSW is approximate."""
SELF_DISTANCE = 1e-3
_MENDABLE = ("NotFoundError", "InvalidArgumentError", "InvalidDimensionException", "InternalError")
"""Errors of a server after which its collection is made anew."""


class IndexOff(Exception):
    """The index cannot serve; the caller searches the truth itself."""


class Found(NamedTuple):
    """What the collection knows of a query."""

    ids: list[str]
    """Nearest first; some may be active no more."""
    change: int
    """The last change of the truth that it was certain to reflect."""


@dataclass
class _Opened:
    collection: Collection
    change: int
    """The last change of the truth that the collection reflects, as this process sees it."""


class ChromaIndex:
    """The collections over one memory.

    Args:
        source: What the index follows; its folder holds the index's.
        server: A Chroma server instead of files of our own.
    """

    def __init__(self, source: Source, server: Server | None = None) -> None:
        self._source = source
        self._server = server
        self._folder = source.folder / FOLDER
        self._client: ClientAPI | None = None
        self._tenancy: Tenancy | None = None
        self._opened: dict[Space, _Opened] = {}
        self._off = ""
        self._off_until = 0.0
        self._renew()

    def _renew(self) -> None:
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._waiting: set[Space] = set()
        self._worker: threading.Thread | None = None
        self._hurry = threading.Event()

    def follow(self, space: Space) -> None:
        """Bring the collection up to the truth.

        Raises:
            IndexOff: If that is impossible now; the reason has been logged.
        """
        self._guarded(space, None, 0)

    def follow_soon(self, space: Space) -> None:
        """Bring the collection up to the truth in the background."""
        if self._pid != os.getpid():
            return
        with self._lock:
            self._waiting.add(space)
            if self._worker is None:
                # No daemon: a process that ends waits for what Chroma is writing.
                self._hurry.clear()
                self._worker = threading.Thread(target=self._work, name="memory-index")
                self._worker.start()

    def settle(self) -> None:
        """Wait until nothing is left to be followed."""
        worker = self._worker
        if worker is not None and self._pid == os.getpid():
            self._hurry.set()
            worker.join()

    def nearest(self, space: Space, query: np.ndarray, n: int, shelf: Shelf | None = None) -> Found:
        """Return the ids of about the `n` records nearest to `query`, nearest first.

        Args:
            space: Where to look.
            query: A vector of unit length.
            n: Number of ids.
            shelf: How the space stands, if that is known already.

        Raises:
            IndexOff: If the index cannot serve now; the reason has been logged.
        """
        return self._guarded(space, query, n, shelf)

    def discard(self) -> None:
        """Throw the collections of this memory away; they are made anew when they are needed.

        Raises:
            StoreError: If another process uses them.
        """
        self.close()
        with self._lock, self._writing():
            if self._server is None:
                self._tenancy = self._tenancy or Tenancy(self._folder)
                if not self._tenancy.set_aside(self._folder):
                    raise StoreError(
                        f"Another process uses the index {self._folder}.", "End it, then try again."
                    )
                return
            client = self._connect()
            for collection in client.list_collections():
                if dict(collection.metadata or {}).get("store") == self._source.store:
                    client.delete_collection(collection.name)

    def close(self) -> None:
        """Wait for the background and release Chroma's files."""
        self.settle()
        with self._lock:
            self._opened.clear()
            client, self._client = self._client, None
            if client is not None and self._pid == os.getpid():
                client.close()  # type: ignore[attr-defined]  # of the concrete client
            if self._tenancy is not None:
                self._tenancy.end()
                self._tenancy = None

    def _work(self) -> None:
        while True:
            waited = 0.0  # many writes in a row cost Chroma one
            while waited < LINGER_S and not _ending() and not self._hurry.wait(LINGER_S / 6):
                waited += LINGER_S / 6
            with self._lock:
                if not self._waiting or _ending():
                    self._worker = None
                    return
                space = self._waiting.pop()
            try:
                self.follow(space)
            except IndexOff as reason:
                log.info("Not indexed yet: %s.", reason)
            except AutoGLMError as error:
                log.warning("Not indexed: %s", error)

    def _guarded(
        self, space: Space, query: np.ndarray | None, n: int, shelf: Shelf | None = None
    ) -> Found:
        self._mind_forks()
        if self._off and time.monotonic() < self._off_until:
            raise IndexOff(self._off)
        try:
            return self._attempt(space, query, n, shelf)
        except AutoGLMError:
            raise  # the truth itself failed, which is not for the index to hide
        except TimeoutError as error:  # the next call may be luckier
            raise IndexOff(_words(error)) from error
        except BaseException as error:
            # Chroma raises its own errors, plain ones, and panics of its Rust core, which
            # are no `Exception`; whatever it is, a memory without index still recalls.
            if not (isinstance(error, Exception) or "Panic" in type(error).__name__):
                raise
            if _ending():
                raise IndexOff("the process ends; the next one catches up") from error
            self._turn_off(error)
            raise IndexOff(self._off) from error

    def _mind_forks(self) -> None:
        """Refuse to use Chroma in a child that inherited it: it would hang there."""
        if self._pid == os.getpid():
            return
        if "chromadb" in sys.modules:
            raise IndexOff("the process was forked after Chroma had been loaded")
        self._renew()

    def _attempt(
        self, space: Space, query: np.ndarray | None, n: int, shelf: Shelf | None
    ) -> Found:
        try:
            return self._serve(space, query, n, shelf)
        except (AutoGLMError, TimeoutError, ImportError):
            raise
        except Exception as error:
            if _ending():
                raise
            if self._server is not None and type(error).__name__ not in _MENDABLE:
                raise  # a network that fails is no reason to delete a collection
            log.warning("The memory's index failed (%s) and is rebuilt.", _words(error))
        with self._lock, self._writing():
            self._opened.pop(space, None)
            client = self._connect()
            if _exists(client, space.name(self._source.store)):
                client.delete_collection(space.name(self._source.store))
        return self._serve(space, query, n, shelf)

    def _serve(self, space: Space, query: np.ndarray | None, n: int, shelf: Shelf | None) -> Found:
        with self._lock:
            opened = self._opened.get(space)
            if opened is None:
                with self._writing():
                    opened = self._opened[space] = self._open(space)
        if query is None:
            with self._writing():
                self._catch_up(opened, space)
            return Found([], opened.change)
        change = opened.change  # before the query: what comes meanwhile may or may not be in it
        shelf = shelf or self._source.shelf(space)
        if change < shelf.last:
            self.follow_soon(space)
        if n < 1 or not shelf.size:
            return Found([], change)
        found = opened.collection.query(
            query_embeddings=_rows([query]), n_results=min(n, shelf.size), include=["distances"]
        )
        return Found(list(found["ids"][0]), change)

    def _catch_up(self, opened: _Opened, space: Space) -> None:
        changes = self._source.changes(space, opened.change)
        if not changes:
            return
        _apply(opened.collection, changes)
        opened.change = changes[-1].change
        _note(opened.collection, space.metadata(self._source.store), opened.change)

    def _writing(self) -> AbstractContextManager[int]:
        return file_lock(self._source.folder / "index.lock", WRITER_S)

    def _open(self, space: Space) -> _Opened:
        client, name = self._connect(), space.name(self._source.store)
        metadata = space.metadata(self._source.store)
        if _exists(client, name):
            collection = client.get_collection(name, embedding_function=None)
            change = _trusted(collection, metadata)
            if change is not None:
                opened = _Opened(collection, change)
                self._catch_up(opened, space)
                if self._agrees(collection, space):
                    return opened
            size = self._source.shelf(space).size
            log.warning("The memory's index was off and is rebuilt: %d chains.", size)
            client.delete_collection(name)
        self._drop_former(client, space)
        collection = client.create_collection(
            name,
            embedding_function=None,
            metadata={**metadata, "change": 0},
            configuration={"hnsw": {"space": "cosine"}},
        )
        opened = _Opened(collection, 0)
        self._catch_up(opened, space)
        return opened

    def _drop_former(self, client: ClientAPI, space: Space) -> None:
        """Delete what another embedder left of the same family."""
        wanted = {"store": self._source.store, "kind": space.kind, "family": space.family}
        for other in client.list_collections():
            if wanted.items() <= dict(other.metadata or {}).items():
                client.delete_collection(other.name)

    def _agrees(self, collection: Collection, space: Space) -> bool:
        """Whether a collection that follows the truth also holds what it ought to."""
        shelf = self._source.shelf(space)
        if collection.count() != shelf.size - shelf.unembedded:
            _reconcile(collection, self._source.vectors(space))
        return _finds_itself(collection, self._source.probes(space, PROBES))

    def _connect(self) -> ClientAPI:
        if self._client is None and self._server is not None:
            self._client = self._server.connect()
        if self._client is None:
            if self._tenancy is None:
                self._tenancy = Tenancy(self._folder)
            self._client = embedded(self._folder, self._tenancy)
        return self._client

    def _turn_off(self, error: BaseException) -> None:
        self._off, self._off_until = _words(error), float("inf")
        if isinstance(error, ImportError):
            hint = "Install chromadb (pip install chromadb) to have the index back."
        elif self._server is not None:
            hint = "The server is asked again later."
            self._off_until = time.monotonic() + RETRY_S
            with self._lock:
                self._client, self._opened = None, {}
        else:
            hint = "The next process looks at the index anew."
            if self._tenancy is not None:
                self._tenancy.set_aside(self._folder)
        log.warning("The memory goes on without its index (%s). %s", self._off, hint)


def _ending() -> bool:
    """Whether the interpreter shuts down: Chroma can start no work then."""
    return not threading.main_thread().is_alive()


def _exists(client: ClientAPI, name: str) -> bool:
    return any(c.name == name for c in client.list_collections())


def _trusted(collection: Collection, metadata: dict[str, str | int]) -> int | None:
    """Return the change that a collection of ours reflects; None if it is not ours."""
    told = dict(collection.metadata or {})
    change = told.pop("change", None)
    # Not `configuration`, which would build the embedder that the stored settings name.
    metric = (collection.configuration_json.get("hnsw") or {}).get("space")
    ours = metric == "cosine" and told == metadata and type(change) is int
    return change if ours and isinstance(change, int) else None


def _note(collection: Collection, metadata: dict[str, str | int], change: int) -> None:
    collection.modify(metadata={**metadata, "change": change})


def _apply(collection: Collection, changes: Sequence[Vector]) -> None:
    """Write what came and delete what went."""
    for start in range(0, len(changes), BATCH):
        part = changes[start : start + BATCH]
        gone = [v.id for v in part if v.values is None]
        came = {v.id: v.values for v in part if v.values is not None}
        if gone:
            collection.delete(ids=gone)
        if came:
            collection.upsert(ids=list(came), embeddings=_rows(list(came.values())))


def _reconcile(collection: Collection, vectors: Sequence[Vector]) -> None:
    """Delete what the truth does not have; write what is missing."""
    known = set(collection.get(include=[])["ids"])
    extra = sorted(known.difference(v.id for v in vectors))
    _apply(collection, [Vector(0, key, None) for key in extra])
    _apply(collection, [v for v in vectors if v.id not in known])


def _finds_itself(collection: Collection, probes: Sequence[np.ndarray]) -> bool:
    """Whether vectors of the truth are found at distance zero; counts alone would not tell."""
    usable = [values for values in probes if values.any()]
    if not usable:
        return True
    found = collection.query(query_embeddings=_rows(usable), n_results=1, include=["distances"])
    hits = [bool(d) and d[0] < SELF_DISTANCE for d in found["distances"] or []]
    return sum(hits) >= PROBE_SHARE * len(usable)


def _rows(vectors: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(vectors, dtype=np.float32)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"
