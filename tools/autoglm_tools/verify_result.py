"""`verify_result`: every check that applies to a model, in one table."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.chain import SUPERVISED, Verdict, refutations
from autoglm_tools.checking import check_stage
from autoglm_tools.evaluate_model import stored_search
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class VerifyResult(BaseModel):
    """Arguments of `verify_result`."""

    model_id: str = Field(description="From train_models, after evaluate_model.")


def verify_result(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(model_id: str) -> Result:
        prepared, _ = stored_search(session, model_id)
        verdicts = check_stage(session, "data", prepared.id)
        verdicts += check_stage(session, "search", model_id)
        if prepared.task.kind in SUPERVISED:
            if not session.workspace.has("assessments", f"{model_id}.json"):
                return told("Not assessed yet: call evaluate_model first.", {}), {}
            verdicts += check_stage(session, "assessment", model_id)
        session.workspace.write_json([v.to_json() for v in verdicts], "checks.json")
        ids = {"model_id": model_id, "kind": prepared.task.kind}
        verified = not refutations(verdicts)
        artifact = {**ids, "verified": verified, "verdicts": [v.to_json() for v in verdicts]}
        return told(_text(verdicts, verified), ids, verdicts), artifact

    return as_tool(
        "verify_result",
        "Run every check that applies to the model: metric recomputed, vault, leaks, duplicates, "
        "baseline, honesty of the score. Failures come with the step to blame and a remedy.",
        VerifyResult,
        work,
    )


def _text(verdicts: list[Verdict], verified: bool) -> str:
    lines = ["verified" if verified else "NOT verified"]
    lines += [f"{v.check} {v.title}: {v.status}. {v.fact}" for v in verdicts]
    return "\n".join(lines)
