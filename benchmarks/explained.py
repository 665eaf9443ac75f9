"""Does code repeat a run's model, and do explanations tell what the model rests on?

    python -m benchmarks.explained --data DIR --budget 30 titanic telco_churn ames

Every table goes through a whole run. Told are: how far the predictions of the code that `autoglm
code` writes are from the model's (it runs where this package can't be imported), and whether ruff
is content with it; what the cross-validated score loses without the five columns that the
explanation puts first, and without five drawn at random (a forest or booster is trained anew each
time); and, of training rows, for how many a counterfactual was found, whether each one, predicted
anew, does change the decision, and whether it changes only what it says may change.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_agent.automl.explain.asked import explanation_of
from autoglm_agent.automl.explain.counterfactual import counterfactuals
from autoglm_agent.automl.export import export_code
from autoglm_agent.automl.export.check import check_code
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.scoring.metrics import oriented
from autoglm_agent.automl.search.engine import run_search
from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings
from benchmarks.automl.tables import TABLES, Table, load

REMOVED = 5
TOLERANCE = 1e-9


def finished(table: Table, folder: Path, runs: Path, budget: float) -> Workspace:
    """Run a table as a user would, from the file itself where there is one."""
    path = folder / f"{table.name}.csv"
    if table.source != "folder":
        path = runs / f"{table.name}.csv"
        load(table, folder).to_csv(path, index=False)
    slots = {"target": table.target, "kind": table.kind}
    settings = Settings(
        data=str(path), instruction=f"Predict {table.target}", time_budget=budget, slots=slots
    )
    return Workspace(start_run(settings, runs=runs, memory=False)["paths"]["run"])


def code(run: Workspace, runs: Path) -> str:
    """Return how far the code is from the model and what ruff says of it."""
    written = export_code(run)
    script = runs / f"{run.path.name}.py"
    script.write_text(written, encoding="utf-8")
    ruff = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "100",
         "--select", "E,F,W,I,UP,B", str(script)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    far = check_code(run, written)
    told = "same" if far < TOLERANCE else "DIFFERS"
    return f"{told} ({far:.1e}), ruff {'content' if ruff.returncode == 0 else 'NOT CONTENT'}"


def merit(prepared: Prepared, without: list[str]) -> float:
    """Return the cross-validated score of one model that lacks some columns; higher is better."""
    X = prepared.X.drop(columns=without)
    kinds = {name: kind for name, kind in prepared.kinds.items() if name in X.columns}
    found = run_search(
        X, prepared.y, prepared.problem, prepared.folds, oob_allowed=prepared.plan.oob_allowed,
        kinds=kinds, trials=1, n_jobs=1,
    )  # fmt: skip
    return oriented(prepared.problem.metric, found.naive_score)


def removal(run: Workspace, prepared: Prepared, draws: int) -> str:
    """Return what is lost without the first five columns, and without five drawn at random."""
    order = [one["column"] for one in explanation_of(run)["importance"]]
    top = [name for name in order if name in prepared.X.columns][:REMOVED]
    if len(prepared.X.columns) < 2 * REMOVED - 2:
        return f"too few columns ({len(prepared.X.columns)})"
    whole, rng = merit(prepared, []), np.random.default_rng(0)
    lost = whole - merit(prepared, top)
    others = []
    while len(others) < draws:
        drawn = [str(name) for name in rng.permutation(list(prepared.X.columns))[:REMOVED]]
        if set(drawn) != set(top):
            others.append(whole - merit(prepared, drawn))
    less = sum(lost > other for other in others)
    return (
        f"{lost:.4g} without {', '.join(top)}; {np.mean(others):.4g} without five at random; "
        f"{less} of {draws} draws lose less"
    )


def flips(model: FittedModel, prepared: Prepared, rows: int) -> str:
    """Return how many counterfactuals were found, and how many hold when predicted anew."""
    y, problem = prepared.y, prepared.problem
    reached = held = told = 0
    for number in np.random.default_rng(1).permutation(len(y))[:rows]:
        row = prepared.X.iloc[[int(number)]]
        goal = None
        if not problem.is_classification:
            low, half, high = np.quantile(y, [0.02, 0.5, 0.98])
            above = float(model.predict(row)[0]) > half
            goal = (float(low), float(half)) if above else (float(half), float(high))
        found = counterfactuals(model, prepared, row, goal=goal)
        reached += bool(found["found"])
        for other in found["found"]:
            told += 1
            held += _holds(model, row, other["changes"], found["changeable"], goal)
    return f"found for {reached} of {rows} rows; {held} of {told} hold"


def _holds(
    model: FittedModel,
    row: Any,
    changes: list[dict[str, Any]],
    may: list[str],
    goal: tuple[float, float] | None,
) -> bool:
    changed = row.copy()
    for step in changes:
        name = step["column"]
        changed[name] = [step["to"]]
        changed[name] = changed[name].astype(row[name].dtype)
    after = model.predict(changed)
    if goal is not None:
        other = goal[0] <= float(after[0]) <= goal[1]
    else:
        other = str(model.decide(after)[0]) != str(model.decide(model.predict(row))[0])
    return other and all(step["column"] in may for step in changes)


def measure(
    table: Table, folder: Path, runs: Path, *, budget: float, draws: int, rows: int
) -> None:
    """Print what holds of one table."""
    run = finished(table, folder, runs, budget)
    result = run.read_json("result.json")
    print(f"{table.name}: {result['status']}", flush=True)
    search = run.read_json("searches", result["model"]["id"], "search.json")
    model = FittedModel.load(run, search["model"])
    prepared = load_prepared(run, search["prepared"])
    print(f"  code            {code(run, runs)}", flush=True)
    if draws:
        print(f"  removal         {removal(run, prepared, draws)}", flush=True)
    if rows:
        print(f"  counterfactuals {flips(model, prepared, rows)}", flush=True)


def main() -> None:
    """Measure the tables that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", nargs="*", choices=[[], *TABLES], default=[])
    parser.add_argument("--data", type=Path, required=True, help="folder of CSV files")
    parser.add_argument("--budget", type=float, default=30.0, help="seconds of each run")
    parser.add_argument("--draws", type=int, default=5, help="sets of five columns drawn; 0: none")
    parser.add_argument("--rows", type=int, default=20, help="to find counterfactuals for; 0: none")
    parser.add_argument("--runs", type=Path, help="folder to keep the runs in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="autoglm-explained-") as folder:
        for name in given.tables or TABLES:
            if TABLES[name].source != "folder" or (given.data / f"{name}.csv").exists():
                measure(
                    TABLES[name], given.data, given.runs or Path(folder), budget=given.budget,
                    draws=given.draws, rows=given.rows,
                )  # fmt: skip


if __name__ == "__main__":
    main()
