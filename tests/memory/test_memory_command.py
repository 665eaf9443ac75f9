"""`autoglm memory`, as a person or a script meets it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.chain import Nogood
from autoglm_agent.cli.main import main
from autoglm_agent.memory.embedding import HashingEmbeddings
from autoglm_agent.memory.store import ChainMemory

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def autoglm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> Shell:
    """Run `autoglm memory` on the test's memory; code, output, errors."""

    def run(command: str, *arguments: str, path: Path = folder) -> tuple[int, str, str]:
        argv = ["autoglm", "memory", command, *arguments, "--path", str(path)]
        monkeypatch.setattr(sys, "argv", argv)
        with pytest.raises(SystemExit) as ending:
            main()
        out, err = capsys.readouterr()
        return int(ending.value.code or 0), out, err

    return run


@pytest.fixture
def keys(folder: Path, make_chain: Any) -> list[str]:
    with ChainMemory(folder) as memory:
        made = [
            memory.remember(text, make_chain(n), family="automl", summary={"n": n}) or ""
            for n, text in enumerate(["Predict churn of [red]customers", "Estimate the rent"])
        ]
        nogood = Nogood(prefix="p", step="s", tool="train", reason="`id` leaks", check="V10")
        memory.nogoods.remember("Predict churn of customers", [nogood], family="automl")
    return made


def test_list_show_and_search_print_json(autoglm: Shell, keys: list[str]) -> None:
    code, out, _ = autoglm("list", "--json")
    listed = json.loads(out)
    assert code == 0
    assert [m["id"] for m in listed] == keys[::-1]
    assert listed[0]["steps"] == ["train", "answer"]
    code, out, _ = autoglm("show", keys[0][:8], "--json")
    shown = json.loads(out)
    assert shown["id"] == keys[0]
    assert shown["provenance"]["checks"].keys() == {"V01"}
    assert shown["provenance"]["origin"] == "run"
    code, out, _ = autoglm("search", "customers who churn", "--json")
    found = json.loads(out)
    assert found["chains"][0]["id"] == keys[0]
    assert found["warnings"][0]["reason"] == "`id` leaks"


