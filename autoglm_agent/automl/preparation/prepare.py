"""From a table and a task to training rows with folds, and a sealed vault.

The order is the point: the task is checked against the table, the holdout is chosen and sealed,
and only then anything is decided from values, on training rows alone.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from autoglm_agent.automl.data.profile import ColumnKind, Profile, typed_frame, without_infinities
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.forecasting.laying import lay_out, notes_of
from autoglm_agent.automl.forecasting.rows import naive_column
from autoglm_agent.automl.preparation.hygiene import columns_to_drop
from autoglm_agent.automl.preparation.selection import Selection, check_columns, select_rows
from autoglm_agent.automl.preparation.split import SplitPlan, assign_folds
from autoglm_agent.automl.preparation.target import check_reading, make_problem, plain_target
from autoglm_agent.automl.preparation.vault import Vault
from autoglm_agent.automl.run.arrays import from_npz, to_npz
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.automl.scoring.baselines import SimpleForecast
from autoglm_agent.automl.scoring.problem import Problem
from autoglm_agent.chain import OF_FORECASTS, Task, digest
from autoglm_agent.errors import InputError


@dataclass
class Prepared:
    """Training rows, ready for a search; the held-out rows are in the vault.

    Attributes:
        id: Digest of everything it was made from.
        data_id: The table's digest.
        vault_id: The vault with the held-out rows.
        problem: What is to be predicted; absent (None) for clustering and anomaly tasks.
        plan: How the rows were divided.
        X: Training features, raw columns as `typed_frame` gives them.
        y: Encoded targets of the training rows; empty without a target.
        rows: Row numbers of the training rows in the table.
        folds: Fold of each training row, see `split.assign_folds`; all -1 without a target.
        kinds: Column kind of each feature.
        dropped: Column left out to reason.
        holdout_rows: Number of rows in the vault.
        seed: Of the division.
        task: What was asked.
        notes: Sentences on rows that were set aside, and on how forecasts were laid out.
        simple: The simple forecast of each row; None where nothing is forecast.
    """

    id: str
    data_id: str
    vault_id: str
    problem: Problem
    plan: SplitPlan
    X: pd.DataFrame
    y: np.ndarray
    rows: np.ndarray
    folds: np.ndarray
    kinds: dict[str, ColumnKind]
    dropped: dict[str, str]
    holdout_rows: int
    seed: int
    task: Task
    notes: tuple[str, ...] = ()
    simple: SimpleForecast | None = None

    @property
    def features(self) -> list[str]:
        """Names of the features, in the order of `X`."""
        return [str(name) for name in self.X.columns]

    def summary(self) -> dict[str, Any]:
        """Return what a person or a model is told, as JSON data; no value of the holdout."""
        told: dict[str, Any] = {
            "id": self.id,
            "kind": self.task.kind,
            "target": self.task.target,
            "rows": len(self.X),
            "holdout_rows": self.holdout_rows,
            "features": self.features,
            "dropped": self.dropped,
            "split": self.plan.to_json(),
            "folds": int(self.folds.max()) + 1,
            "notes": list(self.notes),
        }
        problem = cast("Problem | None", self.problem)
        if problem is not None:
            told["kind"], told["metric"] = problem.kind, problem.metric
        if problem is not None and problem.classes:
            counts = np.bincount(self.y, minlength=len(problem.classes))
            told["classes"] = [
                {"class": c, "rows": int(k)} for c, k in zip(problem.classes, counts, strict=True)
            ]
            told["positive"] = None
            if problem.positive is not None:
                told["positive"] = problem.classes[problem.positive]
        return told


def prepare(
    workspace: Workspace,
    table: Table,
    profile: Profile,
    task: Task,
    *,
    drop_columns: Sequence[str] = (),
    group_duplicates: bool = False,
    group_near: bool = False,
    split: str | None = None,
    seed: int = 0,
) -> Prepared:
    """Check the task, seal the holdout, and make the training rows.

    The same arguments give the same id, and what is already there is loaded. Dropped columns do
    not change which rows are held out (except under `group_duplicates`, where equality depends
    on them), so the vault stays the same.

    Args:
        workspace: The run's folder.
        table: The table.
        profile: Its profile.
        task: What is asked of it.
        drop_columns: Columns to leave out besides those of the task, for example by a remedy.
        group_duplicates: Keep rows with equal features on one side and in one fold.
        group_near: Keep rows with almost equal features there, too.
        split: Override of the split, see `split.choose_split`.
        seed: Of the division.

    Raises:
        InputError: If the task cannot be done on this table; says what, where and what to do.
    """
    if task.kind == "profile":
        raise InputError("A profile needs no preparation.", "Read the profile instead.")
    drops = sorted(set(drop_columns))
    forecast = None
    if task.kind == "forecasting":
        # A column of the user's table goes with all that the rows have of it.
        barred = [name for name in drops if name in profile.names()]
        task = task.model_copy(update={"exclude": (*task.exclude, *barred)})
        table, profile, task, forecast = lay_out(workspace, table, profile, task)
        drops = [name for name in drops if name not in barred]
    # What words a task does not change it; limits change how it is trained.
    asked = task.model_dump(mode="json", exclude={"evidence", "unread"})
    # Slots of forecasts say nothing elsewhere; ids of older runs stay what they are.
    asked = {k: v for k, v in asked.items() if k not in OF_FORECASTS or v is not None}
    together = "near" if group_near else group_duplicates
    prepared_id = digest([table.digest, asked, drops, together, split, seed])
    if workspace.has("prepared", prepared_id, "meta.json"):
        return load_prepared(workspace, prepared_id)
    frame = typed_frame(table, profile)
    check_columns(task, list(map(str, frame.columns)), drops, split)
    notes = check_reading(table.frame[task.target], frame[task.target]) if task.target else []
    chosen = select_rows(
        task,
        profile,
        frame,
        drops,
        split=split,
        group_duplicates=group_duplicates,
        group_near=group_near,
        seed=seed,
    )
    told = notes_of(forecast) if forecast else ()
    chosen = replace(chosen, notes=(*notes, *told, *chosen.notes))
    prepared = _divide(workspace, table, profile, task, chosen, drops, prepared_id, seed)
    if forecast is not None:
        layout = forecast.layout
        prepared.simple = SimpleForecast(layout.naive, naive_column(layout.target), layout.relative)
    save_prepared(workspace, prepared)
    return prepared


def load_prepared(workspace: Workspace, prepared_id: str) -> Prepared:
    """Load what `prepare` made.

    Raises:
        StoreError: If it is missing, damaged or changed.
    """
    meta = workspace.read_json("prepared", prepared_id, "meta.json")
    data = {
        name: workspace.read_bytes("prepared", prepared_id, name, sha256=sha256)
        for name, sha256 in meta["files"].items()
    }
    arrays = from_npz(data["arrays.npz"])
    problem = Problem.from_json(meta["problem"]) if meta["problem"] else None
    return Prepared(
        id=meta["id"],
        data_id=meta["data_id"],
        vault_id=meta["vault_id"],
        problem=cast(Problem, problem),
        plan=SplitPlan.from_json(meta["plan"]),
        X=pd.read_parquet(io.BytesIO(data["train.parquet"])),
        y=arrays["y"],
        rows=arrays["rows"],
        folds=arrays["folds"],
        kinds=meta["kinds"],
        dropped=meta["dropped"],
        holdout_rows=meta["holdout_rows"],
        seed=meta["seed"],
        task=Task.from_json(meta["task"]),
        notes=tuple(meta["notes"]),
        simple=_simple_of(meta),
    )


def _simple_of(meta: dict[str, Any]) -> SimpleForecast | None:
    told = meta.get("simple")
    if isinstance(told, str):  # as it was written before values could be learned themselves
        return SimpleForecast(told, naive_column(meta["task"]["target"]), differs=True)
    return SimpleForecast(**told) if told else None


def _divide(
    workspace: Workspace,
    table: Table,
    profile: Profile,
    task: Task,
    chosen: Selection,
    drops: Sequence[str],
    prepared_id: str,
    seed: int,
) -> Prepared:
    """Seal the holdout, then decide on columns and folds from the training rows."""
    held, train = chosen.held, ~chosen.held
    problem, y, columns = None, np.empty(len(chosen.rows)), chosen.frame
    if task.target:
        problem = make_problem(task, chosen.frame[task.target][train])
        y = problem.encode(plain_target(problem, chosen.frame[task.target]))
        columns = chosen.frame.drop(columns=[task.target])
    columns = without_infinities(columns)
    vault_rows = chosen.rows[held].astype(np.int64)
    classes = list(problem.classes) if problem else []
    vault_id = digest([table.digest, task.target, classes, digest_of(vault_rows.tobytes())])
    Vault.seal(workspace, vault_id, columns[held], y[held] if problem else np.empty(0), vault_rows)
    X = columns[train].reset_index(drop=True)
    dropped = columns_to_drop(X, profile, task, chosen.plan, drops)
    if task.horizon is not None:  # what a forecast has to beat is always there
        dropped.pop(naive_column(str(task.target)), None)
    X = X.drop(columns=list(dropped))
    if not len(X.columns):
        why = "; ".join(f"{name!r}: {reason}" for name, reason in list(dropped.items())[:5])
        raise InputError(
            f"No column is left to learn from ({why or 'there is only the target'}).",
            "Give columns that are known before the target is, or exclude fewer.",
        )
    folds = np.full(len(X), -1, dtype=np.int8)
    if problem:
        folds = assign_folds(chosen.plan, chosen.apart[train], y[train], seed)
    return Prepared(
        id=prepared_id,
        data_id=table.digest,
        vault_id=vault_id,
        problem=cast(Problem, problem),
        plan=chosen.plan,
        X=X,
        y=y[train] if problem else np.empty(0),
        rows=chosen.rows[train],
        folds=folds,
        kinds={str(name): profile.column(str(name)).kind for name in X.columns},
        dropped=dropped,
        holdout_rows=int(held.sum()),
        seed=seed,
        task=task,
        notes=chosen.notes,
    )


def save_prepared(workspace: Workspace, prepared: Prepared) -> None:
    """Write the arrays first and meta.json last: it says that the rest is there."""
    arrays = to_npz({"y": prepared.y, "rows": prepared.rows, "folds": prepared.folds})
    files = {"train.parquet": prepared.X.to_parquet(), "arrays.npz": arrays}
    for name, data in files.items():
        workspace.write_bytes(data, "prepared", prepared.id, name)
    problem = cast("Problem | None", prepared.problem)
    meta = {
        "id": prepared.id,
        "data_id": prepared.data_id,
        "vault_id": prepared.vault_id,
        "problem": problem.to_json() if problem is not None else None,
        "plan": prepared.plan.to_json(),
        "kinds": prepared.kinds,
        "dropped": prepared.dropped,
        "holdout_rows": prepared.holdout_rows,
        "seed": prepared.seed,
        "task": prepared.task.to_json(),
        "notes": list(prepared.notes),
        "simple": asdict(prepared.simple) if prepared.simple else None,
        "summary": prepared.summary(),
        "files": {name: digest_of(data) for name, data in files.items()},
    }
    workspace.write_json(meta, "prepared", prepared.id, "meta.json")
