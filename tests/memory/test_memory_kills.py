"""Killed in the midst of writing, again and again: what was acknowledged is there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autoglm_agent.memory.store import ChainMemory

ROOT = Path(__file__).resolve().parents[2]

ZYGOTE = """
import os, random, signal, sys, time
from autoglm_agent.chain import Chain, Outcome, Step, Verdict
from autoglm_agent.memory.store import ChainMemory

folder, kills = sys.argv[1], int(sys.argv[2])

def chain(number):
    ran = Step(tool="train", args={"n": number}, outcome=Outcome(),
               verdicts=(Verdict(check="V01", status="pass"),))
    return Chain(steps=(ran, Step(claim="done")))

def write(turn, pipe):
    memory = ChainMemory(folder)
    if turn % 4 == 1:
        memory.recall("task", family="a")  # loads Chroma, which is then killed, too
    for n in range(10_000):
        number = 10_000 * turn + n
        key = memory.remember(f"task number {number}", chain(number), family="a", summary={})
        os.write(pipe, f"{key}\\n".encode())

rng, said = random.Random(0), ""
for turn in range(kills):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        write(turn, writer)
    os.close(writer)
    first = os.read(reader, 17)  # it is in the midst of it now
    time.sleep(rng.uniform(0, 0.15))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said += first.decode()
    while part := os.read(reader, 65536):
        said += part.decode()
    os.close(reader)
print("".join(line + "\\n" for line in said.split("\\n") if len(line) == 16))
"""


def kill(folder: Path, times: int) -> set[str]:
    """Kill a writer some times; return the ids that were acknowledged."""
    done = subprocess.run(
        [sys.executable, "-c", ZYGOTE, str(folder), str(times)],
        capture_output=True, text=True, timeout=900,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def assert_whole(folder: Path, keys: set[str], times: int) -> None:
    assert len(keys) >= times
    with ChainMemory(folder) as memory:
        stored = {record.id for record in memory.truth.check()}
        assert keys <= stored
        assert len(stored) <= len(keys) + times, "at most one that was not acknowledged in time"
        found = {m.id for m in memory.recall("task number", family="a", k=len(stored))}
        assert found == stored
        number = next(iter(sorted(keys)))
        text = memory.get(number).text
        assert memory.recall(text, family="a", k=1)[0].text == text


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_five_kills_lose_nothing(folder: Path) -> None:
    assert_whole(folder, kill(folder, 5), 5)


@pytest.mark.sweep
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_a_hundred_kills_lose_nothing_and_the_store_always_opens(folder: Path) -> None:
    keys: set[str] = set()
    for _ in range(5):
        keys |= kill(folder, 20)
        with ChainMemory(folder) as memory:  # opens after every round, and stays usable
            assert memory.recall("task number", family="a", k=3)
    assert len(keys) >= 20
    with ChainMemory(folder) as memory:
        assert keys <= {record.id for record in memory.truth.check()}
