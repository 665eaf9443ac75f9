"""How every configuration of the library does on every table: the behaviour matrix.

    python -m benchmarks.hpo.behaviour --data DIR --cpu-minutes 20

Balanced accuracy in three folds, the mean and its standard error, and the CPU seconds. Tables
that are in the file already are passed over, so that it can be stopped and started at will. Only
figures are written, and no row of any table.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.samplers import behaviour
from autoglm_agent.automl.samplers.estimators import estimator
from autoglm_agent.automl.samplers.library import library
from autoglm_agent.automl.samplers.pipeline import feature_steps, table_step
from autoglm_agent.automl.samplers.signature import signature
from autoglm_agent.automl.samplers.space import Params
from benchmarks.hpo.tables import Table, tables

FOLDS = 3


class Judge:
    """Scores configurations on one table; prepared folds are shared between them."""

    def __init__(self, table: Table) -> None:
        from sklearn.model_selection import StratifiedKFold

        self.table = table
        numeric = [c for c in table.X if pd.api.types.is_numeric_dtype(table.X[c])]
        self.columns = (numeric, [c for c in table.X if c not in numeric])
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        self.folds = list(folds.split(table.X, table.y))
        self.views: dict[Any, Any] = {}

    def __call__(self, point: Params) -> tuple[float, float]:
        """Return mean balanced accuracy and its standard error."""
        from sklearn.metrics import balanced_accuracy_score

        scores = []
        for number, (train, valid) in enumerate(self.folds):
            X, X_valid = self._view(point, number)
            try:
                model = estimator(point).fit(X, self.table.y[train])
                predicted = model.predict(X_valid)
            except (ValueError, np.linalg.LinAlgError):
                predicted = np.zeros(len(valid), dtype=int)
            scores.append(balanced_accuracy_score(self.table.y[valid], predicted))
        return float(np.mean(scores)), float(np.std(scores, ddof=1) / np.sqrt(FOLDS))

    def _view(self, point: Params, number: int) -> Any:
        key = (point["scaler"], point["encoder"], point["features"], number)
        if key not in self.views:
            from sklearn.pipeline import Pipeline

            train, valid = self.folds[number]
            steps = Pipeline([("table", table_step(point, *self.columns)),
                              *feature_steps(point, True)])  # fmt: skip
            X = np.asarray(steps.fit_transform(self.table.X.iloc[train], self.table.y[train]))
            self.views[key] = X, np.asarray(steps.transform(self.table.X.iloc[valid]))
        return self.views[key]


def measure(table: Table) -> dict[str, Any]:
    """Return what the matrix holds of one table."""
    judge = Judge(table)
    scores, errors, seconds = [], [], []
    for configuration in library():
        began = time.process_time()
        score, error = judge(dict(configuration.params))
        scores.append(round(score, 4))
        errors.append(round(error, 4))
        seconds.append(round(time.process_time() - began, 4))
    return {
        "signature": [round(float(v), 4) for v in signature(table.X, table.y)],
        "rows": len(table.y), "scores": scores, "errors": errors, "seconds": seconds,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of CSV files, see tables.py")
    parser.add_argument("--cpu-minutes", type=float, default=20.0)
    parser.add_argument("--out", type=Path, default=behaviour.SHIPPED)
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    names = [c.name for c in library()]
    found: dict[str, Any] = {"configurations": names, "tasks": {}}
    if given.out.is_file():
        old = json.loads(given.out.read_text())
        if old["configurations"] == names:
            found = old
    for table in tables(given.data):
        if table.name in found["tasks"]:
            continue
        if time.process_time() > 60 * given.cpu_minutes:
            print("the time is up")
            break
        began = time.process_time()
        found["tasks"][table.name] = measure(table)
        given.out.write_text(json.dumps(found, separators=(",", ":")).replace('},"', '},\n"'))
        took = time.process_time() - began
        print(f"{table.name:24} {table.X.shape} {took:6.1f} CPU-s", flush=True)


if __name__ == "__main__":
    main()
