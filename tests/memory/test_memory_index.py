"""The index may vanish, lie or fail: what is recalled stays the same."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from autoglm_agent.errors import StoreError
from autoglm_agent.memory import index as index_module
from autoglm_agent.memory.embedding import HashingEmbeddings
from autoglm_agent.memory.index import ChromaIndex
from autoglm_agent.memory.space import Space
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.memory.truth import Shelf, Vector

N = 12


def fill(folder: Path, make_chain, embeddings: Embeddings | None = None) -> None:
    with ChainMemory(folder, embeddings) as memory:
        for number in range(N):
            memory.remember(f"task number {number}", make_chain(number), family="a", summary={})


def assert_complete(folder: Path, embeddings: Embeddings | None = None, size: int = N) -> None:
    """Every chain is found, each first for its own text, and by the index alone."""
    with ChainMemory(folder, embeddings) as memory:
        for number in (0, 7, N - 1):
            text = f"task number {number}"
            assert memory.recall(text, family="a", k=1)[0].text == text
        assert len(memory.recall("task", family="a", k=99)) == size
        query = np.asarray(memory.search.embeddings.embed_query("task"), dtype=np.float32)
        space = Space("a", memory.search.embedder, len(query))
        assert len(memory.search.index.nearest(space, query, 999).ids) == size


def test_an_index_that_was_deleted_comes_back(folder, make_chain):
    fill(folder, make_chain)
    shutil.rmtree(folder / "index")
    assert_complete(folder)


@pytest.mark.parametrize("damage", [b"", b"garbage" * 100])
def test_a_damaged_index_database_is_made_anew(folder, make_chain, damage):
    fill(folder, make_chain)
    (folder / "index" / "chroma.sqlite3").write_bytes(damage)
    assert_complete(folder)


def test_vectors_that_do_not_find_themselves_are_rebuilt(folder, make_chain, caplog):
    fill(folder, make_chain)
    with ChainMemory(folder) as memory:
        memory.recall("task", family="a")
        (opened,) = memory.search.index._opened.values()
        wrong = np.roll(np.eye(N, 384, dtype=np.float32), 1, axis=0)
        ids = opened.collection.get(include=[])["ids"]
        opened.collection.upsert(ids=ids, embeddings=wrong)
    with caplog.at_level(logging.WARNING):
        assert_complete(folder)
    assert "rebuilt: 12 chains" in caplog.text


class Fixed:
    """A source of many vectors, without the time it takes to store as many chains."""

    store = "fixed"

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir()
        self.folder = folder
        values = np.random.default_rng(0).normal(size=(count, 16)).astype(np.float32)
        values /= np.linalg.norm(values, axis=1, keepdims=True)
        self._vectors = [Vector(i + 1, f"v{i}", row) for i, row in enumerate(values)]

    def shelf(self, space: Space) -> Shelf:
        return Shelf(len(self._vectors), len(self._vectors))

    def vectors(self, space: Space) -> list[Vector]:
        return self._vectors

    def changes(self, space: Space, after: int) -> list[Vector]:
        return self._vectors[after:]

    def probes(self, space: Space, count: int) -> list[np.ndarray]:
        return [v.values for v in self._vectors[:: len(self._vectors) // count]]


def test_lost_vector_files_are_noticed(folder, caplog):
    # Chroma writes vector files after 1,000 vectors; without them it still counts them all.
    truth, space = Fixed(folder, 1100), Space("a", "fixed", 16)
    index = ChromaIndex(truth)
    index.follow(space)
    index.close()
    segments = [path for path in (folder / "index").iterdir() if path.is_dir()]
    assert segments
    for path in segments:
        shutil.rmtree(path)
    index = ChromaIndex(truth)
    for vector in truth.vectors(space)[::111]:
        assert index.nearest(space, vector.values, 1).ids == [vector.id]
    assert "rebuilt: 1100 chains" in caplog.text
    index.close()


def test_foreign_vectors_are_removed(folder, make_chain):
    fill(folder, make_chain)
    with ChainMemory(folder) as memory:
        memory.recall("task", family="a")
        (opened,) = memory.search.index._opened.values()
        opened.collection.delete(ids=opened.collection.get(include=[])["ids"][:3])
        opened.collection.upsert(ids=["foreign"], embeddings=np.ones((1, 384), np.float32))
    assert_complete(folder)


def test_a_collection_of_another_metric_is_not_trusted(folder, make_chain):
    fill(folder, make_chain)
    with ChainMemory(folder) as memory:
        memory.recall("task", family="a")
        index = memory.search.index
        (space,) = index._opened
        name = space.name(memory.truth.meta()["store"])
        index._client.delete_collection(name)
        index._client.create_collection(name, embedding_function=None)
    with ChainMemory(folder) as memory:
        memory.recall("task", family="a")
        (opened,) = memory.search.index._opened.values()
        assert opened.collection.configuration_json["hnsw"]["space"] == "cosine"
    assert_complete(folder)


def test_a_collection_deleted_while_open_is_made_anew(folder, make_chain):
    fill(folder, make_chain)
    with ChainMemory(folder) as memory:
        memory.recall("task", family="a")
        (space,) = memory.search.index._opened
        name = space.name(memory.truth.meta()["store"])
        memory.search.index._client.delete_collection(name)
        assert len(memory.recall("task", family="a", k=99)) == N
        assert not memory.search.index._off
    assert_complete(folder)


def test_what_another_process_wrote_is_found_by_an_open_memory(memory, make_chain, start):
    memory.remember("task number 0", make_chain(0), family="a", summary={})
    memory.recall("task", family="a")
    other = start(
        "for n in range(1, 6): memory.remember(f'other {n}', chain(n), family='a', summary={})"
    )
    assert other.wait(60) == 0, other.stderr.read()
    query = np.asarray(HashingEmbeddings().embed_query("other 4"), np.float32)
    memory.recall("other 4", family="a", k=1)  # notices what is missing and has it followed
    memory.settle()
    found = memory.search.index.nearest(Space("a", "hashing-1-384", 384), query, 1).ids
    assert found == [memory.recall("other 4", family="a", k=1)[0].id]


class Counting(Embeddings):
    """Another embedder, which counts the documents it embeds."""

    def __init__(self, dimension: int = 64) -> None:
        self.model = f"counting-{dimension}"
        self.inner = HashingEmbeddings(dimension)
        self.documents = 0

    def embed_documents(self, texts):
        self.documents += len(texts)
        return self.inner.embed_documents(texts)

    def embed_query(self, text):
        return self.inner.embed_query(text)


def test_another_embedder_is_refused_until_the_memory_is_migrated(folder, make_chain):
    fill(folder, make_chain)
    other = Counting()
    with pytest.raises(StoreError, match=r"embedded by hashing-1-384, not by .*Counting.* migrate"):
        ChainMemory(folder, other)
    assert ChainMemory.migrate(folder, other) == other.documents == N
    assert_complete(folder, other)
    assert other.documents == N
    with pytest.raises(StoreError, match="not by hashing-1-384"):
        ChainMemory(folder)
    ChainMemory.migrate(folder)
    assert_complete(folder)


def test_an_embedder_of_another_length_under_the_same_name_is_refused(folder, make_chain):
    first, second = Counting(64), Counting(32)
    second.model = first.model
    fill(folder, make_chain, first)
    with ChainMemory(folder, second) as memory:
        with pytest.raises(StoreError, match=r"with 64 numbers a vector, not by .* with 32"):
            memory.recall("task", family="a")
        with pytest.raises(StoreError, match="cannot be compared"):
            memory.remember("one more", make_chain(99), family="a", summary={})
    ChainMemory.migrate(folder, second)
    assert_complete(folder, second)


def test_an_open_memory_notices_that_another_process_migrated_it(memory, make_chain, folder):
    memory.remember("task number 0", make_chain(0), family="a", summary={})
    ChainMemory.migrate(folder, Counting())
    with pytest.raises(StoreError, match="cannot be compared"):
        memory.recall("task", family="a")
    with pytest.raises(StoreError, match="cannot be compared"):
        memory.remember("task number 1", make_chain(1), family="a", summary={})


def test_a_migration_that_fails_leaves_the_memory_as_it_was(folder, make_chain):
    fill(folder, make_chain)
    with pytest.raises(StoreError, match="as it was"):
        ChainMemory.migrate(folder, Broken())
    assert_complete(folder)


def test_vectors_are_scaled_to_unit_length(folder, make_chain):
    class Long(Counting):
        def embed_documents(self, texts):
            return [[50 * x for x in v] for v in super().embed_documents(texts)]

    fill(folder, make_chain, Long())
    with ChainMemory(folder, Long()) as memory:
        found = memory.recall("task number 3", family="a", k=1)[0]
    assert found.score == pytest.approx(1.0)


class Broken(Counting):
    def embed_query(self, text):
        raise ConnectionError("no network")

    def embed_documents(self, texts):
        return [[float("nan")] * 8 for _ in texts]


def test_a_broken_embedder_costs_the_recall_not_the_run(folder, make_chain, caplog):
    with ChainMemory(folder, Broken()) as memory:
        assert memory.remember("task number 0", make_chain(), family="a", summary={})
        assert "stored but not indexed" in caplog.text
        assert memory.recall("task", family="a") == []
        assert "no network" in caplog.text
    with ChainMemory(folder) as memory:
        assert len(memory.recall("task", family="a")) == 1


def test_without_chromadb_the_memory_still_recalls(memory, make_chain, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "chromadb", None)
    for number in range(5):
        memory.remember(f"task number {number}", make_chain(number), family="a", summary={})
    assert memory.recall("task number 3", family="a", k=2)[0].text == "task number 3"
    assert caplog.text.count("pip install chromadb") == 1


class Panic(BaseException):
    """Named as the exception of Chroma's Rust core, which is no `Exception`."""


