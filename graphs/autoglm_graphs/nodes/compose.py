"""`compose`: write the prompt for the next step."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AnyMessage
from langchain_core.runnables.config import run_in_executor

from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State


def compose(state: State, scene: Scene) -> dict[str, Any]:
    """Compose the prompt from the frozen chain, the nogoods and the examples."""
    return {"prompt": scene.compose(state)}


def prompt_of(state: State, scene: Scene) -> list[AnyMessage]:
    """Return what was composed, or compose it again where the process ended in between."""
    return state.get("prompt") or scene.compose(state)


async def aprompt_of(state: State, scene: Scene) -> list[AnyMessage]:
    """Return the prompt without blocking the event loop; see `prompt_of`."""
    prompt = state.get("prompt")
    return prompt if prompt else await run_in_executor(None, scene.compose, state)