def test_a_person_reads_the_same(
    autoglm: Shell, keys: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = autoglm("list")
    assert keys[0] in out, "also on a narrow terminal"
    monkeypatch.setenv("COLUMNS", "150")
    _, out, _ = autoglm("list")
    assert "[red]" in out, "what was typed is no markup"
    _, out, _ = autoglm("show", keys[0])
    assert "V01 pass" in out
    assert "signed by key" in out
    _, out, _ = autoglm("search", "Predict churn of customers")
    assert "refuted before: train (V10): `id` leaks" in out
    _, out, _ = autoglm("stats")
    assert "2 active chains of automl" in out


def test_forget_deletes_for_good_and_tells_what_was_not_there(
    autoglm: Shell, keys: list[str]
) -> None:
    assert autoglm("forget", keys[0], "nobody", "--json")[0] == 1
    _, out, _ = autoglm("list", "--json")
    assert [m["id"] for m in json.loads(out)] == [keys[1]]
    assert autoglm("forget", keys[1])[0] == 0


def test_export_and_import_restore_a_memory_of_this_installation(
    autoglm: Shell, keys: list[str], tmp_path: Path
) -> None:
    file = str(tmp_path / "all.jsonl")
    code, out, _ = autoglm("export", file, "--json")
    assert (code, json.loads(out)["records"]) == (0, 3)
    elsewhere = tmp_path / "elsewhere"
    _, out, _ = autoglm("import", file, "--json", path=elsewhere)
    assert json.loads(out) == {"restored": 3, "quarantined": 0, "known": 0, "refused": 0}
    _, out, _ = autoglm("import", file, "--json", path=elsewhere)
    assert json.loads(out)["known"] == 3
    _, out, _ = autoglm("search", "customers who churn", "--json", path=elsewhere)
    assert json.loads(out)["chains"][0]["id"] == keys[0]


def test_stats_and_migrate_print_json(autoglm: Shell, keys: list[str]) -> None:
    _, out, _ = autoglm("stats", "--json")
    told = json.loads(out)
    assert told["embedder"] == "hashing-1-384"
    assert {(s["kind"], s["count"]) for s in told["shelves"]} == {("chain", 2), ("nogood", 1)}
    _, out, _ = autoglm("migrate", "--json")
    assert json.loads(out) == {"embedded": 3}


def test_looking_makes_no_memory(autoglm: Shell, tmp_path: Path) -> None:
    code, _, err = autoglm("list", path=tmp_path / "nowhere")
    assert code == 2
    assert "There is no memory" in err
    assert not (tmp_path / "nowhere").exists()


def test_every_kind_of_task_is_searched_unless_one_is_named(
    autoglm: Shell, keys: list[str], folder: Path, make_chain: Any
) -> None:
    with ChainMemory(folder) as memory:
        other = memory.remember("Who churns?", make_chain(9), family="reasoning", summary={})
    _, out, _ = autoglm("search", "churn of customers", "--json")
    assert {m["id"] for m in json.loads(out)["chains"]} == {*keys, other}
    _, out, _ = autoglm("search", "churn of customers", "--family", "reasoning", "--json")
    assert [m["id"] for m in json.loads(out)["chains"]] == [other]
    code, _, err = autoglm("search", "churn", "--family", "automm")
    assert code == 2
    assert "There are: automl, reasoning." in err


def test_a_task_cannot_command_the_terminal(
    autoglm: Shell, keys: list[str], folder: Path, make_chain: Any
) -> None:
    with ChainMemory(folder) as memory:
        chain = make_chain(claim="\x1b[2J")
        key = memory.remember("a\x1b]0;owned\x07\nb", chain, family="automl", summary={}) or ""
    for command in (("list",), ("show", key), ("search", "a")):
        _, out, _ = autoglm(*command)
        assert "\x1b" not in out
        assert "\x07" not in out


def test_an_export_replaces_nothing_but_an_export(
    autoglm: Shell, keys: list[str], folder: Path, tmp_path: Path
) -> None:
    before = (folder / "chains.sqlite3").read_bytes()
    code, _, err = autoglm("export", str(folder / "chains.sqlite3"))
    assert code == 2
    assert "is no export" in err
    assert (folder / "chains.sqlite3").read_bytes() == before
    file = str(tmp_path / "all.jsonl")
    assert [autoglm("export", file)[0] for _ in range(2)] == [0, 0]


def test_an_import_of_something_else_makes_no_memory(
    autoglm: Shell, keys: list[str], tmp_path: Path
) -> None:
    (tmp_path / "junk").write_bytes(bytes(range(256)))
    code, _, err = autoglm("import", str(tmp_path / "junk"), path=tmp_path / "elsewhere")
    assert code == 2
    assert "is no export" in err
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_that_was_cut_off_is_noticed(
    autoglm: Shell, keys: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl"
    autoglm("export", str(file))
    file.write_bytes(file.read_bytes()[:-20])
    code, out, _ = autoglm("import", str(file), "--json", path=tmp_path / "elsewhere")
    assert code == 1
    assert json.loads(out) == {"restored": 2, "quarantined": 0, "known": 0, "refused": 1}


def test_a_memory_of_another_embedder_can_be_looked_through(
    autoglm: Shell, keys: list[str], folder: Path, tmp_path: Path
) -> None:
    ChainMemory.migrate(folder, HashingEmbeddings(64))
    for command in (("list",), ("stats",), ("show", keys[0]), ("export", str(tmp_path / "x"))):
        assert autoglm(*command)[0] == 0
    code, _, err = autoglm("search", "churn")
    assert code != 0
    assert "autoglm memory migrate" in err
    assert autoglm("forget", keys[0])[0] == 0


def test_a_memory_of_another_key_is_told_in_one_line(
    autoglm: Shell, keys: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setenv("AUTOGLM_KEY_FILE", str(tmp_path / "other.key"))
    _, out, _ = autoglm("list")
    assert "No chains." in out
    assert caplog.text.count("not verified by this installation") == 1
    assert "2 memories" in caplog.text
    code, _, err = autoglm("show", keys[0])
    assert code == 2
    assert "Export and import" in err


@pytest.mark.parametrize("lost", ["index", "vectors", "nothing"])
def test_rebuild_makes_the_index_anew(
    autoglm: Shell, keys: list[str], folder: Path, lost: str
) -> None:
    autoglm("search", "churn")
    index = folder / "index"
    if lost == "index":
        shutil.rmtree(index)
    if lost == "vectors":
        for part in index.iterdir():
            if part.is_dir():
                shutil.rmtree(part)
    code, out, _ = autoglm("rebuild", "--json")
    assert code == 0
    assert json.loads(out) == {"indexed": 3, "kept": 3, "lost": 0, "moved": None}
    assert (index / "chroma.sqlite3").exists()
    _, out, _ = autoglm("search", "customers who churn", "--json")
    assert json.loads(out)["chains"][0]["id"] == keys[0]


def test_what_a_damaged_memory_advises_helps(autoglm: Shell, keys: list[str], folder: Path) -> None:
    table = folder / "chains.sqlite3"
    table.write_bytes(table.read_bytes()[:5000])
    code, _, err = autoglm("list")
    assert code != 0
    assert f"autoglm memory rebuild --path {folder}" in err
    code, out, _ = autoglm("rebuild", "--json")
    assert code == 0
    told = json.loads(out)
    assert Path(told["moved"]).stat().st_size == 5000
    assert autoglm("list")[0] == 0


def test_an_index_in_use_is_not_thrown_away(autoglm: Shell, keys: list[str], folder: Path) -> None:
    with ChainMemory(folder) as memory:
        memory.recall("churn", family="automl")
        code, _, err = autoglm("rebuild")
    assert code != 0
    assert "Another process uses the index" in err
    assert autoglm("rebuild")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "ffff"), "is unknown"),
        (("list", "--state", "odd"), "no state 'odd'"),
        (("import", "/nowhere/at/all"), "Cannot read"),
        (("migrate", "--embedder", "word2vec"), "no embedder 'word2vec'"),
    ],
)
def test_bad_input_is_told_in_a_line(
    autoglm: Shell, keys: list[str], arguments: tuple[str, ...], told: str
) -> None:
    code, _, err = autoglm(*arguments)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
