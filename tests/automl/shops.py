"""Two shops whose sales are forecast in the tests."""

from __future__ import annotations

import numpy as np
import pandas as pd

DAYS, AHEAD = 200, 7


def history(days: int = DAYS, seed: int = 0) -> pd.DataFrame:
    """Two shops with weeks, a trend and what an advert brings; adverts are planned ahead."""
    rng = np.random.default_rng(seed)
    day = np.arange(days + AHEAD)
    frames = []
    for shop, level in (("north", 100.0), ("south", 20.0)):
        advert = (rng.random(len(day)) < 0.3).astype(int)
        week = np.tile([0.0, 0.1, 0.2, 0.1, 0.4, 0.9, 0.6], len(day) // 7 + 1)[: len(day)]
        sold = level * (1 + week + 0.004 * day + 0.8 * advert) + rng.normal(0, level / 30, len(day))
        frames.append(
            pd.DataFrame(
                {
                    "day": pd.date_range("2024-01-01", periods=len(day)).strftime("%Y-%m-%d"),
                    "shop": shop,
                    "advert": advert,
                    "sold": np.where(day < days, sold.round(2), np.nan),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
