"""Print what the checks catch, whom they blame, and how often they cry wolf.

    python -m benchmarks.leakbench --data FOLDER     # all faults, all clean tables
    python -m benchmarks.leakbench --only V10 --seeds 1

Where `FOLDER` holds public CSV files, they join the clean tables.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from autoglm_agent.chain import Verdict
from benchmarks.leakbench import peers
from benchmarks.leakbench.case import Case
from benchmarks.leakbench.code_faults import CODE, HARMLESS
from benchmarks.leakbench.faults import FAULTS, Fault, Planted
from benchmarks.leakbench.tables import Clean, clean_tables

ROWS_PRECISE = 0.5
"""Share of the rows listed that must be at fault for the row set to count as right."""


@dataclass
class Row:
    """One case of the benchmark."""

    name: str
    seed: int
    caught: bool
    named: bool | None
    blamed: bool | None
    by: str
    fact: str
    peers: dict[str, bool]
    seconds: float


def run_fault(fault: Fault, seed: int) -> Row:
    """Plant a fault and look."""
    rng = np.random.default_rng([seed, 77])
    table = fault.base(seed)
    planted = fault.plant(table, rng) if fault.plant else Planted(table.frame)
    case = Case.of(planted.frame, table.target, table.kind, fault.metric)
    if fault.stage != "data":
        case.search(fault.trials)
    if fault.stage == "assessment":
        case.assess()
    if fault.tamper:
        fault.tamper(case, rng)
    found = case.check(fault.stage)
    hits = [v for v in found if v.check in fault.checks and _counts(v, fault.level)]
    rivals = {"perfect": False, "ppscore": False}
    if fault.plant:
        rivals = peers.alarms(planted.frame, table.target, table.kind)
    if not hits:
        told = [v for v in found if v.check in fault.checks]
        fact = "; ".join(f"{v.check} {v.status}: {v.fact}" for v in told)
        return Row(fault.name, seed, False, None, None, "", fact, rivals, case.seconds["checks"])
    best = max(hits, key=lambda v: (_named(v, planted) is not False, v.status == "fail"))
    blamed = best.blame == fault.step if fault.step else None
    return Row(
        fault.name, seed, True, _named(best, planted), blamed, best.check, best.fact, rivals,
        case.seconds["checks"],
    )  # fmt: skip


def _counts(verdict: Verdict, level: str) -> bool:
    return verdict.status == "fail" or (level == "warn" and verdict.status == "warn")


def _named(verdict: Verdict, planted: Planted) -> bool | None:
    """Whether the columns and rows named are those at fault; None where there are none."""
    right = []
    if planted.columns:
        right.append(bool(verdict.columns) and set(verdict.columns) <= planted.columns)
    if planted.rows:
        rows = set(verdict.evidence.get("rows", ()))
        right.append(bool(rows) and len(rows & planted.rows) / len(rows) >= ROWS_PRECISE)
    return all(right) if right else None


def run_clean(table: Clean) -> dict[str, object]:
    """Run a clean table through data, search and assessment; return what was failed."""
    case = Case.of(table.frame, table.target, table.kind)
    failed = [v for v in case.check("data") if v.status == "fail"]
    case.search(1)
    failed += [v for v in case.check("search") if v.status == "fail"]
    case.assess()
    failed += [v for v in case.check("assessment") if v.status == "fail"]
    return {
        "name": table.name,
        "failed": {v.check: v.fact for v in failed},
        "peers": peers.alarms(table.frame, table.target, table.kind),
        "engine_s": case.seconds["engine"],
        "checks_s": case.seconds["checks"],
    }


def run_code(seed: int) -> list[Row]:
    """Ask the checks of code and prose."""
    rows = []
    for name, (check, ask) in CODE.items():
        began = time.process_time()
        found = ask(seed)
        right = found.status == "fail"
        rows.append(
            Row(name, seed, right, None, bool(found.blame) if right else None,
                check if right else "", found.fact, {"perfect": False, "ppscore": False},
                time.process_time() - began)
        )  # fmt: skip
    return rows


def share(values: list[bool]) -> str:
    """Write a share."""
    return f"{sum(values)}/{len(values)} = {np.mean(values):.1%}" if values else "none"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", default="", help="Part of a fault's name, or a check's id.")
    parser.add_argument("--no-clean", action="store_true")
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    rows: list[Row] = []
    if not options.no_faults:
        for fault in FAULTS:
            if options.only and options.only not in (*fault.checks, *fault.name.split()):
                continue
            for seed in range(options.seeds):
                rows.append(run_fault(fault, seed))
                _print_row(rows[-1])
        for seed in range(options.seeds if not options.only else 0):
            rows += run_code(seed)
            for row in rows[-len(CODE) :]:
                _print_row(row)
    harmless = {
        f"{n} {s}": ask(s).status == "fail" for n, ask in HARMLESS.items() for s in range(2)
    }
    clean = []
    if not options.no_clean and not options.only:
        for table in clean_tables(options.data):
            clean.append(run_clean(table))
            told = "; ".join(f"{c}: {f[:90]}" for c, f in clean[-1]["failed"].items())  # type: ignore[attr-defined]
            print(f"clean {table.name:22s} {told or 'no failure'}", flush=True)
    _print_summary(rows, clean, harmless)
    if options.json:
        data = {"faults": [asdict(r) for r in rows], "clean": clean, "harmless": harmless}
        options.json.write_text(json.dumps(data, indent=1), encoding="utf-8")


def _print_row(row: Row) -> None:
    mark = {True: "yes", False: "NO", None: "-"}
    rivals = " ".join(f"{n}:{mark[v]}" for n, v in row.peers.items())
    line = f"{row.name:30s} {row.seed} {row.by or 'MISSED':6s} named:{mark[row.named]:3s} "
    line += f"blamed:{mark[row.blamed]:3s} {rivals} {row.seconds:5.1f}s"
    print(line + ("" if row.caught and row.named is not False else f"  {row.fact[:160]}"),
          flush=True)  # fmt: skip


def _print_summary(
    rows: list[Row], clean: list[dict[str, object]], harmless: dict[str, bool]
) -> None:
    print()
    if rows:
        print(f"detected            {share([r.caught for r in rows])}")
        print(f"  columns and rows  {share([r.named for r in rows if r.named is not None])}")
        print(f"  step blamed       {share([r.blamed for r in rows if r.blamed is not None])}")
        for name in ("perfect", "ppscore"):
            print(f"  peer rule {name:8s}{share([r.peers[name] for r in rows])}")
    if clean:
        print(f"false alarms        {share([bool(c['failed']) for c in clean])}")
        for name in ("perfect", "ppscore"):
            print(f"  peer rule {name:8s}{share([c['peers'][name] for c in clean])}")  # type: ignore[index]
        engine, checks = (sum(c[k] for c in clean) for k in ("engine_s", "checks_s"))  # type: ignore[misc]
        print(f"CPU seconds         {checks:.0f} of checks, {engine:.0f} of one-candidate searches")
    wrong = [name for name, failed in harmless.items() if failed]
    print(f"harmless steps failed: {', '.join(wrong) or 'none'}")


if __name__ == "__main__":
    main()
