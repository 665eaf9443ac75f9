"""Compare AutoML systems at the same budget; results are kept and what is there is not run again.

    python -m benchmarks.automl run --systems ours,catboost,lightgbm,ag_medium \
        --tables titanic,ames --budget 60 --clock cpu --data ../shared/data --cache ~/.cache/bench
    python -m benchmarks.automl report --budget 60 --clock cpu --cache ~/.cache/bench

`--clock cpu` gives each system one thread and counts the seconds of the core that it used, which
is fair on a machine that others use too; `--clock wall` gives it all cores and the wall's time.
Each peer runs in a virtual environment of its own, made by pip on first use. Test rows are 30 %
of each table and are seen by nobody before the predictions are there.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import pandas as pd

from benchmarks.automl.environments import PACKAGES, frozen
from benchmarks.automl.measure import FIELDS, Wanted, measured
from benchmarks.automl.report import beaten, by_table, losses, summary
from benchmarks.automl.systems import SYSTEMS
from benchmarks.automl.tables import DEVELOPED_ON, TABLES, UNSEEN


def kept(path: Path) -> set[tuple[str, ...]]:
    """Return the keys of the runs that a results file holds."""
    if not path.exists():
        return set()
    with path.open(newline="") as file:
        names = ("label", "system", "table", "budget", "clock", "seed")
        return {tuple(row[n] for n in names) for row in csv.DictReader(file)}


def add(path: Path, row: dict[str, object]) -> None:
    """Append a row to a results file."""
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def run(given: argparse.Namespace) -> None:
    results = given.cache / "results.csv"
    for seed in given.seeds:
        for table in given.tables.split(","):
            for system in given.systems.split(","):
                label = given.label if system.startswith("ours") else ""
                wanted = Wanted(system, table, given.budget, seed, given.clock, label)
                if wanted.key in kept(results):
                    continue
                row = measured(wanted, data=given.data, cache=given.cache)
                add(results, row)
                named = f"{system}-{label}" if label else system
                print(
                    f"{row['time'][11:]} {named} {table} seed {seed}: "
                    f"{row['status']} {row.get('score', '')}, {row.get('seconds', '')} s, "
                    f"first {row.get('first_model_s', '')} s, {row['peak_mb']} MB",
                    flush=True,
                )


def report(given: argparse.Namespace) -> None:
    rows = pd.read_csv(given.cache / "results.csv", dtype={"label": str}).fillna({"label": ""})
    rows["name"] = rows.system + rows.label.map(lambda text: f"-{text}" if text else "")
    rows = rows[rows.budget.isin([0, given.budget]) & (rows.clock == given.clock)]
    rows = rows[rows.seed.isin(given.seeds)]
    if given.systems:
        rows = rows[rows.name.isin(given.systems.split(","))]
    if given.tables:
        rows = rows[rows.table.isin(given.tables.split(","))]
    pd.set_option("display.width", 250, "display.max_columns", 40)
    print(summary(rows, complete=not given.gaps).round(2).to_string(), "\n")
    print(by_table(rows).round(5).to_string())
    found = losses(rows)
    for ours in [name for name in found if name.startswith("ours")]:
        rivals = [name for name in ("ag_best", "ag_medium") if name in found]
        if rivals:
            share = beaten(found, ours, rivals)
            print(f"\n{ours} beats the better of {' and '.join(rivals)} in {share:.0%} of pairs.")
        if "catboost" in found:
            worst = (found[ours] / found["catboost"] - 1).max() * 100
            print(f"{ours} against catboost: loss {worst:+.2f} % at worst.")
    for row in rows[rows.status != "ok"].itertuples():
        print(f"{row.name} {row.table} {row.seed}: {row.status}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.automl", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--cache", type=Path, required=True, help="results and environments")
    shared.add_argument(
        "--tables",
        default="",
        help="names, by comma, or `unseen`; by default those that were developed on",
    )
    shared.add_argument("--seeds", type=int, nargs="+", default=[0])
    shared.add_argument("--budget", type=int, default=60, help="seconds")
    shared.add_argument("--clock", choices=("cpu", "wall"), default="cpu")
    told = commands.add_parser("run", parents=[shared], help="measure what is missing")
    told.add_argument("--systems", default=",".join(SYSTEMS))
    told.add_argument("--data", type=Path, default=Path("data"), help="folder of the CSV files")
    told.add_argument("--label", default="", help="name of this version of ours")
    told = commands.add_parser("report", parents=[shared], help="print the table")
    told.add_argument("--systems", default="")
    told.add_argument("--gaps", action="store_true", help="count unfinished tables, too")
    told = commands.add_parser("versions", parents=[shared], help="print what peers have installed")
    given = parser.parse_args()
    if getattr(given, "tables", "") == "unseen":
        given.tables = ",".join(UNSEEN)
    if given.command == "run":
        given.tables = given.tables or ",".join(DEVELOPED_ON)
        for named, known in ((given.tables, TABLES), (given.systems, SYSTEMS)):
            if unknown := sorted(set(named.split(",")) - set(known)):
                parser.error(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        run(given)
    elif given.command == "report":
        report(given)
    else:
        for name in PACKAGES:
            print(f"# {name}\n{frozen(name, given.cache)}")


if __name__ == "__main__":
    main()
