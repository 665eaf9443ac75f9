"""`langgraph dev` with the shipped `langgraph.json`: what a LangGraph server gives for nothing.

Its server has a licence of its own and is no dependency: `AUTOGLM_LANGGRAPH` names the command
`langgraph` of an environment with `langgraph-cli[inmem]` and this package; without it nothing is
started here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langgraph.pregel.remote import RemoteGraph

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("AUTOGLM_LANGGRAPH", "")
pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1", "::1"]),
    pytest.mark.slow,
    pytest.mark.skipif(not COMMAND, reason="AUTOGLM_LANGGRAPH names no `langgraph` command"),
]


@pytest.fixture(scope="module")
def words(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    table = tmp_path_factory.mktemp("tables") / "small.csv"
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"Predict the diagnosis within 5 seconds. Data: {table}"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("project")  # the server writes into its folder
    for name in ("autoglm_agent", "graphs", "tools", "langgraph.json", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    roots = os.pathsep.join(str(ROOT / root) for root in (".", "graphs", "tools"))
    told = {"AUTOGLM_RUNS": str(folder / "runs"), "AUTOGLM_MODEL": "openai:none"}
    server = subprocess.Popen(
        [COMMAND, "dev", "--no-browser", "--no-reload", "--port", str(port)],
        cwd=folder,
        env={**os.environ, **told, "OPENAI_API_KEY": "none", "PYTHONPATH": roots},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 240
    while time.monotonic() < deadline:
        assert server.poll() is None
        try:
            if httpx.get(f"{url}/ok").status_code == 200:
                break
        except httpx.TransportError:
            time.sleep(0.5)
    yield url
    server.terminate()
    server.wait(60)


def assistants(url: str) -> dict[str, str]:
    found = httpx.post(f"{url}/assistants/search", json={}, timeout=60).json()
    return {assistant["graph_id"]: assistant["assistant_id"] for assistant in found}


def test_a_remote_graph_runs_and_streams_progress(url: str, words: str) -> None:
    assert set(assistants(url)) == {"automl", "reason", "team"}
    graph = RemoteGraph("automl", url=url)
    events, last = [], {}
    request = {"messages": [{"role": "user", "content": words}]}
    for part in graph.stream(request, stream_mode=["custom", "values"]):
        if part.event == "custom":
            events.append(part.data["event"])
        else:
            last = part.data
    assert {"tool.started", "step.accepted", "run.concluded"} <= set(events)
    assert last["structured_response"]["status"] in ("verified", "unverified")


def test_the_example_prints_progress_and_an_answer(url: str, words: str, tmp_path: Path) -> None:
    instruction, _, data = words.partition(" Data: ")
    example = ROOT / "examples" / "remote_graph.py"
    done = subprocess.run(
        [sys.executable, str(example), data, instruction, url],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "tool.started profile_data" in done.stdout
    assert "ROC AUC" in done.stdout


def test_another_agent_asks_by_a2a(url: str, words: str) -> None:
    assistant = assistants(url)["automl"]
    card = httpx.get(
        f"{url}/.well-known/agent-card.json", params={"assistant_id": assistant}, timeout=60
    ).json()
    assert card["description"].startswith("One sentence and a table in")
    message = {"role": "user", "messageId": "1", "parts": [{"kind": "text", "text": words}]}
    call = {"jsonrpc": "2.0", "id": "1", "method": "message/send", "params": {"message": message}}
    accepts = {"accept": "application/json"}
    told = httpx.post(f"{url}/a2a/{assistant}", json=call, headers=accepts, timeout=580).json()
    assert "ROC AUC" in str(told["result"])


async def test_its_mcp_endpoint_lists_the_graphs_by_narrow_schemas(url: str, words: str) -> None:
    client = pytest.importorskip("mcp.client")
    async with client.Client(f"{url}/mcp") as connected:
        tools: dict[str, Any] = {t.name: t for t in (await connected.list_tools()).tools}
        assert set(tools) == {"automl", "reason", "team"}
        for tool in tools.values():
            assert set(tool.input_schema["properties"]) == {"messages"}
        request = {"messages": [{"role": "user", "content": words}]}
        result = await connected.call_tool("automl", request)
    assert not result.is_error
    assert "ROC AUC" in str(result.content)
