"""Naive against honest: how far the best of K cross-validated scores is from the truth.

Fifty tasks are generated with a known population. K configurations (least-squares classifiers on
random subsets of the columns) are cross-validated, the best is chosen and trained on all rows, and
its true accuracy is measured on fifty thousand further rows. Three estimates of that truth are
compared: the best cross-validation score, BBC-CV, and nested cross-validation.

    python benchmarks/honest_scores.py            # the table, about two minutes
    python benchmarks/honest_scores.py --tasks 5  # a quick look
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np

from autoglm_agent.automl.scoring.honest import honest_score
from autoglm_agent.automl.scoring.problem import Problem

PROBLEM = Problem("binary", "accuracy", (0, 1), 1)
COLUMNS, SUBSET, FOLDS = 40, 3, 5
POPULATION = 50_000
COUNTS = (10, 100, 1000)


@dataclass(frozen=True)
class Population:
    """A linear rule with noise; `strength` 0 is no signal at all."""

    weights: np.ndarray

    def draw(self, rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw rows and their classes."""
        X = rng.normal(size=(n, COLUMNS))
        return X, (X @ self.weights + rng.logistic(size=n) > 0).astype(np.int64)


def population(seed: int) -> Population:
    """Every third task has no signal, the others a weak or a moderate one."""
    rng = np.random.default_rng([seed, 1])
    weights = np.zeros(COLUMNS)
    weights[rng.permutation(COLUMNS)[:6]] = rng.normal(size=6) * (0.0, 0.15, 0.5)[seed % 3]
    return Population(weights)


def fit(X: np.ndarray, y: np.ndarray, subsets: np.ndarray) -> np.ndarray:
    """Least squares on every subset of columns at once; coefficients (K, SUBSET + 1)."""
    design = np.concatenate([X, np.ones((len(X), 1))], axis=1)
    columns = np.concatenate([subsets, np.full((len(subsets), 1), X.shape[1])], axis=1)
    gram, right = design.T @ design, design.T @ (2.0 * y - 1.0)
    A = gram[columns[:, :, None], columns[:, None, :]] + 1e-6 * np.eye(SUBSET + 1)
    return np.linalg.solve(A, right[columns][:, :, None])[:, :, 0]


def scores_of(X: np.ndarray, coefficients: np.ndarray, subsets: np.ndarray) -> np.ndarray:
    """Decision values (K, rows)."""
    part = np.einsum("nks,ks->kn", X[:, subsets], coefficients[:, :SUBSET], optimize=True)
    return part + coefficients[:, SUBSET:]


def crossed(X: np.ndarray, y: np.ndarray, subsets: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Out-of-fold decisions (K, rows), 0 or 1."""
    told = np.empty((len(subsets), len(y)))
    for fold in range(int(folds.max()) + 1):
        train, valid = folds != fold, folds == fold
        told[:, valid] = scores_of(X[valid], fit(X[train], y[train], subsets), subsets) > 0
    return told


def nested(
    X: np.ndarray, y: np.ndarray, subsets: np.ndarray, folds: np.ndarray
) -> tuple[float, float]:
    """Choose within each outer training part; return mean accuracy and its standard error."""
    hits = np.empty(len(y))
    for fold in range(FOLDS):
        train, valid = folds != fold, folds == fold
        inner = np.arange(train.sum()) % (FOLDS - 1)
        told = crossed(X[train], y[train], subsets, inner)
        best = int((told == y[train]).mean(axis=1).argmax())
        one = subsets[best : best + 1]
        hits[valid] = (scores_of(X[valid], fit(X[train], y[train], one), one)[0] > 0) == y[valid]
    return float(hits.mean()), float(hits.std(ddof=1) / np.sqrt(len(y)))


def one_task(seed: int, n: int, count: int) -> dict[str, float]:
    """Return the truth and the three estimates of one task."""
    rng = np.random.default_rng([seed, count])
    source = population(seed)
    X, y = source.draw(rng, n)
    subsets = np.stack([rng.permutation(COLUMNS)[:SUBSET] for _ in range(count)])
    folds = rng.permutation(n) % FOLDS
    told = crossed(X, y, subsets, folds)
    accuracy = (told == y).mean(axis=1)
    best = int(accuracy.argmax())
    oofs = {str(k): np.column_stack([1 - told[k], told[k]]) for k in range(count)}
    began = time.process_time()
    honest = honest_score(oofs, y, PROBLEM, seed=seed, repeats=1000)
    took = time.process_time() - began
    one = subsets[best : best + 1]
    fresh, answers = source.draw(rng, POPULATION)
    truth = float(((scores_of(fresh, fit(X, y, one), one)[0] > 0) == answers).mean())
    outer, outer_se = nested(X, y, subsets, folds)
    return {
        "truth": truth,
        "naive": float(accuracy[best]),
        "naive_se": float(np.sqrt(accuracy[best] * (1 - accuracy[best]) / n)),
        "honest": honest.value,
        "low": honest.low,
        "high": honest.high,
        "nested": outer,
        "nested_se": outer_se,
        "seconds": took,
    }


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Return bias in standard errors of a score, and coverage of the 95 % intervals."""
    data = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    se = float(np.mean(data["naive_se"]))
    near = 1.959964

    def covered(value: str, error: str) -> float:
        return float((np.abs(data[value] - data["truth"]) <= near * data[error]).mean())

    inside = (data["low"] <= data["truth"]) & (data["truth"] <= data["high"])
    return {
        "se": se,
        "naive_bias": float((data["naive"] - data["truth"]).mean()) / se,
        "honest_bias": float((data["honest"] - data["truth"]).mean()) / se,
        "nested_bias": float((data["nested"] - data["truth"]).mean()) / se,
        "naive_coverage": covered("naive", "naive_se"),
        "honest_coverage": float(inside.mean()),
        "nested_coverage": covered("nested", "nested_se"),
        "seconds": float(data["seconds"].mean()),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    tables = {}
    for count in COUNTS:
        rows = [one_task(seed, options.rows, count) for seed in range(options.tasks)]
        tables[count] = summary(rows)
    if options.json:
        print(json.dumps(tables, indent=1))
        return
    print(f"{options.tasks} tasks of {options.rows} rows; bias in standard errors of a score")
    print("     K | bias: naive  honest  nested | coverage of 95 %: naive  honest  nested | s")
    for count, t in tables.items():
        print(
            f"{count:6d} | {t['naive_bias']:+11.2f} {t['honest_bias']:+7.2f} "
            f"{t['nested_bias']:+7.2f} | {t['naive_coverage']:23.0%} {t['honest_coverage']:7.0%} "
            f"{t['nested_coverage']:7.0%} | {t['seconds']:.2f}"
        )


if __name__ == "__main__":
    main()
