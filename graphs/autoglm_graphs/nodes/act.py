"""`act`: run the step's tool, if it has one, at most once for each content.

A node runs at least once: after a crash it runs again. So the outcome is kept under a key of
what the step does and what it builds on, and a step that has one is not run again.
"""

from __future__ import annotations

import time
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from autoglm_agent.chain import Outcome, Step, digest
from autoglm_agent.faults import faultpoint
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, step_of, usage_of


def act(state: State, scene: Scene) -> dict[str, Any]:
    """Run the tool of the step and attach its outcome."""
    step = step_of(state)
    if step.tool is None or step.verdicts:
        return {}
    key = digest([chain_of(state).prefix_key, step.key])
    outcome = scene.outcomes.get(key)
    if outcome is None:
        scene.listener({"event": "tool.started", "tool": step.tool, "text": step.tool})
        faultpoint(f"tool.{step.tool}")
        outcome = _run(step, {tool.name: tool for tool in scene.tools})
        if outcome.ok:
            # A failure is not kept: what was missing may be there next time.
            scene.outcomes.put(key, outcome)
    usage = usage_of(state).plus(tool_seconds=outcome.seconds)
    done = step.model_copy(update={"outcome": outcome})
    return {"step": done.to_json(), "usage": usage.to_json()}


def _run(step: Step, tools: dict[str, BaseTool]) -> Outcome:
    started = time.perf_counter()
    tool = tools.get(step.tool or "")
    if tool is None:
        text = f"There is no tool {step.tool!r}. There are: {', '.join(tools)}."
        return Outcome(ok=False, text=text, error="UnknownTool")
    call = {"name": step.tool, "args": step.args, "id": step.call_id or "call", "type": "tool_call"}
    try:
        message: ToolMessage = tool.invoke(call)
    except Exception as error:  # noqa: BLE001 - a failing tool is a refuted step, not a crash
        return Outcome(
            ok=False,
            text=f"{type(error).__name__}: {error}",
            error=type(error).__name__,
            seconds=time.perf_counter() - started,
        )
    text = str(message.text)
    failed = message.status == "error"
    return Outcome(
        ok=not failed,
        text=text,
        artifact=message.artifact if isinstance(message.artifact, dict) else {},
        error=text.split(":", 1)[0] if failed else None,
        seconds=time.perf_counter() - started,
    )
