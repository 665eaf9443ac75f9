"""Flags that together are a class: the parts of an outcome, one column each.

A machine failed if any of its kinds of failure occurred; a plate has another fault if it has none
of the six known ones. Each flag alone says little, because it is rare, but where it is set the
class is certain, and all of them together are the class. Numbers and categories count as flags
where one value is the rule (no recovery, none missing) and everything else is the exception.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.sums import Formula
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared

LEAST_RULE = 0.5
"""Share of rows that the most frequent value must have for the others to be exceptions."""


@dataclass(frozen=True)
class _Flag:
    column: str
    rows: np.ndarray
    label: int


def find_flags(prepared: Prepared, limits: Thresholds) -> list[Formula]:
    """Return, for each class that flags give away together, those flags."""
    if not prepared.problem.is_classification:
        return []
    y, found = prepared.y, list[Formula]()
    flags = [f for name in prepared.features if (f := _flag(name, prepared.X[name], y, limits))]
    for label in range(prepared.problem.width):
        mine = sorted((f for f in flags if f.label == label), key=lambda f: -int(f.rows.sum()))
        truth, union, used = y == label, np.zeros(len(y), dtype=bool), list[str]()
        for flag in mine:
            if (flag.rows & ~union).sum() > 0.1 * flag.rows.sum():
                union |= flag.rows
                used.append(flag.column)
        agreement = kappa(union, truth)
        if used and agreement >= limits.leak_same:
            # Doubles of a flag brought nothing new, but they would stand in for it.
            told = tuple(f.column for f in mine)
            several = len(told) > 1
            words = f"{', '.join(map(repr, told))} {'are' if several else 'is'} set for "
            words += f"{prepared.problem.classes[label]!r} and hardly otherwise (agreement "
            words += f"{agreement:.1%}{' together' if several else ''})"
            found.append(Formula(told, words, agreement))
    return found


def _flag(name: str, column: pd.Series, y: np.ndarray, limits: Thresholds) -> _Flag | None:
    """Return where a column departs from its rule, if that happens for one class only."""
    if pd.api.types.is_datetime64_any_dtype(column):
        codes = column.notna().to_numpy().astype(int)
    else:
        codes = pd.factorize(column, use_na_sentinel=False)[0]
    counts = np.bincount(codes)
    # Dates that are never missing have one code, and it is not the first.
    if np.count_nonzero(counts) < 2 or counts.max() < LEAST_RULE * len(codes):
        return None
    rare = codes != counts.argmax()
    inside = np.bincount(y[rare])
    label, size = int(inside.argmax()), int(rare.sum())
    if inside[label] < limits.flag_pure * size:
        return None
    return _Flag(name, rare, label) if surprise(y, label, size) <= limits.flag_p else None


def surprise(y: np.ndarray, label: int, size: int) -> float:
    """Return the probability that so many rows drawn by chance all have a class."""
    return float(np.exp(size * np.log(max(float((y == label).mean()), 1e-12))))


def kappa(told: np.ndarray, truth: np.ndarray) -> float:
    """Return Cohen's kappa of two yes-or-no columns."""
    p, q = float(told.mean()), float(truth.mean())
    chance = p * q + (1 - p) * (1 - q)
    return float(((told == truth).mean() - chance) / (1 - chance)) if chance < 1 else 0.0
