"""What a trial costs beside its fits when workers do them.

    python benchmarks/backends.py loky ray

Trials of next to no work (small trees) are trained on a table of the given size, in turn, by
threads and by each backend. Told are the seconds until the workers are there, and for one trial
of five fits the wall's time and the calling process's own CPU time beyond what threads take. On a
machine that others use the wall measures the neighbours, too.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workers import chosen_workers
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.fitting import ready
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec, train

PROBLEM = Problem("binary", "roc_auc", ("no", "yes"), 1)


def table(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(rows, 20)), columns=[f"x{i}" for i in range(20)])
    return X, (X["x0"] + rng.normal(0, 1, rows) > 0).to_numpy().astype(np.int64)


def measured(backend: str, rows: int, trials: int) -> dict[str, Any]:
    began = time.monotonic()
    workers = chosen_workers(backend, 2)  # type: ignore[arg-type]
    if workers is not None:
        workers.warm(ready)
        workers.ready(Deadline(120.0))
    started = time.monotonic() - began
    X, y = table(rows)
    study = Study.of(
        X, y, PROBLEM, np.arange(rows) % 5, exchangeable=True, kinds=None, weight=None, seed=0,
        threads=2, interpretable=False, workers=workers,
    )  # fmt: skip
    spec = Spec("tree", "tree", {"max_depth": 2, "min_samples_leaf": 50})
    train(spec, study, Deadline())  # sends the data
    wall, cpu = time.monotonic(), time.process_time()
    for leaf in range(51, 51 + trials):
        train(Spec("tree", "tree", {"max_depth": 2, "min_samples_leaf": leaf}), study, Deadline())
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    if workers is not None:
        workers.close()
    return {"started": started, "wall": wall / trials, "cpu": cpu / trials}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("backends", nargs="+", choices=("loky", "ray"))
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--trials", type=int, default=20)
    given = parser.parse_args()
    threads = measured("threads", given.rows, given.trials)
    print(f"threads: {threads['wall'] * 1e3:.1f} ms a trial")
    for backend in given.backends:
        found = measured(backend, given.rows, given.trials)
        print(
            f"{backend}: workers after {found['started']:.1f} s; "
            f"{found['wall'] * 1e3:.1f} ms a trial, "
            f"{(found['wall'] - threads['wall']) * 1e3:.1f} ms more than threads; CPU time of the "
            f"calling process {found['cpu'] * 1e3:.1f} ms (threads {threads['cpu'] * 1e3:.1f} ms)"
        )


if __name__ == "__main__":
    main()
