"""A reasoning run that is killed goes on to the chain that it would have had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("killed_agent.py")
POINTS = [
    "node.recall:1",
    "node.compose:2",
    "node.generate:3",
    "generate.reply:2",
    "node.verify.end:2",
    "node.backtrack.end:1",
    "node.conclude:1",
    "node.remember:1",
]


def run(database: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(ROOT / part) for part in ("", "graphs", "tools"))
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(database)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, **environment},
        timeout=300,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a run gives that nobody disturbed."""
    done = run(tmp_path_factory.mktemp("whole") / "run.sqlite")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "verified"
    return done.stdout


def survives(point: str, folder: Path, whole: str) -> None:
    killed = run(folder / "run.sqlite", AUTOGLM_FAULT=f"{point}:kill")
    assert killed.returncode == -9, killed.stdout + killed.stderr
    resumed = run(folder / "run.sqlite")
    assert resumed.stdout == whole, resumed.stderr


@pytest.mark.parametrize("point", ["node.generate:3", "node.backtrack.end:1"])
def test_a_killed_run_goes_on_to_the_same_chain(point: str, tmp_path: Path, whole: str) -> None:
    survives(point, tmp_path, whole)


@pytest.mark.slow
@pytest.mark.parametrize("point", [p for p in POINTS if p not in ("node.generate:3",)])
def test_every_node_may_be_killed(point: str, tmp_path: Path, whole: str) -> None:
    survives(point, tmp_path, whole)
