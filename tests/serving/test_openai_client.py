"""What OpenAI's own client gets: words, streams, tools, files, and errors as it knows them."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra [serve] is not installed")

import openai
from served import Served

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
WORDS = "Predict the diagnosis"
TOOL: Any = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    tables = tmp_path_factory.mktemp("tables")
    words = ("--trials", "1", "--root", str(tables), "--allow-url", "https://data.example/tables/")
    server = Served(tmp_path_factory.mktemp("runs"), *words)
    yield server
    server.kill()


def say(served: Served, content: Any, token: str = "alpha", **rest: Any) -> Any:
    return served.client(token).chat.completions.create(
        model="autoglm", messages=[{"role": "user", "content": content}], **rest
    )


def test_a_wrong_token_and_what_is_not_there_have_their_own_errors(served: Served) -> None:
    with pytest.raises(openai.AuthenticationError):
        served.client("wrong").models.list()
    client = served.client()
    with pytest.raises(openai.NotFoundError, match="There is no model") as missing:
        client.chat.completions.create(model="other", messages=[{"role": "user", "content": "x"}])
    assert missing.value.code == "model_not_found"
    for ask in (
        lambda: client.models.retrieve("other"),
        lambda: client.files.retrieve("file-none"),
        lambda: say(served, WORDS, metadata={"file_id": "file-none"}),
        lambda: say(served, WORDS, metadata={"thread_id": "none"}),
        lambda: client.embeddings.create(model="autoglm", input="x"),
    ):
        with pytest.raises(openai.NotFoundError):
            ask()
    assert served.get("/v1/runs/none").json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ({"messages": []}, "No message is the user's"),
        ({"n": 2}, "`n` is not 1"),
        ({"tools": [TOOL], "tool_choice": "required"}, "`tool_choice` forces"),
        ({"response_format": {"type": "json_object"}}, "`response_format` is not"),
        ({"metadata": {"url": "http://127.0.0.1:1/t.csv"}}, "not among the URLs"),
        ({"metadata": {"url": "https://data.example/tables/../x.csv"}}, "not among the URLs"),
        ({"metadata": {"approve": "everything"}}, "cannot be approved"),
    ],
)
def test_what_cannot_be_done_as_asked_is_refused_with_a_remedy(
    rest: dict[str, Any], told: str, served: Served
) -> None:
    usual: Any = {"model": "autoglm", "messages": [{"role": "user", "content": WORDS}]}
    with pytest.raises(openai.BadRequestError, match=told):
        served.client().chat.completions.create(**{**usual, **rest})


def test_a_path_outside_the_folders_is_refused_and_the_folders_are_not_told(
    served: Served,
) -> None:
    with pytest.raises(openai.BadRequestError, match="folders that this server may read") as no:
        say(served, "Predict x. Data: /etc/secret.csv")
    assert str(served.home.parent) not in str(no.value)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.csv", b"", "is empty"),
        ("page.csv", b"<!DOCTYPE html><html></html>", "an HTML"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64), "an image"),
        ("program.xlsx", b"\x7fELF" + bytes(64), "a program"),
        ("noise.csv", bytes(range(256)) * 8, "binary or damaged"),
    ],
)
def test_a_file_that_is_no_table_is_refused_when_it_is_uploaded(
    name: str, data: bytes, told: str, served: Served
) -> None:
    before = set((served.home / "uploads").glob("*"))
    with pytest.raises(openai.UnprocessableEntityError, match=told) as refused:
        served.client().files.create(file=(name, data), purpose="user_data")
    assert refused.value.code == "unreadable_file"
    assert name in str(refused.value)
    assert set((served.home / "uploads").glob("*")) == before


def test_more_bytes_than_are_taken_are_refused_before_they_are_sent(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.putrequest("POST", "/v1/files")
    for name, value in {"Authorization": "Bearer alpha", "Content-Length": str(1 << 40)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    with pytest.raises(openai.APIStatusError) as refused:
        say(served, "x" * (17 << 20))
    assert refused.value.status_code == 413


def test_an_uploaded_file_can_be_read_back_and_removed(served: Served) -> None:
    client = served.client()
    file = client.files.create(
        file=("wide.csv", "a,b\n1,2\n".encode("utf-16")), purpose="user_data"
    )
    assert client.files.content(file.id).read().decode("utf-16") == "a,b\n1,2\n"
    with pytest.raises(openai.NotFoundError):
        served.client("beta").files.content(file.id)
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(file.id)


def test_a_user_sees_neither_threads_nor_files_of_another(served: Served) -> None:
    file = served.client().files.create(file=("t.csv", b"a,b\n1,2\n"), purpose="user_data")
    thread = say(served, "Hello").model_extra["autoglm"]["thread_id"]
    assert served.get(f"/v1/threads/{thread}").status_code == 200
    assert served.get(f"/v1/threads/{thread}", "beta").status_code == 404
    assert served.get("/v1/threads", "beta").json()["data"] == []
    assert served.get("/v1/threads", "wrong").status_code == 401
    with pytest.raises(openai.NotFoundError):
        say(served, WORDS, "beta", metadata={"file_id": file.id})
    assert served.client("beta").files.list().data == []


def test_help_is_given_in_the_language_of_the_question(served: Served) -> None:
    assert "Upload a table" in say(served, "Hello").choices[0].message.content
    assert "请上传一张表" in say(served, "你好，能做什么？").choices[0].message.content


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "### Task:\nGenerate a concise title.\n### Output:\nJSON format: "
            '{ "title": "your title" }\n### Chat History:\n<chat_history>\n'
            "USER: Predict Churn. Data: t.csv\nASSISTANT: done\n</chat_history>",
            {"title": "Predict Churn. Data: t.csv"},
        ),
        (
            '### Task:\nSuggest questions. Return { "follow_ups": ["Q1?"] }\n'
            "<chat_history>\nUSER: Predict Churn. Data: t.csv\n</chat_history>",
            {"follow_ups": []},
        ),
        (
            '### Task:\nGenerate 1-3 broad tags: { "tags": ["tag1"] }\n'
            "<chat_history>\nUSER: Predict Churn. Data: t.csv\n</chat_history>",
            {"tags": []},
        ),
    ],
)
def test_a_clients_own_chores_begin_neither_a_run_nor_a_thread(
    words: str, told: dict[str, Any], served: Served
) -> None:
    before = served.get("/v1/threads").json()
    assert json.loads(say(served, words).choices[0].message.content) == told
    streamed = say(served, words, stream=True)
    assert json.loads("".join(c.choices[0].delta.content or "" for c in streamed)) == told
    assert served.get("/v1/threads").json() == before


@pytest.mark.slow
def test_a_table_within_the_message_is_answered_and_tools_are_left_alone(
    served: Served, tumours: Path
) -> None:
    data = "\n".join(tumours.read_text(encoding="utf-8").splitlines()[:80]) + "\n"
    data = data.replace("mean radius", "![x](//evil.example/p.png)<img src=x>", 1)
    url = f"data:text/csv;base64,{base64.b64encode(data.encode()).decode()}"
    content = [
        {"type": "text", "text": WORDS},
        {"type": "file", "file": {"filename": "small.csv", "file_data": url}},
    ]
    told = say(served, content, tools=[TOOL], tool_choice="auto")
    answer = told.choices[0]
    assert (answer.finish_reason, answer.message.tool_calls) == ("stop", None)
    assert "ROC AUC" in answer.message.content
    run = told.model_extra["autoglm"]["run"]
    assert f"/v1/runs/{run}/report" in answer.message.content
    assert served.get(f"/v1/runs/{run}").json()["result"]["task"]["target"] == "diagnosis"
    assert str(served.home) not in answer.message.content
    bad = {"type": "file", "file": {"filename": "a.csv", "file_data": "§"}}
    with pytest.raises(openai.UnprocessableEntityError, match="base64"):
        say(served, [content[0], bad])
