"""Verifiers as tools for other agents: is this table fit to learn from, is this claim true?

They need no run of their own. A data agent that trained a model elsewhere hands over its
predictions and what it claims, and gets verdicts with evidence back.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Task, Verdict, refutations
from autoglm_tools.plan_task import understand
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.automl.data.table import Table


class CheckTable(BaseModel):
    """Arguments of `check_table`."""

    data: str = Field(description="Path of the table.")
    target: str = Field(description="Column to predict.")


class AuditModel(CheckTable):
    """Arguments of `audit_model`."""

    model: str = Field(
        description="A .skops or .onnx file, or a CSV of predictions: one line a row of the data "
        "with a column `predicted`, or `p_<class>` for each class."
    )
    metric: str | None = Field(None, description="scikit-learn's name of the claimed metric.")
    claimed: float | None = Field(None, description="Score that is claimed on these rows.")
    train: str | None = Field(None, description="Path of the rows that the model was trained on.")


def verifier_tools(
    workspace: str | os.PathLike[str] | Workspace,
    *,
    roots: Sequence[str | os.PathLike[str]] | None = None,
    seed: int = 0,
) -> list[BaseTool]:
    """Return `check_table` and `audit_model` for agents that do the work themselves.

    Args:
        workspace: A folder of the caller's; nothing is written there but temporary files.
        roots: Folders from which files may be read; default: the current folder.
        seed: Of everything random in a check.
    """
    folder = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
    allowed = tuple(Path(r) for r in roots) if roots is not None else (Path.cwd(),)
    session = Session(workspace=folder, roots=allowed, seed=seed)
    return [check_table(session), audit_model(session)]


def check_table(session: Session) -> BaseTool:
    """Make the tool that checks a table before anything is trained."""

    def work(data: str, target: str) -> Result:
        from autoglm_agent.automl.checks.data_only import check_data

        table, profile, task = _read(session, data, target, None)
        return _told(check_data(None, table, profile, task, seed=session.seed), target)

    return as_tool(
        "check_table",
        "Check a table before training: columns that give the target away, duplicates, order, time "
        "and groups across a random split, mixed units, whether there is a signal at all.",
        CheckTable,
        work,
    )


def audit_model(session: Session) -> BaseTool:
    """Make the tool that checks somebody's model or predictions against the truth."""

    def work(
        data: str,
        target: str,
        model: str,
        metric: str | None = None,
        claimed: float | None = None,
        train: str | None = None,
    ) -> Result:
        from autoglm_agent.automl.checks.audit import audit
        from autoglm_agent.automl.data.table import read_table

        table, profile, task = _read(session, data, target, metric)
        verdicts = audit(
            session.readable(model),
            table,
            profile,
            task,
            claimed=claimed,
            train=read_table(session.readable(train)) if train else None,
            seed=session.seed,
        )
        return _told(verdicts, target)

    return as_tool(
        "audit_model",
        "Verify a model that was trained elsewhere, or its predictions: recompute the claimed "
        "score, compare with the simplest answers, look for leaks, wrong labels, bad calibration, "
        "weak groups, and rows that it was trained on.",
        AuditModel,
        work,
    )


def _read(
    session: Session, data: str, target: str, metric: str | None
) -> tuple[Table, Profile, Task]:
    from autoglm_agent.automl.data.profile import profile_table
    from autoglm_agent.automl.data.table import read_table

    table = read_table(session.readable(data))
    profile = profile_table(table)
    fixed = {"target": target, **({"metric": metric} if metric else {})}
    return table, profile, understand(f"Predict `{target}`", profile, fixed=fixed)


def _told(verdicts: list[Verdict], target: str) -> Result:
    lines = [f"{v.check} {v.title}: {v.status}. {v.fact}" for v in verdicts if v.status != "na"]
    failed = refutations(verdicts)
    lines.insert(0, "refuted" if failed else "nothing refutes it")
    artifact = {"refuted": bool(failed), "verdicts": [v.to_json() for v in verdicts]}
    return told("\n".join(lines), {"target": target}, verdicts), artifact
