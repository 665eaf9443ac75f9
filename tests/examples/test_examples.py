"""The examples run as they stand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from served import Served

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WORDS = "Predict the diagnosis"


@pytest.fixture(scope="module")
def table(tumours: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "small.csv"
    lines = tumours.read_text(encoding="utf-8").splitlines()[:80]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(name: str, *words: object, cwd: Path) -> str:
    roots = [str(EXAMPLES.parent / root) for root in (".", "graphs", "tools")]
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        capture_output=True,
        text=True,
        check=False,
        timeout=590,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_every_example_is_run_by_a_test_and_its_first_lines_say_how() -> None:
    tests = EXAMPLES.parent / "tests"
    sources = [tests / "examples" / "test_examples.py", tests / "graphs" / "test_langgraph_dev.py"]
    source = "".join(path.read_text(encoding="utf-8") for path in sources)
    for path in EXAMPLES.glob("*.py"):
        assert f'"{path.name}"' in source
        head = path.read_text(encoding="utf-8").split('"""')[1]
        assert f"python examples/{path.name}" in head
        assert "provider:model" in head or "real model" in head or "openai:" in head, path.name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [("verified_middleware.py", "verified"), ("verified_reasoning.py", "1 refuted")],
)
def test_examples_with_a_script_for_a_model(name: str, words: str, tmp_path: Path) -> None:
    assert words in run(name, cwd=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("agent_with_tools.py", "report"),
        ("node_in_a_graph.py", "status: "),
        ("team_with_your_agents.py", "[writer]"),
    ],
)
def test_examples_on_a_table(name: str, words: str, table: Path, tmp_path: Path) -> None:
    assert words in run(name, table, WORDS, cwd=tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "needs"),
    [
        ("worker_of_a_supervisor.py", "[writer]", "langgraph_supervisor"),
        ("hand_off_in_a_swarm.py", "[modeller]", "langgraph_swarm"),
        ("subagent_of_deepagents.py", "ROC AUC", "deepagents"),
    ],
)
def test_examples_among_other_agents(
    name: str, words: str, needs: str, table: Path, tmp_path: Path
) -> None:
    pytest.importorskip(needs, reason=f"{needs} is not installed")
    told = run(name, table, WORDS, cwd=tmp_path)
    assert words in told
    assert "Verified" in told


@pytest.mark.slow
def test_a_plan_is_changed_and_approved(table: Path, tmp_path: Path) -> None:
    answers = ("do not use mean radius", "yes", "yes", "yes")
    told = run("approve_the_plan.py", table, WORDS, *answers, cwd=tmp_path)
    assert "target: diagnosis" in told
    assert "exclude: ['mean radius']" in told
    assert "report.html" in told


@pytest.mark.slow
def test_the_toolkit_without_an_agent(table: Path, tmp_path: Path) -> None:
    assert "79 rows" in run("toolkit_in_a_tool_of_yours.py", table, cwd=tmp_path)


@pytest.mark.slow
def test_the_mcp_client(table: Path, tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    told = run("mcp_client.py", table.parent, table.name, cwd=tmp_path)
    assert "run_automl: " in told
    assert "'rows': 79" in told


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_chat_client(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("starlette")
    monkeypatch.setenv("AUTOGLM_TOKEN", "alpha")
    server = Served(tmp_path / "runs", "--trials", "1")
    try:
        told = run("chat_with_openai_client.py", table, WORDS, f"{server.url}/v1", cwd=tmp_path)
    finally:
        server.kill()
    assert "Verified" in told
