"""The MCP server judged by the protocol's own programs: conformance suite, inspector, client.

They are Node programs. `AUTOGLM_NODE_MODULES` names the folder `node_modules` into which
`npm install node@22 @modelcontextprotocol/conformance @modelcontextprotocol/inspector` put them;
without it nothing is judged here.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("mcp", reason="the extra [mcp] is not installed")

MODULES = Path(os.environ.get("AUTOGLM_NODE_MODULES") or "/nonexistent")
NODE = MODULES / ".bin" / "node"
pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.slow,
    pytest.mark.skipif(not NODE.exists(), reason="AUTOGLM_NODE_MODULES names no Node programs"),
]
SCENARIOS = (
    "server-initialize",
    "ping",
    "tools-list",
    "resources-list",
    "prompts-list",
    "completion-complete",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
)
"""Those that need none of the suite's own fixture tools, resources and prompts in the server."""


@pytest.fixture(scope="module")
def data(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    (folder / "small.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def url(data: Path, home: Path) -> Iterator[str]:
    """The URL of `autoglm mcp --http` without a token, as it listens on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["mcp", "--http", "--port", str(port), "--runs", str(home), "--root", str(data)]
    code = "from autoglm_agent.cli.main import main; main()"
    environment = {k: v for k, v in os.environ.items() if k != "AUTOGLM_TOKEN"}
    server = subprocess.Popen([sys.executable, "-P", "-c", code, *words], env=environment)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert server.poll() is None
        try:
            httpx.get(f"http://127.0.0.1:{port}/mcp", timeout=60)
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/mcp"
    server.kill()
    server.wait()


def node(*words: object, seconds: float = 280) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(MODULES / ".bin"), os.environ["PATH"]])
    return subprocess.run(
        [str(NODE), *map(str, words)],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_conformance_suite_passes(scenario: str, url: str) -> None:
    program = MODULES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    done = node(program, "server", "--url", url, "--scenario", scenario)
    assert done.returncode == 0, done.stdout + done.stderr


def inspected(url: str, *words: str) -> Any:
    program = MODULES / ".bin" / "mcp-inspector"
    done = node(program.resolve(), "--cli", url, "--transport", "http", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_inspector_lists_and_calls_the_tools(url: str) -> None:
    tools = inspected(url, "--method", "tools/list")["tools"]
    assert {"profile_table", "run_automl", "resume_run"} <= {tool["name"] for tool in tools}
    assert all(tool["inputSchema"]["type"] == "object" for tool in tools)
    words = ("--method", "tools/call", "--tool-name", "profile_table", "--tool-arg")
    assert inspected(url, *words, "data=small.csv")["structuredContent"]["rows"] == 79
    assert inspected(url, *words, "data=/etc/passwd")["isError"] is True
    templates = inspected(url, "--method", "resources/templates/list")["resourceTemplates"]
    assert "autoglm://runs/{run}/report" in {t["uriTemplate"] for t in templates}
    prompts = inspected(url, "--method", "prompts/list")["prompts"]
    assert all(a["description"] for prompt in prompts for a in prompt["arguments"])


def test_the_typescript_client_hears_progress_and_its_abort_stops_the_work(
    url: str, home: Path, tmp_path: Path
) -> None:
    script = shutil.copy(Path(__file__).with_name("official_client.mjs"), tmp_path)
    (tmp_path / "node_modules").symlink_to(MODULES.resolve())
    done = node(script, url, "small.csv", seconds=590)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["rows"] == 79
    assert seen["status"] in ("verified", "unverified")
    assert seen["progress"] == sorted(seen["progress"])
    assert any("profile_data" in (line or "") for line in seen["lines"])
    assert seen["aborted"] is True
    assert sorted(run["status"] for run in seen["runs"]) == sorted([seen["status"], "unfinished"])
    stopped = next(run["run"] for run in seen["runs"] if run["status"] == "unfinished")
    time.sleep(2)
    held = json.loads((home / stopped / "lease.json").read_text(encoding="utf-8"))
    process = Path(f"/proc/{held['pid']}/cmdline")
    assert not process.exists() or not process.read_bytes()
