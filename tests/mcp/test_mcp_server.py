"""The MCP server in the hands of the official client."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

pytest.importorskip("mcp", reason="the extra [mcp] is not installed")

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from autoglm_agent.serving.mcp_server import build_mcp_server
from autoglm_agent.serving.places import Places
from autoglm_agent.serving.runs import RunFolder

TOOLS = {
    "profile_table", "plan_task", "check_table", "run_automl", "resume_run", "get_result",
    "list_runs", "predict_rows",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that may be read, with a small table in it."""
    folder = tmp_path_factory.mktemp("tables")
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    (folder / "small.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@asynccontextmanager
async def client_of(home: Path, data: Path) -> AsyncIterator[Client]:
    server = build_mcp_server(RunFolder(home, memory=False), Places([data]))
    async with Client(server) as client:
        yield client


async def test_tools_have_schemas_annotations_and_described_arguments(tmp_path: Path) -> None:
    async with client_of(tmp_path, tmp_path) as client:
        tools = {t.name: t for t in (await client.list_tools()).tools}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema
        assert tool.annotations is not None
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{tool.name}.{name}"
    assert tools["profile_table"].annotations.read_only_hint is True
    assert tools["run_automl"].annotations.read_only_hint is False


async def test_resources_and_prompts_are_listed_and_a_prompt_is_filled(tmp_path: Path) -> None:
    async with client_of(tmp_path, tmp_path) as client:
        templates = (await client.list_resource_templates()).resource_templates
        assert "autoglm://runs/{run}/report" in {t.uri_template for t in templates}
        prompt = await client.get_prompt("find_model", {"data": "a.csv", "goal": "Predict b"})
    assert "Predict b" in prompt.messages[0].content.text


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.csv", "link.csv", "nowhere.csv", "\0"])
async def test_a_file_outside_the_allowed_folders_is_a_tool_error(
    name: str, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (allowed / "link.csv").symlink_to(tmp_path / "secret.csv")
    async with client_of(tmp_path / "runs", allowed) as client:
        result = await client.call_tool("profile_table", {"data": name})
    assert result.is_error
    text = result.content[0].text
    assert "InputError" in text
    assert "Traceback" not in text


async def test_a_run_that_is_not_there_is_a_tool_error_with_a_remedy(tmp_path: Path) -> None:
    async with client_of(tmp_path, tmp_path) as client:
        result = await client.call_tool("get_result", {"run": "nothing"})
        assert result.is_error
        assert "remedy:" in result.content[0].text
        assert (await client.call_tool("get_result", {"run": "../../etc"})).is_error
        listed = await client.call_tool("list_runs", {})
    assert listed.structured_content == {"runs": []}


@pytest.mark.slow
async def test_a_run_reports_progress_and_its_report_and_plots_are_resources(
    tmp_path: Path, data: Path
) -> None:
    heard: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message))

    async with client_of(tmp_path, data) as client:
        profile = await client.call_tool("profile_table", {"data": "small.csv"})
        assert profile.structured_content["rows"] == 79
        result = await client.call_tool(
            "run_automl",
            {"data": "small.csv", "instruction": "Predict the diagnosis", "trials": 1},
            progress_callback=hear,
        )
        assert not result.is_error, result.content
        told = result.structured_content
        assert told["status"] in ("verified", "unverified")
        assert told["honest"]["low"] <= told["honest"]["value"] <= told["honest"]["high"]
        report = await client.read_resource(told["report"])
        assert "<html" in report.contents[0].text
        plot = await client.read_resource(f"autoglm://runs/{told['run']}/plots/1")
        assert plot.contents[0].text.startswith("<svg")
        new = await client.call_tool("predict_rows", {"run": told["run"], "data": "small.csv"})
        assert new.structured_content["rows"] == 79
        rows = await client.read_resource(new.structured_content["resource"])
        assert rows.contents[0].text.count("\n") == 80
    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert any("profile_data" in (text or "") for _, text in heard)


