"""`prepare_data`: seal the holdout in the vault, then make the training table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.chain import Task
from autoglm_agent.errors import InputError
from autoglm_tools.checking import check_stage
from autoglm_tools.plan_task import stored_profile
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared


class PrepareData(BaseModel):
    """Arguments of `prepare_data`."""

    task_id: str = Field(description="From plan_task.")
    drop_columns: list[str] = Field(default_factory=list, description="Columns to leave out.")
    keep_columns: list[str] = Field(
        default_factory=list, description="Columns not to leave out, whatever else says so."
    )
    group_duplicates: bool = Field(False, description="Keep equal rows on one side of the split.")
    group_near: bool = Field(
        False, description="Keep almost equal rows on one side of the split, too."
    )
    split: str | None = Field(
        None,
        pattern=r"^(stratified|random|duplicate_groups|(time|group)(:.+)?)$",
        description="Only to overrule the split chosen from the data: stratified, random, "
        "duplicate_groups, time:<column> or group:<column>.",
    )


def prepare_data(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(
        task_id: str,
        drop_columns: list[str] | None = None,
        keep_columns: list[str] | None = None,
        group_duplicates: bool = False,
        group_near: bool = False,
        split: str | None = None,
    ) -> Result:
        from autoglm_agent.automl.data.table import load_snapshot
        from autoglm_agent.automl.preparation.prepare import prepare

        data_id, task = stored_task(session, task_id)
        kept = set(keep_columns or ())
        if kept & set(task.exclude):
            left_out = tuple(name for name in task.exclude if name not in kept)
            task = task.model_copy(update={"exclude": left_out})
        prepared = prepare(
            session.workspace,
            load_snapshot(session.workspace, data_id),
            stored_profile(session, data_id),
            task,
            drop_columns=[name for name in drop_columns or () if name not in kept],
            group_duplicates=group_duplicates,
            group_near=group_near,
            split=split,
            seed=session.seed,
        )
        ids = {"prepared_id": prepared.id, "task_id": task_id, "kind": task.kind}
        verdicts = check_stage(session, "data", prepared.id) if session.checks else []
        artifact = {**ids, **prepared.summary(), "verdicts": [v.to_json() for v in verdicts]}
        return told(_text(prepared), ids, verdicts), artifact

    return as_tool(
        "prepare_data",
        "Seal the holdout rows in the vault (nobody sees them before the one assessment), then "
        "make the training table: columns that carry nothing are dropped with a reason.",
        PrepareData,
        work,
    )


def stored_task(session: Session, task_id: str) -> tuple[str, Task]:
    """Return the id of the data and the task that `plan_task` wrote.

    Raises:
        InputError: If there is none of that id.
    """
    if not session.workspace.has("tasks", f"{task_id}.json"):
        raise InputError(f"No task {task_id!r}.", "Call plan_task first.")
    planned = session.workspace.read_json("tasks", f"{task_id}.json")
    return str(planned["data_id"]), Task.from_json(planned["task"])


def _text(prepared: Prepared) -> str:
    lines = [
        f"{len(prepared.rows)} rows to train on, {prepared.holdout_rows} sealed in the vault "
        f"({prepared.plan.kind} split: {prepared.plan.reason})",
        f"{len(prepared.features)} features.",
    ]
    lines += [f"dropped {column!r}: {reason}" for column, reason in prepared.dropped.items()]
    return "\n".join(lines)
