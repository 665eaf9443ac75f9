"""A run that is killed goes on where it was, with the numbers it would have had.

The process kills itself (SIGKILL) at named points; a new process resumes. `trials` makes the
run reproducible: no decision depends on the clock.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from langgraph.checkpoint.base import empty_checkpoint

from autoglm_agent.errors import StoreError
from autoglm_graphs.checkpoints import open_saver

ROOT = Path(__file__).resolve().parents[2]
SIGKILL = -9
COMMAND = [sys.executable, "-c", "from autoglm_agent.cli.main import main; main()"]

# One kind of point in the default round, four more in `make slow`; `make sweep` passes them all.
POINTS = [
    "vault.opened:1",
    pytest.param("trial.saved:2", marks=pytest.mark.slow),
    pytest.param("checkpoint.put:12", marks=pytest.mark.slow),
    pytest.param("rename.steps:4", marks=pytest.mark.slow),
    pytest.param("node.verify.end:5", marks=pytest.mark.slow),
]


def autoglm(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(ROOT / part) for part in ("", "graphs", "tools"))
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        timeout=300,
    )


def start(table: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    options = ["--trials", "2", "--seed", "3", "--no-memory", "--json", "--runs", str(home)]
    return autoglm("run", str(table), "Predict the diagnosis", *options, **environment)


@pytest.fixture(scope="module")
def undisturbed(
    tumours: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], list[str]]:
    """The result of a run that nobody disturbed, and the points that it passed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    run = start(tumours, folder / "runs", AUTOGLM_FAULT_LOG=str(folder / "points"))
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout), (folder / "points").read_text().split()


def survives(point: str, table: Path, home: Path, whole: dict[str, Any]) -> None:
    killed = start(table, home, AUTOGLM_FAULT=f"{point}:kill")
    assert killed.returncode == SIGKILL, killed.stderr
    runs = sorted(p.parent.name for p in home.glob("*/run.json"))
    if not runs:
        return  # killed before the run existed: there is nothing to resume
    trained_before = set(trials(home / runs[0]))
    resumed = autoglm("resume", runs[0], "--runs", str(home), "--no-memory", "--json")
    assert resumed.returncode == 0, resumed.stderr
    found = json.loads(resumed.stdout)
    assert found["honest"] == whole["honest"]
    assert found["model"]["id"] == whole["model"]["id"]
    assert same_predictions(found, whole)
    again = [e["name"] for e in started_after_resume(home / runs[0])]
    assert not trained_before & set(again), "a finished candidate was trained again"


def trials(run: Path) -> list[str]:
    """Names of the candidates that were saved when the process died."""
    saved = {p.parent.name for p in run.glob("trials/*/trial.npz")}
    return [e["name"] for e in events(run) if e["event"] == "trial.done" and saved]


def started_after_resume(run: Path) -> list[dict[str, Any]]:
    told = events(run)
    names = [e["event"] for e in told]
    if "run.resumed" not in names:
        return []  # it had ended before it was killed
    return [e for e in told[names.index("run.resumed") :] if e["event"] == "trial.started"]


def events(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def same_predictions(one: dict[str, Any], other: dict[str, Any]) -> bool:
    tables = [
        pd.read_parquet(next(Path(r["paths"]["run"]).glob("predictions/holdout-*.parquet")))
        for r in (one, other)
    ]
    numbers = [t.select_dtypes("number").to_numpy() for t in tables]
    return bool(np.array_equal(*numbers))


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_resumes_to_the_same_model_and_numbers(
    point: str, tumours: Path, tmp_path: Path, undisturbed: tuple[dict[str, Any], list[str]]
) -> None:
    survives(point, tumours, tmp_path, undisturbed[0])


PARTS = 6


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(PARTS))
def test_every_point_at_which_a_run_can_die_is_survived(
    part: int, tumours: Path, tmp_path: Path, undisturbed: tuple[dict[str, Any], list[str]]
) -> None:
    whole, passed = undisturbed
    # A file that was written and not yet renamed is as good as none: the renames suffice.
    names = sorted({p for p in passed if not p.startswith("write.")})
    for number, name in enumerate(names[part::PARTS]):
        nth = (passed.count(name) + 1) // 2
        survives(f"{name}:{nth}", tumours, tmp_path / str(number), whole)


@pytest.mark.slow
def test_a_full_disk_is_told_with_its_remedy_and_the_run_can_be_resumed(
    tumours: Path, tmp_path: Path, undisturbed: tuple[dict[str, Any], list[str]]
) -> None:
    full = start(tumours, tmp_path, AUTOGLM_FAULT="rename.models:1:enospc")
    assert full.returncode == 1
    assert "No space left" in full.stdout + full.stderr
    run = next(tmp_path.glob("*/run.json")).parent
    assert not list(run.rglob("*.tmp"))


def test_checkpoints_on_a_full_disk_are_told_with_the_same_remedy(tmp_path: Path) -> None:
    with open_saver(tmp_path / "checkpoints.sqlite") as saver:
        pages = saver.conn.execute("PRAGMA page_count").fetchone()[0]
        saver.conn.execute(f"PRAGMA max_page_count = {pages}")
        config: Any = {"configurable": {"thread_id": "run", "checkpoint_ns": ""}}
        checkpoint: Any = {**empty_checkpoint(), "channel_values": {"text": "x" * 40_000}}
        with pytest.raises(StoreError, match=r"full.*Free some space.*resume"):
            saver.put(config, checkpoint, {}, {})


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_ends_a_run_is_its_exit_code_and_it_says_how_to_go_on(
    tumours: Path, tmp_path: Path, number: signal.Signals
) -> None:
    import time

    paths = os.pathsep.join(str(ROOT / part) for part in ("", "graphs", "tools"))
    options = ["--time-budget", "60", "--no-memory", "--runs", str(tmp_path)]
    process = subprocess.Popen(
        [*COMMAND, "run", str(tumours), "Predict the diagnosis", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*/trials/*/trial.npz")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(number)
    began = time.monotonic()
    written, told = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "autoglm resume" in told
    assert json.loads(written)["resume"].startswith("autoglm resume")
    assert "Traceback" not in told
    assert time.monotonic() - began < 10
