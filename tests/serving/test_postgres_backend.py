"""`autoglm serve` with its threads in a real PostgreSQL, which goes away while a run is driven."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra [serve] is not installed")

import openai
from postgres import Postgres
from served import Served

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]


def test_a_run_that_ends_while_postgresql_is_away_is_answered_when_it_is_back(
    postgres: Postgres, tmp_path: Path
) -> None:
    rows = [f"{i},{i * 7 % 13},{'yes' if i % 3 else 'no'}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,goal", *rows]) + "\n", encoding="utf-8")
    home = tmp_path / "runs"
    words = ("--trials", "1", "--root", str(tmp_path), "--database", postgres.url)
    served = Served(home, *words)
    try:
        asked = [{"role": "user", "content": "Predict goal. Data: t.csv"}]
        stream = served.client().chat.completions.create(
            model="autoglm", messages=asked, stream=True
        )
        head = next(iter(stream)).model_extra["autoglm"]
        stream.close()
        deadline = time.monotonic() + 280
        while not (home / head["run"] / "checkpoints.sqlite").exists():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        postgres.stop()
        try:
            with pytest.raises(openai.InternalServerError) as away:
                served.client().files.list()
            assert away.value.status_code == 503
            while not (home / head["run"] / "result.json").exists():
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            postgres.start()
        while served.get(f"/v1/runs/{head['run']}").json()["status"] in ("queued", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.5)
        thread = served.get(f"/v1/threads/{head['thread_id']}").json()
        assert [m["role"] for m in thread["messages"]] == ["user", "assistant"]
        served.kill()
        served.start()
        assert served.get(f"/v1/threads/{head['thread_id']}").json() == thread
        assert not (home / "serve.sqlite").exists()
    finally:
        served.kill()