def worker_of(home: Path, run: str) -> int | None:
    """Return the living process that drives a run, if one does."""
    try:
        pid = int(json.loads((home / run / "lease.json").read_text(encoding="utf-8"))["pid"])
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else pid


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
async def test_a_cancelled_call_kills_the_worker(tmp_path: Path, data: Path) -> None:
    began = asyncio.Event()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        began.set()

    arguments = {"data": "small.csv", "instruction": "Predict the diagnosis", "trials": 1}
    async with client_of(tmp_path, data) as client:
        async with anyio.create_task_group() as group:

            async def call() -> None:
                await client.call_tool("run_automl", arguments, progress_callback=hear)

            group.start_soon(call)
            await began.wait()
            run = RunFolder(tmp_path).ids()[0]
            while not worker_of(tmp_path, run):
                await asyncio.sleep(0.02)
            group.cancel_scope.cancel()
        with anyio.fail_after(30):
            while worker_of(tmp_path, run):
                await asyncio.sleep(0.02)
        after = await client.call_tool("get_result", {"run": run})
    assert after.structured_content["status"] == "unfinished"


@pytest.mark.slow
async def test_the_command_serves_on_standard_input_and_output(tmp_path: Path, data: Path) -> None:
    words = ["-P", "-c", "from autoglm_agent.cli.main import main; main()", "mcp"]
    server = StdioServerParameters(
        command=sys.executable,
        args=[*words, "--runs", str(tmp_path), "--root", str(data)],
        env=dict(os.environ),
    )
    async with Client(stdio_client(server)) as client:
        assert {t.name for t in (await client.list_tools()).tools} == TOOLS
        outside: Any = await client.call_tool("profile_table", {"data": "/etc/passwd"})
    assert outside.is_error


@pytest.fixture(scope="module")
def over_http(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of `autoglm mcp --http`, guarded by the token `alpha`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "from autoglm_agent.cli.main import main; main()"
    home = tmp_path_factory.mktemp("runs")
    words = ["mcp", "--http", "--port", str(port), "--runs", str(home), "--root", str(data)]
    server = subprocess.Popen(
        [sys.executable, "-P", "-c", code, *words], env={**os.environ, "AUTOGLM_TOKEN": "alpha"}
    )
    url = f"http://127.0.0.1:{port}/mcp"
    deadline = time.monotonic() + 240
    while True:
        try:
            httpx.get(url)
            break
        except httpx.TransportError:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield url
    server.kill()
    server.wait()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_http_asks_for_the_token_and_refuses_other_hosts(over_http: str) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accepts = {"Accept": "application/json, text/event-stream"}
    assert httpx.post(over_http, json=call, headers=accepts).status_code == 401
    mine = {**accepts, "Authorization": "Bearer alpha"}
    evil = httpx.post(over_http, json=call, headers={**mine, "Host": "evil.example"})
    assert evil.status_code in (403, 421)
    evil = httpx.post(over_http, json=call, headers={**mine, "Origin": "http://evil.example"})
    assert evil.status_code in (403, 421)


@pytest.mark.allow_hosts(["127.0.0.1"])
async def test_langchains_own_adapter_lists_and_calls_the_tools(over_http: str) -> None:
    pytest.importorskip("fastmcp", reason="langchain[mcp] is not installed")
    from fastmcp.client.transports import StreamableHttpTransport
    from langchain.mcp import MCPAdapter

    transport = StreamableHttpTransport(over_http, headers={"Authorization": "Bearer alpha"})
    async with MCPAdapter(transport) as adapter:
        tools = {t.name: t for t in await adapter.list_tools()}
        assert set(tools) == TOOLS
        call = {"name": "list_runs", "args": {}, "id": "1", "type": "tool_call"}
        message = await tools["list_runs"].ainvoke(call)
        assert message.status == "success"
        call = {**call, "name": "profile_table", "args": {"data": "/etc/passwd"}}
        refused = await tools["profile_table"].ainvoke(call)
    assert refused.status == "error"
    assert "remedy:" in refused.text
