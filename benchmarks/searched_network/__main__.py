"""`python -m benchmarks.searched_network`: the searched network against the plain one.

On each table and seed the rows are dealt to training, validation and test (60, 20, 20 %). Compared
on the test rows, by log loss or root mean squared error:

- `searched`: architecture searched for (DARTS) and trained, as `searched_network` does;
- `plain`: the network by default, once;
- `varied`: the network by default and random variants of it for at least as much processor time as
  `searched` took, the best of them by the validation rows.

`varied` is the fair rival: what the same time buys without a search by gradient.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, make_friedman1
from threadpoolctl import threadpool_limits

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.experimental import searched_network
from autoglm_agent.automl.search.fitting import FAMILIES
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec

Table = tuple[np.ndarray, np.ndarray, Problem]
WAYS = ("searched", "plain", "varied")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="append", choices=sorted(TABLES), help="all by default")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    fitted_once(*TABLES["diabetes"](), seed=0)  # loads torch, which is no part of a fit
    told = {}
    for name in asked.table or TABLES:
        runs = [fitted_once(*TABLES[name](), seed=seed) for seed in range(asked.seeds)]
        told[name] = summary(runs)
        print(json.dumps({name: told[name]}), flush=True)
    print(json.dumps(told, indent=1))


def breast_cancer() -> Table:
    X, y = load_breast_cancer(return_X_y=True)
    return X, y, Problem("binary", "log_loss", (0, 1), positive=1)


def digits() -> Table:
    X, y = load_digits(return_X_y=True)
    return X, y, Problem("multiclass", "log_loss", tuple(range(10)))


def diabetes() -> Table:
    X, y = load_diabetes(return_X_y=True)
    return X, y, Problem("regression", "rmse")


def friedman() -> Table:
    X, y = make_friedman1(1500, 10, noise=1.0, random_state=0)
    return X, y, Problem("regression", "rmse")


TABLES: dict[str, Callable[[], Table]] = {
    "breast_cancer": breast_cancer, "digits": digits, "diabetes": diabetes, "friedman1": friedman,
}  # fmt: skip


def fitted_once(X: np.ndarray, y: np.ndarray, problem: Problem, *, seed: int) -> dict[str, Any]:
    """Fit all three ways on one division; returns test losses and processor seconds."""
    order = np.random.default_rng(seed).permutation(len(y))
    known, test = np.split(order, [int(0.8 * len(y))])
    names = [f"x{i}" for i in range(X.shape[1])]
    folds = (np.arange(len(known)) % 4 > 0).astype(np.int64)  # the fold 0 validates
    study = Study.of(
        pd.DataFrame(X[known], columns=names), y[known], problem, folds, exchangeable=True,
        kinds=None, weight=None, seed=seed, threads=1, interpretable=False,
    )  # fmt: skip
    fold = study.fold("linear", 0)
    assert study.linear_view is not None
    rows = study.encoder.transform(pd.DataFrame(X[test], columns=names))
    held = study.linear_view.transform(rows)

    def fit(spec: Spec) -> tuple[float, float, float, dict[str, Any]]:
        began = time.process_time()
        with threadpool_limits(1, "blas"):
            done = FAMILIES[spec.family](spec.params, fold, problem, seed=seed, deadline=Deadline())
        spent = time.process_time() - began
        valid = loss(done.model.predict(fold.X_valid), fold.y_valid)
        return valid, loss(done.model.predict(held), y[test]), spent, done.info

    _, searched, seconds, info = fit(searched_network(study))
    told: dict[str, Any] = {"searched": searched, "searched_s": seconds, "blocks": info["blocks"]}
    spec, tried, spent = portfolio.network(study), [], 0.0
    while spent < seconds:
        now = spec if not tried else portfolio.variant(spec, len(tried), seed)
        valid, tested, took, _ = fit(now)
        tried.append((valid, tested))
        spent += took
        if len(tried) == 1:
            told |= {"plain": tested, "plain_s": took}
    return told | {"varied": min(tried)[1], "varied_s": spent, "tried": len(tried)}


def loss(prediction: np.ndarray, truth: np.ndarray) -> float:
    """Return the log loss, or the root mean squared error."""
    if prediction.ndim == 1:
        return float(np.sqrt(((prediction - truth) ** 2).mean()))
    own = prediction[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(own, 1e-15, 1.0)).mean())


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return means over the seeds, and in how many the search was ahead."""
    told: dict[str, Any] = {}
    for way in WAYS:
        told[way] = round(statistics.mean(run[way] for run in runs), 4)
        told[f"{way}_cpu_s"] = round(statistics.mean(run[f"{way}_s"] for run in runs), 2)
    told["ahead_of_plain"] = sum(run["searched"] < run["plain"] for run in runs)
    told["ahead_of_varied"] = sum(run["searched"] < run["varied"] for run in runs)
    told["varied_networks"] = round(statistics.mean(run["tried"] for run in runs), 1)
    told["blocks"] = [
        " ".join(
            f"{b['connection']}-{b['norm']}-{b['activation']}-{b['width']}-{b['dropout']}"
            for b in run["blocks"]
        )
        for run in runs
    ]
    return told


if __name__ == "__main__":
    main()
