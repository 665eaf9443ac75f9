"""A table of customers for the feedback tests, and its profile."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile, profile_table
from autoglm_agent.automl.data.table import Table


def customers(rows: int = 240, seed: int = 5) -> pd.DataFrame:
    """Customers whose leaving depends on tenure, charges and contract."""
    rng = np.random.default_rng(seed)
    tenure, charges = rng.integers(1, 72, rows), np.round(rng.uniform(20, 120, rows), 2)
    contract = rng.choice(["monthly", "yearly"], rows)
    risk = -tenure / 24 + charges / 50 + (contract == "monthly") + rng.normal(0, 0.8, rows)
    return pd.DataFrame(
        {
            "customer_id": [f"C{n:05d}" for n in rng.permutation(90_000)[:rows]],
            "age": rng.integers(18, 90, rows),
            "gender": rng.choice(["female", "male"], rows),
            "zip_code": rng.choice([f"{z}" for z in range(10_115, 10_160)], rows),
            "region": rng.choice(["north", "south", "east", "west"], rows),
            "signup_date": (
                pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 700, rows), unit="D")
            ).strftime("%Y-%m-%d"),
            "tenure": tenure,
            "contract": contract,
            "monthly_charges": charges,
            "complaints": rng.poisson(0.6, rows),
            "churn": np.where(risk > 1.6, "Yes", "No"),
        }
    )


def customers_file(folder: Path, **rest: int) -> Path:
    path = folder / "customers.csv"
    customers(**rest).to_csv(path, index=False)
    return path


@lru_cache
def customers_profile() -> Profile:
    frame = customers().astype({"gender": "str", "churn": "str"})
    return profile_table(Table(frame, "customers.csv", "0" * 16))
