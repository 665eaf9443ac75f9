"""Who vouches for a chain: the key, the quarantine, exports, and memories of the first format."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.memory.browsing import browse
from autoglm_agent.memory.exchange import export, load
from autoglm_agent.memory.key import Key, installation_key
from autoglm_agent.memory.record import Told, pack
from autoglm_agent.memory.rows import without_rows
from autoglm_agent.memory.store import ChainMemory


@pytest.fixture
def key_file(tmp_path, monkeypatch):
    """An installation without a key yet."""
    path = tmp_path / "settings" / "memory.key"
    monkeypatch.setenv("AUTOGLM_KEY_FILE", str(path))
    return path


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_the_key_is_for_its_owner_only_and_stays(key_file, folder, caplog):
    first = installation_key(folder)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert installation_key(folder).id == first.id
    key_file.chmod(0o644)
    assert installation_key(folder).id == first.id
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "could be read by others" in caplog.text
    assert not list(key_file.parent.glob(".*")), "nothing half made is left"


def test_without_settings_the_key_lies_beside_the_memory(folder, tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGLM_KEY_FILE")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with ChainMemory(folder) as memory:
        assert memory.truth.key.path == folder / "memory.key"


def test_a_damaged_key_is_told_and_never_replaced(key_file, folder):
    key_file.parent.mkdir()
    key_file.write_text("no key")
    with pytest.raises(StoreError, match=r"holds no key.*quarantine"):
        ChainMemory(folder)
    assert key_file.read_text() == "no key"


def test_a_signature_is_of_one_key_and_one_digest():
    mine, other = Key(b"a" * 32), Key(b"b" * 32)
    mac = mine.sign("digest")
    assert mine.signed("digest", mac)
    assert not mine.signed("digesT", mac)
    assert not other.signed("digest", mac)
    assert not mine.signed("digest", "流")
    assert mine.id != other.id


def test_provenance_tells_who_verified_what_with_which_versions(memory, make_chain):
    key = memory.remember(
        "churn", make_chain(), family="a", summary={}, by="nightly", versions={"V01": "7"}
    )
    source = memory.get(key).provenance
    assert source["by"] == "nightly"
    assert source["origin"] == "run"
    assert source["checks"] == {"V01": "7"}
    assert source["sound"] == ["V01"]
    assert source["key"] == memory.truth.key.id


def test_a_memory_copied_from_another_installation_is_not_believed(
    folder, make_chain, monkeypatch, tmp_path, caplog
):
    with ChainMemory(folder) as memory:
        key = memory.remember("churn", make_chain(), family="a", summary={})
    monkeypatch.setenv("AUTOGLM_KEY_FILE", str(tmp_path / "other.key"))
    with ChainMemory(folder) as memory:
        assert memory.recall("churn", family="a") == []
        assert "not verified by this installation" in caplog.text
        assert memory.remember("churn", make_chain(), family="a", summary={}) == key
        assert [m.id for m in memory.recall("churn", family="a")] == [key]


@pytest.fixture
def exported(memory, make_chain, tmp_path):
    memory.remember("Predict churn", make_chain(1), family="a", summary={"n": 1})
    memory.remember("Predict rent", make_chain(2), family="b", summary={"n": 2})
    path = tmp_path / "export.jsonl"
    assert export(memory, path) == 2
    return path


def test_what_others_verified_waits_in_quarantine_until_it_is_verified_here(
    exported, tmp_path, monkeypatch, make_chain
):
    monkeypatch.setenv("AUTOGLM_KEY_FILE", str(tmp_path / "other.key"))
    with ChainMemory(tmp_path / "elsewhere") as memory:
        done = load(memory, exported)
        assert (done.restored, done.quarantined, done.refused) == (0, 2, 0)
        assert memory.recall("Predict churn", family="a") == []
        waiting = browse(memory.truth, state="quarantined")
        assert {m.provenance["origin"] for m in waiting} == {"import"}
        key = next(m.id for m in waiting if m.family == "a")
        judge = lambda step, chain: [Verdict(check="mine", status="pass")]  # noqa: E731
        assert memory.reverify(key, judge) == ""
        (found,) = memory.recall("Predict churn", family="a")
        assert (found.id, found.summary) == (key, {"n": 1, "status": "verified"})
        assert found.provenance["key"] == memory.truth.key.id
        assert memory.remember("Predict rent", make_chain(2), family="b", summary={})
        assert len(memory.recall("Predict rent", family="b")) == 1
        assert load(memory, exported).known == 2, "an import does not undo what was verified"
        assert len(memory.recall("Predict rent", family="b")) == 1


def test_only_one_family_is_exported_if_one_is_named(memory, exported, tmp_path):
    assert export(memory, tmp_path / "one.jsonl", family="b") == 1


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "null", '{"format": "autoglm-memory-2"}', '{"format": "else", "id": "x"}',
        "[" * 100_000, '{"format": "autoglm-memory-2", "id": 3}', "\x00\xff",
    ],
)  # fmt: skip
def test_an_import_survives_any_line(memory, exported, line):
    exported.write_text(f"{line}\n{exported.read_text()}", errors="replace")
    done = load(memory, exported)
    assert (done.known, done.refused) == (2, 1 if line else 0)


@pytest.mark.parametrize("change", ["text", "chain", "kind", "id", "unverified"])
def test_an_import_refuses_what_was_changed(memory, exported, tmp_path, change):
    first = json.loads(exported.read_text().splitlines()[0])
    if change == "unverified":
        bad = pack("x", Chain(steps=(Step(tool="t"),)), "a", Told(), memory.truth.key)
        first.update({name: getattr(bad, name) for name in ("id", *bad.__dict__)})
    else:
        first[change] = "changed"
    exported.write_text(json.dumps(first) + "\n")
    with ChainMemory(tmp_path / "elsewhere") as other:
        assert load(other, exported).refused == 1
        assert other.count() == 0


def test_a_line_without_end_is_refused(memory, tmp_path, monkeypatch):
    monkeypatch.setattr("autoglm_agent.memory.exchange.LONGEST_LINE", 100)
    (tmp_path / "long").write_text("x" * 1000)
    with pytest.raises(InputError, match="too long"):
        load(memory, tmp_path / "long")


FORMAT_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO meta VALUES ('format', '1'), ('generation', '0');
CREATE TABLE chains (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, family TEXT NOT NULL,
    text TEXT NOT NULL, chain TEXT NOT NULL, summary TEXT NOT NULL, checks TEXT NOT NULL,
    release TEXT NOT NULL, created TEXT NOT NULL, sha256 TEXT NOT NULL
);
CREATE INDEX chains_family ON chains (family, seq);
CREATE TABLE vectors (
    id TEXT NOT NULL, embedder TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (id, embedder)
);
"""


