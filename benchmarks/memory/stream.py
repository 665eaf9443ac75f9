"""What examples from the memory are worth: a stream of related tasks, with and without.

    python -m benchmarks.memory.stream

A task of a stream belongs to a kind; each kind is solved by its own hidden sequence of operations.
A simulated model proposes one operation at a time; a sound verifier refutes a wrong one, which
costs a call, and excludes it. Among its examples the model finds an operation at a place of
the sequence as often as examples are of the right kind: an example raises the odds of what was
done there, right or wrong for the task at hand. What it writes before it is right is therefore
paid for, and what it is shown decides how often that is. The words of a kind overlap with those
of others; some tasks have a solution that holds for them alone, which makes a bad example of
them; and half-way the world changes: each kind is solved otherwise at some places from then on.

Compared are: no examples, random ones, the nearest by similarity alone, and the memory's own
recall (similarity, success in reuse, freshness, cost, diversity), told how a run ended only
(`outcomes`) or also what its own verified chain was (`memory`, as the agent tells it). All of them
solve the same tasks within the same budget; the answer is right in the end or the budget is
spent. No language model is involved: the figures tell what the ranking does, not how well a given
model reads examples.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import stats

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.memory.store import ChainMemory

OPERATIONS = [f"op{n}" for n in range(14)]
LENGTH = 5
KINDS = 12
EXAMPLES = 3
BUDGET = 60
FOLLOWING = 8.0
"""How much more often an operation is proposed for each example that has it there."""
TRAPS = 0.2
"""Share of tasks whose solution holds for them alone, at two places."""
CHANGED = 3
"""Places of each kind's solution that change half-way."""
FAMILY = "reasoning"

Policy = Literal["none", "random", "nearest", "outcomes", "memory"]
POLICIES: tuple[Policy, ...] = ("none", "random", "nearest", "outcomes", "memory")


@dataclass(frozen=True)
class Kind:
    """A kind of task: its words and its solution."""

    words: list[str]
    solution: list[str]


@dataclass
class Figures:
    """What a stream cost and gave."""

    calls: list[int] = field(default_factory=list)
    solved: list[bool] = field(default_factory=list)


