"""Which rows are held out, and which fold validates which row.

The plan comes from the task and the shape of the table, before anything is fitted:

    a time column in the task    the last rows by time are held out, folds are expanding windows
    a group column in the task   whole groups are held out and validated together
    duplicates asked to be kept  rows with equal features stay together
    classification               at random, every class in proportion
    regression                   at random, the target's quantiles in proportion

A score says something about new rows only if no row, group or moment of the new ones was seen
before (Kapoor & Narayanan 2023, https://doi.org/10.1016/j.patter.2023.100804). All choices are
functions of the data and the seed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.preparation.grouping import (
    allot_groups,
    connected_groups,
    hash_rows,
    moments,
    near_groups,
)
from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError

__all__ = [
    "SplitKind",
    "SplitPlan",
    "assign_folds",
    "choose_split",
    "fold_pairs",
    "holdout_mask",
    "holdout_share",
]

SplitKind = Literal["stratified", "random", "time", "group", "duplicate_groups"]

HOLDOUT_CAP = 20_000
"""Rows beyond which a larger holdout no longer narrows the interval enough to be worth them."""

BINS = 10
"""Quantile bins of a numeric target when it is stratified."""


@dataclass(frozen=True)
class SplitPlan:
    """How the rows are divided.

    Attributes:
        kind: The rule, see the module's table.
        column: The time or group column, else None.
        holdout_share: Share of rows to hold out; groups and ties make the real share differ.
        folds: Number of folds that validate; groups may allow fewer.
        reason: A sentence for people.
        duplicates: Whether rows with equal features also stay together (not across time).
        near: Whether rows with almost equal features do, too.
    """

    kind: SplitKind
    column: str | None
    holdout_share: float
    folds: int
    reason: str
    duplicates: bool = False
    near: bool = False

    @property
    def oob_allowed(self) -> bool:
        """Whether out-of-bag rows are as good as validation rows: only if rows are exchangeable."""
        return self.kind in ("stratified", "random")

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SplitPlan:
        """Read back what `to_json` wrote."""
        return cls(**data)


def choose_split(
    task: Task,
    profile: Profile,
    frame: pd.DataFrame,
    *,
    requested: str | None = None,
    group_duplicates: bool = False,
    group_near: bool = False,
) -> SplitPlan:
    """Choose the split from the task and the table.

    Args:
        task: What is asked; its time and group columns rule.
        profile: The table's profile; tells the date column when `time` is requested unnamed.
        frame: The usable rows as `typed_frame` gives them, target included.
        requested: Overrides the choice: `random`, `stratified`, `time`, `time:<column>`,
            `group`, `group:<column>` or `duplicate_groups`.
        group_duplicates: Keep rows with equal features together.
        group_near: Keep rows with almost equal features together, too.

    Raises:
        InputError: If the request names no split, or the split lacks its column.
    """
    wish, _, column = (requested or "").partition(":")
    known = ("", "random", "stratified", "time", "group", "duplicate_groups")
    if wish not in known:
        raise InputError(
            f"There is no split called {requested!r}.",
            f"Use one of {', '.join(known[1:])}, or `time:<column>` and `group:<column>`.",
        )
    n = len(frame)
    share, folds = holdout_share(n), _fold_count(task, frame)
    if wish == "time" or (not wish and task.time_column):
        column = column or task.time_column or _only_date(profile)
        reason = f"The last {share:.0%} by {column!r} are held out: a model is used on later rows."
        return SplitPlan("time", column, share, folds, reason)
    if wish == "group" or (not wish and task.group_column):
        column = column or task.group_column or ""
        if not column:
            raise InputError("A group split needs a group column.", "Name it: `group:<column>`.")
        reason = f"Whole groups of {column!r} are held out: a model is used on new ones."
        return SplitPlan(
            "group", column, share, folds, reason, group_duplicates or group_near, group_near
        )
    if wish == "duplicate_groups" or group_duplicates or group_near:
        equal = "almost equal" if group_near else "equal"
        reason = f"{share:.0%} held out; rows with {equal} features stay on one side and in "
        reason += "one fold."
        return SplitPlan("duplicate_groups", None, share, folds, reason, True, group_near)
    if wish != "random" and task.kind in ("binary", "multiclass"):
        reason = f"{share:.0%} held out at random, every class of {task.target!r} in proportion."
        return SplitPlan("stratified", None, share, folds, reason)
    if task.target is None:
        reason = f"{share:.0%} held out at random: there is no target, no time and no group."
    else:
        reason = f"{share:.0%} held out at random, the quantiles of {task.target!r} in proportion."
    return SplitPlan("random", None, share, folds, reason)


def holdout_share(n: int) -> float:
    """Return the share of `n` rows to hold out.

    20 %; 25 % below 500 rows and 30 % below 100, where an interval would be too wide to tell
    anything; at most 20 000 rows.
    """
    if n < 100:
        return 0.3
    return 0.25 if n < 500 else round(min(0.2, HOLDOUT_CAP / n), 4)


def holdout_mask(plan: SplitPlan, frame: pd.DataFrame, y: np.ndarray, seed: int) -> np.ndarray:
    """Return which rows are held out.

    Args:
        plan: From `choose_split`.
        frame: The features of the usable rows and the plan's column; duplicates are told by
            the features in it.
        y: Class codes (integers), numbers (floats) or, without a target, an empty array.
        seed: Of the random choice; a time split has none.

    Returns:
        Boolean array, one per row; never all True, never all False.
    """
    strata = _strata(y, len(frame))
    if plan.kind == "time":
        times = _times(plan, frame)
        return np.asarray(times >= _cut(times, 1.0 - plan.holdout_share))
    rng = np.random.default_rng([seed, 1])
    groups = _groups(plan, frame)
    if groups is not None:
        weights = np.array([plan.holdout_share, 1.0 - plan.holdout_share])
        side = allot_groups(groups, strata, weights, rng)
        return np.asarray(side == 0)
    sizes = np.bincount(strata)
    rare = sizes[strata] < 3 if sizes.size > 1 else np.zeros(len(strata), dtype=bool)
    mask = np.zeros(len(strata), dtype=bool)
    order = _ordered(strata, rng, ~rare)
    ticks = np.floor((np.arange(len(order) + 1) + rng.random()) * plan.holdout_share)
    mask[order[np.diff(ticks) > 0]] = True
    if sizes.size > 1:
        # The ticks may miss a small class; one of its rows is held out all the same.
        missed = (sizes >= 3) & (np.bincount(strata, weights=mask, minlength=sizes.size) == 0)
        for stratum in np.flatnonzero(missed):
            mask[order[strata[order] == stratum][0]] = True
    return mask


def assign_folds(plan: SplitPlan, frame: pd.DataFrame, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold that validates each training row, as int8.

    Under a time split the folds are blocks of an expanding window: the first block is -1 (never
    validated), and fold i is trained on the rows of *lower* number only. Otherwise fold i is
    trained on every other row. `fold_pairs` yields both.

    Args:
        plan: From `choose_split`.
        frame: The training rows, columns as for `holdout_mask`.
        y: The training targets.
        seed: Of the random choice.
    """
    strata = _strata(y, len(frame))
    if plan.kind == "time":
        return _time_blocks(_times(plan, frame), plan.folds)
    rng = np.random.default_rng([seed, 2])
    groups = _groups(plan, frame)
    if groups is not None:
        count = min(plan.folds, len(np.unique(groups)))
        return allot_groups(groups, strata, np.full(count, 1.0 / count), rng).astype(np.int8)
    folds = np.empty(len(strata), dtype=np.int8)
    order = _ordered(strata, rng, np.ones(len(strata), dtype=bool))
    folds[order] = np.arange(len(order)) % plan.folds
    return folds


