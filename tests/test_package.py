"""What importing the package costs, and which names it has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import autoglm_agent

HEAVY = ("langgraph", "langchain", "pandas", "sklearn", "lightgbm", "chromadb", "matplotlib")


def cpu_seconds(statement: str) -> float:
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


def test_the_import_costs_at_most_a_fifth_of_langgraph() -> None:
    assert cpu_seconds("import autoglm_agent") <= cpu_seconds("import langgraph.graph") / 5


def test_heavy_libraries_load_only_when_used() -> None:
    code = f"import autoglm_agent, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_an_agent_and_a_server_load_what_reads_tables_only_with_the_first_table(
    tmp_path: Path,
) -> None:
    code = (
        "import sys, autoglm_agent.serving.app;"
        "from autoglm_agent import create_automl_agent;"
        f"create_automl_agent(runs={str(tmp_path)!r}, memory=False);"
        "print([m for m in ('pandas', 'sklearn', 'lightgbm', 'scipy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_public_names_are_sorted_and_each_can_be_had() -> None:
    assert autoglm_agent.__all__ == sorted(autoglm_agent.__all__)
    for name in autoglm_agent.__all__:
        assert getattr(autoglm_agent, name).__name__ == name


def test_help_costs_less_than_half_a_second_of_cpu() -> None:
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run([sys.executable, '-c', 'from autoglm_agent.cli.main import main; main()',"
        " '--help'], check=True, stdout=subprocess.DEVNULL);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_utime + used.ru_stime)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    assert min(float(run.stdout) for run in runs) < 0.5


def test_the_command_runs_as_a_module_where_no_script_is_on_the_path() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "autoglm_agent", "--help"], capture_output=True, text=True
    )
    assert run.returncode == 0
    assert "Usage: autoglm" in run.stdout
