"""Chains to remember, and processes that remember them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.memory.store import ChainMemory

ROOT = Path(__file__).resolve().parents[2]

HEADER = """
import sys
from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.memory.store import ChainMemory

def chain(number=0):
    ran = Step(tool="train", args={"n": number}, outcome=Outcome(),
               verdicts=(Verdict(check="V01", status="pass"),))
    return Chain(steps=(ran, Step(claim="done")))

memory = ChainMemory(sys.argv[1])
"""


@pytest.fixture
def make_chain() -> Callable[..., Chain]:
    """A verified chain of two steps; another number is another chain."""

    def make(number: int = 0, **step: object) -> Chain:
        fields = {
            "tool": "train",
            "args": {"n": number},
            "outcome": Outcome(text="trained", seconds=1.5),
            "verdicts": (Verdict(check="V01", status="pass"),),
        }
        return Chain(steps=(Step(**{**fields, **step}), Step(claim="done")))

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "memory"


@pytest.fixture
def memory(folder: Path) -> Iterator[ChainMemory]:
    with ChainMemory(folder) as opened:
        yield opened


@pytest.fixture
def start(folder: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a process that has `memory` open and `chain(n)` at hand."""

    def run(code: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", HEADER + code, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        )

    return run
