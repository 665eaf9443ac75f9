"""`autoglm plan` and `run` with a chat model: the real client, a server on the loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from faulty_server import FaultyServer, Reply, Status, call

from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.cli.main import main

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
WORDS = "Who has left? Missing one hurts far more than a false alarm."


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    rows = range(120)
    frame = pd.DataFrame({"age": [20 + i % 40 for i in rows], "fon": [i * 37 % 997 for i in rows]})
    frame["left"] = ["yes" if i % 3 else "no" for i in rows]
    frame["vip"] = ["yes" if i % 5 else "no" for i in rows]
    frame.to_csv(tmp_path / "clients.csv", index=False)
    return tmp_path / "clients.csv"


@pytest.fixture
def plan(clients: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    data_id = profile_table(read_table(str(clients))).digest

    def run(read: dict[str, Any] | None, *options: str) -> tuple[int, str, str]:
        looked = Reply(calls=[call("profile_data", json.dumps({"data": str(clients)}))])
        asked = {"data_id": data_id, "instruction": WORDS, **(read or {})}
        planned = Reply(calls=[call("plan_task", json.dumps(asked))])
        with FaultyServer([looked, planned] if read is not None else [Status(401)]) as server:
            monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
            arguments = ["autoglm", "plan", str(clients), WORDS, "--model", "openai:m", *options]
            monkeypatch.setattr("sys.argv", arguments)
            with pytest.raises(SystemExit) as left:
                main()
        told = capsys.readouterr()
        return int(left.value.code or 0), told.out, told.err

    return run


def test_what_the_model_reads_fills_what_the_words_leave_open(plan: Any) -> None:
    code, out, _ = plan({"target": "left", "costs": {"fn": 5, "fp": 1}}, "--json")
    task = json.loads(out)
    assert (code, task["target"], task["costs"]) == (0, "left", {"fn": 5.0, "fp": 1.0})
    assert task["evidence"]["costs"]["source"] == "model"
    assert task["evidence"]["target"]["source"] == "instruction"


def test_the_plan_is_shown_with_its_goals(plan: Any) -> None:
    code, out, _ = plan({"target": "left", "costs": {"fn": 5, "fp": 1}}, "--goals")
    assert code == 0
    assert "target: left" in out
    assert "(model)" in out
    assert "learned" in out


def test_a_contradiction_is_a_question_with_both_readings(plan: Any) -> None:
    code, _, err = plan({"target": "vip"})
    assert code == 2
    assert "two ways" in err
    assert "vip" in err
    assert "left" in err


def test_a_model_that_cannot_be_called_is_told(plan: Any) -> None:
    code, _, err = plan(None)
    assert code == 1
    assert "key" in err
    assert "Traceback" not in err


def test_a_run_whose_model_fails_tells_how_to_go_on(
    clients: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    with FaultyServer([Status(401)]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        options = ["--model", "openai:m", "--runs", str(tmp_path / "r"), "--no-memory"]
        monkeypatch.setattr("sys.argv", ["autoglm", "run", str(clients), WORDS, *options])
        with pytest.raises(SystemExit) as left:
            main()
    told = capsys.readouterr().err
    assert left.value.code == 1
    assert "does not accept the key" in told
    assert f"autoglm resume {next((tmp_path / 'r').iterdir()).name}" in told
    assert "canary" not in told


@pytest.mark.parametrize("options", [["plan"], ["run", "--no-memory", "--runs", "r"]])
def test_a_model_that_only_talks_is_named_and_not_the_users_file(
    options: list[str], clients: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    command, *rest = options
    with FaultyServer([Reply("The moon\x1b[31m is cheese.")] * 9) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        argv = ["autoglm", command, str(clients), WORDS, "--model", "openai:m", *rest]
        monkeypatch.setattr("sys.argv", argv)
        with pytest.raises(SystemExit) as left:
            main()
    told = capsys.readouterr().err
    assert left.value.code == 1
    assert "called no tool to read clients.csv: it said 'The moon" in told
    assert "leave --model out" in told
    assert "\x1b" not in told
