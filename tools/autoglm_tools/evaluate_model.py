"""`evaluate_model`: the one reading of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.chain import SUPERVISED
from autoglm_agent.errors import InputError
from autoglm_tools.checking import check_stage
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared


class EvaluateModel(BaseModel):
    """Arguments of `evaluate_model`."""

    model_id: str = Field(description="From train_models.")


def evaluate_model(session: Session, *, consent: bool = False) -> BaseTool:
    """Make the tool for one run.

    Args:
        session: The run.
        consent: Whether the *user* agreed to a second reading of the vault. It is no argument
            of the tool, so that no model can give it.
    """

    def work(model_id: str) -> Result:
        from autoglm_agent.automl.scoring.assess import assess

        prepared, search = stored_search(session, model_id)
        if prepared.task.kind not in SUPERVISED:
            raise InputError(
                f"A {prepared.task.kind} result has no holdout score.", "Call verify_result."
            )
        assessment = assess(
            session.workspace,
            prepared,
            model_id,
            naive_score=search["naive_score"],
            cv_score=search["ensemble_score"],
            consent=consent,
            seed=session.seed,
        )
        ahead = _forecasts(session, prepared, model_id)
        ids = {"model_id": model_id, "kind": prepared.task.kind}
        verdicts = check_stage(session, "assessment", model_id) if session.checks else []
        keys = ("metric", "score", "naive", "baseline", "gain", "n", "reading")
        artifact = {k: assessment[k] for k in keys if k in assessment}
        artifact |= {**ids, "verdicts": [v.to_json() for v in verdicts]}
        artifact |= {"forecasts": "forecasts.csv"} if ahead else {}
        return told(_text(assessment) + ahead, ids, verdicts), artifact

    return as_tool(
        "evaluate_model",
        "Score the model on the sealed holdout. The vault opens once a run: a second model is "
        "refused, so call this last, when nothing else will change.",
        EvaluateModel,
        work,
    )


def _forecasts(session: Session, prepared: Prepared, model_id: str) -> str:
    """Forecast what follows on the table, if that was asked for; return a line on it."""
    from autoglm_agent.automl.data.profile import Profile
    from autoglm_agent.automl.forecasting.laying import stored_plan

    plan = stored_plan(session.workspace, prepared.data_id)
    if plan is None:
        return ""
    from autoglm_agent.automl.forecasting.future import save_forecasts

    profile = Profile.from_json(session.workspace.read_json("profile.json"))
    found = save_forecasts(session.workspace, prepared, plan, model_id, profile)
    held = found["coverage"]
    return (
        f"\nforecasts of the next {found['horizon']} periods ({found['period']} each, "
        f"{found['count']} series) are in forecasts.csv; {held['held']:.0%} of held-out values lay "
        f"in their {held['level']:.0%} intervals"
    )


def stored_search(session: Session, model_id: str) -> tuple[Prepared, dict[str, Any]]:
    """Return what `train_models` made: the preparation it used and its search record.

    Raises:
        InputError: If there is nothing of that id.
    """
    from autoglm_agent.automl.preparation.prepare import load_prepared

    if not session.workspace.has("searches", model_id, "search.json"):
        raise InputError(f"No model {model_id!r}.", "Call train_models first.")
    search = session.workspace.read_json("searches", model_id, "search.json")
    return load_prepared(session.workspace, search["prepared"]), search


def _text(assessment: dict[str, Any]) -> str:
    score, base = assessment["score"], assessment["baseline"]
    return (
        f"holdout {assessment['metric']} {score['value']:.4f} "
        f"(95 % interval {score['low']:.4f} to {score['high']:.4f}, {assessment['n']} rows, "
        f"read once); best cross-validation score {assessment['naive']:.4f}; "
        f"baseline {base['name']} {base['value']:.4f}"
    )
