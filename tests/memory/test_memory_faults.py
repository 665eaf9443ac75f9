"""Crashes, damage and other processes: what was acknowledged stays, what is broken is told."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import time
from collections import Counter

import pytest

from autoglm_agent import faults
from autoglm_agent.errors import StoreError
from autoglm_agent.memory import database
from autoglm_agent.memory.store import ChainMemory

FILE = "chains.sqlite3"

ADD = """
for number in range({first}, {last}):
    key = memory.remember(f"task number {{number}}", chain(number), family="a", summary={{}})
    print(key, flush=True)
memory.close()
"""


def fill(folder, make_chain, count=3):
    with ChainMemory(folder) as memory:
        return [
            memory.remember(f"task number {n}", make_chain(n), family="a", summary={"n": n})
            for n in range(count)
        ]


def test_two_processes_lose_nothing(folder, start):
    processes = [start(ADD.format(first=f, last=f + 10)) for f in (0, 10)]
    keys: list[str] = []
    for process in processes:
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        keys += out.split()
    with ChainMemory(folder) as memory:
        assert memory.count() == len(set(keys)) == 20
        assert {m.id for m in memory.recall("task", family="a", k=40)} == set(keys)
        assert memory.recall("task number 17", family="a", k=1)[0].text == "task number 17"


def test_the_first_openers_do_not_race(start, folder):
    processes = [start("memory.remember('x', chain(), family='a', summary={})") for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
    with ChainMemory(folder) as memory:
        assert memory.count() == 1


@pytest.mark.parametrize(
    ("fault", "acknowledged", "kept"),
    [("memory.stored:3:kill", 2, 3), ("memory.store:3:kill", 2, 2)],
)
def test_kill_keeps_what_was_acknowledged(folder, start, fault, acknowledged, kept):
    process = start(ADD.format(first=0, last=9), AUTOGLM_FAULT=fault)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == -signal.SIGKILL
    keys = out.split()
    assert len(keys) == acknowledged
    with ChainMemory(folder) as memory:
        found = {m.id for m in memory.recall("task", family="a", k=9)}
        assert memory.count() == len(found) == kept
        assert found >= set(keys)


def test_a_full_disk_stores_nothing_and_is_told(memory, make_chain, monkeypatch):
    memory.remember("task 0", make_chain(0), family="a", summary={})
    monkeypatch.setenv("AUTOGLM_FAULT", "memory.store:1:enospc")
    monkeypatch.setattr(faults, "_passed", Counter())
    with pytest.raises(StoreError, match=r"No space left.*Free some space"):
        memory.remember("task 1", make_chain(1), family="a", summary={})
    monkeypatch.delenv("AUTOGLM_FAULT")
    assert memory.count() == 1
    assert memory.remember("task 1", make_chain(1), family="a", summary={})


def test_a_truncated_file_is_not_taken_for_an_empty_memory(folder, make_chain):
    fill(folder, make_chain)
    os.truncate(folder / FILE, 0)
    with pytest.raises(StoreError, match=r"is damaged: it has 0 bytes.*memory rebuild --path"):
        ChainMemory(folder)
    assert (folder / FILE).stat().st_size == 0


def test_truncation_under_an_open_memory_is_told(memory, folder, make_chain):
    memory.remember("task 0", make_chain(0), family="a", summary={})
    os.truncate(folder / FILE, 0)
    with pytest.raises(StoreError, match="is damaged"):
        memory.recall("task", family="a")
    with pytest.raises(StoreError, match="is damaged"):
        memory.remember("task 1", make_chain(1), family="a", summary={})


def test_a_file_that_vanished_does_not_come_back_empty(memory, folder, make_chain):
    memory.remember("task 0", make_chain(0), family="a", summary={})
    (folder / FILE).unlink()
    with pytest.raises(StoreError, match="Cannot open"):
        memory.count()
    assert not (folder / FILE).exists()


@pytest.mark.parametrize("keep", [0, 50, 4096])
def test_garbage_is_refused_and_left_as_it_is(folder, make_chain, keep):
    fill(folder, make_chain)
    whole = (folder / FILE).read_bytes()
    broken = whole[:keep] + b"\xa5" * (len(whole) // 2 - keep)
    (folder / FILE).write_bytes(broken)
    with pytest.raises(StoreError, match="is damaged"):
        ChainMemory(folder).recall("task number 1", family="a")
    assert (folder / FILE).read_bytes() == broken


def test_a_database_that_is_not_ours_is_refused(folder):
    folder.mkdir()
    db = sqlite3.connect(folder / FILE)
    db.execute("CREATE TABLE other (x)")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="lacks the row that every memory has"):
        ChainMemory(folder)


def test_a_memory_of_a_newer_release_is_refused_and_not_repaired(folder, make_chain):
    fill(folder, make_chain)
    with sqlite3.connect(folder / FILE) as db:
        db.execute("UPDATE meta SET value = '3' WHERE key = 'format'")
    db.close()
    for attempt in (ChainMemory, ChainMemory.repair):
        with pytest.raises(StoreError, match=r"has format 3.*Upgrade autoglm-agent"):
            attempt(folder)


def test_repair_moves_the_damaged_file_aside_and_keeps_what_can_be_read(folder, make_chain):
    keys = fill(folder, make_chain)
    with sqlite3.connect(folder / FILE) as db:
        db.execute("UPDATE chains SET summary = '{}' WHERE id = ?", (keys[1],))
        db.execute("DROP TABLE meta")
    db.close()
    damaged = (folder / FILE).read_bytes()
    done = ChainMemory.repair(folder)
    assert (done.kept, done.lost) == (2, 1)
    assert done.moved.name.startswith(f"{FILE}.corrupt-")
    assert done.moved.read_bytes() == damaged
    with ChainMemory(folder) as memory:
        assert {m.id for m in memory.recall("task", family="a", k=9)} == {keys[0], keys[2]}


def test_repair_of_an_empty_file_starts_anew(folder, make_chain):
    fill(folder, make_chain)
    os.truncate(folder / FILE, 0)
    done = ChainMemory.repair(folder)
    assert (done.kept, done.lost) == (0, 0)
    with ChainMemory(folder) as memory:
        assert memory.count() == 0
        assert memory.recall("task", family="a") == []


def test_repair_leaves_a_sound_memory_alone(folder, make_chain):
    fill(folder, make_chain)
    before = (folder / FILE).read_bytes()
    done = ChainMemory.repair(folder)
    assert (done.moved, done.kept, done.lost) == (None, 3, 0)
    assert (folder / FILE).read_bytes() == before


def test_repair_of_nothing_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="There is no memory"):
        ChainMemory.repair(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_lock_that_stays_is_told(memory, folder, make_chain, monkeypatch):
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    holder = sqlite3.connect(folder / FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="locked by another process"):
            memory.remember("task", make_chain(), family="a", summary={})
        assert memory.recall("task", family="a") == []
    finally:
        holder.close()
    assert memory.remember("task", make_chain(), family="a", summary={})


def test_a_passing_lock_is_waited_for(memory, start, make_chain):
    process = start(
        "import sqlite3, time\n"
        "db = sqlite3.connect(sys.argv[1] + '/chains.sqlite3', isolation_level=None)\n"
        "db.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(.3)\n"
        "db.execute('COMMIT')"
    )
    assert process.stdout.readline() == "held\n"
    started = time.monotonic()
    assert memory.remember("task", make_chain(), family="a", summary={})
    assert time.monotonic() - started > 0.1
    process.communicate(timeout=60)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Cannot open or write the memory .*writable folder"):
        ChainMemory(tmp_path / "file" / "memory")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_can_read_it(folder, make_chain):
    fill(folder, make_chain)
    mode = stat.S_IMODE
    assert mode(folder.stat().st_mode) == mode((folder / "index").stat().st_mode) == 0o700
    files = [p for p in folder.iterdir() if p.is_file()]
    assert {mode(p.stat().st_mode) for p in files} == {0o600}


def test_a_half_made_file_of_a_killed_process_is_no_obstacle(folder):
    folder.mkdir()
    (folder / f".{FILE}.new").write_bytes(b"half")
    with ChainMemory(folder) as memory:
        assert memory.count() == 0
