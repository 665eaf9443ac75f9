"""Starting and resuming a run in its own folder, with its own checkpoints and lease."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langgraph.types import Command

from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace, open_run, runs_home
from autoglm_graphs.automl import RunContext, create_automl_agent
from autoglm_graphs.checkpoints import open_saver
from autoglm_graphs.lease import lease
from autoglm_graphs.models import tool_caller
from autoglm_graphs.settings import Settings, new_run_id, read_settings, write_settings

Ask = Callable[[dict[str, Any]], Any]
"""Given a question (`question`, `candidates`, `check`), returns the person's answer."""


def start_run(
    settings: Settings,
    *,
    runs: str | os.PathLike[str] | None = None,
    model: str | BaseChatModel | None = None,
    memory: bool = True,
    listener: Listener = silent,
    ask: Ask | None = None,
    elapsed: float = 0.0,
) -> dict[str, Any]:
    """Run a task to its end and return its result.

    Args:
        settings: What is asked.
        runs: Folder of all runs.
        model: As for `create_automl_agent`.
        memory: Whether verified chains are recalled and kept.
        listener: Receives progress events; the first is `run.started` with the run's id.
        ask: Answers questions; None ends an unclear run with an error instead.
        elapsed: Seconds that this process has lived already; they count against the budget.
    """
    model = tool_caller(model)  # a name that means no model should leave no run behind
    run = new_run_id(f"{Path(settings.data).stem} {settings.instruction}")
    workspace = Workspace(runs_home(runs) / run)
    write_settings(workspace, settings)
    with lease(workspace):
        event = _event("run.started", run, settings, elapsed)
        workspace.log(event)
        listener(event)
        return _drive(workspace, settings, model, memory, listener, ask)


def resume_run(
    run: str,
    *,
    runs: str | os.PathLike[str] | None = None,
    model: str | BaseChatModel | None = None,
    memory: bool = True,
    listener: Listener = silent,
    ask: Ask | None = None,
    elapsed: float = 0.0,
) -> dict[str, Any]:
    """Go on with a run that was interrupted or killed, and return its result.

    A run that had ended gives its result again; nothing is done twice.

    Raises:
        RunNotFoundError: If there is no such run.
        RunActiveError: If another process works on it.
    """
    workspace = open_run(run, runs)
    settings = read_settings(workspace)
    with lease(workspace):
        event = _event("run.resumed", run, settings, elapsed)
        if not workspace.has("result.json"):  # else nothing is left to be done
            workspace.log(event)
        listener(event)
        return _drive(workspace, settings, model, memory, listener, ask)


def _event(name: str, run: str, settings: Settings, elapsed: float) -> dict[str, Any]:
    told = {"event": name, "run": run, "text": settings.instruction}
    return told | {"elapsed": round(elapsed, 3)}


def _drive(
    workspace: Workspace,
    settings: Settings,
    model: str | BaseChatModel | None,
    memory: bool,
    listener: Listener,
    ask: Ask | None,
) -> dict[str, Any]:
    run = workspace.path.name
    with open_saver(workspace.file("checkpoints.sqlite")) as saver:
        agent = create_automl_agent(
            model,
            runs=workspace.path.parent,
            time_budget=settings.time_budget,
            trials=settings.trials,
            seed=settings.seed,
            slots=settings.slots,
            memory=memory,
            consent=settings.consent,
            features=settings.features,
            ask=ask is not None,
            listener=listener,
            checkpointer=saver,
        )
        config: Any = {"configurable": {"thread_id": run}}
        entry: Any = {"messages": [HumanMessage(_message(settings))]}
        before = agent.get_state(config)
        if before.created_at is not None:
            if not before.next:
                return dict(before.values["structured_response"])
            entry = None
        while True:
            agent.invoke(entry, config, context=RunContext(run=run), durability="sync")
            state = agent.get_state(config)
            if not state.interrupts or ask is None:
                return dict(state.values["structured_response"])
            entry = Command(resume=ask(state.interrupts[0].value))


def _message(settings: Settings) -> str:
    lines = [settings.instruction, f"Data: {settings.data}"]
    if settings.query:
        lines.append(f"Query: {settings.query}")
    return "\n".join(lines)
