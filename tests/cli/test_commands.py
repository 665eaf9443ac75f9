"""The command as a person or a script meets it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from autoglm_agent.cli.main import main


class Shell:
    """Runs the command in this process and keeps what it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = monkeypatch
        self._capture = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str) -> int:
        self._patch.setattr(sys, "argv", ["autoglm", *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        self.out, self.err = self._capture.readouterr()
        return int(ending.value.code or 0)

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def autoglm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def finished(tumours: Path, home: Path) -> dict[str, Any]:
    """A finished run in `home`."""
    from autoglm_graphs.runs import start_run
    from autoglm_graphs.settings import Settings

    settings = Settings(data=str(tumours), instruction="Predict the diagnosis", trials=1)
    return start_run(settings, runs=home, memory=False)


def test_run_prints_one_json_document_with_the_promised_keys(
    autoglm: Shell, tumours: Path, tmp_path: Path
) -> None:
    options = ["--runs", str(tmp_path), "--trials", "1", "--no-memory", "--json"]
    assert autoglm("run", str(tumours), "Predict the diagnosis", *options) == 0
    promised = {
        "run", "status", "task", "honest", "naive", "checks", "backtracks", "model", "timings",
        "paths",
    }  # fmt: skip
    assert promised <= set(autoglm.json)
    assert autoglm.err == "", "quiet when piped"


def test_a_run_that_is_not_verified_exits_with_1(autoglm: Shell, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(60), "b": [i * 7 % 11 for i in range(60)]})
    frame["bought"] = ["yes", "no", "no", "yes", "yes", "no"] * 10
    frame.sample(frac=1, random_state=0).to_csv(tmp_path / "t.csv", index=False)
    frame["bought"] = frame["bought"].sample(frac=1, random_state=1).to_numpy()
    frame.to_csv(tmp_path / "t.csv", index=False)
    options = ["--runs", str(tmp_path / "r"), "--trials", "1", "--no-memory"]
    assert autoglm("run", str(tmp_path / "t.csv"), "Predict `bought`", *options) == 1


def test_plan_prints_the_typed_task(autoglm: Shell, tumours: Path) -> None:
    assert autoglm("plan", str(tumours), "Predict the diagnosis within 2 minutes", "--json") == 0
    task = autoglm.json
    assert (task["kind"], task["target"], task["time_budget_s"]) == ("binary", "diagnosis", 120.0)
    assert set(task) == {
        "kind", "target", "positive_class", "metric", "exclude", "time_column", "group_column",
        "time_budget_s", "max_latency_ms", "interpretable", "costs", "groups", "horizon",
        "series", "per_period", "unread", "evidence",
    }  # fmt: skip
    assert task["evidence"]["target"]["span"]
    assert 0 < task["evidence"]["target"]["confidence"] <= 1


def test_plan_names_the_candidates_when_the_target_cannot_be_told(
    autoglm: Shell, tumours: Path
) -> None:
    words = "predict the stock price of the shipping company"
    assert autoglm("plan", str(tumours), words, "--json") == 2
    assert autoglm.json["error"]["type"] == "TargetError"
    assert autoglm.json["error"]["candidates"]
    assert "candidates:" in autoglm.err


def test_profile_describes_each_column(autoglm: Shell, tumours: Path) -> None:
    assert autoglm("profile", str(tumours), "--json") == 0
    assert len(autoglm.json["columns"]) == 31
    assert autoglm("profile", str(tumours)) == 0
    assert "569 rows" in autoglm.out


def test_check_lists_findings_and_exits_with_1_when_one_fails(
    autoglm: Shell, tumours: Path, tmp_path: Path
) -> None:
    assert autoglm("check", str(tumours), "--target", "diagnosis", "--json") == 0
    keys = {"check", "level", "columns", "statistic", "threshold", "remedy"}
    assert all(keys <= set(finding) for finding in autoglm.json)
    frame = pd.read_csv(tumours)
    frame["copy"] = frame["diagnosis"].str.upper()
    frame.to_csv(tmp_path / "leak.csv", index=False)
    assert autoglm("check", str(tmp_path / "leak.csv"), "--target", "diagnosis", "--json") == 1
    failed = [f for f in autoglm.json if f["level"] == "fail"]
    assert failed[0]["check"] == "V10"
    assert failed[0]["columns"] == ["copy"]


def test_predict_gives_a_row_for_each_row_whatever_the_order_of_columns(
    autoglm: Shell, finished: dict[str, Any], home: Path, tumours: Path, tmp_path: Path
) -> None:
    new = pd.read_csv(tumours).head(20).drop(columns="diagnosis")
    new[new.columns[::-1]].assign(extra=1).to_csv(tmp_path / "new.csv", index=False)
    out = tmp_path / "out.csv"
    arguments = ["predict", finished["run"], str(tmp_path / "new.csv"), "--runs", str(home)]
    assert autoglm(*arguments, "--out", str(out)) == 0
    told = pd.read_csv(out)
    assert list(told.columns) == ["prediction", "probability_benign", "probability_malignant"]
    assert len(told) == 20
    assert autoglm(*arguments, "--json") == 0
    assert len(autoglm.json["predictions"]) == 20


def test_predict_names_the_columns_that_are_missing(
    autoglm: Shell, finished: dict[str, Any], home: Path, tumours: Path, tmp_path: Path
) -> None:
    pd.read_csv(tumours).drop(columns="worst area").to_csv(tmp_path / "new.csv", index=False)
    code = autoglm("predict", finished["run"], str(tmp_path / "new.csv"), "--runs", str(home))
    assert code == 2
    assert "worst area" in autoglm.err


def test_predict_never_writes_over_the_table_it_reads(
    autoglm: Shell, finished: dict[str, Any], tumours: Path, home: Path, tmp_path: Path
) -> None:
    table = tmp_path / "new.csv"
    table.write_bytes(tumours.read_bytes())
    options = ["--runs", str(home), "--out", str(table)]
    assert autoglm("predict", finished["run"], str(table), *options) == 2
    assert "the table itself" in autoglm.err
    assert table.read_bytes() == tumours.read_bytes()


@pytest.mark.parametrize("content", ["{", "[]", "{}", "null"])
def test_a_damaged_run_is_listed_and_does_not_hide_the_others(
    content: str, autoglm: Shell, finished: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / finished["run"], tmp_path / finished["run"])
    shutil.copytree(home / finished["run"], tmp_path / "other")
    (tmp_path / "other" / "result.json").write_text(content, encoding="utf-8")
    assert autoglm("runs", "--runs", str(tmp_path), "--json") == 0
    assert {r["status"] for r in autoglm.json} == {"damaged", finished["status"]}
    assert autoglm("report", "other", "--runs", str(tmp_path)) == 1
    assert "is damaged" in autoglm.err


def test_the_list_shows_ids_whole_on_a_narrow_terminal(
    autoglm: Shell, finished: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert autoglm("runs", "--runs", str(home)) == 0
    assert finished["run"] in autoglm.out


def test_report_and_runs_show_what_is_there(
    autoglm: Shell, finished: dict[str, Any], home: Path
) -> None:
    assert autoglm("report", finished["run"], "--runs", str(home)) == 0
    assert "ROC AUC" in autoglm.out
    assert autoglm("runs", "--runs", str(home), "--json") == 0
    assert [r["run"] for r in autoglm.json] == [finished["run"]]
    assert autoglm("report", "nothing", "--runs", str(home)) == 2
    assert finished["run"] in autoglm.err


def test_doctor_finds_this_installation_sound(autoglm: Shell, tmp_path: Path) -> None:
    assert autoglm("doctor", "--runs", str(tmp_path), "--json") == 0
    assert autoglm.json["ok"]


def test_doctor_tells_which_sandbox_works_and_needs_none(
    autoglm: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autoglm_agent.sandbox import local_sandboxes, selection

    def told() -> dict[str, Any]:
        assert autoglm("doctor", "--runs", str(tmp_path), "--json") == 0
        return next(f for f in autoglm.json["findings"] if f["what"] == "sandbox")

    working = [s.name for s in local_sandboxes() if s.probe().usable]
    assert told()["found"].startswith(working[0] if working else "none")
    monkeypatch.setattr(selection, "local_sandboxes", list)
    assert told()["found"].startswith("none, so no model-written code runs")
    assert "apt install bubblewrap" in told()["remedy"]


def test_options_come_from_the_file_unless_the_command_line_says_otherwise(
    autoglm: Shell, tumours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "autoglm.toml").write_text("[profile]\njson = true\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert autoglm("profile", str(tumours)) == 0
    assert autoglm.json["rows"] == 569
    (tmp_path / "autoglm.toml").write_text("[profile\n", encoding="utf-8")
    assert autoglm("profile", str(tumours)) == 2


ROWS = "".join(f"{i},{i * 3 % 7},{'yes' if i % 3 else 'no'}\n" for i in range(40))
BAD: dict[str, tuple[bytes | None, str]] = {
    "missing file": (None, "There is no file"),
    "empty file": (b"", "empty"),
    "only newlines": (b"\n\n\n", ""),
    "header only": (b"a,b,bought\n", "row"),
    "one class": (b"a,b,bought\n" + ROWS.replace("no", "yes").encode(), "bought"),
    "target missing": (b"a,b,c\n" + ROWS.encode(), "bought"),
    "target constant": (b"a,b,bought\n" + b"".join(b"%d,%d,1\n" % (i, i * 3) for i in range(40)),
                        "bought"),
    "ragged rows": (b"a,b,bought\n1,2,yes\n1,2\n3,4,no,9\n" + ROWS.encode(), "line"),
    "binary file": (bytes(range(256)) * 40, ""),
    "three rows": (b"a,b,bought\n1,2,yes\n2,3,no\n3,4,yes\n", "row"),
    "duplicate column names": (b"a,a,bought\n" + ROWS.encode(), "a"),
    "target all missing": (b"a,b,bought\n" + b"".join(b"%d,%d,\n" % (i, i) for i in range(40)),
                           "bought"),
    "one row": (b"a,b,bought\n1,2,yes\n", "in its only row"),
    "a damaged line": (("a,b,bought\n" + "é,1,yes\n" * 9).encode() + b"\xe9,2,no\n", "line 11"),
    "pickle": (b"\x80\x04\x95" + b"\x00" * 200, ""),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_bad_input_exits_with_2_and_a_remedy_and_never_a_traceback(
    fault: str, autoglm: Shell, tmp_path: Path
) -> None:
    content, word = BAD[fault]
    path = tmp_path / "table.csv"
    if content is not None:
        path.write_bytes(content)
    code = autoglm("run", str(path), "Predict `bought`", "--runs", str(tmp_path / "runs"))
    assert code == 2, autoglm.out + autoglm.err
    assert word in autoglm.err
    assert "Traceback" not in autoglm.err
    assert "remedy:" in autoglm.err


def test_a_folder_is_called_one(autoglm: Shell, tmp_path: Path) -> None:
    assert autoglm("run", str(tmp_path), "Predict `bought`") == 2
    assert "is a folder, not a file" in autoglm.err
    assert "remedy:" in autoglm.err


def test_a_column_that_is_all_missing_is_left_out_and_told(autoglm: Shell, tmp_path: Path) -> None:
    rows = [f"{i},,{'yes' if i * 37 % 100 + i > 95 else 'no'}" for i in range(100)]
    (tmp_path / "t.csv").write_text("a,b,bought\n" + "\n".join(rows), encoding="utf-8")
    options = ["--runs", str(tmp_path / "runs"), "--trials", "1", "--no-memory", "--json"]
    code = autoglm("run", str(tmp_path / "t.csv"), "Predict `bought`", *options)
    assert code in (0, 1)
    prepared = next((tmp_path / "runs").glob("*/prepared/*/meta.json"))
    assert "b" in json.loads(prepared.read_text(encoding="utf-8"))["dropped"]


def test_an_unknown_option_is_told_in_a_line(autoglm: Shell) -> None:
    assert autoglm("run", "x.csv", "y", "--no-such-option") == 2
    assert "Traceback" not in autoglm.err


def test_a_wrong_option_is_json_too(autoglm: Shell) -> None:
    assert autoglm("run", "x.csv", "y", "--trials", "0", "--json") == 2
    assert "--trials" in autoglm.json["error"]["problem"]


def test_names_that_the_terminal_cannot_show_are_escaped(tumours: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(tumours).rename(columns={"mean radius": "半径 😀"})
    frame.to_csv(tmp_path / "t.csv", index=False)
    command = [sys.executable, "-c", "from autoglm_agent.cli.main import main; main()"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for option in ([], ["--json"]):
        told = subprocess.run(
            [*command, "profile", str(tmp_path / "t.csv"), *option],
            capture_output=True,
            env=environment,
            check=True,
        ).stdout.decode("ascii")
    assert "半径 😀" in {column["name"] for column in json.loads(told)["columns"]}
