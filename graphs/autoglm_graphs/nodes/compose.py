"""`compose`: write the prompt for the next step."""

from __future__ import annotations

from typing import Any

from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State


def compose(state: State, scene: Scene) -> dict[str, Any]:
    """Compose the prompt from the frozen chain, the nogoods and the examples."""
    return {"prompt": scene.compose(state), "decision": None}