def old_memory(folder: Path, make_chain) -> None:
    """Write a memory as the first format had it; its third record is damaged."""
    folder.mkdir()
    with sqlite3.connect(folder / "chains.sqlite3") as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(FORMAT_1)
        for n in range(3):
            chain = json.dumps(make_chain(n).to_json())
            row = [f"{n:016x}", "a", f"task number {n}", chain, '{"n": 1}', '["V01"]', "0.0.9",
                   "2026-01-01T00:00:00+00:00"]  # fmt: skip
            seal = hashlib.sha256(json.dumps(row).encode()).hexdigest()
            row.append("damaged" if n == 2 else seal)
            marks = ", ".join("?" * len(row))
            columns = "id, family, text, chain, summary, checks, release, created, sha256"
            db.execute(f"INSERT INTO chains ({columns}) VALUES ({marks})", row)
    db.close()


def test_a_memory_of_the_first_format_is_taken_over_with_a_backup(
    folder, make_chain, key_file, caplog
):
    old_memory(folder, make_chain)
    time.sleep(0.05)
    with ChainMemory(folder) as memory:  # the key is made now, later than the memory
        assert "2 of 3 chains were taken over;" in caplog.text
        found = memory.recall("task number 1", family="a", k=5)
        assert [m.text for m in found] == ["task number 1", "task number 0"]
        assert found[0].provenance["origin"] == "migration"
        assert (found[0].release, found[0].checks) == ("0.0.9", ("V01",))
        assert memory.remember("task number 9", make_chain(9), family="a", summary={})
    (backup,) = folder.glob("chains.sqlite3.format-1-*")
    with sqlite3.connect(backup) as db:
        assert db.execute("SELECT count(*) FROM chains").fetchone() == (3,)
    db.close()
    with ChainMemory(folder) as memory:
        assert memory.count() == 3
    assert len(list(folder.glob("chains.sqlite3.format-1-*"))) == 1


