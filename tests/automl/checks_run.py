"""A small run, made step by step with the real engine, for the tests of the checks."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext
from autoglm_agent.automl.checks.registry import catalogue, run_one
from autoglm_agent.automl.data.profile import profile_table
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import Prepared, prepare
from autoglm_agent.automl.preparation.split import fold_pairs
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.assess import assess_model
from autoglm_agent.automl.scoring.metrics import GREATER_IS_BETTER, score
from autoglm_agent.chain import Task, Verdict


def table_of(frame: pd.DataFrame) -> Table:
    frame = frame.reset_index(drop=True)
    data = pd.util.hash_pandas_object(frame).to_numpy().tobytes()
    return Table(frame, "t.csv", hashlib.sha256(data).hexdigest()[:16])


def context_of(
    folder: Path, frame: pd.DataFrame, target: str, kind: str = "binary", **arguments: Any
) -> CheckContext:
    """Prepare a table; keyword arguments go to `prepare`."""
    table, task = table_of(frame), Task(kind=kind, target=target)
    profile = profile_table(table)
    workspace = Workspace(folder)
    prepared = prepare(workspace, table, profile, task, **arguments)
    return CheckContext(workspace=workspace, task=task, table_profile=profile, prepared=prepared)


def verdict(context: CheckContext, stage: str, check: str) -> Verdict:
    """Ask one check of a stage, and no other."""
    found = next(c for c in catalogue() if (c.stage, c.id) == (stage, check))
    return run_one(found, context)


def honest_table(n: int = 400, seed: int = 0) -> pd.DataFrame:
    """Two numbers and a category that tell something of a yes or no and of a number."""
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, n))
    site = rng.choice(["north", "south", "west"], n)
    number = 2 * a + b + (site == "north") + rng.normal(0, 1.5, n)
    answer = np.where(number > 1, "yes", "no").astype(object)
    return pd.DataFrame({"a": a, "b": b, "site": site, "number": number, "answer": answer})


class Linear:
    """A linear model of the numeric columns; `noise` replaces it by guesses."""

    def __init__(self, prepared: Prepared, rows: np.ndarray, noise: bool = False) -> None:
        from sklearn.linear_model import LinearRegression, LogisticRegression

        kind = LogisticRegression if prepared.problem.is_classification else LinearRegression
        self.noise, self.width = noise, prepared.problem.width
        self.model = kind().fit(self._numbers(prepared.X.iloc[rows]), prepared.y[rows])

    def _numbers(self, frame: pd.DataFrame) -> np.ndarray:
        return frame.select_dtypes("number").fillna(0).to_numpy()

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        if self.noise:
            rng = np.random.default_rng(len(frame))
            if self.width == 1:
                return rng.normal(size=len(frame))
            return rng.dirichlet(np.ones(self.width), len(frame))
        if self.width == 1:
            return self.model.predict(self._numbers(frame))
        return self.model.predict_proba(self._numbers(frame))


def searched(context: CheckContext, noise: bool = False) -> CheckContext:
    """Add a search of two candidates, stored as the engine stores one."""
    prepared = context.need_prepared()
    problem, y = prepared.problem, prepared.y
    oof: dict[str, np.ndarray] = {}
    for name, shift in (("first", 0.0), ("second", 0.1)):
        shape = (len(y), problem.width) if problem.is_classification else (len(y),)
        values = np.full(shape, np.nan)
        for train, valid in fold_pairs(prepared.plan, prepared.folds):
            values[valid] = Linear(prepared, train, noise).predict(prepared.X.iloc[valid])
        if problem.is_classification:
            values = (1 - shift) * values + shift / problem.width
        oof[name] = values
    weights = {"first": 0.75, "second": 0.25}
    oof["ensemble"] = sum(w * oof[name] for name, w in weights.items())
    scores = {name: score(problem.metric, y, values, problem) for name, values in oof.items()}
    candidates = []
    for name in weights:
        folds = [prepared.folds == f for f in range(int(prepared.folds.max()) + 1)]
        told = [score(problem.metric, y[f], oof[name][f], problem) for f in folds]
        se = float(np.std(told, ddof=1) / np.sqrt(len(told)))
        candidates.append(
            {
                "id": name,
                "name": name,
                "family": "linear",
                "params": {},
                "score": scores[name],
                "se": se,
                "fold_scores": told,
                "seconds": 0.1,
                "status": "done",
                "error": None,
                "threshold": 0.5,
            }
        )
    context.search = {
        "id": "s1", "prepared": prepared.id, "model": "s1", "metric": problem.metric,
        "greater_is_better": GREATER_IS_BETTER[problem.metric], "candidates": candidates,
        "weights": weights, "best": "first", "threshold": 0.5,
        "ensemble_score": scores["ensemble"], "naive_score": scores["first"],
        "seconds": 1.0, "budget_s": 60.0, "trials": 2, "stopped": "trials", "memory_mb": 200.0,
    }  # fmt: skip
    context.workspace.write_json(context.search, "searches", "s1", "search.json")
    store_oof(context, oof)
    return context


def store_oof(context: CheckContext, oof: dict[str, np.ndarray]) -> None:
    buffer = io.BytesIO()
    ensemble = oof["ensemble"]
    rest = {f"oof.{name}": values for name, values in oof.items() if name != "ensemble"}
    np.savez(buffer, ensemble=ensemble, **rest)
    context.workspace.write_bytes(buffer.getvalue(), "searches", "s1", "oof.npz")


def load_oof(context: CheckContext) -> dict[str, np.ndarray]:
    with np.load(context.workspace.file("searches", "s1", "oof.npz")) as arrays:
        return {name.removeprefix("oof."): arrays[name] for name in arrays.files}


def assessed(context: CheckContext, noise: bool = False, consent: bool = False) -> CheckContext:
    """Read the vault and add the assessment."""
    prepared, search = context.need_prepared(), context.need_search()
    model = Linear(prepared, np.arange(len(prepared.y)), noise)
    context.assessment = assess_model(
        context.workspace, prepared, "s1", model, naive_score=search["naive_score"],
        cv_score=search["ensemble_score"], threshold=0.5, consent=consent, seed=0,
    )  # fmt: skip
    return context
