"""How often the planner's judge of meaning is right on tables that it was not fitted on.

    python -m benchmarks.instructions.meaning [--write]

Five folds by table over the corpus of the planner's tests, instructions with a target and
instructions that ask for what the table does not have. The grammar has no part in it. `--write`
fits on all lines and writes the weights that the planner uses.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

import autoglm_agent.planner.task_parser as parser_of_tasks
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.meaning.evidence import Evidence
from autoglm_agent.planner.meaning.judge import evidence_of, probabilities
from benchmarks.instructions.__main__ import corpus, tables

WEIGHTS = Path(parser_of_tasks.__file__).parent / "meaning" / "weights.json"
FOLDS, RIDGE = 5, 1e-4
Line = tuple[str, Evidence, int]
"""Its table, the evidence, and which column is right (as many as there are where none is)."""


class _Seen(Exception):
    def __init__(self, found: Evidence | None) -> None:
        self.found = found


def _see(*given: Any) -> None:
    raise _Seen(evidence_of(*given))


def lines() -> list[Line]:
    """Return the corpus' lines as the judge would meet them, had the grammar no idea."""
    profiles, found = tables(), []
    parser_of_tasks.choose_target = _see  # type: ignore[assignment]
    for row in corpus():
        try:
            parser_of_tasks.parse_task(row["instruction"], profiles[row["table"]])
        except _Seen as seen:
            evidence = seen.found
        except (TargetError, InputError):
            continue
        else:
            continue
        names = [c.name for c in evidence.columns] if evidence else []
        if row.get("error") == "target" and evidence:
            found.append((row["table"], evidence, len(names)))
        elif row.get("target") in names and evidence:
            found.append((row["table"], evidence, names.index(row["target"])))
    return found


def fit(known: Sequence[Line]) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of greatest likelihood, drawn a little towards zero."""
    size, more = known[0][1].each.shape[1], len(known[0][1].none)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for _, evidence, right in known:
            chances = probabilities(evidence, weights[:size], weights[size:])
            total -= np.log(chances[right] + 1e-12)
            chances[right] -= 1
            slope[:size] += evidence.each.T @ chances[:-1]
            slope[size:] += chances[-1] * evidence.none
        drawn = RIDGE * weights @ weights
        return total / len(known) + drawn, slope / len(known) + 2 * RIDGE * weights

    best = minimize(loss, np.zeros(size + more), jac=True, method="L-BFGS-B").x
    return best[:size], best[size:]


def fold_of(table: str) -> int:
    """Return the fold of a table, the same on every machine."""
    return int(hashlib.sha256(table.encode()).hexdigest(), 16) % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the planner's weights")
    given = parser.parse_args()
    known = lines()
    told: list[tuple[float, bool, bool]] = []
    for fold in range(FOLDS):
        each, none = fit([line for line in known if fold_of(line[0]) != fold])
        for table, evidence, right in known:
            if fold_of(table) == fold:
                chances = probabilities(evidence, each, none)
                best = int(chances[:-1].argmax())
                impossible = right == len(evidence.columns)
                told.append((float(chances[best]), best == right, impossible))
    possible = [t for t in told if not t[2]]
    print(
        f"{len(possible)} lines with a target, best column right: "
        f"{sum(t[1] for t in possible) / len(possible):.3f}; {len(told) - len(possible)} without"
    )
    print(f"{'sure from':>9} {'taken':>7} {'of them right':>14} {'impossible ones taken':>22}")
    for least in (0.5, 0.6, 0.7, 0.8, 0.9):
        taken = [t for t in possible if t[0] >= least]
        false = sum(t[0] >= least for t in told if t[2])
        print(
            f"{least:9} {len(taken):7} {sum(t[1] for t in taken) / max(1, len(taken)):14.3f} "
            f"{false:22}"
        )
    if given.write:
        each, none = fit(known)
        weights = {"each": each.round(3).tolist(), "none": none.round(3).tolist()}
        WEIGHTS.write_text(json.dumps(weights) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
