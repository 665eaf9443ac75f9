"""A table with a column of every kind."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.table import Table


def mixed_table(rows: int) -> Table:
    """Return numbers, categories, dates, money, ids, names, counts and an empty column."""
    generator = np.random.default_rng(1)
    numbers = {f"n{i}": generator.normal(size=rows) for i in range(8)}
    words = {f"w{i}": generator.choice(["a", "b", "c"], rows) for i in range(6)}
    days = pd.date_range("2000-01-01", periods=rows, freq="h").strftime("%d/%m/%Y %H:%M")
    other = {
        "when": days,
        "money": [f"${v:,.2f}" for v in generator.exponential(1000, rows)],
        "id": np.arange(rows),
        "name": [f"some words about {i}" for i in range(rows)],
        "count": generator.poisson(3, rows),
        "gone": [None] * rows,
    }
    frame = pd.DataFrame({**numbers, **words, **other})
    return Table(frame, "t.csv", "0" * 16, ("repaired.",))
