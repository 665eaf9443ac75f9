"""The parts of the chat backend, each alone: queue, database, URLs, workers."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from autoglm_agent.errors import AutoGLMError, InputError, TargetError
from autoglm_agent.serving.commands import document_of, run_command
from autoglm_agent.serving.database import Database
from autoglm_agent.serving.following import Tail, line_of
from autoglm_agent.serving.queue import QueueFull, RunQueue
from autoglm_agent.serving.uploads import UrlList, safe_name

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


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where rows are kept; `AUTOGLM_TEST_POSTGRES` is the URL of an empty database."""
    if request.param == "sqlite":
        return str(tmp_path / "s.sqlite")
    pytest.importorskip("psycopg")
    url = os.environ.get("AUTOGLM_TEST_POSTGRES")
    return url or pytest.skip("AUTOGLM_TEST_POSTGRES names no database")


def test_a_thread_keeps_its_messages_and_belongs_to_its_owner(place: str) -> None:
    database = Database(place)
    thread = database.open_thread("ada", None, "Predict\n churn")
    database.begin(thread, "Predict churn", "/t.csv", "run-1")
    assert database.active() == ["run-1"]
    database.end("run-1", "verified", "AUC 0.8")
    database.end("run-1", "failed", "again")
    assert database.active() == []
    database.close()
    again = Database(place)
    said = [(m["role"], m["content"], m["run"]) for m in again.messages(thread["id"])]
    assert said == [("user", "Predict churn", "run-1"), ("assistant", "AUC 0.8", "run-1")]
    assert again.open_thread("ada", thread["id"], "")["data"] == "/t.csv"
    for owner in ("bob", "' OR 1=1 --"):
        assert again.threads(owner) == []
        with pytest.raises(InputError):
            again.open_thread(owner, thread["id"], "")
        with pytest.raises(InputError):
            again.run("run-1", owner)


def test_threads_that_write_at_once_lose_nothing(place: str) -> None:
    database = Database(place)
    thread = database.open_thread("ada", None, "t")["id"]

    def write(who: int) -> None:
        for number in range(10):
            database.say(thread, "user", f"{who}-{number}")

    workers = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rows = database.messages(thread)
    assert [r["number"] for r in rows] == list(range(1, 41))
    assert len({r["content"] for r in rows}) == 40


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://data.example/tables/a.csv", True),
        ("https://data.example/tables", True),
        ("https://data.example/tablesecret/a.csv", False),
        ("https://data.example/tables/../secret.csv", False),
        ("https://data.example/tables/%2e%2e/secret.csv", False),
        ("https://data.example.evil.example/tables/a.csv", False),
        ("https://data.example@evil.example/tables/a.csv", False),
        ("http://data.example/tables/a.csv", False),
        ("https://data.example:8443/tables/a.csv", False),
        ("file:///etc/passwd", False),
        ("https://[bad/tables/a.csv", False),
    ],
)
def test_only_urls_under_an_allowed_prefix_are_fetched(url: str, allowed: bool) -> None:
    assert UrlList(["https://data.example/tables"]).allows(url) is allowed


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away/a.csv":
            self.send_response(302)
            self.send_header("Location", "/tables/a.csv")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"a,b\n1,2\n")

    def log_message(self, *args: object) -> None:
        pass


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_table_is_fetched_and_a_redirect_is_not_followed(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}"
    urls = UrlList([f"{home}/tables/", f"{home}/away/"])
    try:
        assert urls.fetch(f"{home}/tables/a.csv", tmp_path).read_bytes() == b"a,b\n1,2\n"
        with pytest.raises(InputError, match="302"):
            urls.fetch(f"{home}/away/a.csv", tmp_path)
        with pytest.raises(InputError, match="not among"):
            urls.fetch(f"{home}/other/a.csv", tmp_path)
    finally:
        server.shutdown()


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
