"""The replay of recorded mistakes: what is counted, and what the step verifiers reach."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks/reasoning/mistakes.py"


@pytest.fixture(scope="module")
def mistakes():
    spec = importlib.util.spec_from_file_location("mistakes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mistakes"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["mistakes"]


def record(steps: list[str], mistake: int | None, answer: str = "]") -> dict:
    return {
        "task": "dyck_languages",
        "input": "[ ( )",
        "steps": steps,
        "target": "]",
        "answer": answer,
        "mistake_index": mistake,
    }


GOOD = ["[ ; stack: [", "( ; stack: [ (", ") ; stack: [", "So the answer is ]"]
BAD = ["[ ; stack: [", "( ; stack: (", ") ; stack: [", "So the answer is ]"]


def test_each_outcome_is_counted_once(mistakes, tmp_path):
    chains = [
        record(GOOD, None),
        record(BAD, None),
        record(BAD, 1),
        record(BAD, 2),
        record(GOOD, 1),
        record([*GOOD[:3], "So the answer is )"], None, answer=")"),
        {**record(GOOD, None), "task": "word_sorting"},
    ]
    path = tmp_path / "chains.jsonl"
    path.write_text("".join(json.dumps(chain) + "\n" for chain in chains))
    (count,) = mistakes.replay(path, mistakes.STEPWISE)
    assert (count.mistakes, count.found, count.exact) == (3, 2, 1)
    assert (count.clean, count.alarms) == (3, 2)
    assert (count.contradicted, count.contradicted_alarms) == (1, 1)
    assert count.steps == 4 + 2 + 2 + 2 + 4 + 4
    assert count.consistent_alarm_share == 1 / 2
    assert "dyck_languages" in mistakes.table([count])
    assert mistakes.total([count, count]).exact == 2


@pytest.mark.slow
def test_step_verifiers_find_the_first_mistake_where_it_is(mistakes, shared_data):
    path = shared_data / "replay" / "bigbench_mistake.jsonl"
    counts = mistakes.replay(path, mistakes.STEPWISE)
    assert len(counts) == 3
    for count in counts:
        assert count.exact_share >= 0.95, count
        assert count.consistent_alarm_share <= 0.03, count
