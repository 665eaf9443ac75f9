"""Tables whose target is drawn anew at random: nothing can be learned, and it must be said.

    python -m benchmarks.no_signal [--runs 40] [--data FOLDER]

Each run is a whole one, from the sentence to the report, on a public table (scikit-learn's own,
generated ones, and CSV files where `--data` holds them) whose target was permuted. A run that is
`verified` is a mistake of the checks; what a person must be told is that there is no signal.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from autoglm_graphs.runs import start_run
from autoglm_graphs.settings import Settings
from benchmarks.leakbench.tables import Clean, clean_tables

TELLING = ("V05", "V30")
"""Checks that say that a result is no better than knowing nothing."""


def permuted(table: Clean, seed: int) -> Clean:
    """Return the table with its target in another order."""
    target = table.frame[table.target].to_numpy(copy=True)
    np.random.default_rng([seed, 11]).shuffle(target)
    return Clean(table.name, table.frame.assign(**{table.target: target}), table.target, table.kind)


def run(table: Clean, seed: int, trials: int, folder: Path) -> dict[str, Any]:
    """Run the whole machine on a table with permuted target; return what it said."""
    path = folder / f"{table.name}.csv"
    permuted(table, seed).frame.to_csv(path, index=False)
    began = time.process_time()
    result = start_run(
        Settings(
            data=str(path), instruction=f"Predict {table.target}", trials=trials,
            time_budget=None, seed=seed, slots={"target": table.target, "kind": table.kind},
        ),
        runs=folder / "runs", memory=False,
    )  # fmt: skip
    checks = [v for v in result["checks"] if v["check"] in TELLING and v["status"] == "fail"]
    return {
        "table": table.name,
        "seed": seed,
        "status": result["status"],
        "told": sorted({v["check"] for v in checks}),
        "text": str(result["message"])[:200],
        "seconds": time.process_time() - began,
    }


def main() -> None:
    """Print one line for each run, then the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--trials", type=int, default=3, help="candidates of a search")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    tables = list(clean_tables(options.data))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.runs):
            table, seed = tables[number % len(tables)], number // len(tables)
            rows.append(run(table, seed, options.trials, Path(folder)))
            row = rows[-1]
            said = " ".join(row["told"]) or "nothing"
            line = f"{row['table']:24s}{seed:3d}  {row['status']:11s} {said:16s}"
            print(f"{line} {row['seconds']:5.1f}s", flush=True)
    told = sum(bool(row["told"]) for row in rows)
    verified = sum(row["status"] == "verified" for row in rows)
    print(f"\ntold that there is no signal {told} of {len(rows)}; verified {verified}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
