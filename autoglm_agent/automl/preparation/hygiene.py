"""Columns that cannot help a model: which are left out, and why.

Left out are columns that the user or a remedy excludes, empty ones, constants, ids, exact copies
of an earlier column, and the group column of a group split (its values are new by design). Mostly
missing columns stay: what is there may tell, and so may its absence.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.preparation.split import SplitPlan
from autoglm_agent.chain import Task


def columns_to_drop(
    train: pd.DataFrame,
    profile: Profile,
    task: Task,
    plan: SplitPlan,
    drop_columns: Sequence[str] = (),
) -> dict[str, str]:
    """Return the columns to leave out, each with the reason in a few words.

    Args:
        train: Every column but the target, training rows only.
        profile: Tells ids.
        task: Tells the excluded columns.
        plan: Tells the group column.
        drop_columns: Further columns, dropped by a remedy.
    """
    dropped: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name in map(str, train.columns):
        reason = _reason(name, train[name], profile, task, plan, drop_columns)
        if reason is None:
            values = hash_rows(train[[name]].rename(columns={name: "x"})).tobytes()
            twin = seen.setdefault(values, name)
            if twin != name and train[twin].dtype == train[name].dtype:
                reason = f"the same values as {twin!r}"
        if reason is not None:
            dropped[name] = reason
    return dropped


def _reason(
    name: str,
    column: pd.Series,
    profile: Profile,
    task: Task,
    plan: SplitPlan,
    drop_columns: Sequence[str],
) -> str | None:
    if name in task.exclude:
        return "excluded by the instruction"
    if name in drop_columns:
        return "dropped after a check"
    if plan.kind == "group" and name == plan.column:
        return "its groups are held out whole, so its values are new to the model"
    filled = int(column.notna().sum())
    if filled == 0:
        return "no values"
    if filled == len(column) and column.nunique() == 1:
        return f"always {column.iloc[0]}"
    known = profile.column(name)
    if known.kind == "id":
        return f"an id: {known.distinct} values in {profile.rows} rows"
    return None
