"""V39: the columns are fit to learn from, and people are told which are not quite.

Only what can never help is refuted when it is still among the features: constants, empty columns
and ids. Many levels, mixed types, mostly missing and collinear columns are handled by the
encoding and may still tell something, so they are told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.thresholds import Thresholds
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.chain import Remedy, Status, Verdict

LEAST_ROWS = 50
"""Below this many rows nearly every column looks like an id."""
MOST_ROWS = 5_000
"""Rows that correlations are computed on."""


def check_hygiene(context: CheckContext) -> Verdict:
    """V39: no constant, empty or id-like column is learned from."""
    if context.prepared is None:
        return _profile_only(context)
    prepared, limits = context.prepared, context.thresholds
    violations = {
        name: reason
        for name in prepared.features
        if (reason := _violation(context, prepared, name))
    }
    told = _told(prepared, limits)
    evidence: dict[str, Any] = {"dropped": prepared.dropped, "told": told, "violations": violations}
    status: Status = "warn" if told else "pass"
    fact = f"{len(prepared.features)} columns are learned from"
    if prepared.dropped:
        fact += f", {len(prepared.dropped)} were left out ({', '.join(prepared.dropped)})"
    fact += ". " + " ".join(f"{reason}: {_listed(names)}." for reason, names in told.items())
    remedies: tuple[Remedy, ...] = ()
    columns = tuple(dict.fromkeys(name for names in told.values() for name in names))
    if violations:
        status, columns = "fail", tuple(violations)
        fact = "; ".join(f"{name!r} {reason}" for name, reason in violations.items())
        fact = f"Columns that cannot help are still learned from: {fact}."
        drop = {"drop_columns": list(violations)}
        remedies = (Remedy(kind="drop_columns", step="prepare_data", args=drop),)
    return Verdict(
        check="V39",
        status=status,
        fact=fact.strip(),
        statistic=float(len(violations)),
        threshold=0.0,
        n=len(prepared.X),
        columns=columns,
        evidence=evidence,
        remedies=remedies,
        blame="prepare_data" if violations else None,
    )


def _violation(context: CheckContext, prepared: Prepared, name: str) -> str:
    """Return why a feature must not be one, or an empty text."""
    column, kind = prepared.X[name], str(prepared.kinds.get(name, ""))
    filled = int(column.notna().sum())
    if filled == 0 or kind == "empty":
        return "has no values"
    if (filled == len(column) and column.nunique() == 1) or kind == "constant":
        return "has one value only"
    if kind == "id":
        return "is an id"
    text = not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_datetime64_any_dtype(
        column
    )
    if text and kind != "text" and len(column) >= LEAST_ROWS:
        share = column.nunique() / filled
        if share > context.thresholds.id_like and filled >= LEAST_ROWS:
            return f"has a different value in {share:.0%} of the rows"
    return ""


def _told(prepared: Prepared, limits: Thresholds) -> dict[str, list[str]]:
    """Return what people should know, reason to columns; empty reasons are left out."""
    found: dict[str, list[str]] = {
        "Almost always the same value": [],
        "Mostly missing": [],
        f"More than {limits.many_levels} levels": [],
        "Numbers and words mixed": [],
        "Collinear": _collinear(prepared, limits),
    }
    near, missing, many, mixed, _ = found.values()
    for name in prepared.features:
        column = prepared.X[name]
        if column.isna().mean() > limits.mostly_missing:
            missing.append(name)
        counts = column.value_counts(normalize=True, dropna=False)
        if len(counts) and counts.iloc[0] >= limits.constant:
            near.append(name)
        if prepared.kinds.get(name) == "category":
            if len(counts) > limits.many_levels:
                many.append(name)
            if _mixed(column):
                mixed.append(name)
    return {reason: names for reason, names in found.items() if names}


def _mixed(column: pd.Series) -> bool:
    """Whether a good part of the values, but not all, are numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return False
    levels = pd.Series(column.dropna().unique()).astype("str")
    share = pd.to_numeric(levels, errors="coerce").notna().mean() if len(levels) else 0.0
    return len(levels) >= 10 and 0.05 < share < 0.95


def _collinear(prepared: Prepared, limits: Thresholds) -> list[str]:
    """Return the later column of each pair of numbers with |r| above the limit."""
    numeric = prepared.X.select_dtypes("number").iloc[:MOST_ROWS, : limits.collinear_columns]
    if numeric.shape[1] < 2:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.triu(np.abs(numeric.astype("float64").corr().to_numpy()), 1)
    return [
        str(numeric.columns[j]) for j in range(r.shape[1]) if (r[:, j] > limits.collinear).any()
    ]


def _profile_only(context: CheckContext) -> Verdict:
    """Without training rows the profile is told; there is nothing to refute."""
    profile = context.table_profile
    if profile is None:
        raise NotApplicableError("There are no columns to look at.")
    useless = [c.name for c in profile.columns if c.kind in ("constant", "empty", "id")]
    fact = f"{len(profile.columns)} columns"
    fact += f"; no use to learn from: {_listed(useless)}." if useless else ", none of them useless."
    return Verdict(
        check="V39",
        status="warn" if useless else "pass",
        fact=fact,
        n=profile.rows,
        columns=tuple(useless),
    )


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


CHECKS = (Check("V39", "Column hygiene", "data", check_hygiene, 0.05),)
