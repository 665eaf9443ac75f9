"""The MCP server, driven by the SDK's own client: over memory, standard streams and HTTP."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")
from mcp.client import Client

from autoglm_agent.serving.mcp import mcp_server

ROOT = Path(__file__).resolve().parents[2]
TOOLS = {
    "profile_table": True,
    "plan_task": True,
    "check_table": True,
    "find_model": False,
    "resume_run": False,
    "list_runs": True,
    "predict": False,
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "parts.csv"
    path.parent.mkdir()
    dice = random.Random(7)
    sizes = [(dice.gauss(0, 1), dice.gauss(0, 1)) for _ in range(200)]
    rows = [
        f"{a:.3f},{b:.3f},{'good' if a + b + dice.gauss(0, 0.8) > 0 else 'bad'}" for a, b in sizes
    ]
    path.write_text("\n".join(["size,weight,kind", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (str(ROOT / part) for part in ("", "graphs", "tools"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(parts))


@pytest.fixture
def server(tmp_path: Path, table: Path) -> Any:
    return mcp_server(roots=[table.parent], runs=tmp_path / "runs", at_once=2)


def text_of(result: Any) -> str:
    return " ".join(block.text for block in result.content if block.type == "text")


async def test_the_tools_tell_what_they_change_and_what_they_give(server: Any) -> None:
    async with Client(server) as client:
        listed = (await client.list_tools()).tools
        assert {t.name: t.annotations.read_only_hint for t in listed} == TOOLS
        found = next(t for t in listed if t.name == "find_model")
        assert set(found.input_schema["required"]) == {"data", "instruction"}
        assert "context" not in found.input_schema["properties"]
        assert {"run", "status", "summary", "honest"} <= set(found.output_schema["properties"])


async def test_an_instruction_is_planned_without_training(server: Any, table: Path) -> None:
    async with Client(server) as client:
        told = await client.call_tool(
            "plan_task", {"data": "parts.csv", "instruction": "Predict kind"}
        )
        assert told.structured_content["target"] == "kind"
        profiled = await client.call_tool("profile_table", {"data": str(table)})
        assert profiled.structured_content["rows"] == 200


async def test_a_leak_is_found_by_the_check(server: Any, table: Path) -> None:
    async with Client(server) as client:
        lines = table.read_text().splitlines()
        leaky = [f"{line},{line.rsplit(',', 1)[1][::-1]}" for line in lines]
        (table.parent / "leaky.csv").write_text("\n".join(leaky) + "\n", encoding="utf-8")
        told = await client.call_tool("check_table", {"data": "leaky.csv", "target": "kind"})
        assert told.structured_content["refuted"]
        failing = [f for f in told.structured_content["findings"] if f["level"] == "fail"]
        assert any("dnik" in f["columns"] for f in failing)


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "link.csv", "a\0b"])
async def test_files_outside_the_roots_are_refused(
    server: Any, table: Path, tmp_path: Path, path: str
) -> None:
    async with Client(server) as client:
        (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        (table.parent / "link.csv").symlink_to(tmp_path / "secret.csv")
        told = await client.call_tool("profile_table", {"data": path})
        assert told.is_error
        assert "outside" in text_of(told) or "no path" in text_of(told)


async def test_bad_input_is_an_error_with_its_remedy_and_no_traceback(server: Any) -> None:
    async with Client(server) as client:
        told = await client.call_tool(
            "plan_task", {"data": "none.csv", "instruction": "Predict kind"}
        )
        assert told.is_error
        assert "Check the path." in text_of(told)
        told = await client.call_tool(
            "plan_task", {"data": "parts.csv", "instruction": "Predict joy"}
        )
        assert told.is_error
        assert "size" in text_of(told)  # the candidates are named
        assert "Traceback" not in text_of(told)


async def test_a_model_is_found_with_progress_and_its_report_is_a_resource(
    server: Any, table: Path
) -> None:
    async with Client(server) as client:
        heard: list[tuple[float, str | None]] = []

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            heard.append((progress, message))

        asked = {"data": "parts.csv", "instruction": "Predict the kind", "time_budget": 25}
        told = await client.call_tool("find_model", asked, progress_callback=hear)
        assert not told.is_error, text_of(told)
        found = told.structured_content
        assert found["status"] in ("verified", "unverified")
        assert 0 <= found["honest"]["low"] <= found["honest"]["value"] <= 1
        assert str(round(found["honest"]["value"], 3))[:5] in found["summary"]
        steps = [p for p, _ in heard]
        assert steps == sorted(steps)
        assert any("profile_data is done" in (m or "") for _, m in heard)
        page = (await client.read_resource(found["report"])).contents[0]
        assert page.text.startswith("<!doctype html>") or "<html" in page.text
        listed = await client.call_tool("list_runs", {})
        assert found["run"] in json.dumps(listed.structured_content)
        asked = {"run": found["run"], "data": "parts.csv", "out": "predictions.csv"}
        predicted = await client.call_tool("predict", asked)
        assert predicted.structured_content["rows"] == 200
        assert (table.parent / "predictions.csv").read_text().count("\n") >= 200
        again = await client.call_tool("predict", asked)
        assert again.is_error
        assert "exists already" in text_of(again)


async def test_a_cancelled_run_stops_its_process_and_can_be_resumed(
    server: Any, tmp_path: Path
) -> None:
    async with Client(server) as client:
        started = asyncio.Event()

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            started.set()

        asked = {"data": "parts.csv", "instruction": "Predict the kind", "time_budget": 15}
        call = asyncio.create_task(client.call_tool("find_model", asked, progress_callback=hear))
        await asyncio.wait_for(started.wait(), 60)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        run = next((tmp_path / "runs").glob("*/run.json")).parent
        for _ in range(150):
            if not working_on(run):
                break
            await asyncio.sleep(0.2)
        assert not working_on(run)
        assert not (run / "result.json").exists()
        told = await client.call_tool("resume_run", {"run": run.name})
        assert told.structured_content["run"] == run.name, text_of(told)
        assert (run / "result.json").exists()


def working_on(run: Path) -> list[str]:
    """Return the processes whose command line names the run's home."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(run.parent) in line and "cli.main" in line:
            found.append(line)
    return found


async def test_it_is_served_over_the_standard_streams(table: Path, tmp_path: Path) -> None:
    from mcp.client.stdio import StdioServerParameters, stdio_client

    start = "import sys; from autoglm_agent.cli.main import main; sys.exit(main())"
    options = ["mcp", "--root", str(table.parent), "--runs", str(tmp_path / "runs")]
    server = StdioServerParameters(
        command=sys.executable, args=["-c", start, *options], env=dict(os.environ)
    )
    async with Client(stdio_client(server)) as opened:
        assert {t.name for t in (await opened.list_tools()).tools} == set(TOOLS)
        told = await opened.call_tool("profile_table", {"data": "parts.csv"})
        assert told.structured_content["rows"] == 200
        prompts = (await opened.list_prompts()).prompts
        assert {p.name for p in prompts} == {"model_a_table", "check_a_table"}


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from autoglm_agent.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "mcp.server", None)
    monkeypatch.delitem(sys.modules, "autoglm_agent.serving.mcp")
    with pytest.raises(MissingExtraError, match="not installed"):
        importlib.import_module("autoglm_agent.serving.mcp")
