"""Classical forecasts of one table, in an environment that has `statsforecast`.

Reads a JSON order on standard input: series as lists of values up to each window, the season and
the horizon; writes the forecasts of every method as JSON. Not imported by the benchmark itself.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np


def methods(season: int) -> dict[str, Any]:
    """Return the methods by name."""
    from statsforecast.models import AutoETS, DynamicOptimizedTheta, SeasonalNaive

    return {
        "seasonal naive": SeasonalNaive(season_length=season),
        "AutoETS": AutoETS(season_length=season),
        "Theta": DynamicOptimizedTheta(season_length=season),
    }


def main() -> None:
    """Forecast every history of the order by every method."""
    order = json.load(sys.stdin)
    told: dict[str, Any] = {}
    for name, method in methods(order["season"]).items():
        began = time.process_time()
        forecasts = []
        for values in order["histories"]:
            history = np.asarray(values, dtype=np.float64)
            forecasts.append(method.forecast(history, h=order["horizon"])["mean"].tolist())
        told[name] = {"forecasts": forecasts, "seconds": round(time.process_time() - began, 1)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
