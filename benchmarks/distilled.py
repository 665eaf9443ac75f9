"""What a student of the ensemble is worth against the best single candidate.

    python -m benchmarks.distilled --data DIR titanic telco_churn german_credit ames

The first candidates of the portfolio are trained on 70 % of a table (of at most --rows rows); told
are cross-validated score, score on the other rows, and the milliseconds of CPU time for one row.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.scoring.metrics import score
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.distil import students
from autoglm_agent.automl.search.ensemble import select_bagged
from autoglm_agent.automl.search.latency import merit, model_of
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import train
from benchmarks.automl.tables import TABLES, Table, split

FOLDS = 5


def milliseconds(model: FittedModel, X: pd.DataFrame) -> float:
    """Return the median CPU time of predicting one row."""
    row, times = X.iloc[:1], []
    model.predict(row)
    for _ in range(15):
        began = time.process_time()
        model.predict(row)
        times.append(1e3 * (time.process_time() - began))
    return float(np.median(times))


def measure(table: Table, folder: Path, rows: int, candidates: int) -> None:
    """Print what the ensemble, its best candidate and its students reach."""
    known, unseen = split(table, folder, seed=0)
    known = known.iloc[: round(0.7 * rows)].reset_index(drop=True)
    X, X_new = known.drop(columns=[table.target]), unseen.drop(columns=[table.target])
    problem = Problem.of(table.kind, known[table.target], metric=table.metric)  # type: ignore[arg-type]
    y, truth = problem.encode(known[table.target]), problem.encode(unseen[table.target])
    folds = np.random.default_rng(0).permutation(len(y)) % FOLDS
    study = Study.of(
        X, y, problem, folds, exchangeable=True, kinds=None, weight=None, seed=0, threads=1,
        interpretable=False,
    )  # fmt: skip
    specs = islice(portfolio.fixed(study, interpretable=False, simplify=False), candidates)
    trials = [train(spec, study, Deadline()) for spec in specs]
    weights = select_bagged({t.candidate.id: t.oof for t in trials}, y, problem)
    best = max(trials, key=lambda t: merit(study, t.oof))
    print(f"{table.name}: {len(y)} rows, {table.metric}")
    told = {"ensemble": (trials, weights), best.candidate.name: ([best], {best.candidate.id: 1.0})}
    for student in students(study, trials, weights, Deadline()):
        told[student.candidate.name] = ([student], {student.candidate.id: 1.0})
    for name, (members, shares) in told.items():
        model = model_of(study, members, shares)
        mixed = sum(shares[t.candidate.id] * t.oof for t in members if t.candidate.id in shares)
        validated = score(table.metric, y, np.asarray(mixed), problem)
        found = score(table.metric, truth, model.predict(X_new), problem)
        cost = milliseconds(model, X)
        print(
            f"  {name:24} validated {validated:.5g}, unseen {found:.5g}, {cost:.1f} ms", flush=True
        )


def main() -> None:
    """Measure the tables that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="+", choices=list(TABLES))
    parser.add_argument("--data", type=Path, required=True, help="folder of CSV files")
    parser.add_argument("--rows", type=int, default=1800)
    parser.add_argument("--candidates", type=int, default=6)
    given = parser.parse_args()
    for name in given.tables:
        measure(TABLES[name], given.data, given.rows, given.candidates)


if __name__ == "__main__":
    main()
