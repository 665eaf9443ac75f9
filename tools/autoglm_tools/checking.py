"""The checks of one stage of a run, each made once and kept with what it judged."""

from __future__ import annotations

import time
from typing import Any

from autoglm_agent.automl.checks.acknowledged import stamped
from autoglm_agent.automl.checks.registry import Stage, run_checks
from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_tools.session import Session

STAGES: dict[str, tuple[Stage, str]] = {
    "prepare_data": ("data", "prepared_id"),
    "train_models": ("search", "model_id"),
    "evaluate_model": ("assessment", "model_id"),
}
"""Tool to the stage that it ends and the id that the checks judge."""

DATA_SHARE = 0.07
"""Share of the time left that the optional checks of the data may take, before the search."""
SEARCH_SHARES: dict[Stage, float] = {"search": 0.1, "assessment": 0.08}
"""Likewise of the seconds of the search; all together stay below 30 % of it."""
LEFT_SHARE = 0.35
"""Share of the time left that no stage after the search may exceed: the report comes after it."""


def check_stage(session: Session, stage: Stage, object_id: str) -> list[Verdict]:
    """Return the verdicts of a stage on a prepared table or a model.

    They are computed once and read back from `checks/<stage>-<id>.json` afterwards; what the
    user accepts against a check is stamped.
    """
    name = f"{stage}-{object_id}.json"
    if session.workspace.has("checks", name):
        kept = [Verdict.from_json(v) for v in session.workspace.read_json("checks", name)]
        return stamped(session.workspace, kept)
    verdicts = _run(session, stage, object_id)
    session.workspace.write_json([v.to_json() for v in verdicts], "checks", name)
    return stamped(session.workspace, verdicts)


def _run(session: Session, stage: Stage, object_id: str) -> list[Verdict]:
    # pandas is imported with the first table, not with the first agent: a server holds many agents
    # and reads no table itself.
    from autoglm_agent.automl.checks.context import CheckContext
    from autoglm_agent.automl.data.profile import stored_profile
    from autoglm_agent.automl.preparation.prepare import load_prepared

    workspace = session.workspace
    search = assessment = None
    prepared_id = object_id
    if stage != "data":
        search = workspace.read_json("searches", object_id, "search.json")
        prepared_id = search["prepared"]
    if stage == "assessment":
        assessment = workspace.read_json("assessments", f"{object_id}.json")
    prepared = load_prepared(workspace, prepared_id)
    context = CheckContext(
        workspace=workspace,
        task=prepared.task,
        table_profile=stored_profile(workspace, prepared.data_id),
        prepared=prepared,
        search=search,
        assessment=assessment,
        deadline=allowance(session.deadline, stage, search, kept=session.kept_for_explanation),
        budget=dict(session.time_used),
        seed=session.seed,
    )
    return run_checks(context, stage)


def allowance(
    deadline: Deadline, stage: Stage, search: dict[str, Any] | None = None, *, kept: float = 0.0
) -> Deadline:
    """Return until when the optional checks of a stage may begin; never without a time limit.

    Args:
        deadline: The run's.
        stage: `data`, `search` or `assessment`.
        search: What `search.json` holds, after the search.
        kept: Seconds left that they must not touch.
    """
    if deadline.seconds is None:
        return Deadline()
    if stage == "data":
        return Deadline(DATA_SHARE * deadline.left)
    took = float((search or {}).get("seconds") or 0.0)
    free = max(0.0, deadline.left - kept)
    return Deadline(min(SEARCH_SHARES[stage] * took, LEFT_SHARE * free))


class ResultVerifier:
    """Judge the steps of an AutoML chain by the checks of the stage that they end.

    A step whose tool failed is refuted by that failure; a step that ends no stage has nothing
    to be checked and gets no verdict.
    """

    check = "result"

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Return the verdicts on `step`, which would be added to `chain`."""
        if step.tool not in STAGES or step.outcome is None or not step.outcome.ok:
            return []
        stage, key = STAGES[step.tool]
        started = time.perf_counter()
        verdicts = check_stage(self._session, stage, step.outcome.artifact[key])
        self._session.listener(
            {
                "event": "checks.done",
                "stage": stage,
                "seconds": round(time.perf_counter() - started, 3),
                "failed": [v.check for v in verdicts if v.status == "fail"],
                "text": f"{len(verdicts)} checks of the {stage} stage",
            }
        )
        return verdicts
