"""Forecasts of this project against classical methods on the same windows.

    python -m benchmarks.forecasting --table FILE:TIME:TARGET:HORIZON[:SERIES] ...

The last windows of a table, each as long as the horizon, are forecast one after the other. Ours is
trained once, on what lies before the first window, and then only reads the longer history; the
classical methods are fitted anew at every window. The score is the mean absolute error, and its
ratio to that of the seasonal naive forecast (the relative MAE of Hyndman & Koehler 2006).
`--peers PYTHON` names an interpreter that has statsforecast installed; without it only ours and
the naive forecast are shown.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import profile_table, typed_frame
from autoglm_agent.automl.data.table import read_table
from autoglm_agent.automl.forecasting.plan import Plan, make_plan
from autoglm_agent.automl.predict import predict_file
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings

MOST_SERIES, MOST_PAST = 20, 2_000
"""Series that are compared, and periods that a classical method is fitted on."""


@dataclass(frozen=True)
class Contest:
    """One table.

    Attributes:
        file: CSV file.
        task: What is forecast.
        plan: How its rows are laid out.
        frame: Its rows, typed.
        values: The series, shape (series, periods).
        starts: First period of each window.
    """

    file: Path
    task: Task
    plan: Plan
    frame: pd.DataFrame
    values: np.ndarray
    starts: list[int]


def contest(told: str, windows: int) -> Contest:
    """Read a table as it was told on the command line."""
    path, column, target, horizon, *series = told.split(":")
    task = Task(
        kind="forecasting", target=target, time_column=column, horizon=f"{horizon} periods",
        series=tuple(series[0].split(",")) if series else None, metric="mae",
    )  # fmt: skip
    table = read_table(path)
    profile = profile_table(table)
    frame = typed_frame(table, profile)
    plan, panel = make_plan(frame, profile, task)
    end = int(panel.last_known.min()) + 1
    starts = [end - (windows - k) * plan.horizon for k in range(windows)]
    return Contest(Path(path), task, plan, frame, panel.values, starts)


def upto(given: Contest, start: int, folder: Path) -> Path:
    """Write the rows before a period to a file."""
    timed = given.frame[given.frame[given.plan.time].notna()]
    numbers = given.plan.frequency.number(timed[given.plan.time])
    rows = timed[numbers - numbers.min() < start]
    path = folder / f"{given.file.stem}-{start}.csv"
    rows.to_csv(path, index=False)
    return path


def ours(given: Contest, budget: float, folder: Path) -> dict[str, Any]:
    """Train before the first window, then forecast every window."""
    slots = {
        "kind": "forecasting", "target": given.task.target, "time_column": given.plan.time,
        "horizon": given.task.horizon, "series": list(given.plan.series), "metric": "mae",
    }  # fmt: skip
    began = time.monotonic()
    first = upto(given, given.starts[0], folder)
    settings = Settings(
        data=str(first),
        instruction=f"Forecast {given.task.target}",
        time_budget=budget,
        slots=slots,
    )
    result = start_run(settings, runs=folder / "runs", memory=False)
    run = Workspace(folder / "runs" / result["run"])
    seconds = time.monotonic() - began
    errors = []
    for start in given.starts:
        told = predict_file(run, str(upto(given, start, folder)))
        told = told["prediction"].to_numpy().reshape(-1, given.plan.horizon)
        errors.append(np.abs(told - given.values[:, start : start + given.plan.horizon]))
    return {"mae": float(np.nanmean(errors)), "seconds": seconds, "status": result["status"]}


def peers(given: Contest, python: str) -> dict[str, dict[str, Any]]:
    """Return the errors of the classical methods."""
    chosen = np.arange(len(given.values))[:MOST_SERIES]
    histories = []
    for start in given.starts:
        for s in chosen:
            past = pd.Series(given.values[s, max(0, start - MOST_PAST) : start])
            histories.append(past.interpolate().bfill().tolist())
    order = {"histories": histories, "season": given.plan.layout.season,
             "horizon": given.plan.horizon}  # fmt: skip
    done = subprocess.run(
        [python, str(Path(__file__).parent / "peers.py")], input=json.dumps(order), text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    found = {}
    for name, told in json.loads(done.stdout).items():
        shape = (len(given.starts), len(chosen), given.plan.horizon)
        forecasts = np.reshape(told["forecasts"], shape)
        actual = np.stack([given.values[chosen, t : t + given.plan.horizon] for t in given.starts])
        mae = float(np.nanmean(np.abs(forecasts - actual)))
        found[name] = {"mae": mae, "seconds": told["seconds"], "status": ""}
    return found


def main() -> None:
    """Print a table for each contest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="append", required=True)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--windows", type=int, default=6)
    parser.add_argument("--peers", default="", help="interpreter with statsforecast")
    given = parser.parse_args()
    for told in given.table:
        one = contest(told, given.windows)
        with tempfile.TemporaryDirectory() as folder:
            rows = {"ours": ours(one, given.budget, Path(folder))}
        rows |= peers(one, given.peers) if given.peers else {}
        naive = rows.get("seasonal naive", {}).get("mae")
        print(
            f"{one.file.stem}: {len(one.values)} series, {one.values.shape[1]} periods of "
            f"{one.plan.frequency.told()}, {one.plan.horizon} ahead, {given.windows} windows"
        )
        for name, row in rows.items():
            ratio = f"{row['mae'] / naive:6.3f}" if naive else "     -"
            print(
                f"  {name:16} MAE {row['mae']:10.4g}  of naive {ratio}  "
                f"{row['seconds']:6.1f} s  {row['status']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
