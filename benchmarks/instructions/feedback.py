"""Print the share of sentences of feedback that become the right edits, by kind and language.

    python -m benchmarks.instructions.feedback [--set NAME] [--json]

The corpus is that of the feedback tests (`tests/feedback/corpus.jsonl`): what users say of a
result in English, Chinese and both, over tables of their own, written without sight of the
reader. A sentence is right if its edits are of the kinds meant, no more and no fewer, with the
arguments that the words tell; one that no edit can mean is right if the reader asks.

At first look 113 of 180 of `blind_1` were right; what it showed was mended before `blind_2` was
written, of which 155 of 180 were, and again before `blind_3`, of which 102 of 120
were, and before `blind_4`, of which 46 of 60 were. All have been studied since.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "tests" / "feedback"
sys.path[:0] = [str(ROOT / "tests" / "planner")]

from planner_tables import make_profile  # noqa: E402 - the tests' folder is not a package

from autoglm_agent.errors import InputError  # noqa: E402
from autoglm_agent.planner.feedback import read_feedback  # noqa: E402
from autoglm_agent.planner.feedback.families import READABLE, TRAINED  # noqa: E402

Json = dict[str, Any]


def corpus() -> list[Json]:
    """Return the labelled sentences."""
    lines = (HOME / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def tables() -> dict[str, Any]:
    """Return the profiles of the tables that the sentences are about."""
    specs = json.loads((HOME / "tables.json").read_text(encoding="utf-8"))
    return {name: make_profile(name, **spec) for name, spec in specs.items()}


def read(row: Json, profile: Any) -> list[Json]:
    """Return the edits that a sentence becomes; none where the reader asks."""
    try:
        found = read_feedback(
            row["words"], profile, target=row["target"], latency_ms=12.0, seconds=40.0
        )
    except InputError:
        return []
    return [{"kind": edit.kind, **edit.args} for edit in found if edit.kind != "unread"]


def right(wanted: list[Json], found: list[Json]) -> bool:
    """Tell whether the edits found are those meant."""
    return len(wanted) == len(found) and all(any(_same(w, f) for f in found) for w in wanted)


def _same(wanted: Json, found: Json) -> bool:
    if wanted["kind"] != found["kind"]:
        return False
    return all(_agrees(name, value, found) for name, value in wanted.items() if name != "kind")


def _agrees(name: str, value: Any, found: Json) -> bool:
    if found["kind"] == "only_families":  # told by what is left out
        alone, left = set(value), set(found["without_families"])
        every = set(TRAINED) if alone & set(TRAINED) else set(READABLE)
        return left == every - alone
    if name == "without_families":  # what no search trains is not left out
        value = [family for family in value if family in TRAINED]
    told = found.get(name)
    if name == "costs":
        return bool(told) and abs(told["fn"] / told["fp"] - value["fn"] / value["fp"]) < 1e-6
    if isinstance(value, list):
        return sorted(map(str, told or [])) == sorted(map(str, value))
    if isinstance(value, int | float) and isinstance(told, int | float):
        return abs(told - value) <= 1e-6 * max(1.0, abs(value))
    return str(told) == str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", help="only this set of the corpus")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    profiles = tables()
    rows = [row for row in corpus() if args.set in (None, row["set"])]
    whole, good = Counter[str](), Counter[str]()
    wrong: list[Json] = []
    for row in rows:
        found = read(row, profiles[row["table"]])
        ok = right(row["edits"], found)
        for name in {
            row["lang"],
            row["set"],
            *(e["kind"] for e in row["edits"] or [{"kind": "none"}]),
        }:
            whole[name] += 1
            good[name] += ok
        if not ok:
            wrong.append({**row, "found": found})
    if args.json:
        shares = {name: round(good[name] / whole[name], 4) for name in whole}
        print(json.dumps({"right": len(rows) - len(wrong), "of": len(rows), "share": shares}))
        return
    for row in wrong:
        print(f"{row['id']} {row['words']}\n    meant {row['edits']}\n    read  {row['found']}")
    for name in sorted(whole):
        print(f"{name:20} {good[name]:4} of {whole[name]}")
    print(f"sentences right: {len(rows) - len(wrong)} of {len(rows)}")


if __name__ == "__main__":
    main()
