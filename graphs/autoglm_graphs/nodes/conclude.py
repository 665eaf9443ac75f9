"""`conclude`: say how it ended, assembled in code from verified steps."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage

from autoglm_agent.verifiers.steps import told_error
from autoglm_graphs.scene import Ending, Scene
from autoglm_graphs.state import State, chain_of, decision_of, step_of, usage_of


def conclude(state: State, scene: Scene) -> dict[str, Any]:
    """Make the answer: verified, or honestly not, or why it could not be done."""
    decision = decision_of(state)
    verified = decision is not None and decision.action == "accept" and decision.done
    ending = Ending(
        state=state,
        chain=chain_of(state),
        refuted=step_of(state) if decision and decision.refuted else None,
        verified=verified,
        reason="" if verified or decision is None else decision.reason,
        error=None if verified else _error(state),
        usage=usage_of(state),
    )
    told = scene.conclude(ending)
    status = told.response.get("status")
    scene.listener({"event": "run.concluded", "status": status, "text": told.text})
    message = AIMessage(told.text, name="autoglm", additional_kwargs={"lc_source": "autoglm"})
    return {"messages": [message], "structured_response": told.response, **told.changed}


def _error(state: State) -> dict[str, Any] | None:
    """Return what a tool reported when its failure ended the run."""
    decision = decision_of(state)
    for verdict in decision.refuted if decision else ():
        if verdict.check == "tool":
            return told_error(verdict.fact)
    return None
