"""`explain_model`: which columns the model uses, and how."""

from __future__ import annotations

from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field

from autoglm_agent.chain import SUPERVISED
from autoglm_agent.errors import InputError
from autoglm_tools.evaluate_model import stored_search
from autoglm_tools.session import Session
from autoglm_tools.toolkit import Result, as_tool, told


class ExplainModel(BaseModel):
    """Arguments of `explain_model`."""

    model_id: str = Field(description="From train_models.")


def explain_model(session: Session) -> BaseTool:
    """Make the tool for one run."""

    def work(model_id: str) -> Result:
        from autoglm_agent.automl.explain.importance import explain

        prepared, search = stored_search(session, model_id)
        if prepared.task.kind not in SUPERVISED:
            raise InputError(
                f"A {prepared.task.kind} result has no target to explain.",
                "Read the text of train_models; it tells what sets rows apart.",
            )
        found = explain(
            session.workspace,
            prepared,
            model_id,
            search=search,
            seed=session.seed,
            deadline=session.time_for_explanation(),
        )
        ids = {"model_id": model_id, "kind": prepared.task.kind}
        return told(_text(found), ids), {**ids, "importance": found["importance"][:10]}

    return as_tool(
        "explain_model",
        "Measure which columns the model relies on (permutation importance) and how the "
        "prediction moves with them.",
        ExplainModel,
        work,
    )


def _text(found: dict[str, Any]) -> str:
    lines = [f"importance ({found['method']}, loss of {found['metric']} when permuted):"]
    lines += [f"{i['column']!r}: {i['mean']:.4f}" for i in found["importance"][:8]]
    return "\n".join(lines)
