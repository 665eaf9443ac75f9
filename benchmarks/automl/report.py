"""The one table: each system's losses, ranks, times and memory over the tables."""

from __future__ import annotations

import numpy as np
import pandas as pd


def losses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return loss (1 - AUC, log-loss or RMSE) by table and seed, one column a system."""
    done = rows[rows.status == "ok"].copy()
    score = pd.to_numeric(done.score)
    done["loss"] = np.where(done.metric == "roc_auc", 1.0 - score, score)
    return done.pivot_table(index=["table", "seed"], columns="name", values="loss")


def beaten(found: pd.DataFrame, ours: str, peers: list[str]) -> float:
    """Return the share of pairs in which `ours` beats the best of some peers; a tie is a half."""
    shared = found.dropna(subset=[ours, *peers])
    gap = shared[peers].min(axis=1) - shared[ours]
    return float(((gap > 0) + 0.5 * (gap == 0)).mean())


def summary(rows: pd.DataFrame, *, complete: bool = True) -> pd.DataFrame:
    """Return a line a system: mean rank, relative gaps, seconds, CPU, memory, first model.

    Args:
        rows: The results, one row a run, `name` naming the system and its label.
        complete: Whether only tables and seeds that every system has finished count.
    """
    found = losses(rows)
    shared = found.dropna() if complete else found
    best = shared.min(axis=1)
    done = rows[rows.status == "ok"].set_index(["table", "seed"])
    done = done[done.index.isin(shared.index)]
    numbers = done[["seconds", "cpu_s", "peak_mb", "first_model_s"]].apply(pd.to_numeric)
    grouped = numbers.assign(name=done["name"]).groupby("name")
    table = pd.DataFrame(
        {
            "runs": shared.notna().sum(),
            "mean rank": shared.rank(axis=1).mean(),
            "above best, %": (shared.div(best, axis=0) - 1).mean() * 100,
            "wins": shared.eq(best, axis=0).sum(),
            "seconds": grouped.seconds.mean(),
            "longest": grouped.seconds.max(),
            "CPU s": grouped.cpu_s.mean(),
            "peak MB": grouped.peak_mb.max(),
            "first model, s": grouped.first_model_s.mean(),
        }
    )
    return table.sort_values("mean rank")


def by_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the mean score by table, one column a system."""
    done = rows[rows.status == "ok"]
    score = pd.to_numeric(done.score)
    return done.assign(score=score).pivot_table(index="table", columns="name", values="score")