Panic.__name__ = "PanicException"


def test_an_index_that_fails_once_is_rebuilt(folder, make_chain, monkeypatch, caplog):
    fill(folder, make_chain)

    def fail(*_: object) -> None:
        raise RuntimeError("hnsw")

    monkeypatch.setattr(index_module, "_finds_itself", fail)
    with ChainMemory(folder) as memory:
        assert len(memory.recall("task", family="a", k=99)) == N
        assert "(RuntimeError: hnsw) and is rebuilt" in caplog.text
        assert not memory.search.index._off


@pytest.mark.parametrize("error", [RuntimeError("hnsw"), Panic("index out of range")])
def test_an_index_that_keeps_failing_is_done_without(
    folder, make_chain, monkeypatch, caplog, error
):
    fill(folder, make_chain)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "_serve", fail)
        with ChainMemory(folder) as memory:
            assert memory.recall("task number 4", family="a", k=1)[0].text == "task number 4"
            assert memory.remember("one more", make_chain(99), family="a", summary={})
            assert caplog.text.count("goes on without its index") == 1
    assert_complete(folder, size=N + 1)


def test_ctrl_c_inside_chroma_is_not_swallowed(folder, make_chain, monkeypatch):
    fill(folder, make_chain)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index_module, "_finds_itself", interrupt)
    with ChainMemory(folder) as memory, pytest.raises(KeyboardInterrupt):
        memory.recall("task", family="a")


