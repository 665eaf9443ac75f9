"""What would have to change for another decision (Wachter, Mittelstadt & Russell 2018).

Few columns change, only such as may change, and only to values that training rows have; every
counterfactual that is told was predicted by the model and does flip its decision.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.explain.rows import told_cell
from autoglm_agent.automl.models.fitted import FittedModel
from autoglm_agent.automl.preparation.prepare import Prepared
from autoglm_agent.errors import InputError

MOST_CHANGES = 3
BEAM = 12
GRID = 12
MOST_TOLD = 3

# What nobody can change about themselves or the past, by the names that columns usually have.
FIXED = re.compile(
    r"(?i)(?:^|[^a-z])(age|birth\w*|dob|sex|gender|race|ethnic\w*|nationality|native\w*|country|"
    r"religion|disab\w*|year|date|signup\w*|id)(?:$|[^a-z])|年龄|出生|性别|种族|民族|国籍|宗教|籍贯"
)


def counterfactuals(
    model: FittedModel,
    prepared: Prepared,
    row: pd.DataFrame,
    *,
    fixed: Collection[str] = (),
    free: Collection[str] = (),
    goal: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Find the smallest changes of a row that change the model's decision.

    Args:
        model: The model.
        prepared: Training rows, whose values may be taken.
        row: A frame of one row.
        fixed: Columns that must not change, besides dates, texts and those whose name says that
            nobody can change them.
        free: Columns that may change although their name says otherwise.
        goal: For numbers: the range that the prediction shall reach.

    Returns:
        `label` (the present decision), `changeable` and `fixed` columns, and `found`: up to three,
        the fewest changes first, each with `changes` (column, from, to) and the `label` (or
        `prediction`) that follows. Empty if three changes are not enough.

    Raises:
        InputError: If a column is unknown, or a regression has no goal.
    """
    for name in [*fixed, *free]:
        if name not in model.features:
            raise InputError(f"The model reads no column {name!r}.", "Name a column it reads.")
    if not model.problem.is_classification and goal is None:
        raise InputError("A number has no other class to reach.", "Give the range to reach.")
    given = row[list(model.features)].reset_index(drop=True)
    may = [name for name in model.features if _may_change(name, prepared, fixed, free)]
    values = {name: _values(prepared.X[name], given[name].iloc[0]) for name in may}
    label = told_cell(model.decide(model.predict(given))[0])
    return {
        "label": label,
        "changeable": may,
        "fixed": [name for name in model.features if name not in may],
        "found": _search(model, prepared, given, values, label, goal),
    }


def _may_change(
    name: str, prepared: Prepared, fixed: Collection[str], free: Collection[str]
) -> bool:
    if name in fixed or prepared.kinds.get(name) in ("date", "text", "id"):
        return False
    return name in free or not FIXED.search(name)


def _values(column: pd.Series, present: Any) -> list[Any]:
    """Return values of training rows that differ from the present one."""
    known = column.dropna()
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        ordered = known.sort_values().reset_index(drop=True)
        at = np.unique(np.round(np.linspace(0.02, 0.98, GRID) * (len(ordered) - 1)).astype(int))
        found = list(dict.fromkeys(ordered.iloc[at].tolist())) if len(ordered) else []
    else:
        found = known.value_counts().index[:GRID].tolist()
    return [value for value in found if pd.isna(present) or value != present]


def _search(
    model: FittedModel,
    prepared: Prepared,
    given: pd.DataFrame,
    values: dict[str, list[Any]],
    label: Any,
    goal: tuple[float, float] | None,
) -> list[dict[str, Any]]:
    """Widen sets of changes that come nearest, until some of them flip the decision."""
    beam: list[dict[str, Any]] = [{}]
    for _ in range(MOST_CHANGES):
        tried = [
            {**changes, name: value}
            for changes in beam
            for name, options in values.items()
            if name not in changes and (not changes or name > max(changes))
            for value in options
        ] or []
        tried += [
            {**changes, name: value}
            for changes in beam
            if changes
            for name, options in values.items()
            if name < max(changes) and name not in changes
            for value in options
        ]
        if not tried:
            return []
        predicted = model.predict(_changed(given, tried))
        gap = _gap(model, predicted, label, goal)
        reached = np.flatnonzero(gap <= 0.0)
        cost = np.array([_cost(prepared, given, changes) for changes in tried])
        if len(reached):
            order = reached[np.argsort(cost[reached], kind="stable")]
            return _distinct(model, given, [tried[i] for i in order], label)
        beam = [tried[i] for i in np.argsort(gap + 0.01 * cost, kind="stable")[:BEAM]]
    return []


def _changed(given: pd.DataFrame, tried: list[dict[str, Any]]) -> pd.DataFrame:
    many = pd.concat([given] * len(tried), ignore_index=True)
    for name in given.columns:
        rows = [i for i, changes in enumerate(tried) if name in changes]
        if rows:
            column = many[name].astype(object)
            column.iloc[rows] = [tried[i][name] for i in rows]
            many[name] = column.astype(given[name].dtype)
    return many


def _gap(
    model: FittedModel, predicted: np.ndarray, label: Any, goal: tuple[float, float] | None
) -> np.ndarray:
    """Return how far each prediction is from another decision; zero or less has reached it."""
    if goal is not None:
        return np.maximum(goal[0] - predicted, predicted - goal[1]).clip(min=0.0)
    decided = model.decide(predicted)
    other = np.array([told_cell(one) != label for one in decided])
    present = list(map(told_cell, model.problem.classes)).index(label)
    if model.problem.kind == "binary":
        yes = predicted[:, model.problem.positive_index]
        far = np.abs(yes - model.threshold)
    else:
        rest = np.delete(predicted, present, axis=1)
        far = predicted[:, present] - rest.max(axis=1)
    return np.where(other, 0.0, np.maximum(far, 1e-9))


def _cost(prepared: Prepared, given: pd.DataFrame, changes: dict[str, Any]) -> float:
    """Return how large the changes are: the share of rows passed over, or 1 for a level."""
    total = 0.0
    for name, value in changes.items():
        column, old = prepared.X[name], given[name].iloc[0]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            if pd.isna(old):
                total += 0.5
                continue
            low, high = sorted((float(old), float(value)))
            total += float(column.between(low, high, inclusive="left").mean())
        else:
            total += 1.0
    return total


def _distinct(
    model: FittedModel, given: pd.DataFrame, tried: list[dict[str, Any]], label: Any
) -> list[dict[str, Any]]:
    """Return the first few that change different sets of columns, each checked by the model."""
    found: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for changes in tried:
        key = tuple(sorted(changes))
        if key in seen or len(found) == MOST_TOLD:
            continue
        seen.add(key)
        predicted = model.predict(_changed(given, [changes]))
        decided = told_cell(model.decide(predicted)[0])
        told = (
            {"prediction": decided} if not model.problem.is_classification else {"label": decided}
        )
        if model.problem.is_classification and decided == label:
            continue
        steps = [
            {"column": name, "from": told_cell(given[name].iloc[0]), "to": told_cell(value)}
            for name, value in changes.items()
        ]
        found.append({"changes": steps, **told})
    return found
