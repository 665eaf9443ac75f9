"""Search engines at the same number of evaluations: grids, random, TPE, Gaussian process, semantic.

    python -m benchmarks.hpo --data DIR --trials 100 --seeds 3 --out results.jsonl
    python -m benchmarks.hpo --out results.jsonl --report

All search the same space (`samplers.space`) for the best balanced accuracy in three folds; trials
are real fits, those of the library are read from the behaviour matrix (they are the same fits). The
semantic sampler knows every table but the one at hand and its variants. There are two grids: the
plain one that most people write (ten points of each family, walked through family by family in the
order in which they are written), and `grid`, the named points in a random order. Regret is 0 at
the best score that any engine has seen on the table and 1 at the median of the library; it is told
with 95 % intervals over the tables and a paired Wilcoxon test against TPE. A line of the results is
one study; studies that are there are not run again.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.automl.samplers.behaviour import SHIPPED, Behaviour
from autoglm_agent.automl.samplers.engines import ENGINES, create_sampler
from autoglm_agent.automl.samplers.library import library
from autoglm_agent.automl.samplers.pointwise import PointSampler
from autoglm_agent.automl.samplers.semantic import SemanticSampler
from autoglm_agent.automl.samplers.space import SETTINGS, Params, suggest
from benchmarks.hpo.behaviour import Judge
from benchmarks.hpo.one_family import full_factorial
from benchmarks.hpo.tables import Table, tables

PLAIN = "plain grid"
ALL: tuple[str, ...] = (PLAIN, *ENGINES)
OF_A_FAMILY = 10
"""Points of the plain grid in each family at least."""
AT = (1, 5, 10, 20, 30, 50, 100)
"""Evaluations after which the regret is told."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of CSV files, see tables.py")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=list(ALL))
    parser.add_argument("--tables", nargs="*", help="names; all of the matrix by default")
    parser.add_argument("--cpu-minutes", type=float, default=1e9)
    parser.add_argument("--matrix", type=Path, default=SHIPPED)
    parser.add_argument("--out", type=Path, default=Path("hpo.jsonl"))
    parser.add_argument("--report", action="store_true", help="only report what is there")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    behaviour = Behaviour.load(given.matrix)
    if not given.report:
        run(given, behaviour)
    report([json.loads(line) for line in given.out.read_text().splitlines()], behaviour)


def run(given: argparse.Namespace, behaviour: Behaviour) -> None:
    """Run the studies that are not there yet."""
    done = set()
    if given.out.is_file():
        lines = [json.loads(line) for line in given.out.read_text().splitlines()]
        done = {(d["table"], d["engine"], d["seed"], d["trials"]) for d in lines}
    wanted = given.tables or behaviour.tables
    chosen = [t for t in tables(given.data) if t.name in behaviour.tables and t.name in wanted]
    for seed in range(given.seeds):
        for table in chosen:
            judge: Judge | None = None
            for engine in given.engines:
                if (table.name, engine, seed, given.trials) in done:
                    continue
                if time.process_time() > 60 * given.cpu_minutes:
                    return
                judge = judge or Judge(table)
                result = study(table, judge, engine, seed, given.trials, behaviour)
                with given.out.open("a") as file:
                    file.write(json.dumps(result) + "\n")


class PlainGrid(PointSampler):
    """The grid that most people write, in the order in which it is written."""

    def __init__(self) -> None:
        super().__init__(0)
        self._points = [p for family in SETTINGS for p in full_factorial(OF_A_FAMILY, family)]

    def choose(self, study: Any) -> Params:
        """Return the next point; when all were tried it begins again."""
        tried = len(study.get_trials(deepcopy=False)) - 1
        return dict(self._points[tried % len(self._points)])