def test_a_busy_writer_is_not_waited_for_long(folder, make_chain, monkeypatch):
    fill(folder, make_chain)
    monkeypatch.setattr(index_module, "WRITER_S", 0.05)
    held = index_module.file_lock(folder / "index.lock")
    with ChainMemory(folder) as memory:
        with held:
            assert len(memory.recall("task", family="a", k=99)) == N
            assert not memory.search.index._opened
        memory.recall("task", family="a")
        assert memory.search.index._opened


def test_index_and_truth_give_the_same_answer(folder, make_chain, monkeypatch):
    fill(folder, make_chain)
    with ChainMemory(folder) as memory:
        queries = [f"task number {n}" for n in range(0, N, 3)] + ["数字", "number", "else"]
        indexed = [memory.recall(q, family="a", k=3) for q in queries]

        def off(*_: object) -> None:
            raise index_module.IndexOff("off")

        monkeypatch.setattr(ChromaIndex, "nearest", off)
        searched = [memory.recall(q, family="a", k=3) for q in queries]
    scores = [[m.score for m in found] for found in indexed]
    assert scores == [pytest.approx([m.score for m in found]) for found in searched]


def test_recall_on_an_empty_memory_loads_nothing_heavy(start):
    process = start(
        "assert memory.recall('churn', family='a') == []\n"
        "assert memory.count() == 0\n"
        "heavy = {'chromadb', 'pandas', 'sklearn', 'langgraph'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    assert process.wait(60) == 0, process.stderr.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_recalls_without_hanging(start):
    process = start(
        "import os, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "memory.remember('churn', chain(), family='a', summary={})\n"
        "child = os.fork()\n"
        "found = len(memory.recall('churn', family='a'))\n"
        "if child == 0: os._exit(found + 40)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 41\n"
        "assert found == 1"
    )
    try:
        assert process.wait(60) == 0, process.stderr.read()
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def test_the_index_holds_no_words(folder, make_chain):
    with ChainMemory(folder) as memory:
        memory.remember("a secret customer list", make_chain(), family="a", summary={})
    with sqlite3.connect(folder / "index" / "chroma.sqlite3") as db:
        dump = "\n".join(db.iterdump())
    db.close()
    assert "secret" not in dump