def test_a_memory_of_the_first_format_that_came_later_waits_in_quarantine(
    folder, make_chain, key_file, caplog
):
    installation_key(folder)
    time.sleep(0.05)
    old_memory(folder, make_chain)
    with ChainMemory(folder) as memory:
        assert "into quarantine" in caplog.text
        assert memory.recall("task number 1", family="a") == []
        assert {m.state for m in browse(memory.truth)} == {"quarantined"}


def test_an_upgrade_that_is_killed_begins_anew(folder, make_chain, key_file, start):
    old_memory(folder, make_chain)
    process = start("", AUTOGLM_FAULT="memory.upgraded:1:kill", AUTOGLM_KEY_FILE=str(key_file))
    process.communicate(timeout=60)
    assert process.returncode < 0
    with ChainMemory(folder) as memory:
        assert memory.count() == 2


ROWS = [{"age": n, "name": f"person {n}"} for n in range(5)]


def test_rows_of_a_table_are_not_remembered(memory, folder):
    text = "Profile of 5 rows:\n" + "\n".join(f"{n},person {n},{n * 3}" for n in range(5))
    step = Step(
        tool="profile",
        args={"sample": ROWS, "columns": ["age", "name"]},
        outcome=Outcome(text=text, artifact={"head": [[1, 2], [3, 4], [5, 6]], "rows": 5}),
        verdicts=(Verdict(check="V01", status="pass", evidence={"cases": ROWS, "n": 3}),),
    )
    memory.remember("churn", Chain(steps=(step,)), family="a", summary={"sample": ROWS, "auc": 1})
    (found,) = memory.recall("churn", family="a")
    (kept,) = found.chain.steps
    assert kept.args == {"sample": {"left_out": "5 rows"}, "columns": ["age", "name"]}
    assert kept.outcome.artifact == {"head": {"left_out": "3 rows"}, "rows": 5}
    assert kept.outcome.text == "Profile of 5 rows:\n[5 lines of data left out]"
    assert kept.verdicts[0].evidence == {"cases": {"left_out": "5 rows"}, "n": 3}
    assert found.summary == {"sample": {"left_out": "5 rows"}, "auc": 1}
    assert b"person 3" not in (folder / "chains.sqlite3").read_bytes()


def test_what_is_no_table_stays_as_it_is(make_chain):
    prose = "First we look at the data.\nThen, if it helps, we train.\nIn the end, we report."
    chain = make_chain(
        args={"exclude": ["a", "b", "c"], "costs": {"fn": 10, "fp": 1}},
        outcome=Outcome(text=prose, artifact={"weights": {"x": 0.5}, "scores": [0.1, 0.2, 0.3]}),
    )
    assert without_rows(chain) == chain


def test_seals_cover_every_field(memory, make_chain):
    record = pack("churn", make_chain(), "a", Told(), memory.truth.key)
    assert record.trusted(memory.truth.key)
    for name in record.__dict__:
        assert not replace(record, **{name: "x"}).trusted(memory.truth.key), name
