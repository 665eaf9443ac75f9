"""The documentation is true: its code runs, its commands exist, its site builds."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer.main
from faulty_server import FaultyServer, Reply, call

from autoglm_agent import verifiers
from autoglm_agent.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$? ?(autoglm .*)$", re.MULTILINE)
LONG = ("churn.csv", ".fit(X, y)", "n_trials=")
"""What stands in the blocks that train models. A fence with a space before its language holds a
part of something longer, or needs weights: it is not run."""


_X = pd.DataFrame({"price": range(1, 121), "area": [7 + n * 5 % 11 for n in range(120)]})
TABLE = {"X": _X, "y": _X["price"] // 61, "numbers": list(_X), "categories": []}
"""What a reader has at hand, as the text says."""


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, (language, code) in enumerate(FENCE.findall(page.read_text("utf-8")), 1):
            if language in languages:
                yield f"{page.relative_to(ROOT)}:{number}", code


PYTHON = list(blocks("python"))
QUICK = [block for block in PYTHON if not any(word in block[1] for word in LONG)]
TRAINING = [block for block in PYTHON if any(word in block[1] for word in LONG)]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    """A server of OpenAI's protocol that proposes one true step, in words or as a call."""
    step = json.dumps({"claim": "40 / 0.8 = 50", "final": True})
    called, told = Reply(calls=[call("propose_step", step)]), Reply("40 / 0.8 = 50")
    with FaultyServer([Asked(called, told)] * 50) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        yield server


class Asked:
    """Answers by a call where `propose_step` is among the tools, else in words."""

    def __init__(self, called: Reply, told: Reply) -> None:
        self._called = called
        self._told = told

    def __call__(self, wire: Any, request: Any) -> None:
        names = [tool["function"]["name"] for tool in request.body.get("tools") or ()]
        (self._called if "propose_step" in names else self._told)(wire, request)


def run(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a block as it stands, where a reader would: beside a table `churn.csv`."""
    rows = [
        f"c{i},{'mf'[i % 2]},{i * 7 % 60},{20 + i * 13 % 80},{('yes', 'no')[(i * 7 % 60) > 20]}"
        for i in range(120)
    ]
    header = "customer,gender,months,monthly,Churn"
    (folder / "churn.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AUTOGLM_KEY_FILE", str(folder / "key"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "<block>", "exec"), {"text": "Revenue grew by 40 / 0.8 = 50.", **TABLE})


def test_every_verifier_that_is_told_of_can_be_imported() -> None:
    page = (ROOT / "docs" / "reasoning.md").read_text("utf-8")
    rows = page.partition("| verifier |")[2].partition("\n\n")[0].splitlines()[2:]
    names = [name for row in rows for name in re.findall(r"`(\w+)", row.split("|")[1])]
    assert len(names) > 10
    assert {*names, "all_of", "any_of"} <= set(verifiers.__all__)
    assert all(hasattr(verifiers, name) for name in verifiers.__all__)


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("code", [c for _, c in QUICK], ids=[name for name, _ in QUICK])
def test_code_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(code, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("code", [c for _, c in TRAINING], ids=[name for name, _ in TRAINING])
def test_code_that_trains_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(code, tmp_path, monkeypatch)


def commands() -> list[str]:
    found = [c for _, code in blocks("console", "shell") for c in COMMAND.findall(code)]
    return sorted({re.sub(r" (→|…).*$", "", command) for command in found})


def test_commands_and_their_options_exist() -> None:
    group = typer.main.get_command(app)
    told = commands()
    assert len(told) > 20
    for command in told:
        words = shlex.split(command, comments=True)[1:]
        with group.make_context("autoglm", words, resilient_parsing=False) as context:
            rest, at = list(context._protected_args + context.args), group
            while hasattr(at, "resolve_command"):
                _, inner, rest = at.resolve_command(context, rest)
                assert inner is not None, command
                at = inner
                if hasattr(at, "resolve_command"):
                    continue
                at.make_context(at.name, rest, parent=context).close()


def test_every_page_is_in_the_site() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [p.name for p in PAGES[1:] if p.name not in text] == []


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed")
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    pytest.importorskip("mkdocstrings", reason="mkdocstrings is not installed")
    words = ["build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "reference" / "index.html").read_text(encoding="utf-8")
    assert "create_automl_agent" in reference
    assert "Seconds for a run" in reference  # from its docstring


def test_every_example_and_test_of_a_way_in_is_there() -> None:
    text = (ROOT / "docs" / "surfaces.md").read_text(encoding="utf-8")
    told = re.findall(r"`([\w/]+\.(?:py|ipynb))`", text)
    for name in told:
        assert (ROOT / "examples" / name).exists() or (ROOT / "tests" / name).exists(), name
    examples = [p.name for p in (ROOT / "examples").iterdir() if p.suffix in (".py", ".ipynb")]
    assert [name for name in examples if name not in told] == []