def study(
    table: Table, judge: Judge, engine: Any, seed: int, trials: int, behaviour: Behaviour
) -> dict[str, Any]:
    """Return the scores of one study, in order, and what sampler and models took."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    place = behaviour.tables.index(table.name)
    known = {
        _key(c.params): (behaviour.scores[i, place], behaviour.seconds[i, place])
        for i, c in enumerate(library())
    }
    if engine == "semantic":
        sampler: Any = SemanticSampler(
            behaviour.signatures[place], seed=seed, behaviour=behaviour.without({table.group})
        )
    elif engine == PLAIN:
        sampler = PlainGrid()
    else:
        sampler = create_sampler(engine, seed=seed)
    fitting = []

    def objective(trial: optuna.Trial) -> float:
        point = suggest(trial)
        began = time.process_time()
        score, seconds = known.get(_key(point), (None, 0.0))
        if score is None:
            score, _ = judge(point)
            seconds = time.process_time() - began
        fitting.append((float(seconds), time.process_time() - began))
        return float(score)

    began = time.process_time()
    found = optuna.create_study(direction="maximize", sampler=sampler)
    found.optimize(objective, n_trials=trials)
    spent = time.process_time() - began - sum(real for _, real in fitting)
    return {
        "table": table.name, "engine": engine, "seed": seed, "trials": trials,
        "scores": [round(float(t.value or 0.0), 4) for t in found.trials],
        "model_s": round(sum(seconds for seconds, _ in fitting), 2), "sampler_s": round(spent, 2),
    }  # fmt: skip


def _key(point: Any) -> tuple[Any, ...]:
    return tuple(sorted(point.items()))


def report(studies: Sequence[dict[str, Any]], behaviour: Behaviour) -> None:
    """Print the table: regret by engine and number of evaluations."""
    regret = regrets(studies, behaviour)
    names = sorted({table for table, _ in regret})
    engines = [e for e in ALL if any(engine == e for _, engine in regret)]
    whole = [t for t in names if all((t, e) in regret for e in engines)]
    longest = min(len(regret[t, e]) for t in whole for e in engines)
    steps = [k for k in AT if k <= longest]
    print(f"{len(whole)} tables; regret, mean [95 % interval over tables]")
    print(f"{'engine':12}" + "".join(f"{f'@{k}':>22}" for k in steps) + "  sampler s  model s")
    for engine in engines:
        values = np.array([[regret[t, engine][k - 1] for k in steps] for t in whole])
        cells = "".join(f"{interval(values[:, j]):>22}" for j in range(len(steps)))
        own = [s for s in studies if s["engine"] == engine and s["table"] in whole]
        took = [np.mean([s[key] for s in own]) for key in ("sampler_s", "model_s")]
        print(f"{engine:12}{cells}  {took[0]:9.1f}  {took[1]:7.1f}")
    if "tpe" in engines:
        for engine in engines:
            if engine != "tpe":
                print(f"{engine:12}" + against_tpe(regret, whole, engine, steps))


def regrets(
    studies: Sequence[dict[str, Any]], behaviour: Behaviour
) -> dict[tuple[str, str], np.ndarray]:
    """Return table and engine to the regret after each evaluation, mean over the seeds."""
    best = dict(zip(behaviour.tables, np.nanmax(behaviour.scores, axis=0), strict=True))
    median = dict(zip(behaviour.tables, np.nanmedian(behaviour.scores, axis=0), strict=True))
    for s in studies:
        best[s["table"]] = max(best[s["table"]], *s["scores"])
    grouped: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    for s in studies:
        reached = np.maximum.accumulate(s["scores"])
        scale = max(best[s["table"]] - median[s["table"]], 1e-9)
        grouped[s["table"], s["engine"]].append((best[s["table"]] - reached) / scale)
    length = {key: min(map(len, values)) for key, values in grouped.items()}
    return {k: np.mean([v[: length[k]] for v in values], axis=0) for k, values in grouped.items()}


def interval(values: np.ndarray) -> str:
    """Return the mean and its bootstrap interval over the tables."""
    rng = np.random.default_rng(0)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.2f}, {high:.2f}]"


def against_tpe(
    regret: dict[tuple[str, str], np.ndarray], names: list[str], engine: str, steps: list[int]
) -> str:
    """Return the ratio of the mean regrets, wins and the paired test at each number."""
    from scipy.stats import wilcoxon

    cells = []
    for k in steps:
        own = np.array([regret[t, engine][k - 1] for t in names])
        other = np.array([regret[t, "tpe"][k - 1] for t in names])
        p = float(wilcoxon(own, other).pvalue) if (own != other).any() else 1.0
        ratio = own.mean() / max(other.mean(), 1e-9)
        cells.append(f"{f'{ratio:.2f}x, {(own < other).sum()} wins, p {p:.3f}':>22}")
    return "".join(cells) + "  against tpe"


if __name__ == "__main__":
    main()
