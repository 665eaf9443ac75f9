"""What `langgraph.json` serves.

The reasoning graph needs a chat model: `AUTOGLM_MODEL` names it as `provider:model`. It is made
when the server asks for the graph, so that the other graphs are served without a model.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.errors import InputError
from autoglm_agent.verifiers import Algebra, Arithmetic, Verifier
from autoglm_graphs.automl import create_automl_agent
from autoglm_graphs.reasoning import create_verified_agent
from autoglm_graphs.team import create_team

automl = create_automl_agent(name="automl")
team = create_team()


async def reason() -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the reasoning graph with the verifiers that need no data.

    It is made in a thread: a model's package may read files, and the server's loop must not wait.

    Raises:
        InputError: If no model is named.
    """
    model = os.environ.get("AUTOGLM_MODEL")
    if not model:
        raise InputError("No model is named.", "Set AUTOGLM_MODEL, for example openai:gpt-5.")
    verifiers: list[Verifier] = [Arithmetic(), Algebra()]
    return await asyncio.to_thread(create_verified_agent, model, verifiers=verifiers)
