"""Studies in which a training is looked up, their regrets, and what the differences are worth."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autoglm_agent.images.architectures.measured import Measured
from autoglm_agent.images.architectures.proposing import PORTFOLIO, ArchitectureProposer, Parts
from autoglm_agent.images.architectures.sampler import NAMES, suggest
from autoglm_agent.images.architectures.space import Architecture
from benchmarks.architectures.tasks import TEST

AT = (1, 4, 10, 20, 40)
DEVELOPED = ("digits", "orientation", "shapes", "glyphs", "count", "same")
"""Tasks on which parts of the semantic engine were chosen; the others judge that choice."""

Lookup = Callable[[int], float]
Study = Callable[["Bench", str, int, Lookup, int], list[int]]


@dataclass(frozen=True, eq=False)
class Bench:
    """A table in which trainings are looked up.

    Attributes:
        measured: All of it, the task at hand included.
    """

    measured: Measured

    @cached_property
    def codes(self) -> np.ndarray:
        """Of `measured`, kept."""
        return self.measured.codes

    def row(self, operations: tuple[str, ...]) -> int:
        """Return the row of an architecture, or of the nearest one that was measured."""
        codes = Architecture(operations).codes
        return int(np.argmax((self.codes == np.array(codes)).sum(axis=1)))


def semantic(parts: Parts) -> Study:
    """Return the semantic engine with some parts."""

    def study(bench: Bench, task: str, seed: int, told: Lookup, trials: int) -> list[int]:
        proposer = ArchitectureProposer(bench.measured.without({task}), parts)
        rng = np.random.default_rng(seed)
        seen: list[int] = []
        values: list[float] = []
        while len(seen) < trials:
            row = proposer.propose(np.array(seen, dtype=np.int64), np.array(values), (), rng)
            seen.append(row)
            values.append(told(row))
        return seen

    return study


def optuna_study(engine: str, portfolio: bool = False) -> Study:
    """Return an engine of Optuna, from random starts or from the semantic engine's portfolio."""

    def study(bench: Bench, task: str, seed: int, told: Lookup, trials: int) -> list[int]:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers: dict[str, Any] = {
            "tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler
        }  # fmt: skip
        found = optuna.create_study(direction="maximize", sampler=samplers[engine](seed=seed))
        if portfolio:
            for row in semantic(Parts())(bench, task, seed, told, PORTFOLIO):
                point = dict(
                    zip(NAMES, bench.measured.architectures[row].operations, strict=True)
                )  # fmt: skip
                found.enqueue_trial(point)
        seen: list[int] = []
        # An engine that proposes nothing new any more is helped on after so many tries.
        for _ in range(20 * trials):
            trial = found.ask()
            row = bench.row(suggest(trial).operations)
            found.tell(trial, told(row))
            if row not in seen:
                seen.append(row)
            if len(seen) == trials:
                return seen
        rest = np.setdiff1d(np.arange(len(bench.measured.architectures)), seen)
        rng = np.random.default_rng(seed)
        return seen + rng.permutation(rest)[: trials - len(seen)].tolist()

    return study


STUDIES: dict[str, Study] = {
    "random": optuna_study("random"),
    "tpe": optuna_study("tpe"),
    "tpe from the portfolio": optuna_study("tpe", portfolio=True),
    "distance only, one-hot": semantic(Parts(False, False, "one-hot")),
    "distance only, probed": semantic(Parts(False, False, "probed")),
    "distance only, effects": semantic(Parts(False, False, "effects")),
    "prior only": semantic(Parts(model=False)),
    "semantic, one-hot": semantic(Parts(nearness="one-hot")),
    "semantic, probed": semantic(Parts(nearness="probed")),
    "semantic, composed": semantic(Parts(nearness="composed")),
    "semantic, standings": semantic(Parts(nearness="standings")),
    "semantic": semantic(Parts()),
}
"""Optuna's; distances without what known tasks lead to expect; parts exchanged; the whole."""


