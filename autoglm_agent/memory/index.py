"""The index of the memory: Chroma, one collection per family, rebuilt whenever it is off.

Chroma is fast and forgetful: a lost vector file goes unnoticed, and a reader never sees what
another process wrote. So nothing is trusted here. On opening, the ids are compared with the
truth and up to twenty vectors must find themselves; afterwards the collection follows the truth
by sequence number, and what another process wrote is written once more, because a collection
catches up by its own writes only. One process writes at a time.

Chroma gets ids and vectors, never text, and is never asked to embed: its default would download
a model. The folder is our own; a folder from elsewhere must not be opened, because Chroma's
format may hold pickles.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from autoglm_agent.errors import AutoGLMError
from autoglm_agent.filelock import file_lock
from autoglm_agent.memory.truth import Shelf, Truth, Vector

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

FOLDER = "index"
WRITER_S = 10.0
"""Seconds to wait for another writer before a recall does without the index."""
BATCH = 1000
PROBES = 20
PROBE_SHARE = 0.95
"""Share of the probes that must find themselves; HNSW is approximate."""
SELF_DISTANCE = 1e-3


class IndexOff(Exception):
    """The index cannot serve; the caller searches the truth itself."""


class Space(NamedTuple):
    """What a collection holds: one family as seen by one embedder."""

    family: str
    embedder: str
    dimension: int

    @property
    def name(self) -> str:
        """A name that Chroma allows, whatever the family is called."""
        return "c-" + hashlib.sha256("\0".join(map(str, self)).encode()).hexdigest()[:32]

    @property
    def metadata(self) -> dict[str, str | int]:
        """What the collection says of itself, checked whenever it is opened."""
        return {"family": self.family, "embedder": self.embedder, "dimension": self.dimension}


_UNKNOWN = Shelf(0, 0, -1)


@dataclass
class _Opened:
    collection: Collection
    shelf: Shelf = _UNKNOWN
    """The state of the truth that the collection is known to reflect."""


class ChromaIndex:
    """The collections over one memory.

    Args:
        truth: What the index follows; its folder holds the index's.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._folder = truth.folder / FOLDER
        self._client: ClientAPI | None = None
        self._opened: dict[str, _Opened] = {}
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._off = ""

    def follow(self, space: Space) -> None:
        """Bring the collection up to the truth.

        Raises:
            IndexOff: If that is impossible now; the reason has been logged.
        """
        self._guarded(space, None, 0)

    def nearest(self, space: Space, query: np.ndarray, n: int) -> list[str]:
        """Return the ids of about the `n` records nearest to `query`, nearest first.

        Raises:
            IndexOff: If the index cannot serve now; the reason has been logged.
        """
        return self._guarded(space, query, n)

    def close(self) -> None:
        """Release Chroma's files."""
        with self._lock:
            self._opened.clear()
            client, self._client = self._client, None
            if client is not None and self._pid == os.getpid():
                client.close()  # type: ignore[attr-defined]  # of the concrete client

    def _guarded(self, space: Space, query: np.ndarray | None, n: int) -> list[str]:
        self._mind_forks()
        with self._lock:
            if self._off:
                raise IndexOff(self._off)
            try:
                return self._attempt(space, query, n)
            except AutoGLMError:
                raise  # the truth itself failed, which is not for the index to hide
            except TimeoutError as error:  # the next call may be luckier
                raise IndexOff(_words(error)) from error
            except BaseException as error:
                # Chroma raises its own errors, plain ones, and panics of its Rust core, which
                # are no `Exception`; whatever it is, a memory without index still recalls.
                if not (isinstance(error, Exception) or "Panic" in type(error).__name__):
                    raise
                self._turn_off(error)
                raise IndexOff(self._off) from error

    def _mind_forks(self) -> None:
        """Refuse to use Chroma in a child that inherited it: it would hang there."""
        if self._pid == os.getpid():
            return
        if "chromadb" in sys.modules:
            raise IndexOff("the process was forked after Chroma had been loaded")
        self._pid, self._lock = os.getpid(), threading.RLock()

    def _attempt(self, space: Space, query: np.ndarray | None, n: int) -> list[str]:
        try:
            return self._serve(space, query, n)
        except (AutoGLMError, TimeoutError, ImportError):
            raise
        except Exception as error:  # noqa: BLE001 - any failure of Chroma is answered alike
            log.warning("The memory's index failed (%s) and is rebuilt.", _words(error))
        self._opened.pop(space.name, None)
        with self._writing():
            client = self._connect()
            if _exists(client, space):
                client.delete_collection(space.name)
        return self._serve(space, query, n)

    def _serve(self, space: Space, query: np.ndarray | None, n: int) -> list[str]:
        opened = self._up_to_date(space)
        n = min(n, opened.collection.count())
        if query is None or n < 1:
            return []
        found = opened.collection.query(
            query_embeddings=_rows([query]), n_results=n, include=["distances"]
        )
        return list(found["ids"][0])

    def _up_to_date(self, space: Space) -> _Opened:
        opened = self._opened.get(space.name)
        shelf = self._truth.shelf(space.family)
        if opened and opened.shelf == shelf and opened.collection.count() == shelf.size:
            return opened
        with self._writing():
            shelf = self._truth.shelf(space.family)
            if opened is None:
                opened = _Opened(self._open(space))
                self._opened[space.name] = opened
            else:
                self._catch_up(opened, shelf, space)
            if opened.collection.count() == shelf.size:
                opened.shelf = shelf
        return opened

    def _catch_up(self, opened: _Opened, shelf: Shelf, space: Space) -> None:
        last = opened.shelf.last
        if shelf.generation == opened.shelf.generation:
            _write(opened.collection, self._truth.vectors(*space, after=last))
            if opened.collection.count() == shelf.size:
                return
        _reconcile(opened.collection, self._truth.vectors(*space), last)

    def _writing(self) -> AbstractContextManager[int]:
        return file_lock(self._truth.folder / "index.lock", WRITER_S)

    def _open(self, space: Space) -> Collection:
        client = self._connect()
        vectors = self._truth.vectors(*space)
        if _exists(client, space):
            collection = client.get_collection(space.name, embedding_function=None)
            if _trusted(collection, space):
                # Writing the last one again makes the collection see what others wrote.
                _reconcile(collection, vectors, vectors[-1].seq - 1 if vectors else 0)
                if _finds_itself(collection, vectors):
                    return collection
            log.warning("The memory's index was off and is rebuilt: %d chains.", len(vectors))
            client.delete_collection(space.name)
        collection = client.create_collection(
            space.name,
            embedding_function=None,
            metadata=space.metadata,
            configuration={"hnsw": {"space": "cosine"}},
        )
        _write(collection, vectors)
        return collection

    def _connect(self) -> ClientAPI:
        if self._client is None:
            # 0.5 s of CPU: only when there is something to search or to write.
            import chromadb
            from chromadb.config import Settings

            _clear_if_damaged(self._folder)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            self._client = chromadb.PersistentClient(
                self._folder, settings=Settings(anonymized_telemetry=False)
            )
        return self._client

    def _turn_off(self, error: BaseException) -> None:
        self._off = _words(error)
        if isinstance(error, ImportError):
            hint = "Install chromadb (pip install chromadb) to have the index back."
        else:
            hint = "The next process makes the index anew."
            shutil.rmtree(self._folder, ignore_errors=True)
        log.warning("The memory goes on without its index (%s). %s", self._off, hint)