def fold_pairs(plan: SplitPlan, folds: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return (training indices, validation indices) of every fold, in order."""
    pairs = []
    for fold in range(int(folds.max()) + 1):
        train = folds < fold if plan.kind == "time" else folds != fold
        pairs.append((np.flatnonzero(train), np.flatnonzero(folds == fold)))
    return pairs


def _fold_count(task: Task, frame: pd.DataFrame) -> int:
    """5 folds, 3 for more than 60 000 rows; no more than the rarest class can fill."""
    folds = 3 if len(frame) > 60_000 else max(2, min(5, len(frame) // 5))
    if task.kind in ("binary", "multiclass") and task.target in frame.columns:
        rarest = int(frame[task.target].value_counts().min())
        # A binary score needs both classes in every fold; with many classes one may be absent.
        folds = max(2 if task.kind == "binary" else min(3, folds), min(folds, rarest))
    return folds


def _only_date(profile: Profile) -> str:
    dates = [column.name for column in profile.columns if column.kind == "date"]
    if len(dates) != 1:
        found = f"found {', '.join(map(repr, dates))}" if dates else "found no date column"
        raise InputError(f"A time split needs one time column; {found}.", "Use `time:<column>`.")
    return dates[0]


def _strata(y: np.ndarray, n: int) -> np.ndarray:
    """Class codes, or the quantile bin of a number, as consecutive integers from 0."""
    if len(y) == 0:
        return np.zeros(n, dtype=np.int64)
    if y.dtype.kind in "iub":
        return np.asarray(np.unique(y, return_inverse=True)[1])
    edges = np.unique(np.quantile(y, np.linspace(0, 1, min(BINS, max(1, n // 10)) + 1)[1:-1]))
    return np.asarray(np.unique(np.searchsorted(edges, y), return_inverse=True)[1])


def _ordered(strata: np.ndarray, rng: np.random.Generator, keep: np.ndarray) -> np.ndarray:
    """Row numbers sorted by stratum, shuffled within; every k-th of them is a stratified sample."""
    order = np.lexsort((rng.random(len(strata)), strata))
    return np.asarray(order[keep[order]])


def _groups(plan: SplitPlan, frame: pd.DataFrame) -> np.ndarray | None:
    """Group number of every row, or None when rows are free."""
    named = None
    if plan.kind == "group":
        values = frame[plan.column].astype("str").fillna("(missing)")
        named = np.asarray(pd.factorize(values)[0])
    if not plan.duplicates:
        return named
    features = frame.drop(columns=[plan.column] if plan.column else [])
    equal = near_groups(features) if plan.near else pd.factorize(hash_rows(features))[0]
    equal = np.asarray(equal)
    return equal if named is None else connected_groups(named, equal)


def _times(plan: SplitPlan, frame: pd.DataFrame) -> np.ndarray:
    column = frame[plan.column]
    if pd.api.types.is_datetime64_any_dtype(column):
        return moments(column)
    return column.to_numpy(dtype=np.float64)


def _cut(times: np.ndarray, share: float) -> Any:
    """The distinct time at which the share of earlier rows is nearest `share`.

    At least two distinct times stay before it, so that training can be divided by time too.
    """
    distinct, counts = np.unique(times, return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)[:-1]]) / len(times)
    return distinct[2:][np.argmin(np.abs(before[2:] - share))]


def _time_blocks(times: np.ndarray, folds: int) -> np.ndarray:
    """Blocks of about equal size in time order, ties together, numbered from -1."""
    distinct, inverse, counts = np.unique(times, return_inverse=True, return_counts=True)
    blocks = min(folds + 1, len(distinct))
    middle = (np.cumsum(counts) - counts / 2) / len(times)
    block = np.floor(middle * blocks).astype(np.int64)
    block = np.unique(block, return_inverse=True)[1]
    return np.asarray(block[inverse] - 1, dtype=np.int8)
