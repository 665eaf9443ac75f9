"""What memory is worth to a small live model: a stream of tasks through the real agent.

    python -m benchmarks.memory.live.stream --seeds 3

A task's words mean something that only examples can tell. The agent is that of
`create_verified_agent`, the model a real one that was trained to read examples (`train.py`), the
verifier sound. Tasks come in kinds with words of their own; one word of the four may be of another
kind; half-way a third of the words change their meaning. Compared are no memory, random examples,
the nearest by similarity alone, and the memory's own recall, all within the same budget.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.chain import Budget
from autoglm_agent.chat import LocalChatModel
from autoglm_agent.memory.record import Memory
from autoglm_agent.memory.store import ChainMemory
from autoglm_agent.prompting.protocols import LineProtocol
from autoglm_graphs.reasoning import create_verified_agent
from benchmarks.memory.live.train import Reader, trained
from benchmarks.memory.live.world import LENGTH, MEANINGS, WORDS, Replays, Task, a_task, a_world
from benchmarks.memory.stream import interval
from benchmarks.reasoning.live.train import cache_folder

KINDS = 6
STRAY = 0.3
"""Share of tasks with a word of another kind among their own."""
CHANGED = 1 / 3
CALLS = 100
LONGEST_LINE = 10
POLICIES = ("none", "random", "nearest", "memory")


def stream(seed: int, count: int) -> list[Task]:
    """Return related tasks of one world, which changes half-way."""
    rng = random.Random(seed)
    world, words = a_world(rng), rng.sample(WORDS, len(WORDS))
    size = len(WORDS) // KINDS
    kinds = [words[n * size : (n + 1) * size] for n in range(KINDS)]
    tasks = []
    for turn in range(count):
        if turn == count // 2:
            changed = rng.sample(WORDS, round(CHANGED * len(WORDS)))
            world = world | {word: rng.choice(MEANINGS) for word in changed}
        own = list(rng.choice(kinds))
        if rng.random() < STRAY:
            own[0] = rng.choice(WORDS)
        tasks.append(a_task(rng, own, world))
    return tasks


class Random(ChainMemory):
    """Recalls any chains."""

    draws = random.Random(0)

    def recall(self, text: Any, *, family: str, k: int = 3, **_: Any) -> list[Memory]:
        """Return `k` memories at random."""
        every = super().recall(text, family=family, k=1_000)
        return self.draws.sample(every, min(k, len(every)))


class Nearest(ChainMemory):
    """Recalls by similarity alone."""

    def recall(self, text: Any, *, family: str, k: int = 3, **_: Any) -> list[Memory]:
        """Return the `k` memories that are nearest."""
        every = super().recall(text, family=family, k=1_000)
        return sorted(every, key=lambda memory: -memory.score)[:k]


MEMORIES: dict[str, type[ChainMemory]] = {
    "random": Random, "nearest": Nearest, "memory": ChainMemory
}  # fmt: skip


def seeded(number: int, _refusals: int, tried: int) -> Mapping[str, Any]:
    """Return the options of a model call: each draws from a seed of its own."""
    return {"seed": number * 1_000 + tried}


def run(policy: str, tasks: list[Task], model: LocalChatModel, folder: Path) -> np.ndarray:
    """Return calls, tokens written, and success, one row for each task of the stream."""
    memory = MEMORIES[policy](folder) if policy in MEMORIES else None
    rows = []
    for number, task in enumerate(tasks):
        agent = create_verified_agent(
            model, verifiers=[Replays(task)], protocol=LineProtocol(), memory=memory,
            budget=Budget(model_calls=CALLS, steps=CALLS, remedies=None),
            sampling=partial(seeded, number),
        )  # fmt: skip
        found = agent.invoke({"messages": [("user", task.text)]})
        used = found["usage"]
        right = found["answer"] == str(task.start + sum(task.world[w] for w in task.words))
        rows.append([used["model_calls"], used["output_tokens"], found["status"] == "verified"])
        assert right or found["status"] != "verified"
    if memory is not None:
        memory.close()
    return np.asarray(rows, dtype=float)


def main() -> None:
    """Print one JSON line for each policy: means over the seeds, each with its interval."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    folder = trained(Reader(), given.cache)
    print((folder / "training.json").read_text())
    model = LocalChatModel(model=str(folder), temperature=1.0, max_tokens=LONGEST_LINE)
    found: dict[str, list[np.ndarray]] = {policy: [] for policy in POLICIES}
    for seed in range(given.seeds):
        tasks = stream(seed, given.tasks)
        for policy in POLICIES:
            with tempfile.TemporaryDirectory() as place:
                found[policy].append(run(policy, tasks, model, Path(place)).mean(axis=0))
    table = {policy: np.asarray(rows) for policy, rows in found.items()}
    print(f"a task needs {LENGTH + 1} calls at least")
    for policy, rows in table.items():
        told = {
            "examples": policy,
            "calls_per_task": interval(rows[:, 0]),
            "tokens_per_task": interval(rows[:, 1]),
            "solved": interval(rows[:, 2]),
            "fewer_calls_than": {
                other: interval(1 - rows[:, 0] / table[other][:, 0])
                for other in POLICIES
                if other != policy
            },
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
