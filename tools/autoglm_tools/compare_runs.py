"""`compare_runs`: this run beside another one."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.automl.run.workspace import open_run
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class CompareRuns(BaseModel):
    """Arguments of `compare_runs`."""

    other: str = Field(description="Id of another finished run in the same folder of runs.")


def compare_runs(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(other: str) -> Result:
        from autoglm_agent.automl.compare import compare_runs as compare

        found = compare(open_run(other, session.workspace.path.parent), session.workspace)
        return told(found["text"], {}), found

    return as_tool(
        "compare_runs",
        "Compare another finished run (first) with this one (second): what was asked otherwise, "
        "which columns, scores, latency, and whether the difference is more than chance.",
        CompareRuns,
        work,
    )
