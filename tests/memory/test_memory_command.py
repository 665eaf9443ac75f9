"""`autoglm memory`, as a person or a script meets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.chain import Nogood
from autoglm_agent.cli.main import main
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
