"""Questions and answers over the chat endpoint: approvals, tokens, the reasoning model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra [serve] is not installed")

import openai
from faulty_server import FaultyServer, Reply, call
from served import Served

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table in which `ward` is a copy of the target."""
    path = tmp_path_factory.mktemp("tables") / "leak.csv"
    rows = [f"{i},{i * 7 % 13},{'yes,q' if i % 3 else 'no,z'}" for i in range(200)]
    path.write_text("\n".join(["a,b,goal,ward", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def served(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("runs")
    words = ["--trials", "1", "--root", str(table.parent), "--approve", "plan"]
    server = Served(home, *words)
    yield server
    server.kill()


def say(served: Served, messages: list[dict[str, str]], **rest: Any) -> Any:
    return served.client().chat.completions.create(model="autoglm", messages=messages, **rest)


def test_a_client_that_keeps_the_talk_itself_approves_plan_and_remedy(
    served: Served, table: Path
) -> None:
    talk = [{"role": "user", "content": f"Predict goal. Data: {table.name}"}]
    heard = []
    for answer in ("do not use b", "yes", "yes"):
        told = say(served, talk, metadata={"approve": "plan,remedies"})
        heard.append(told.choices[0].message.content)
        talk += [{"role": "assistant", "content": heard[-1]}, {"role": "user", "content": answer}]
        assert told.usage.total_tokens > 0
    assert "target: goal" in heard[0]
    assert "exclude: ['b']" in heard[1]
    assert "drop_columns" in heard[2]
    ended = say(served, talk)
    run = ended.model_extra["autoglm"]["run"]
    assert ended.model_extra["autoglm"]["thread_id"] == told.model_extra["autoglm"]["thread_id"]
    told = served.get(f"/v1/runs/{run}").json()
    assert told["status"] in ("verified", "unverified")
    assert "b" in told["result"]["task"]["exclude"]
    assert ended.usage.prompt_tokens > ended.usage.completion_tokens > 0
    assert ended.usage.total_tokens == ended.usage.prompt_tokens + ended.usage.completion_tokens
    titles = [plot["title"] for plot in told["plots"]]
    assert all(titles)
    assert all(plot["text"] for plot in told["plots"])


def test_a_server_killed_while_a_run_waits_takes_the_answer_afterwards(
    served: Served, table: Path
) -> None:
    talk = [{"role": "user", "content": f"Predict goal. Data: {table.name}"}]
    asked = say(served, talk).model_extra["autoglm"]
    told = served.get(f"/v1/runs/{asked['run']}").json()
    assert (told["status"], told["question"]["kind"]) == ("asked", "plan")
    assert served.get(f"/v1/runs/{asked['run']}", "beta").status_code == 404
    served.kill()
    served.start()
    metadata = {"thread_id": asked["thread_id"]}
    talk = [{"role": "user", "content": "no"}]
    stream = say(
        served, talk, metadata=metadata, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert "profile_data" not in text  # only what is new is told
    assert "The plan was not approved" in text
    assert chunks[-1].usage.total_tokens > 0
    assert served.get(f"/v1/runs/{asked['run']}").json()["status"] == "unverified"


def test_a_run_that_waits_can_be_cancelled(served: Served, table: Path) -> None:
    talk = [{"role": "user", "content": f"Predict goal. Data: {table.name}"}]
    asked = say(served, talk).model_extra["autoglm"]
    assert served.post(f"/v1/runs/{asked['run']}/cancel").json()["status"] == "cancelled"
    assert served.get(f"/v1/runs/{asked['run']}").json()["status"] == "cancelled"


def test_a_new_table_in_the_thread_is_no_answer(served: Served, table: Path) -> None:
    talk = [{"role": "user", "content": f"Predict goal. Data: {table.name}"}]
    first = say(served, talk).model_extra["autoglm"]
    again = say(served, talk, metadata={"thread_id": first["thread_id"]}).model_extra["autoglm"]
    assert again["run"] != first["run"]
    assert served.get(f"/v1/runs/{first['run']}").json()["status"] == "cancelled"
    assert served.get(f"/v1/runs/{again['run']}").json()["status"] == "asked"


def test_what_cannot_be_approved_is_refused(served: Served) -> None:
    with pytest.raises(openai.BadRequestError, match="cannot be approved"):
        say(served, [{"role": "user", "content": "x"}], metadata={"approve": "everything"})


def test_without_a_chat_model_the_reasoning_model_is_not_offered(served: Served) -> None:
    assert [m.id for m in served.client().models.list()] == ["autoglm"]
    with pytest.raises(openai.BadRequestError, match="no chat model"):
        served.client().chat.completions.create(
            model="autoglm-reason", messages=[{"role": "user", "content": "What is 2 + 2?"}]
        )


def test_the_reasoning_model_answers_in_verified_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = ("3 * 17 = 41", "3 * 17 = 51", "51 + 0 = 51")
    replies = [
        Reply(calls=[call("propose_step", json.dumps({"claim": c, "final": c == claims[-1]}))])
        for c in claims
    ]
    with FaultyServer(replies) as model:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("OPENAI_BASE_URL", model.base_url)
        served = Served(tmp_path, "--model", "openai:scripted")
        try:
            assert "autoglm-reason" in [m.id for m in served.client().models.list()]
            stream = served.client().chat.completions.create(
                model="autoglm-reason",
                messages=[{"role": "user", "content": "What is 3 times 17?"}],
                stream=True,
            )
            text = "".join(c.choices[0].delta.content or "" for c in stream)
        finally:
            served.kill()
    assert "✗ answer refuted" in text
    assert "✓ 3 * 17 = 51" in text
    assert "Answer (verified)" in text
