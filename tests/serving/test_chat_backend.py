"""`autoglm serve`, started as a person starts it, in the hands of OpenAI's own client."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra [serve] is not installed")

import openai
from served import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
WORDS = "Predict the diagnosis"


@pytest.fixture(scope="module")
def small(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "small.csv"
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def served(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("runs")
    server = Served(home, "--trials", "1", "--queue", "1", "--root", str(small.parent))
    yield server
    server.kill()


def say(served: Served, words: str, token: str = "alpha", **rest: Any) -> Any:
    return served.client(token).chat.completions.create(
        model="autoglm", messages=[{"role": "user", "content": words}], **rest
    )


def begin(served: Served, words: str, token: str = "alpha", **rest: Any) -> tuple[str, str]:
    """Begin a run, hang up, and return thread and run."""
    stream = say(served, words, token, stream=True, **rest)
    head = next(iter(stream)).model_extra["autoglm"]
    stream.close()
    return head["thread_id"], head["run"]


def settled(served: Served, run: str, token: str = "alpha") -> dict[str, Any]:
    """Wait until a run has ended."""
    deadline = time.monotonic() + 590
    while time.monotonic() < deadline:
        told = served.get(f"/v1/runs/{run}", token).json()
        if told["status"] not in ("queued", "running"):
            return dict(told)
        time.sleep(0.5)
    raise TimeoutError(run)


def test_models_are_listed_and_words_without_a_table_are_answered_at_once(served: Served) -> None:
    assert [m.id for m in served.client().models.list()] == ["autoglm"]
    answer = say(served, "Hello")
    assert "Upload a table" in answer.choices[0].message.content
    streamed = say(served, "Hello", stream=True)
    text = "".join(c.choices[0].delta.content or "" for c in streamed)
    assert "Upload a table" in text


@pytest.mark.slow
def test_an_uploaded_table_is_answered_with_progress_and_a_report(
    served: Served, small: Path
) -> None:
    file = served.client().files.create(file=small, purpose="user_data")
    stream = say(served, WORDS, stream=True, metadata={"file_id": file.id})
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks)
    head = chunks[0].model_extra["autoglm"]
    assert "✓ prepare_data" in text
    assert re.search(r"ROC AUC \d", text)
    assert chunks[-1].choices[0].finish_reason == "stop"
    events = served.get(f"/v1/runs/{head['run']}/events").text
    assert '"run.concluded"' in events
    for told in (text, events):
        assert str(served.home) not in told
    assert settled(served, head["run"])["result"]["task"]["target"] == "diagnosis"
    report = served.get(f"/v1/runs/{head['run']}/report")
    assert "<html" in report.text
    assert "default-src 'none'" in report.headers["content-security-policy"]
    assert served.get(f"/v1/runs/{head['run']}/plots/1").text.startswith("<svg")
    assert served.get(f"/v1/runs/{head['run']}/report", "beta").status_code == 404
    thread = served.get(f"/v1/threads/{head['thread_id']}").json()
    assert [m["role"] for m in thread["messages"]] == ["user", "assistant"]
    kept, shown = thread["messages"][1]["content"], text.replace("  \n", "\n")
    # The thread keeps the way to the report within the server, whatever its address is now.
    assert kept in shown.replace(served.url, "")
    more = "Do not use mean radius."
    name, run = begin(served, more, metadata={"thread_id": head["thread_id"]})
    assert name == head["thread_id"]
    asked = json.loads((served.home / run / "run.json").read_text(encoding="utf-8"))
    assert asked["instruction"] == f"{WORDS}\n{more}"
    assert asked["data_name"] == "small.csv"
    served.post(f"/v1/runs/{run}/cancel")


@pytest.mark.slow
def test_a_full_queue_says_when_to_come_again_and_cancelling_makes_room(
    served: Served, small: Path
) -> None:
    words = f"{WORDS}. Data: {small}"
    first, second = begin(served, words), begin(served, words)
    with pytest.raises(openai.RateLimitError) as full:
        say(served, words)
    assert int(full.value.response.headers["retry-after"]) >= 1
    health = served.get("/health", "none").json()
    assert (health["running"], health["queued"]) == (1, 1)
    with pytest.raises(openai.ConflictError):
        say(served, "and now?", metadata={"thread_id": first[0]})
    for _, run in (first, second):
        assert served.post(f"/v1/runs/{run}/cancel", "beta").status_code == 404
        assert served.post(f"/v1/runs/{run}/cancel").json()["status"] == "cancelled"
    health = served.get("/health", "none").json()
    assert (health["running"], health["queued"]) == (0, 0)


@pytest.mark.slow
def test_a_server_killed_under_load_goes_on_with_every_thread_and_mixes_none(
    tmp_path: Path,
) -> None:
    count = 8
    for number in range(count):
        rows = [f"{i},{(i * 7 + number) % 13},{'yes' if i % 3 else 'no'}" for i in range(60)]
        text = "\n".join([f"a,b,goal{number}", *rows])
        (tmp_path / f"t{number}.csv").write_text(text + "\n", encoding="utf-8")
    home = tmp_path / "runs"
    served = Served(home, "--trials", "1", "--workers", "2", "--root", str(tmp_path))
    try:
        tokens = ("alpha", "beta")
        with ThreadPoolExecutor(count) as pool:
            words = [f"Predict goal{n}. Data: t{n}.csv" for n in range(count)]
            begun = list(pool.map(begin, [served] * count, words, tokens * (count // 2)))
        assert served.get("/health", "none").json()["queued"] >= count - 2 - 1
        while not any((home / run / "checkpoints.sqlite").exists() for _, run in begun):
            time.sleep(0.05)
        served.kill()
        served.start()
        for number, (thread, run) in enumerate(begun):
            token = tokens[number % 2]
            told = settled(served, run, token)
            assert told["status"] in ("verified", "unverified")
            assert told["result"]["task"]["target"] == f"goal{number}"
            messages = served.get(f"/v1/threads/{thread}", token).json()["messages"]
            assert [(m["role"], m["run"]) for m in messages] == [("user", run), ("assistant", run)]
            assert messages[0]["content"] == words[number]
    finally:
        served.kill()
