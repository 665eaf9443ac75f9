"""Replay recorded outputs of language models, and print every table.

    python benchmarks/reasoning/replay.py --data FOLDER [--seeds 20] [--json FILE]

Three recordings, each of which may be left out: whole chains for the game of 24
(`game24_cot.jsonl`), search trees for it (`game24_tot.jsonl`), and chains with the index of their
first mistake (`bigbench_mistake.jsonl`). All methods get the same seeds; intervals are 95 %, by the
bootstrap over problems, and the last column is the paired difference of ours to each method. What
is believed of the generator is measured on the half of the puzzles that is not searched.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import mistakes  # noqa: E402
import replay_chains  # noqa: E402
import replay_trees  # noqa: E402
from calibration import halves  # noqa: E402
from intervals import interval  # noqa: E402

DATA = HERE.parents[2] / "shared/data/replay"
BUDGETS = (20, 40, 100, 400)
OURS = "ours"


@dataclass(frozen=True)
class Row:
    """One method at one budget.

    Attributes:
        method: Its name.
        budget: Lines or calls at most.
        solved: Share of puzzles solved, over all seeds.
        low: Lower end of the 95 % interval.
        high: Upper end.
        cost: Lines or calls used a puzzle.
        ahead: Ours minus this method, paired.
        ahead_low: Lower end of its interval.
        ahead_high: Upper end.
    """

    method: str
    budget: int
    solved: float
    low: float
    high: float
    cost: float
    ahead: float
    ahead_low: float
    ahead_high: float


Run = Callable[[Any, int, int], tuple[float, int]]


def compare(
    items: Sequence[Any],
    make: Callable[[Sequence[Any]], dict[str, Run]],
    budget: int,
    seeds: int,
) -> list[Row]:
    """Return the rows of all methods on the same problems and seeds.

    Args:
        items: Recorded problems.
        make: Makes the methods, ours included, by problems that are not searched.
        budget: Lines or calls at most.
        seeds: Runs of each method on each problem.
    """
    solved: dict[str, list[float]] = {}
    cost: dict[str, list[float]] = {}
    for half, other in halves(items):
        for name, method in make(other).items():
            for number, item in enumerate(half):
                runs = [method(item, budget, 10_000 * seed + number) for seed in range(seeds)]
                solved.setdefault(name, []).append(sum(won for won, _ in runs) / seeds)
                cost.setdefault(name, []).append(sum(spent for _, spent in runs) / seeds)
    rows = []
    for name, means in solved.items():
        ahead = [ours - mean for ours, mean in zip(solved[OURS], means, strict=True)]
        row = (_mean(means), *interval(means), _mean(cost[name]), _mean(ahead), *interval(ahead))
        rows.append(Row(name, budget, *row))
    return rows


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def table(rows: Sequence[Row], unit: str) -> str:
    """Return rows as text."""
    head = (
        f"{'method':<38}{'budget':>7}{'solved':>8}{'95 % interval':>16}{unit:>8}"
        f"{'ours ahead by':>16}{'95 % interval':>18}"
    )
    lines = [head, "-" * len(head)]
    for r in rows:
        within = f"{r.low:.3f}-{r.high:.3f}"
        ahead = "" if r.method == OURS else f"{r.ahead:+.3f}"
        between = "" if r.method == OURS else f"{r.ahead_low:+.3f} to {r.ahead_high:+.3f}"
        lines.append(
            f"{r.method:<38}{r.budget:>7}{r.solved:>8.3f}{within:>16}{r.cost:>8.1f}"
            f"{ahead:>16}{between:>18}"
        )
    return "\n".join(lines)


def chains(path: Path, seeds: int, budgets: Sequence[int] = BUDGETS) -> list[Row]:
    """Print and return the tables of recorded chains."""
    puzzles = replay_chains.load(path)
    print(
        f"Chains ({path.name}): {len(puzzles)} puzzles, {seeds} seeds; the pooled lines can solve "
        f"{replay_chains.coverage(puzzles):.2f}."
    )

    def make(other: Sequence[replay_chains.Puzzle]) -> dict[str, Run]:
        return dict(replay_chains.methods(replay_chains.beliefs(other)))

    rows = []
    for budget in budgets:
        found = compare(puzzles, make, budget, seeds)
        print(table(found, "lines"), flush=True)
        rows += found
    return rows


def trees(path: Path, seeds: int) -> list[Row]:
    """Print and return the table of recorded search trees."""
    recorded = replay_trees.load(path)
    print(f"\nSearch trees ({path.name}): {len(recorded)} puzzles, {seeds} seeds.")

    def make(other: Sequence[replay_trees.Tree]) -> dict[str, Run]:
        return dict(replay_trees.methods(replay_trees.beliefs(other)))

    rows = compare(recorded, make, replay_trees.CAP, seeds)
    print(table(rows, "calls"), flush=True)
    return rows


def first_mistakes(path: Path) -> list[mistakes.Count]:
    """Print and return the table of step verifiers."""
    counts = mistakes.replay(path, mistakes.STEPWISE)
    whole = mistakes.total(counts)
    print(f"\nStep verifiers ({path.name}):")
    print(mistakes.table([*counts, whole, *mistakes.replay(path, mistakes.WHOLE)]), flush=True)
    return [*counts, whole]


def main() -> None:
    """Replay what there is in the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recordings")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", type=Path, help="where to write all rows")
    options = parser.parse_args()
    told: dict[str, Any] = {}
    for name, file, show in (
        ("chains", "game24_cot.jsonl", lambda path: chains(path, options.seeds)),
        ("trees", "game24_tot.jsonl", lambda path: trees(path, options.seeds)),
        ("mistakes", "bigbench_mistake.jsonl", first_mistakes),
    ):
        path = options.data / file
        if path.is_file():
            told[name] = [asdict(row) for row in show(path)]
    if not told:
        parser.error(f"{options.data} holds none of the recordings; name their folder with --data")
    if options.json:
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
