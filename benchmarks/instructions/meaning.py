"""How often the planner's judge of meaning is right on tables that it was not fitted on.

    python -m benchmarks.instructions.meaning [--write]

Five folds by table over the corpus of the planner's tests, instructions with a target and
instructions that ask for what the table does not have. The grammar has no say in it, but the words
that it knows count. To fit, each instruction with a target is met once more, with less weight, on
its table without that column, so that the judge learns what it looks like when what is nearest is
not what is asked for. `--write` fits on all lines and writes the weights that the planner uses.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

import autoglm_agent.planner.task_parser as parser_of_tasks
from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.errors import InputError, TargetError
from autoglm_agent.planner.meaning.evidence import Evidence
from autoglm_agent.planner.meaning.judge import Weights, chances, evidence_of, probabilities
from autoglm_agent.planner.meaning.names import OF_NAMES
from benchmarks.instructions.__main__ import corpus, tables

WEIGHTS = Path(parser_of_tasks.__file__).parent / "meaning" / "weights.json"
FOLDS, RIDGE, WITHOUT = 5, 1e-4, 0.3
"""Folds, how much weights are drawn to zero, and what a line without its column weighs."""


@dataclass(frozen=True)
class Line:
    """An instruction: its table, the evidence and the place of the right column.

    The place is the number of columns where none is right; `made` tells that the column was there
    and was taken away.
    """

    table: str
    evidence: Evidence
    right: int
    made: bool = False

    @property
    def impossible(self) -> bool:
        """Whether the table has no column that is right."""
        return self.right == len(self.evidence.columns)


class _Seen(Exception):
    def __init__(self, found: Evidence | None) -> None:
        self.found = found


def _see(*given: Any) -> None:
    raise _Seen(evidence_of(*given))


def _evidence(instruction: str, profile: Profile) -> Evidence | None:
    """Return what the judge would see, had the grammar no idea."""
    try:
        parser_of_tasks.parse_task(instruction, profile)
    except _Seen as seen:
        return seen.found
    except (TargetError, InputError):
        return None
    return None


def lines() -> list[Line]:
    """Return the corpus' lines, and those with a target once more without that column."""
    profiles, found = tables(), []
    parser_of_tasks.choose_target = _see  # type: ignore[assignment]
    lacking: dict[tuple[str, str], Profile] = {}
    for row in corpus():
        table, target = row["table"], row.get("target")
        profile = profiles[table]
        evidence = _evidence(row["instruction"], profile)
        if evidence is None:
            continue
        names = [column.name for column in evidence.columns]
        if row.get("error") == "target":
            found.append(Line(table, evidence, len(names)))
        elif target in names:
            found.append(Line(table, evidence, names.index(target)))
            if (table, target) not in lacking:
                kept = tuple(c for c in profile.columns if c.name != target)
                lacking[table, target] = replace(profile, columns=kept)
            evidence = _evidence(row["instruction"], lacking[table, target])
            if evidence is not None:
                found.append(Line(table, evidence, len(evidence.columns), made=True))
    return found


def fit(known: Sequence[Line]) -> tuple[Weights, Weights]:
    """Return the weights of the judge of meaning alone and of the one who knows words, too."""
    return _fit(known, -OF_NAMES), _fit(known, None)


def _fit(known: Sequence[Line], features: int | None) -> Weights:
    """Return the weights of greatest likelihood, drawn a little towards zero."""
    size, more = known[0].evidence.each[:, :features].shape[1], len(known[0].evidence.none)
    many = sum(WITHOUT if line.made else 1.0 for line in known)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for line in known:
            each, none = line.evidence.each[:, :features], line.evidence.none
            likely = probabilities(each, none, (weights[:size], weights[size:]))
            much = WITHOUT if line.made else 1.0
            total -= much * np.log(likely[line.right] + 1e-12)
            likely[line.right] -= 1
            slope[:size] += much * (each.T @ likely[:-1])
            slope[size:] += much * likely[-1] * none
        drawn = RIDGE * weights @ weights
        return total / many + drawn, slope / many + 2 * RIDGE * weights

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
        judges = fit([line for line in known if fold_of(line.table) != fold])
        for line in known:
            if fold_of(line.table) == fold and not line.made:
                likely = chances(line.evidence, *judges)
                best = int(likely.argmax())
                told.append((float(likely[best]), best == line.right, line.impossible))
    possible = [t for t in told if not t[2]]
    print(
        f"{len(possible)} lines with a target, best column right: "
        f"{sum(t[1] for t in possible) / len(possible):.3f}; {len(told) - len(possible)} without"
    )
    print(f"{'sure from':>9} {'taken':>7} {'of them right':>14} {'impossible ones taken':>22}")
    for least in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        taken = [t for t in possible if t[0] >= least]
        false = sum(t[0] >= least for t in told if t[2])
        print(
            f"{least:9} {len(taken):7} {sum(t[1] for t in taken) / max(1, len(taken)):14.3f} "
            f"{false:22}"
        )
    if given.write:
        weights = {
            judge: {"each": each.round(3).tolist(), "none": none.round(3).tolist()}
            for judge, (each, none) in zip(("meaning", "words"), fit(known), strict=True)
        }
        WEIGHTS.write_text(json.dumps(weights) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
