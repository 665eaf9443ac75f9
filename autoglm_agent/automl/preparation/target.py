"""Is there something to learn here: the target, checked before any model sees it.

What cannot be used is refused with what, where and what to do; what can be set aside without
changing the question (rows without a target, a class with a single row) is set aside and told.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.scoring.metrics import default_metric
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError, TargetError

MIN_ROWS = 10
"""Fewer rows cannot be divided into training, validation and holdout."""

MAX_CLASSES = 200
"""More classes than this are hardly ever classes, and no metric here tells them apart."""

MOST_UNREAD = 0.05
"""Share of the target's cells that may be unreadable before the table is refused."""

_ABSENT = frozenset(
    {"", "?", "-", "--", ".", "na", "n/a", "nan", "none", "null", "nil", "missing", "unknown"}
)

_YES = frozenset({"1", "true", "yes", "y", "t", "positive", "pos", "是", "有", "真"})


def near_names(name: str, columns: Iterable[str]) -> tuple[str, ...]:
    """Return up to five column names that resemble `name`, best first.

    Case, spaces, punctuation and Unicode forms do not count; parts of names do.
    """
    plain = {column: _plain(column) for column in columns}
    wanted = _plain(name)
    scores = {
        column: difflib.SequenceMatcher(None, wanted, text).ratio()
        + (0.5 if wanted and text and (wanted in text or text in wanted) else 0.0)
        for column, text in plain.items()
    }
    best = sorted((c for c in scores if scores[c] >= 0.65), key=lambda c: -scores[c])
    return tuple(best[:5])


def require_column(name: str, columns: Iterable[str], role: str) -> None:
    """Raise `InputError` with the nearest names unless `name` is a column."""
    columns = list(columns)
    if name in columns:
        return
    near = near_names(name, columns)
    listed = ", ".join(repr(c) for c in (near or columns[:8]))
    text = f"The {role} {name!r} is not in the table."
    remedy = f"Did you mean {listed}?" if near else f"The columns are {listed}."
    if role == "target":
        raise TargetError(text, remedy, near)
    raise InputError(text, remedy)


