"""What winners of similar tables are worth to a search: seconds to 99 % of the final score.

    python -m benchmarks.memory.warmstart

A stream of small synthetic tables of a few kinds. Each is searched by a fixed number of
candidates twice: without a memory, and with what won on the earlier tables. The final score is the
best single candidate of either search; its gain is counted from the baseline. The seconds are
those of training the candidates, in the order of training, until one has 99 % of the gain;
besides, the seconds of the signature count against the memory. The unrelated tables come last: each
is alone of its kind, so that the memory has nothing good to tell.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.automl.search.engine import run_search
from autoglm_agent.automl.search.result import SearchResult
from autoglm_agent.memory.signature import signature_of
from autoglm_agent.memory.store import ChainMemory
from autoglm_graphs.warmstart import winners

TRIALS = 7
ROWS = 700
FAMILY = "binary roc_auc"


def table(kind: str, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return a binary table of a kind."""
    rng = np.random.default_rng([seed, sum(map(ord, kind))])
    noise = rng.logistic(size=ROWS)
    if kind == "sparse linear":
        values = rng.normal(size=(ROWS, 30))
        signal = values[:, :10] @ rng.choice([-1.0, 1.0], 10) * 0.6
    elif kind == "smooth":
        values = rng.normal(size=(ROWS, 6))
        weights = rng.normal(size=6)  # of unit length below, else some tables are mere noise
        signal = 3 * np.sin(2 * values @ (weights / np.linalg.norm(weights)))
    elif kind == "steps":
        values = rng.integers(0, 8, size=(ROWS, 12)).astype(float)
        signal = 3.0 * ((values[:, 0] > 3) ^ (values[:, 1] > 3)) + 2.0 * (values[:, 2] > 5) - 2
    elif kind == "wide noise":
        values = rng.standard_t(3, size=(ROWS, 45))
        signal = np.abs(values[:, 0]) + np.abs(values[:, 1]) - 2
    else:  # rings
        values = rng.uniform(-2, 2, size=(ROWS, 4))
        signal = 4 * (np.hypot(values[:, 0], values[:, 1]) < 1.3) - 2
    X = pd.DataFrame(values, columns=[f"c{i}" for i in range(values.shape[1])])
    return X, (signal + noise > 0).astype(int)


def search(X: pd.DataFrame, y: np.ndarray, first: list[dict[str, Any]]) -> SearchResult:
    """Search a table by a fixed number of candidates."""
    folds = np.random.default_rng(0).permutation(len(y)) % 4
    return run_search(
        X, y, Problem("binary", "roc_auc", (0, 1), 1), folds, oob_allowed=True,
        trials=TRIALS, seed=0, first=first, n_jobs=1,
    )  # fmt: skip


def seconds_to(result: SearchResult, goal: float) -> float:
    """Return the seconds of training until a candidate has reached a score."""
    spent = 0.0
    for candidate in result.candidates:
        spent += candidate.seconds
        if oriented("roc_auc", candidate.score) >= goal:
            return spent
    return spent


def best_of(result: SearchResult) -> float:
    """Return the best score of a single candidate."""
    return max(c.score for c in result.candidates if np.isfinite(c.score))


def compare(memory: ChainMemory, kind: str, seed: int) -> dict[str, Any]:
    """Return the seconds to 99 % without and with the memory; let the memory learn."""
    X, y = table(kind, seed)
    began = time.process_time()
    signature = signature_of(X, y, classification=True)
    signed = time.process_time() - began
    run = f"{kind} {seed}"
    found = memory.configurations.recall(signature, family=FAMILY, run=run)
    cold = search(X, y, [])
    warm = search(X, y, [w.configuration for w in found]) if found else cold
    final = max(best_of(cold), best_of(warm))
    goal = 0.5 + 0.99 * (final - 0.5)
    won = winners(warm.to_json())
    if found:
        made_it = any(w["name"].startswith("recalled_") for w in won)
        memory.configurations.credit(run, made_it, family=FAMILY)
    memory.configurations.remember(signature, won, family=FAMILY)
    return {
        "kind": kind,
        "told": [w.configuration["name"] for w in found],
        "cold_s": seconds_to(cold, goal),
        "warm_s": seconds_to(warm, goal),
        "signature_s": signed,
        "whole_s": sum(c.seconds for c in cold.candidates),
        "final": final,
    }


def main() -> None:
    """Print a line for each table and the ratios in the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4, help="tables of each related kind")
    options = parser.parse_args()
    related, unrelated = [], []
    with tempfile.TemporaryDirectory() as folder, ChainMemory(Path(folder)) as memory:
        for seed in range(options.repeats):
            for kind in ("sparse linear", "smooth", "steps"):
                told = compare(memory, kind, seed)
                print(json.dumps({k: round(v, 3) if isinstance(v, float) else v
                                  for k, v in told.items()}), flush=True)  # fmt: skip
                if seed:
                    related.append(told)
        for kind in ("wide noise", "rings"):
            unrelated.append(compare(memory, kind, 0))
            print(json.dumps(unrelated[-1]), flush=True)
    for name, tables in (("related", related), ("unrelated", unrelated)):
        cold = sum(t["cold_s"] for t in tables)
        warm = sum(t["warm_s"] for t in tables)
        signed = sum(t["signature_s"] for t in tables)
        told = {
            "tables": name,
            "time_to_99": round(warm / cold, 3),
            "with_signature": round((warm + signed) / cold, 3),
            "signature_of_whole": round(signed / sum(t["whole_s"] for t in tables), 3),
        }
        print(json.dumps(told))


if __name__ == "__main__":
    main()
