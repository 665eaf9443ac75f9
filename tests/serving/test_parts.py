"""The parts of the chat backend, each alone: queue, names, workers, events."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from autoglm_agent.errors import AutoGLMError, TargetError
from autoglm_agent.serving.commands import document_of, run_command
from autoglm_agent.serving.following import Tail, line_of
from autoglm_agent.serving.queue import QueueFull, RunQueue
from autoglm_agent.serving.uploads import safe_name

PYTHON = (sys.executable, "-c")


class Gate:
    """Work that lasts until it is let go, and keeps count."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.began: list[str] = []
        self.done: list[str] = []
        self.stopped: list[str] = []

    async def drive(self, run: str) -> None:
        self.began.append(run)
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.stopped.append(run)
            raise
        self.done.append(run)


async def test_the_queue_drives_in_order_and_refuses_what_has_no_room() -> None:
    gate = Gate()
    queue = RunQueue(gate.drive, width=1, room=2)
    for run in "abc":
        queue.submit(run)
    await asyncio.sleep(0)
    assert (queue.running, queue.waiting) == (1, 2)
    assert [queue.position(r) for r in "abc"] == [0, 1, 2]
    with pytest.raises(QueueFull) as full:
        queue.submit("d")
    assert full.value.retry_after >= 1
    gate.open.set()
    for run in "abc":
        await queue.wait(run)
    assert gate.done == ["a", "b", "c"]
    assert queue.position("a") is None


async def test_cancelling_stops_a_running_run_and_takes_a_waiting_one_out() -> None:
    gate = Gate()
    queue = RunQueue(gate.drive, width=1, room=2)
    queue.submit("a")
    queue.submit("b")
    queue.submit("c")
    await asyncio.sleep(0)
    assert await queue.cancel("b")
    assert await queue.cancel("a")
    assert not await queue.cancel("nothing")
    gate.open.set()
    await queue.wait("c")
    assert gate.stopped == ["a"]
    assert gate.began == ["a", "c"]


async def test_who_stops_waiting_does_not_stop_the_run() -> None:
    gate = Gate()
    queue = RunQueue(gate.drive, width=1, room=0)
    queue.submit("a")
    waiting = asyncio.create_task(queue.wait("a"))
    await asyncio.sleep(0)
    waiting.cancel()
    gate.open.set()
    await queue.wait("a")
    assert gate.done == ["a"]


async def test_a_run_that_fails_makes_room_for_the_next() -> None:
    seen: list[str] = []

    async def drive(run: str) -> None:
        seen.append(run)
        raise RuntimeError(run)

    queue = RunQueue(drive, width=1, room=1)
    queue.submit("a")
    queue.submit("b")
    await queue.wait("b")
    assert seen == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "passwd"), ("C:\\a b.csv", "a_b.csv"), ("..", "table.csv")],
)
def test_an_upload_is_named_by_harmless_letters(name: str, safe: str) -> None:
    assert safe_name(name) == safe


async def test_a_workers_error_is_raised_here() -> None:
    told = '{"error": {"type": "TargetError", "problem": "p", "remedy": "r", "candidates": ["a"]}}'
    ended = await run_command([f"print('''{told}'''); raise SystemExit(2)"], worker=PYTHON)
    with pytest.raises(TargetError, match="p r") as error:
        document_of(ended)
    assert error.value.candidates == ("a",)


async def test_a_worker_that_tells_nothing_is_an_error_with_its_last_line() -> None:
    ended = await run_command(["import os; os.kill(os.getpid(), 9)"], worker=PYTHON)
    with pytest.raises(AutoGLMError, match="-9"):
        document_of(ended)


async def test_cancelling_kills_the_worker_and_its_children(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    child = f"import time\nwhile 1: open({str(alive)!r}, 'a').write('x'); time.sleep(0.01)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    task = asyncio.create_task(run_command([parent], worker=PYTHON))
    while not alive.exists():
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.1)
    size = alive.stat().st_size
    await asyncio.sleep(0.2)
    assert alive.stat().st_size == size


def test_a_tail_gives_whole_events_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    assert tail.more() == []
    path.write_bytes(b'{"event": "a"}\nnot json\n{"eve')
    assert tail.more() == [{"event": "a"}]
    with open(path, "ab") as stream:
        stream.write(b'nt": "b"}\n')
    assert tail.more() == [{"event": "b"}]


def test_a_refutation_is_told_with_its_fact() -> None:
    verdict = {"check": "V01", "status": "fail", "fact": "`id` gives it away"}
    told = line_of({"event": "step.refuted", "tool": "prepare_data", "verdicts": [verdict]})
    assert told is not None
    assert "V01" in told
    assert "gives it away" in told
