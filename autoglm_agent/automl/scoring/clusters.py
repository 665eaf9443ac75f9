"""Which rows are wrong together, so that a bootstrap must draw them together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.prepare import Prepared


def clusters_of(prepared: Prepared, frame: pd.DataFrame) -> np.ndarray | None:
    """Return the cluster of each row; None where rows are independent, or nothing tells of them.

    Args:
        prepared: How the rows were divided.
        frame: The rows, with the column that they were divided by if there is one.
    """
    by = prepared.plan.column
    if prepared.plan.kind == "group":
        if by not in frame:
            return None
        return np.asarray(pd.factorize(frame[by], use_na_sentinel=False)[0])
    if prepared.task.horizon is not None:
        return periods_together(frame[by], prepared.task.horizon) if by in frame else None
    if prepared.plan.kind == "duplicate_groups":
        return np.asarray(pd.factorize(hash_rows(frame[prepared.features]))[0])
    return None


def periods_together(times: pd.Series, horizon: str) -> np.ndarray:
    """Return blocks of neighbouring periods: forecasts of one week are wrong together.

    A block is as long as the horizon, but not so long that fewer than ten are left (moving
    blocks, Kuensch 1989, https://doi.org/10.1214/aos/1176347265).
    """
    period = np.unique(times.to_numpy(), return_inverse=True)[1]
    count = int(period.max()) + 1
    length = max(1, min(int(horizon.partition(" ")[0]), count // 10))
    return np.asarray(period // length)