def _exists(client: ClientAPI, space: Space) -> bool:
    return any(c.name == space.name for c in client.list_collections())


def _trusted(collection: Collection, space: Space) -> bool:
    metadata = dict(collection.metadata or {})
    # Not `configuration`, which would build the embedder that the stored settings name.
    metric = (collection.configuration_json.get("hnsw") or {}).get("space")
    return metric == "cosine" and metadata == space.metadata


def _reconcile(collection: Collection, vectors: Sequence[Vector], seen: int) -> None:
    """Delete what the truth does not have; write what is missing or newer than `seen`."""
    known = set(collection.get(include=[])["ids"])
    extra = list(known.difference(v.id for v in vectors))
    for start in range(0, len(extra), BATCH):
        collection.delete(ids=extra[start : start + BATCH])
    _write(collection, [v for v in vectors if v.id not in known or v.seq > seen])


def _write(collection: Collection, vectors: Sequence[Vector]) -> None:
    for start in range(0, len(vectors), BATCH):
        part = vectors[start : start + BATCH]
        collection.upsert(ids=[v.id for v in part], embeddings=_rows([v.values for v in part]))


def _finds_itself(collection: Collection, vectors: Sequence[Vector]) -> bool:
    """Whether vectors of the truth are found at distance zero; counts alone would not tell."""
    usable = [v.values for v in vectors if v.values.any()]
    if not usable:
        return True
    places = np.linspace(0, len(usable) - 1, min(PROBES, len(usable))).astype(int)
    found = collection.query(
        query_embeddings=_rows([usable[i] for i in places]), n_results=1, include=["distances"]
    )
    hits = [bool(d) and d[0] < SELF_DISTANCE for d in found["distances"] or []]
    return sum(hits) >= PROBE_SHARE * len(places)


def _rows(vectors: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(vectors, dtype=np.float32)


def _clear_if_damaged(folder: Path) -> None:
    """Remove an index that Chroma could not open: its failure would spoil the whole process."""
    path = folder / "chroma.sqlite3"
    if not path.exists():
        # Vector files without their database belong to nothing.
        shutil.rmtree(folder, ignore_errors=True)
        return
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WRITER_S)
        try:
            db.execute("SELECT count(*) FROM collections").fetchone()
        finally:
            db.close()
    except sqlite3.Error as error:
        log.warning("The memory's index is damaged (%s) and is rebuilt.", error)
        shutil.rmtree(folder, ignore_errors=True)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"
