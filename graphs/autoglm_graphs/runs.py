"""Starting and resuming a run in its own folder, with its own checkpoints and lease."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langgraph.types import Command, Interrupt, StateSnapshot

from autoglm_agent.automl.run.events import Listener, silent
from autoglm_agent.automl.run.workspace import Workspace, open_run, runs_home
from autoglm_agent.chain import digest
from autoglm_agent.errors import InputError
from autoglm_graphs.automl import RunContext, create_automl_agent
from autoglm_graphs.checkpoints import open_saver
from autoglm_graphs.lease import lease
from autoglm_graphs.models import tool_caller
from autoglm_graphs.nodes.approve import check_approvals
from autoglm_graphs.settings import Settings, new_run_id, read_settings, write_settings
from autoglm_graphs.undoing import in_round, settled

ASKED = "asked"
"""Status of a run that waits for a person's answer."""
QUESTION, ANSWER = "question.json", "answer.json"
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
    check_approvals(settings.approve)
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

    A run that had ended gives its result again; nothing is done twice. A round of feedback that
    was interrupted goes on, and is undone like any other if it comes to nothing.

    Raises:
        RunNotFoundError: If there is no such run.
        RunActiveError: If another process works on it.
    """
    workspace = open_run(run, runs)
    settings = read_settings(workspace)
    with lease(workspace):
        event = _event("run.resumed", run, settings, elapsed)
        if not workspace.has("result.json") or in_round(
            workspace
        ):  # else nothing is left to be done
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

    def tell(event: dict[str, Any]) -> None:
        workspace.log(event)
        listener(event)

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
            ask=settings.ask or ask is not None,
            approve=settings.approve,
            features=settings.features,
            backend=settings.backend,
            search=settings.search,
            listener=listener,
            checkpointer=saver,
        )
        config: Any = {"configurable": {"thread_id": run}}
        entry: Any = {"messages": [HumanMessage(_message(settings))]}
        before = agent.get_state(config)
        if before.created_at is not None:
            # `next` leaves out a node that has written, but whose checkpoint was not put any more.
            if not before.tasks:
                result = dict(before.values["structured_response"])
                return settled(workspace, agent, result, tell)
            entry = _answer_to(workspace, before.interrupts)
        while True:
            agent.invoke(entry, config, context=RunContext(run=run), durability="sync")
            state = agent.get_state(config)
            if not state.interrupts:
                return settled(workspace, agent, dict(state.values["structured_response"]), tell)
            if ask is None:
                return _waiting(workspace, state, listener)
            entry = Command(resume=ask(state.interrupts[0].value))


def _waiting(workspace: Workspace, state: StateSnapshot, listener: Listener) -> dict[str, Any]:
    """Keep the question, so that the run goes on in another process when it is answered."""
    interrupt, usage = state.interrupts[0], state.values.get("usage") or {}
    asked = {"id": _identity(interrupt), **interrupt.value, "usage": usage}
    workspace.write_json(asked, QUESTION)
    event = {"event": "run.asked", "text": asked["question"], "candidates": asked["candidates"]}
    workspace.log(event)
    listener(event)
    run = workspace.path.name
    return {"run": run, "status": ASKED, "question": asked, "message": asked["question"]}


def answer_run(run: str, answer: Any, *, runs: str | os.PathLike[str] | None = None) -> None:
    """Answer the question that a run waits with; `resume_run` then goes on with it.

    Raises:
        InputError: If it waits with none.
    """
    workspace = open_run(run, runs)
    asked = waiting_question(workspace)
    if asked is None:
        raise InputError(f"Run {run} has no open question.", "Resume it, or begin a new one.")
    workspace.write_json({"id": asked["id"], "answer": answer}, ANSWER)


def waiting_question(workspace: Workspace) -> dict[str, Any] | None:
    """Return the question that a run waits with, or None."""
    if not workspace.has(QUESTION) or workspace.has("result.json"):
        return None
    asked = dict(workspace.read_json(QUESTION))
    answered = workspace.has(ANSWER) and workspace.read_json(ANSWER)["id"] == asked["id"]
    return None if answered else asked


def _answer_to(workspace: Workspace, interrupts: Sequence[Interrupt]) -> Command[Any] | None:
    """Return the kept answer to the question that the run stands at, if it has been given."""
    if not interrupts or not workspace.has(ANSWER):
        return None
    given = workspace.read_json(ANSWER)
    return Command(resume=given["answer"]) if given["id"] == _identity(interrupts[0]) else None


def _identity(interrupt: Interrupt) -> str:
    """Return a question's id; LangGraph gives all questions of one node the same."""
    return digest([interrupt.id, interrupt.value])


def _message(settings: Settings) -> str:
    lines = [settings.instruction, f"Data: {settings.data}"]
    if settings.query:
        lines.append(f"Query: {settings.query}")
    return "\n".join(lines)
