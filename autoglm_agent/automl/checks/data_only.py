"""Everything that can be said of a table before any model is searched."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check, run_checks, run_one
from autoglm_agent.automl.checks.skills import better, nothing
from autoglm_agent.automl.checks.survey import survey
from autoglm_agent.automl.data.profile import Profile
from autoglm_agent.automl.data.table import Table
from autoglm_agent.automl.preparation.prepare import Prepared, prepare
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import SUPERVISED, Task, Verdict


def check_data(
    workspace: Workspace | None,
    table: Table,
    profile: Profile,
    task: Task,
    *,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> list[Verdict]:
    """Check a table and a task without training: the checks of the data, and a quick twin.

    Args:
        workspace: Where the rows are divided and the holdout is sealed; None for a temporary
            folder that is gone afterwards.
        table: The table.
        profile: Its profile.
        task: What will be asked of it.
        seed: Of the division and the checks.
        deadline: After which optional checks are left out.

    Returns:
        The verdicts of the stage `data`, then one of `V30` on a quick model of at most five
        thousand rows.

    Raises:
        InputError: If the task cannot be done on this table.
    """
    if workspace is None:
        with tempfile.TemporaryDirectory(prefix="autoglm-check-") as folder:
            return check_data(Workspace(folder), table, profile, task, seed=seed, deadline=deadline)
    prepared: Prepared | None = None
    if task.kind in SUPERVISED:
        prepared = prepare(workspace, table, profile, task, seed=seed)
    context = CheckContext(
        workspace=workspace,
        task=task,
        table_profile=profile,
        prepared=prepared,
        deadline=deadline or Deadline(),
        seed=seed,
    )
    return [*run_checks(context, "data"), run_one(QUICK, context)]


def check_signal(context: CheckContext) -> Verdict:
    """V30 by a quick twin: the columns tell something of the target at all."""
    found = survey(context)
    if not found.skills:
        raise NotApplicableError("No column was examined.")
    twin, least = found.all_together(), nothing(found.sample)
    z = float(np.clip(better(twin, least), -1e6, 1e6))
    skill = round(twin.value, 4)
    evidence = {"skill": skill, "residue": round(twin.residue, 4)}
    told: dict[str, Any] = {
        "check": "V30",
        "statistic": skill,
        "n": found.sample.n,
        "evidence": evidence,
    }
    if z > 1.645:  # one-sided 95 %
        fact = f"A quick model reaches a skill of {skill:.2f} (0 is guessing, 1 is perfect)."
        return Verdict(**told, status="pass", fact=fact)
    fact = "A quick model finds nothing in the columns that tells the target."
    return Verdict(**told, status="warn", fact=fact)


QUICK = Check("V30", "A quick model finds a signal", "data", check_signal, 1.0)
