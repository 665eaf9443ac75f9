"""`remember`: keep a verified chain for the next similar task."""

from __future__ import annotations

from typing import Any

from autoglm_agent.faults import faultpoint
from autoglm_graphs.nodes.recall import last_human_text
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of


def remember(state: State, scene: Scene) -> dict[str, Any]:
    """Store the chain if the run ended verified; anything else would poison the examples."""
    response = state.get("structured_response") or {}
    if scene.memory is None or response.get("status") != "verified":
        return {}
    faultpoint("remember")
    summary = {k: response[k] for k in ("honest", "naive", "task") if k in response}
    # The first human message of the task is what the next task will be compared with.
    words = last_human_text(state)
    scene.memory.remember(words, chain_of(state), family=scene.family, summary=summary)
    return {}
