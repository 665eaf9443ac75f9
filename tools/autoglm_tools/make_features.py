"""`make_features`: propose semantic features, test them, and keep those that pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.run.clock import Deadline
from autoglm_agent.chain import SUPERVISED, digest
from autoglm_agent.errors import InputError
from autoglm_tools.session import Session
from autoglm_tools.stored import stored_preparation
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared

SHARE = 0.1
"""Part of the seconds for training that the features may take, unless told otherwise."""
MOST_TOLD = 12

_HOW = (
    'Expressions to test beside those of the rules: {"op": "ratio", "of": ["price", "area"]}, '
    'nested or with a "value" where the operator needs one, or {"name": ..., "expressions": '
    "[...]} for some that stand or fall together. Operators: "
)


def _operators() -> str:
    from autoglm_agent.automl.semantic.expressions import SIGNATURES

    described = []
    for name, signature in SIGNATURES.items():
        takes = ", ".join(signature.takes) + (", ..." if signature.more else "")
        described.append(f"{name}({takes}): {signature.says}")
    return "; ".join(described)


class MakeFeatures(BaseModel):
    """Arguments of `make_features`."""

    prepared_id: str = Field(description="From prepare_data.")
    proposals: list[dict[str, Any]] = Field(
        default_factory=list, description=_HOW + _operators() + "."
    )
    rules: bool = Field(True, description="Whether the rules propose, too.")
    time_budget_s: float | None = Field(None, gt=0, description="Seconds; default: a tenth.")


def make_features(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(
        prepared_id: str,
        proposals: Sequence[dict[str, Any]] = (),
        rules: bool = True,
        time_budget_s: float | None = None,
    ) -> Result:
        prepared = stored_preparation(session, prepared_id)
        asked = [prepared_id, list(proposals), rules, time_budget_s, session.seed]
        features_id = digest(["features", *asked])
        ids = {"features_id": features_id, "prepared_id": prepared_id, "kind": prepared.task.kind}
        if prepared.task.kind not in SUPERVISED:
            raise InputError(
                f"A {prepared.task.kind} task has no target to test features by.",
                "Go on with train_models.",
            )
        if not session.workspace.has("features", f"{features_id}.json"):
            seconds = session.training_seconds(time_budget_s, prepared.task.time_budget_s)
            if time_budget_s is None and seconds is not None:
                seconds *= SHARE
            deadline = Deadline(None if session.trials else seconds)
            found = _select(session, prepared, proposals, rules, deadline)
            data = {"id": features_id, "prepared": prepared_id, **found}
            session.workspace.write_json(data, "features", f"{features_id}.json")
        found = session.workspace.read_json("features", f"{features_id}.json")
        return told(_text(found), ids), {**ids, **found}

    return as_tool(
        "make_features",
        "Test whether columns computed from others (ratios, differences, group gaps, dates, texts, "
        "grids, one SQL expression) improve the models, and keep those that pass. Proposals are "
        "data and are never run as code; each is told with its p-value.",
        MakeFeatures,
        work,
    )


def _select(
    session: Session,
    prepared: Prepared,
    proposals: Sequence[dict[str, Any]],
    rules: bool,
    deadline: Deadline,
) -> dict[str, Any]:
    # The engine imports scikit-learn and LightGBM: only when something is tested.
    from autoglm_agent.automl.features.kinds import feature_kinds
    from autoglm_agent.automl.semantic.gate import select_features
    from autoglm_agent.automl.semantic.ideas import read_proposals
    from autoglm_agent.automl.semantic.rules import propose_by_rules

    kinds = {str(k): str(v) for k, v in prepared.kinds.items()}
    known = feature_kinds(prepared.X, kinds)
    ideas, refused = read_proposals(proposals, known)
    if rules:
        ideas += propose_by_rules(prepared.X, known)
    selection = select_features(
        prepared.X, prepared.y, prepared.problem, ideas, refused=refused,
        folds=None if prepared.plan.oob_allowed else prepared.folds, kinds=kinds,
        seed=session.seed, deadline=deadline,
    )  # fmt: skip
    event = {"event": "features.done", "accepted": len(selection.expressions)}
    session.listener({**event, "text": _text(selection.to_json()).splitlines()[0]})
    return selection.to_json()


def _text(found: dict[str, Any]) -> str:
    decisions = found["decisions"]
    counts = {s: sum(d["status"] == s for d in decisions) for s in ("accepted", "rejected")}
    tested = counts["accepted"] + counts["rejected"]
    lines = [
        f"{len(decisions)} ideas, {tested} tested, {counts['accepted']} accepted "
        f"({len(found['expressions'])} new columns, {found['seconds']:.1f} s)."
    ]
    for decision in decisions[:MOST_TOLD]:
        if decision["status"] in ("accepted", "rejected"):
            lines.append(
                f"{decision['status']}: {decision['name']} (p {decision['p']:.4f} at level "
                f"{decision['level']:.4f}, {found['loss']} less by {decision['gain']:.4g}, "
                f"better in {decision['wins']:.0%} of the folds)"
            )
        elif decision["status"] == "refused":
            lines.append(f"refused: {decision['name'][:80]}: {decision['reason'][:160]}")
    return "\n".join(lines)