def present(column: pd.Series) -> np.ndarray:
    """Return which rows have a usable target: not missing, not infinite."""
    keep = column.notna().to_numpy()
    if pd.api.types.is_float_dtype(column):
        keep = keep & np.isfinite(column.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(keep)


def check_reading(raw: pd.Series, typed: pd.Series) -> list[str]:
    """Tell of target cells that hold something but could not be read as the column's type.

    Args:
        raw: The target as it stands in the table.
        typed: The same as `typed_frame` gives it.

    Returns:
        A note, if there are such cells.

    Raises:
        InputError: If they are more than `MOST_UNREAD` of the rows; names the first one.
    """
    texts = raw.astype("str").str.strip().str.casefold()
    told = raw.notna() & typed.isna() & ~texts.isin(list(_ABSENT))
    lost = np.flatnonzero(told.to_numpy())
    if not len(lost):
        return []
    example = f"for example {shown(raw.iloc[lost[0]])} in row {lost[0] + 1}"
    if len(lost) > MOST_UNREAD * len(raw):
        kind = "dates" if pd.api.types.is_datetime64_any_dtype(typed) else "numbers"
        raise InputError(
            f"The target {raw.name!r} is text in {count_rows(len(lost))} that otherwise holds "
            f"{kind}, {example}.",
            "Correct these cells or empty them, or choose another target.",
        )
    return [f"Unreadable and so missing in {raw.name!r}: {count_rows(len(lost))}, {example}."]


def usable_targets(task: Task, column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return which rows can be learned from, and a note for each reason to set rows aside.

    Raises:
        InputError: If too little is left, or the column is no target of the task's kind.
    """
    name, n = column.name, len(column)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise InputError(
            f"The target {name!r} holds dates.", "Choose a number or a class as target."
        )
    keep, notes = present(column), []
    lost = n - int(keep.sum())
    if n and lost > n / 2:
        raise InputError(
            f"The target {name!r} is missing or infinite in {lost} of {n} rows.",
            "Choose another target or give a table with the outcomes filled in.",
        )
    if lost:
        first = ", ".join(str(i + 1) for i in np.flatnonzero(~keep)[:5])
        more = ", …" if lost > 5 else ""
        notes.append(f"{count_rows(lost)} without a usable {name!r} set aside (row {first}{more}).")
    if keep.sum() < MIN_ROWS:
        raise InputError(
            f"Only {count_rows(int(keep.sum()))} can be used; at least {MIN_ROWS} are needed.",
            "Give a larger table.",
        )
    if task.kind == "regression":
        _check_number(column, keep)
    else:
        single = _check_classes(column, keep)
        if single.any():
            labels = listed(column[single].unique())
            count = count_rows(int(single.sum()))
            notes.append(f"{count} set aside, each the only one of its class: {labels}.")
            keep = keep & ~single
    if keep.sum() < MIN_ROWS:
        raise InputError(f"Only {count_rows(int(keep.sum()))} can be used.", "Give a larger table.")
    return keep, notes


def plain_labels(column: pd.Series) -> np.ndarray:
    """Return a class column without missing values as a plain array.

    Floats that are whole numbers (integers that once had gaps) become integers.
    """
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=np.float64)
        whole = np.all(values == np.round(values)) and np.all(np.abs(values) < 2**53)
        return values.astype(np.int64) if whole else values
    return column.astype("str").to_numpy(dtype=object)


def plain_target(problem: Problem, column: pd.Series) -> np.ndarray:
    """Return the target as the plain array that `Problem.encode` takes."""
    return plain_labels(column) if problem.classes else column.to_numpy(dtype=np.float64)


def make_problem(task: Task, column: pd.Series) -> Problem:
    """Return the problem that the usable rows of a target column pose.

    The positive class is the task's, else the one that says yes, else the rarer one.

    Raises:
        InputError: If the metric does not fit the kind, or the positive class is no level.
    """
    costs = tuple(sorted((task.costs or {}).items()))
    if task.kind == "regression":
        return Problem("regression", task.metric or "rmse", costs=costs)
    levels, codes = np.unique(plain_labels(column), return_inverse=True)
    classes = tuple(v.item() if isinstance(v, np.generic) else v for v in levels)
    if len(classes) == 2:
        positive = _positive(task, classes, codes)
        metric = task.metric or default_metric("binary", codes)
        return Problem("binary", metric, classes, positive, costs)
    if task.kind == "binary":
        raise InputError(
            f"The target {column.name!r} has {len(classes)} values, not two: {listed(classes)}.",
            "Ask for a multiclass model, or merge the values into two.",
        )
    metric = task.metric or default_metric("multiclass", codes)
    return Problem("multiclass", metric, classes, None, costs)


def _positive(task: Task, classes: tuple[Any, ...], codes: np.ndarray) -> int:
    wanted = task.positive_class
    if wanted is not None:
        for index, level in enumerate(classes):
            if level == wanted or _plain(str(level)) == _plain(str(wanted)):
                return index
        raise InputError(
            f"The positive class {wanted!r} is no value of {task.target!r}.",
            f"Its values are {listed(classes)}.",
        )
    yes = [i for i, level in enumerate(classes) if str(level).strip().lower() in _YES]
    if len(yes) == 1:
        return yes[0]
    counts = np.bincount(codes, minlength=2)
    return 0 if counts[0] < counts[1] else 1


def _check_number(column: pd.Series, keep: np.ndarray) -> None:
    name = column.name
    if not pd.api.types.is_numeric_dtype(column):
        text = column[keep].astype("str")
        bad = text[pd.to_numeric(text, errors="coerce").isna()]
        row = int((bad if len(bad) else text).index[0])
        raise InputError(
            f"The target {name!r} is text, for example {shown(column.loc[row])} in row {row + 1}; "
            "a regression needs numbers.",
            "Correct these cells, choose a numeric target, or ask for a classification.",
        )
    values = column[keep]
    if values.nunique() < 2:
        raise InputError(
            f"The target {name!r} is always {shown(values.iloc[0])}.", "Choose another."
        )


def _check_classes(column: pd.Series, keep: np.ndarray) -> np.ndarray:
    """Return the rows that are the only one of their class."""
    name, values = column.name, column[keep]
    counts = values.value_counts()
    number = pd.api.types.is_numeric_dtype(column)
    if len(counts) < 2:
        raise InputError(
            f"The target {name!r} has one class only, {shown(counts.index[0])}.",
            "Choose another target, or a table with both outcomes.",
        )
    if number and len(counts) > 100:
        raise InputError(
            f"The target {name!r} has {len(counts)} different numbers; it looks like a quantity.",
            "Ask for a regression.",
        )
    if len(counts) > max(2, len(values) / 2):
        raise InputError(
            f"The target {name!r} has {len(counts)} values in {len(values)} rows; "
            "it looks like an id, not a class.",
            "Choose a target whose values repeat.",
        )
    if len(counts) > MAX_CLASSES:
        raise InputError(
            f"The target {name!r} has {len(counts)} classes; at most {MAX_CLASSES} are supported.",
            "Merge rare classes first.",
        )
    if (counts >= 2).sum() < 2:
        raise InputError(
            f"Only one class of {name!r} has more than one row: {shown(counts.index[0])}.",
            "Add rows of the other classes.",
        )
    return np.asarray(keep & column.isin(counts.index[counts == 1]).to_numpy())


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def listed(values: Iterable[Any]) -> str:
    """Return up to eight values as text, and how many more there are."""
    texts = [shown(v) for v in values]
    return ", ".join(texts[:8]) + (f" and {len(texts) - 8} more" if len(texts) > 8 else "")


def shown(value: Any) -> str:
    """Return a cell's value as text, without its NumPy type."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def count_rows(count: int) -> str:
    """Return `1 row`, `2 rows` and so on."""
    return f"{count} row" if count == 1 else f"{count} rows"
