"""Which rows take part, and which of them are held out.

Everything here is decided from the target, the time and the group column alone; features only
tell which rows are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.split import SplitPlan, choose_split, holdout_mask
from autoglm_agent.automl.preparation.target import (
    MIN_ROWS,
    count_rows,
    listed,
    plain_labels,
    require_column,
    shown,
    usable_targets,
)
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError


@dataclass(frozen=True)
class Selection:
    """The rows that take part.

    Attributes:
        frame: All columns of these rows.
        rows: Their row numbers in the table.
        held: Which of them are held out.
        plan: How they were divided.
        apart: The columns that tell rows apart, with the plan's column; what `assign_folds`
            takes.
        notes: Sentences on rows that were set aside.
    """

    frame: pd.DataFrame
    rows: np.ndarray
    held: np.ndarray
    plan: SplitPlan
    apart: pd.DataFrame
    notes: tuple[str, ...]


def check_columns(
    task: Task, columns: Sequence[str], drops: Sequence[str], split: str | None
) -> None:
    """Check that every column which the task or a remedy names exists and may be used so.

    Raises:
        InputError: If one does not (`TargetError` for the target); names the nearest ones.
    """
    split_column = (split or "").partition(":")[2] or None
    roles = [
        ("target", task.target),
        ("time column", task.time_column),
        ("group column", task.group_column),
        ("column to split by", split_column),
        *(("column to exclude", name) for name in task.exclude),
        *(("column to drop", name) for name in drops),
    ]
    for role, name in roles:
        if name is not None:
            require_column(name, columns, role)
        if role != "target" and name is not None and name == task.target:
            raise InputError(f"The {role} {name!r} is the target.", "Name another column.")
    if task.target is None and task.kind not in ("clustering", "anomaly"):
        raise InputError(f"A {task.kind} task needs a target column.", "Name the target.")


def select_rows(
    task: Task,
    profile: Profile,
    frame: pd.DataFrame,
    drops: Sequence[str],
    *,
    split: str | None,
    group_duplicates: bool,
    group_near: bool,
    seed: int,
) -> Selection:
    """Set unusable rows aside and choose the held-out ones.

    Raises:
        InputError: If too few rows or classes are left on either side.
    """
    if task.target:
        keep, notes = usable_targets(task, frame[task.target])
        rows = np.flatnonzero(keep)
    else:
        rows, notes = np.arange(len(frame)), []
    if len(rows) < MIN_ROWS:
        raise InputError(
            f"The table has {count_rows(len(rows))}; at least {MIN_ROWS} are needed.",
            "Give a larger table.",
        )
    used = frame.iloc[rows]
    plan = choose_split(
        task,
        profile,
        used,
        requested=split,
        group_duplicates=group_duplicates,
        group_near=group_near,
    )
    left_out = {*task.exclude, *drops, task.target} - {plan.column}
    left_out |= {c.name for c in profile.columns if c.kind == "id" and c.name != plan.column}
    apart = frame[[c for c in frame.columns if c not in left_out]]
    placed = _check_split(plan, used, apart.iloc[rows])
    if not placed.all():
        count = count_rows(int((~placed).sum()))
        notes.append(f"{count} without a {plan.column!r} set aside: they have no place in time.")
    rows = rows[placed]
    held = holdout_mask(plan, apart.iloc[rows], strata_of(task, frame.iloc[rows]), seed)
    if task.kind in ("binary", "multiclass"):
        known, late = _classes_known_in_time(frame[task.target].iloc[rows], held)
        rows, held, notes = rows[known], held[known], [*notes, *late]
    used, apart = frame.iloc[rows], apart.iloc[rows]
    return Selection(used, rows, held, plan, apart, tuple(notes))


def strata_of(task: Task, frame: pd.DataFrame) -> np.ndarray:
    """Return class codes, numbers, or an empty array: what the split keeps in proportion."""
    if task.target is None:
        return np.empty(0)
    if task.kind in ("binary", "multiclass"):
        return np.asarray(np.unique(plain_labels(frame[task.target]), return_inverse=True)[1])
    return frame[task.target].to_numpy(dtype=np.float64)


def _check_split(plan: SplitPlan, frame: pd.DataFrame, apart: pd.DataFrame) -> np.ndarray:
    """Return which rows have a place in the split; refuse a column that cannot carry it."""
    everywhere = np.ones(len(frame), dtype=bool)
    if plan.column is None and plan.duplicates:
        kinds = len(np.unique(hash_rows(apart)))
        if kinds < 3:
            raise InputError(
                f"The rows have only {kinds} different set(s) of features, so equal rows cannot "
                "stay together.",
                "Use another split, or exclude fewer columns.",
            )
    if plan.column is None:
        return everywhere
    column = frame[plan.column]
    if plan.kind == "group":
        groups = int(column.nunique()) + int(column.isna().any())
        if groups < 3:
            raise InputError(
                f"The group column {plan.column!r} has {groups} group{'s'[: groups != 1]}; "
                "3 are needed: one to hold out and two to validate each other.",
                "Choose another group column, or none.",
            )
        return everywhere
    if not (
        pd.api.types.is_datetime64_any_dtype(column)
        or (pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))
    ):
        example = column.dropna()
        told = f", for example {shown(example.iloc[0])}" if len(example) else ""
        raise InputError(
            f"The time column {plan.column!r} holds no dates{told}.",
            "Name a column of dates (2024-01-31), years or period numbers.",
        )
    placed = column.notna().to_numpy()
    if placed.sum() < max(MIN_ROWS, len(frame) / 2):
        raise InputError(
            f"The time column {plan.column!r} is missing in {int((~placed).sum())} of "
            f"{len(frame)} rows.",
            "Choose another time column.",
        )
    moments = int(column[placed].nunique())
    if moments < 3:
        raise InputError(
            f"The time column {plan.column!r} has {moments} different values; a split by time "
            "needs at least 3.",
            "Choose another time column, or none.",
        )
    return placed


def _classes_known_in_time(column: pd.Series, held: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return which rows have a class that training has seen, with a note on the others.

    Only a split by time leaves such classes; random and group splits keep each class in training.
    """
    labels = plain_labels(column)
    train = np.unique(labels[~held])
    if len(train) < 2:
        raise InputError(
            f"The training rows of this split hold one class only, {shown(train[0])}.",
            "Choose another split, or a table with both outcomes in both parts.",
        )
    known = np.isin(labels, train)
    if len(np.unique(labels[held & known])) < 2:
        raise InputError(
            "The held-out rows hold fewer than two classes of the target, so no score on them "
            "would tell anything.",
            "Choose another split, or add rows of the rarer class.",
        )
    if known.all():
        return known, []
    late = listed(np.unique(labels[~known]))
    count = count_rows(int((~known).sum()))
    return known, [f"{count} set aside: held-out rows of classes that training never saw ({late})."]
