"""`give_feedback`: what the user would have otherwise, as typed edits with the step to blame."""

from __future__ import annotations

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.planner.feedback import read_feedback, verdicts_of
from autoglm_tools.answering import answered
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class GiveFeedback(BaseModel):
    """Arguments of `give_feedback`."""

    words: str = Field(description="The user's own words about the result, unchanged.")


def give_feedback(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(words: str) -> Result:
        from autoglm_agent.automl.standing import standing_of

        now = standing_of(session.workspace)
        edits = read_feedback(
            words, now.profile, target=now.target, latency_ms=now.latency_ms, seconds=now.seconds,
            task=now.task,
        )  # fmt: skip
        lines = [
            f"{edit.said}{f' (assumed: {edit.assumed})' if edit.assumed else ''}: "
            f"{edit.step or 'no step is done again'}"
            if edit.kind != "unread"
            else f"{edit.said} (no edit; ask the user)"
            for edit in edits
        ]
        lines += answered(session.workspace, edits, words)
        verdicts = verdicts_of(edits)
        artifact = {
            "edits": [{**edit.to_json(), "step": edit.step} for edit in edits],
            "verdicts": [verdict.to_json() for verdict in verdicts],
        }
        return told("\n".join(lines), {}, verdicts), artifact

    return as_tool(
        "give_feedback",
        "Read what the user says of the finished result ('too slow', 'do not use zip code', "
        "'recall must be 0.9', 'why not logistic regression?'): answers questions, and for each "
        "wish names the step to call again with which arguments. Show the user before you act.",
        GiveFeedback,
        work,
    )
