"""Threads, messages and runs in SQLite and in a real PostgreSQL."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from postgres import Postgres

from autoglm_agent.errors import InputError, StoreError
from autoglm_agent.serving.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where rows are kept."""
    if request.param == "sqlite":
        return str(tmp_path / "s.sqlite")
    server: Postgres = request.getfixturevalue("postgres")
    return server.url


def test_a_thread_keeps_its_messages_and_belongs_to_its_owner(place: str) -> None:
    database = Database(place)
    thread = database.open_thread("ada", None, "Predict\n churn")
    run = f"run-{thread['id']}"
    database.begin(thread, "Predict churn", "/t.csv", run)
    assert database.active() == [run]
    database.end(run, "verified", "AUC 0.8")
    database.end(run, "failed", "again")
    assert database.active() == []
    database.close()
    again = Database(place)
    said = [(m["role"], m["content"], m["run"]) for m in again.messages(thread["id"])]
    assert said == [("user", "Predict churn", run), ("assistant", "AUC 0.8", run)]
    assert again.open_thread("ada", thread["id"], "")["data"] == "/t.csv"
    for owner in ("bob", "' OR 1=1 --"):
        assert again.threads(owner) == []
        with pytest.raises(InputError):
            again.open_thread(owner, thread["id"], "")
        with pytest.raises(InputError):
            again.run(run, owner)


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


def test_words_in_any_script_come_back_as_they_were(place: str) -> None:
    database = Database(place)
    words = "预测流失 👍 O'Brien %s ?; DROP TABLE threads; --"
    thread = database.open_thread("ada", None, words)["id"]
    database.say(thread, "user", words)
    assert [m["content"] for m in database.messages(thread)] == [words]


def test_a_postgresql_that_was_restarted_is_connected_to_again(postgres: Postgres) -> None:
    database = Database(postgres.url)
    thread = database.open_thread("eve", None, "t")
    postgres.stop()
    try:
        with pytest.raises(StoreError, match="cannot be reached"):
            database.messages(thread["id"])
        with pytest.raises(StoreError):
            database.say(thread["id"], "user", "lost")
    finally:
        postgres.start()
    database.say(thread["id"], "user", "kept")
    assert [m["content"] for m in database.messages(thread["id"])] == ["kept"]


def test_a_password_is_not_repeated_when_postgresql_is_away(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the extra [postgres] is not installed")
    with pytest.raises(StoreError) as refused:
        Database(f"postgresql://ada:secret@/x?host={tmp_path}")
    assert "secret" not in str(refused.value)
