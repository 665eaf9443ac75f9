"""`remember`: keep a verified chain for the next similar task."""

from __future__ import annotations

from typing import Any

from autoglm_agent.errors import AutoGLMError
from autoglm_agent.faults import faultpoint
from autoglm_graphs.nodes.recall import last_human_text
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, nogoods_of


def remember(state: State, scene: Scene) -> dict[str, Any]:
    """Store the chain if the run ended verified; anything else would poison the examples.

    How the run ended is credited to the chains that it was shown; what was refuted in it is kept
    as a warning, however it ended.
    """
    response = state.get("structured_response") or {}
    status = response.get("status")
    if scene.tell is not None:
        scene.tell(state)
    if scene.memory is None or status not in ("verified", "unverified", "abstained"):
        return {}  # a run that could not be done says nothing of its examples
    words, verified = last_human_text(state), status == "verified"
    # Where each task has steps of its own, agreeing with the run's chain would say nothing.
    own = chain_of(state) if verified and scene.steps_recur is not False else None
    recur = scene.steps_recur
    try:
        scene.memory.credit(state["run"], verified, family=scene.family, chain=own, recur=recur)
        scene.memory.nogoods.remember(words, nogoods_of(state), family=scene.family)
    except AutoGLMError as error:
        scene.listener({"event": "memory.failed", "text": str(error)})
        return {}
    if not verified:
        return {}
    if (response.get("task") or {}).get("kind") == "profile":
        return {}  # a description claims nothing, so nothing in it was verified
    faultpoint("remember")
    keys = ("status", "honest", "naive", "task")
    summary: dict[str, Any] = {k: response[k] for k in keys if k in response}
    try:
        # The user's words are what the next task will be compared with.
        scene.memory.remember(words, chain_of(state), family=scene.family, summary=summary)
        scene.learn()
    except AutoGLMError as error:
        scene.listener({"event": "memory.failed", "text": str(error)})
    return {}
