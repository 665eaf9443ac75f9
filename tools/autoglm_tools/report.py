"""`report`: the run as one self-contained HTML page."""

from __future__ import annotations

from typing import Literal

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.report import build_report, summary_text
from autoglm_agent.chain import Verdict, refutations
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class Report(BaseModel):
    """Arguments of `report`."""

    model_id: str | None = Field(None, description="From train_models; none for a profile.")


def report(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(model_id: str | None = None) -> Result:
        path = build_report(session.workspace, status=standing(session))
        ids = {"model_id": model_id} if model_id else {}
        return told(summary_text(session.workspace), ids), {**ids, "report": str(path)}

    return as_tool(
        "report",
        "Write the report: the answer, the honest score, what was checked, what failed and what "
        "was done about it, the plots. Last step.",
        Report,
        work,
    )


def standing(session: Session) -> Literal["verified", "unverified"]:
    """Return `verified` if no check of the run's last verification failed."""
    if not session.workspace.has("checks.json"):
        return "verified" if _needs_no_checks(session) else "unverified"
    verdicts = [Verdict.from_json(v) for v in session.workspace.read_json("checks.json")]
    return "unverified" if refutations(verdicts) else "verified"


def _needs_no_checks(session: Session) -> bool:
    """Whether the task is a mere profile, which claims nothing that could be refuted."""
    return (
        session.workspace.has("task.json")
        and session.workspace.read_json("task.json")["kind"] == "profile"
    )
