"""`ChromaStore` does what LangGraph's own store does, and survives what that one does not."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.store.base import GetOp, Item, PutOp, SearchItem, SearchOp
from langgraph.store.memory import InMemoryStore

from autoglm_agent.errors import AutoGLMError, StoreError
from autoglm_agent.memory import documents
from autoglm_agent.memory.embedding import HashingEmbeddings
from autoglm_graphs.store import ChromaStore

ROOT = Path(__file__).resolve().parents[2]
INDEX: Any = {"dims": 64, "embed": HashingEmbeddings(64), "fields": ["text", "tags[*]"]}
WORDS = [
    "churn", "price", "fraud", "rain", "demand", "sales", "defects", "traffic", "yield", "wear",
    "noise", "energy",
]  # fmt: skip
NAMESPACES = [("a",), ("a", "b"), ("a", "b", "c"), ("a", "bb"), ("d", "b"), ("流失", "客户")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChromaStore]:
    opened = ChromaStore(tmp_path / "store", index=INDEX)
    yield opened
    opened.close()


def value(rng: random.Random) -> dict[str, Any]:
    return {
        "text": " ".join(rng.sample(WORDS, 4)),
        "tags": rng.sample(WORDS, rng.randint(0, 2)),
        "n": rng.randint(0, 5),
        "deep": {"flag": rng.random() < 0.5, "none": None},
    }


def told(items: list[Any]) -> list[Any]:
    return [(i.namespace, i.key, i.value) for i in items]


def ordered(items: list[Any]) -> list[Any]:
    return sorted(told(items), key=lambda t: (t[0], t[1]))


def write(rng: random.Random, *stores: Any) -> None:
    namespace, key = rng.choice(NAMESPACES), f"k{rng.randint(0, 6)}"
    if rng.random() < 0.2:
        for store in stores:
            store.delete(namespace, key)
        return
    content = value(rng)
    index = rng.choice([None, None, False, ["text"], ["deep.flag", "text"]])
    for store in stores:
        if isinstance(store, InMemoryStore):
            store.delete(namespace, key)  # it would go on finding an item by its former texts
        store.put(namespace, key, content, index=index)


FILTERS: list[dict[str, Any] | None] = [
    None, {"n": 3}, {"n": {"$gt": 2}}, {"n": {"$gte": 2, "$lt": 5}}, {"n": {"$ne": 1}},
    {"deep": {"flag": True}}, {"deep": {"none": None}}, {"tags": []}, {"n": {"$lte": 0}},
    {"nothing": None}, {"n": {"$eq": 4}},
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_operations_gives_what_the_store_in_memory_gives(
    store: ChromaStore, seed: int
) -> None:
    rng, known = random.Random(seed), InMemoryStore(index=INDEX)
    for _ in range(60):
        write(rng, store, known)
    for namespace in NAMESPACES:
        for number in range(7):
            mine, theirs = (s.get(namespace, f"k{number}") for s in (store, known))
            assert (mine is None) == (theirs is None)
            assert mine is None or told([mine]) == told([theirs])
    for prefix in [(), ("a",), ("a", "b"), ("流失",), ("none",)]:
        for condition in FILTERS:
            arguments: dict[str, Any] = {"filter": condition, "limit": 100}
            plain = [ordered(s.search(prefix, **arguments)) for s in (store, known)]
            assert plain[0] == plain[1]
            near = [s.search(prefix, query="fraud price", **arguments) for s in (store, known)]
            scores = [[i.score for i in found if i.score is not None] for found in near]
            assert scores[0] == pytest.approx(scores[1], abs=1e-5)
            assert ordered(near[0]) == ordered(near[1])


@pytest.mark.parametrize("seed", range(3))
def test_pages_and_best_matches_are_the_same(store: ChromaStore, seed: int) -> None:
    rng, known = random.Random(seed), InMemoryStore(index=INDEX)
    for number in range(25):
        content = {**value(rng), "text": f"{' '.join(rng.sample(WORDS, 4))} {number}"}
        for each in (store, known):
            each.put(("a",), f"k{number}", content)
    for offset, limit in [(0, 5), (5, 5), (20, 10), (30, 5)]:
        arguments: dict[str, Any] = {"query": "rain and fraud", "offset": offset, "limit": limit}
        mine, theirs = store.search(("a",), **arguments), known.search(("a",), **arguments)
        assert [i.score for i in mine] == pytest.approx([i.score for i in theirs], abs=1e-5)
        plain = {"offset": offset, "limit": limit}
        assert told(store.search(("a",), **plain)) == told(known.search(("a",), **plain))


def test_namespaces_are_listed_alike(store: ChromaStore) -> None:
    known = InMemoryStore()
    for namespace in NAMESPACES:
        for each in (store, known):
            each.put(namespace, "k", {"n": 1})
    for arguments in [
        {}, {"prefix": ("a",)}, {"suffix": ("b",)}, {"prefix": ("*", "b")}, {"max_depth": 1},
        {"prefix": ("a",), "max_depth": 2}, {"limit": 2, "offset": 1}, {"suffix": ("*", "c")},
    ]:  # fmt: skip
        assert store.list_namespaces(**arguments) == known.list_namespaces(**arguments)


def test_reads_of_a_batch_see_what_was_there_before(store: ChromaStore) -> None:
    store.put(("a",), "k", {"n": 1})
    read, _, again = store.batch(
        [GetOp(("a",), "k"), PutOp(("a",), "k", {"n": 2}), GetOp(("a",), "k")]
    )
    assert isinstance(read, Item)
    assert isinstance(again, Item)
    assert read.value == again.value == {"n": 1}
    found = store.get(("a",), "k")
    assert found is not None
    assert found.value == {"n": 2}
    assert found.created_at < found.updated_at


async def test_async_does_the_same_and_leaves_the_loop_free(store: ChromaStore) -> None:
    await asyncio.gather(*(store.aput(("a",), f"k{n}", {"text": WORDS[n]}) for n in range(8)))
    found = await store.asearch(("a",), query=WORDS[3], limit=2)
    assert isinstance(found[0], SearchItem)
    assert found[0].key == "k3"
    assert found[0].score == pytest.approx(1.0, abs=1e-5)
    assert (await store.aget(("a",), "k1")).value == {"text": WORDS[1]}  # type: ignore[union-attr]
    await store.adelete(("a",), "k1")
    assert await store.aget(("a",), "k1") is None
    assert await store.alist_namespaces() == [("a",)]


@pytest.mark.parametrize("seed", range(2))
async def test_async_batches_give_what_the_store_in_memory_gives(
    store: ChromaStore, seed: int
) -> None:
    rng, known = random.Random(seed), InMemoryStore(index=INDEX)
    for turn in range(12):
        names = {(rng.choice(NAMESPACES), f"k{rng.randint(0, 3)}") for _ in range(4)}
        ops: list[Any] = [
            *(GetOp(*name) for name in names),
            *(
                # No text twice in a batch: the store in memory miscounts those.
                PutOp(*name, {"text": f"{turn} {name}", "n": rng.randint(0, 5)})
                if rng.random() < 0.8
                else PutOp(*name, None)
                for name in sorted(names)
            ),
            SearchOp(("a",), filter=rng.choice(FILTERS), limit=50),
        ]  # no list of namespaces: the store in memory also lists those that were only read
        mine, theirs = [await s.abatch(list(ops)) for s in (store, known)]
        for a, b in zip(mine, theirs, strict=True):
            if isinstance(a, Item):
                assert told([a]) == told([b])
            elif a and isinstance(a, list) and isinstance(a[0], SearchItem):
                assert ordered(a) == ordered(b)  # type: ignore[arg-type]
            else:
                assert a == b


async def test_a_time_to_live_is_refused_rather_than_ignored(store: ChromaStore) -> None:
    with pytest.raises(NotImplementedError, match="TTL"):
        store.put(("a",), "k", {"n": 1}, ttl=5)
    with pytest.raises(NotImplementedError, match="TTL"):
        await store.aput(("a",), "k", {"n": 1}, ttl=5)
    assert store.get(("a",), "k") is None


@pytest.mark.parametrize(
    "bad", [{"x": object()}, {"x": {1: 2}}, {"x": float("nan")}, {"x": (1, 2)}, {"x": {1, 2}}]
)
def test_what_is_no_json_is_refused_and_changes_nothing(store: ChromaStore, bad: Any) -> None:
    store.put(("a",), "k", {"n": 1})
    with pytest.raises(AutoGLMError, match=r"JSON|changed"):
        store.put(("a",), "k", bad, index=False)
    found = store.get(("a",), "k")
    assert found is not None
    assert found.value == {"n": 1}


def test_nothing_is_lost_with_the_process_nor_with_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "FEW", 10)
    folder = tmp_path / "store"
    for turn in range(3):
        store = ChromaStore(folder, index=INDEX)
        if turn == 0:
            for number in range(60):
                store.put(("a", str(number % 2)), f"k{number}", {"text": f"item number {number}"})
            store.delete(("a", "1"), "k7")
        found = store.search(("a",), query="item number 42", limit=3)
        assert found[0].key == "k42"
        assert all(i.key != "k7" for i in store.search(("a",), query="item number 7", limit=5))
        inner = store.search(("a", "1"), query="item number 41", limit=3)
        assert inner[0].key == "k41"
        store._documents.index.settle()
        assert (folder / "index" / "chroma.sqlite3").exists()
        store.close()
        if turn == 1:
            shutil.rmtree(folder / "index")


def test_two_processes_share_a_store(store: ChromaStore, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from autoglm_graphs.store import ChromaStore\n"
        "store = ChromaStore(sys.argv[1])\n"
        "for n in range(30): store.put(('p', sys.argv[2]), f'k{n}', {'n': n})\n"
    )
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'graphs'}:{ROOT / 'tools'}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    processes = [subprocess.Popen([*command, name], env=env) for name in "xy"]
    assert [process.wait(120) for process in processes] == [0, 0]
    assert len(store.search(("p",), limit=100)) == 60


def test_a_damaged_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    ChromaStore(tmp_path).put(("a",), "k", {"n": 1})
    (tmp_path / documents.FILE).write_bytes(b"")
    with pytest.raises(StoreError, match=r"damaged.*backup"):
        ChromaStore(tmp_path)
    assert (tmp_path / documents.FILE).read_bytes() == b""


def test_stored_values_are_data(store: ChromaStore, tmp_path: Path) -> None:
    evil = {"lc": 1, "type": "constructor", "id": ["os", "system"], "kwargs": {"c": "touch x"}}
    store.put(("a'; DROP TABLE documents; --",), "k' OR 1=1", evil, index=False)
    (found,) = store.search(("a'; DROP TABLE documents; --",))
    assert found.value == evil
    assert b"pickle" not in (tmp_path / "store" / documents.FILE).read_bytes()
    assert json.loads(json.dumps(found.value)) == evil


def test_a_graph_uses_it_as_its_store(store: ChromaStore) -> None:
    from langgraph.graph import START, StateGraph
    from langgraph.runtime import Runtime
    from typing_extensions import TypedDict

    class State(TypedDict):
        text: str

    def node(state: State, runtime: Runtime) -> State:
        assert runtime.store is not None
        runtime.store.put(("memories",), "last", {"text": state["text"]})
        (found,) = runtime.store.search(("memories",), query="tea")
        return {"text": f"remembered {found.value['text']}"}

    builder = StateGraph(State)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    graph = builder.compile(store=store)
    assert graph.invoke({"text": "likes tea"})["text"] == "remembered likes tea"
