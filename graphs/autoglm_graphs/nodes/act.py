"""`act`: run the step's tool, if it has one, at most once for each content.

A node runs at least once: after a crash it runs again. So the outcome is kept under a key of
what the step does and what it builds on, and a step that has one is not run again.
"""

from __future__ import annotations

import time
from typing import Any

from langchain_core.messages import ToolCall, ToolMessage
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool

from autoglm_agent.automl.run.memory import peak_memory_mb
from autoglm_agent.chain import Outcome, Step, digest
from autoglm_agent.faults import faultpoint
from autoglm_graphs.reviving import as_data
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, step_of, usage_of


def act(state: State, scene: Scene) -> dict[str, Any]:
    """Run the tool of the step and attach its outcome."""
    step = step_of(state)
    if step.tool is None or step.verdicts:
        return {}
    key, outcome = _kept(state, scene, step)
    if outcome is None:
        started, held = time.perf_counter(), peak_memory_mb()
        try:
            message = _tool(step, scene).invoke(_call(step))
            outcome = _outcome(message, started)
        except Exception as error:  # noqa: BLE001 - a failing tool is a refuted step, not a crash
            outcome = _failure(error, started)
        _keep(scene, key, outcome)
        _tell(scene, step, outcome, held)
    return _done(state, step, outcome)


async def aact(state: State, scene: Scene) -> dict[str, Any]:
    """Run the tool without blocking the event loop; see `act`."""
    step = step_of(state)
    if step.tool is None or step.verdicts:
        return {}
    key, outcome = await run_in_executor(None, _kept, state, scene, step)
    if outcome is None:
        started, held = time.perf_counter(), await run_in_executor(None, peak_memory_mb)
        try:
            message = await _tool(step, scene).ainvoke(_call(step))
            outcome = _outcome(message, started)
        except Exception as error:  # noqa: BLE001 - a failing tool is a refuted step, not a crash
            outcome = _failure(error, started)
        await run_in_executor(None, _keep, scene, key, outcome)
        await run_in_executor(None, _tell, scene, step, outcome, held)
    return _done(state, step, outcome)


class UnknownTool(Exception):
    """The step names a tool that is not there."""


def _kept(state: State, scene: Scene, step: Step) -> tuple[str, Outcome | None]:
    """Return the content's key and its outcome, if the step ran before."""
    key = digest([chain_of(state).prefix_key, step.key])
    outcome = scene.outcomes.get(key)
    if outcome is None:
        scene.listener({"event": "tool.started", "tool": step.tool, "text": step.tool})
        faultpoint(f"tool.{step.tool}")
    return key, outcome


def _keep(scene: Scene, key: str, outcome: Outcome) -> None:
    if outcome.ok:  # a failure is not kept: what was missing may be there next time
        scene.outcomes.put(key, outcome)


def _tell(scene: Scene, step: Step, outcome: Outcome, held: float) -> None:
    """Tell what the step cost: seconds, and by how much the process's peak of memory rose."""
    peak = peak_memory_mb()
    scene.listener(
        {
            "event": "tool.done",
            "tool": step.tool,
            "seconds": round(outcome.seconds, 3),
            "memory_mb": peak,
            "grown_mb": round(peak - held, 1),
            "text": f"{step.tool}: {outcome.seconds:.1f} s",
        }
    )


def _done(state: State, step: Step, outcome: Outcome) -> dict[str, Any]:
    usage = usage_of(state).plus(tool_seconds=outcome.seconds)
    done = step.model_copy(update={"outcome": outcome})
    return {"step": as_data(done), "usage": as_data(usage)}


def _tool(step: Step, scene: Scene) -> BaseTool:
    for tool in scene.tools:
        if tool.name == step.tool:
            return tool
    names = ", ".join(tool.name for tool in scene.tools)
    raise UnknownTool(f"There is no tool {step.tool!r}. There are: {names}.")


def _call(step: Step) -> ToolCall:
    return ToolCall(
        name=step.tool or "", args=step.args, id=step.call_id or "call", type="tool_call"
    )


def _outcome(message: ToolMessage, started: float) -> Outcome:
    text = str(message.text)
    failed = message.status == "error"
    return Outcome(
        ok=not failed,
        text=text,
        artifact=message.artifact if isinstance(message.artifact, dict) else {},
        error=text.split(":", 1)[0] if failed else None,
        seconds=time.perf_counter() - started,
    )


def _failure(error: Exception, started: float) -> Outcome:
    name = type(error).__name__
    return Outcome(
        ok=False, text=f"{name}: {error}", error=name, seconds=time.perf_counter() - started
    )
