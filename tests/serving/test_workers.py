"""Workers forked from a process that has loaded everything, as the servers use them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from autoglm_agent.errors import AutoGLMError, InputError
from autoglm_agent.serving.commands import document_of
from autoglm_agent.serving.runs import RunFolder
from autoglm_agent.serving.workers import ForkedWorkers
from autoglm_graphs.settings import Settings

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone"),
    pytest.mark.asyncio(loop_scope="module"),
]
PROFILE = ("profile", "--json", "--")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def workers() -> AsyncIterator[ForkedWorkers]:
    forked = ForkedWorkers()
    yield forked
    await forked.stop()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    rows = [f"{i},{i * 7 % 13},{'yes' if i % 3 else 'no'}" for i in range(60)]
    path.write_text("\n".join(["a,b,goal", *rows]) + "\n", encoding="utf-8")
    return path


def holder(home: Path, run: str) -> int | None:
    """Return the living process that holds a run, if one does."""
    try:
        pid = int(json.loads((home / run / "lease.json").read_text(encoding="utf-8"))["pid"])
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else pid


@pytest.mark.slow
async def test_commands_side_by_side_tell_each_its_own(
    workers: ForkedWorkers, table: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("x\n1\n", encoding="utf-8")
    first, second = await asyncio.gather(
        workers.run([*PROFILE, str(table)]), workers.run([*PROFILE, str(other)])
    )
    assert (first.code, document_of(first)["rows"]) == (0, 60)
    assert [c["name"] for c in document_of(second)["columns"]] == ["x"]


async def test_a_workers_error_is_raised_with_its_class(workers: ForkedWorkers) -> None:
    ended = await workers.run([*PROFILE, "/nowhere.csv"])
    assert ended.code == 2
    with pytest.raises(InputError, match="There is no file"):
        document_of(ended)


async def test_a_run_pays_neither_for_loading_nor_for_the_servers_idle_hours(
    workers: ForkedWorkers, table: Path, tmp_path: Path
) -> None:
    await workers.run([*PROFILE, str(table)])  # loaded by now
    await asyncio.sleep(1.0)
    folder = RunFolder(tmp_path, memory=False, workers=workers)
    run = folder.make(Settings(instruction="Predict goal", data=str(table), trials=1))
    began = time.monotonic()
    told = document_of(await folder.drive(run))
    assert told["status"] in ("verified", "unverified")
    lines = (tmp_path / run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    resumed = next(e for e in map(json.loads, lines) if e["event"] == "run.resumed")
    assert resumed["elapsed"] < min(0.9, time.monotonic() - began)


async def test_who_stops_waiting_kills_the_worker_and_the_next_command_is_served(
    workers: ForkedWorkers, table: Path, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path, memory=False, workers=workers)
    run = folder.make(Settings(instruction="Predict goal", data=str(table), trials=1))
    driving = asyncio.create_task(folder.drive(run))
    while holder(tmp_path, run) is None:
        await asyncio.sleep(0.01)
    pid = holder(tmp_path, run)
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert holder(tmp_path, run) is None
    assert not Path(f"/proc/{pid}").exists()
    assert (await workers.run([*PROFILE, str(table)])).code == 0


@pytest.mark.slow
async def test_a_dead_fork_server_takes_its_workers_along_and_is_started_again(
    table: Path, tmp_path: Path
) -> None:
    workers = ForkedWorkers()
    folder = RunFolder(tmp_path, memory=False, workers=workers)
    run = folder.make(Settings(instruction="Predict goal", data=str(table), trials=1))
    driving = asyncio.create_task(folder.drive(run))
    while holder(tmp_path, run) is None:
        await asyncio.sleep(0.01)
    pid = holder(tmp_path, run)
    os.kill((await workers.start()).pid, 9)
    with pytest.raises(AutoGLMError, match="fork server died"):
        document_of(await driving)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert holder(tmp_path, run) is None
    assert document_of(await folder.drive(run))["status"] in ("verified", "unverified")
    await workers.stop()