def compare(
    seeds: int, trials: int, engines: Sequence[str] | None, tasks: Sequence[str] | None
) -> None:
    """Run all studies and print regrets, at equal numbers and at equal cost."""
    warnings.filterwarnings("ignore")
    measured = Measured.load()
    bench = Bench(measured)
    print("task: worst, median and best accuracy")
    for task, told in zip(measured.tasks, measured.accuracy.T, strict=True):
        print(f"{task:13} {told.min():.3f}   {np.median(told):.3f}   {told.max():.3f}")
    names = [n for n in STUDIES if not engines or n in engines]
    chosen = list(tasks or measured.tasks)
    found = {n: regrets(bench, STUDIES[n], chosen, seeds, trials) for n in names}
    steps = [k for k in AT if k <= trials]
    others = [t for t in chosen if t not in DEVELOPED]
    groups = {"all tasks": chosen, "tasks that decided nothing": others}
    for group, members in ((g, m) for g, m in groups.items() if m):
        places = [chosen.index(t) for t in members]
        print(f"\n{group} ({len(members)}): regret, mean [95 % interval over tasks]")
        for kind, title in ((0, "architectures"), (1, "average trainings' worth of seconds")):
            print(f"after so many {title}")
            print(" " * 25 + "".join(f"{f'@{k}':>22}" for k in steps))
            for name in names:
                told = found[name][kind][places][:, [k - 1 for k in steps]]
                print(f"{name:25}" + "".join(f"{interval(told[:, j]):>22}"
                                             for j in range(len(steps))))  # fmt: skip
                for rival in ("tpe", "random"):
                    if name == "semantic" and rival in found:
                        other = found[rival][kind][places][:, [k - 1 for k in steps]]
                        print(f"  against {rival:15}" + "".join(
                            f"{paired(told[:, j], other[:, j]):>22}" for j in range(len(steps))
                        ))  # fmt: skip


def regrets(
    bench: Bench, study: Study, tasks: Sequence[str], seeds: int, trials: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean regrets over seeds, shape (tasks, trials): by number, and by seconds spent.

    Seconds are counted in those of an average architecture; where nothing is finished yet, the
    regret is that of a random architecture.
    """
    by_number, by_cost = [], []
    mean = float(bench.measured.seconds.mean())
    for task in tasks:
        place = bench.measured.tasks.index(task)
        truth = bench.measured.accuracy[:, place]
        regret = (truth.max() - truth) / max(truth.max() - np.median(truth), 1e-9)
        numbers, costs = [], []
        for seed in range(seeds):
            rng = np.random.default_rng([seed, place])
            told = rng.binomial(TEST, truth) / TEST
            seen = study(bench, task, seed, lambda row, told=told: float(told[row]), trials)
            # What an engine answers is what looked best to it, not what was best.
            answers = regret[[seen[int(np.argmax(told[seen[: k + 1]]))] for k in range(trials)]]
            spent = np.cumsum(bench.measured.seconds[seen]) / mean
            done = np.searchsorted(spent, np.arange(1, trials + 1), side="right")
            numbers.append(answers)
            costs.append(np.where(done > 0, answers[np.maximum(done - 1, 0)], regret.mean()))
        by_number.append(np.mean(numbers, axis=0))
        by_cost.append(np.mean(costs, axis=0))
    return np.array(by_number), np.array(by_cost)


def interval(values: np.ndarray) -> str:
    """Return the mean and its bootstrap interval over the tasks."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.2f}, {high:.2f}]"


def paired(own: np.ndarray, other: np.ndarray) -> str:
    """Return the ratio of the means, wins, and the p value of a paired Wilcoxon test."""
    from scipy.stats import wilcoxon

    p = float(wilcoxon(own, other).pvalue) if (own != other).any() else 1.0
    return f"{own.mean() / max(other.mean(), 1e-9):.2f}x, {(own < other).sum()} wins, p {p:.3f}"