def kinds(rng: random.Random) -> list[Kind]:
    """Return kinds whose words overlap in pairs."""
    vocabulary = [
        f"{a}{b}" for a in "bdfgklmnprstvz" for b in ("ana", "edi", "olu", "irek", "usto")
    ]
    rng.shuffle(vocabulary)
    found = []
    for number in range(KINDS):
        own, shared = vocabulary[3 * number : 3 * number + 3], vocabulary[-(number // 2) - 3 :][:3]
        found.append(Kind([*own, *shared], [rng.choice(OPERATIONS) for _ in range(LENGTH)]))
    return found


def tasks(rng: random.Random, number: int) -> list[tuple[str, list[str]]]:
    """Return a stream of tasks: words and hidden solution."""
    families = kinds(rng)
    stream = []
    for turn in range(number):
        if turn == number // 2:
            for kind in families:
                for place in rng.sample(range(LENGTH), CHANGED):
                    kind.solution[place] = rng.choice(OPERATIONS)
        kind = rng.choice(families)
        solution = list(kind.solution)
        words = rng.sample(kind.words, 4)
        if rng.random() < TRAPS:
            for place in rng.sample(range(LENGTH), 2):
                solution[place] = rng.choice(OPERATIONS)
        stream.append((f"{' '.join(words)} {rng.getrandbits(32):x}", solution))
    return stream


def solve(
    solution: list[str], examples: list[list[str]], rng: random.Random
) -> tuple[int, list[str] | None]:
    """Return the calls that a task took, and the chain if it was solved."""
    calls = 0
    chain: list[str] = []
    for place, right in enumerate(solution):
        seen = Counter(example[place] for example in examples)
        weights = {op: 1.0 + FOLLOWING * seen[op] for op in OPERATIONS}
        while True:
            if calls >= BUDGET:
                return calls, None
            calls += 1
            proposed = rng.choices(list(weights), list(weights.values()))[0]
            if proposed == right:
                chain.append(proposed)
                break
            del weights[proposed]  # the verifier refuted it, and the nogood is told
    return calls, chain


def as_chain(operations: list[str]) -> Chain:
    """Return the operations as a chain that a sound verifier accepted."""
    verdict = Verdict(check="simulator", status="pass", calls=1)
    return Chain(steps=tuple(Step(claim=op, state=f"{i}:{op}", verdicts=(verdict,))
                             for i, op in enumerate(operations)))  # fmt: skip


def run(policy: Policy, stream: list[tuple[str, list[str]]], seed: int, folder: Path) -> Figures:
    """Work through a stream, learning as it goes; return its figures."""
    rng, figures = random.Random(seed), Figures()
    chosen = random.Random(seed + 1)
    stored: list[tuple[np.ndarray, list[str]]] = []
    with ChainMemory(folder) as memory:
        for turn, (words, solution) in enumerate(stream):
            examples: list[list[str]] = []
            vector = memory.search.embed([words])[0]
            if policy == "random":
                examples = [e for _, e in chosen.sample(stored, min(EXAMPLES, len(stored)))]
            elif policy == "nearest":
                near = sorted(stored, key=lambda s: -float(s[0] @ vector))
                examples = [e for _, e in near[:EXAMPLES]]
            elif policy in ("outcomes", "memory"):
                found = memory.recall(words, family=FAMILY, k=EXAMPLES, run=str(turn))
                examples = [[step.claim for step in m.chain.steps] for m in found]
            calls, chain = solve(solution, examples, rng)
            figures.calls.append(calls)
            figures.solved.append(chain is not None)
            if policy in ("outcomes", "memory"):
                own = None if chain is None else as_chain(chain)
                memory.credit(str(turn), own is not None, family=FAMILY,
                              chain=own if policy == "memory" else None)  # fmt: skip
                if own is not None:
                    memory.remember(words, own, family=FAMILY, summary={}, cost={"calls": calls})
            elif chain is not None:
                stored.append((vector, chain))
    return figures


def study(policies: Sequence[Policy], tasks_each: int, seeds: int) -> dict[Policy, np.ndarray]:
    """Return calls of the whole stream, of its second half, and success: one row for each seed."""
    rows: dict[Policy, list[list[float]]] = {policy: [] for policy in policies}
    for seed in range(seeds):
        stream = tasks(random.Random(seed), tasks_each)
        for policy in policies:
            with tempfile.TemporaryDirectory() as folder:
                figures = run(policy, stream, seed, Path(folder))
            late = figures.calls[tasks_each // 2 :]
            means = [float(np.mean(part)) for part in (figures.calls, late, figures.solved)]
            rows[policy].append(means)
    return {policy: np.asarray(told) for policy, told in rows.items()}


def interval(values: np.ndarray) -> list[float]:
    """Return mean and 95 % confidence interval over the seeds (Student's t)."""
    mean = float(values.mean())
    if len(values) < 2:
        return [round(mean, 4)]
    half = float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return [round(v, 4) for v in (mean, mean - half, mean + half)]


def main() -> None:
    """Print one JSON line for each policy: means over the seeds, each with its interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=150)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--policies", nargs="+", choices=POLICIES, default=POLICIES)
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # chains retire by the dozen, which is the point
    found = study(options.policies, options.tasks, options.seeds)
    for policy, rows in found.items():
        told = {
            "examples": policy,
            "calls_per_task": interval(rows[:, 0]),
            "second_half": interval(rows[:, 1]),
            "solved": interval(rows[:, 2]),
            # Of the same streams, seed by seed.
            "fewer_calls_than": {
                other: interval(1 - rows[:, 0] / found[other][:, 0])
                for other in options.policies
                if other != policy
            },
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
