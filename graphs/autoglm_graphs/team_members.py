"""The team's own analyst, verifier and writer: small graphs that keep the hand-off contract."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.automl.run.workspace import Workspace, open_run
from autoglm_agent.chain import refutations
from autoglm_agent.errors import AutoGLMError, InputError
from autoglm_agent.planner.paths import find_path
from autoglm_graphs.settings import new_run_id
from autoglm_graphs.state import Input, Output, State
from autoglm_tools.plan_task import plan_task
from autoglm_tools.profile_data import profile_data
from autoglm_tools.session import Session

Work = Callable[[State], tuple[str, dict[str, Any]]]


def analyst(
    home: Path, roots: tuple[str | os.PathLike[str], ...]
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the data analyst: reads the table and says how the request is understood on it.

    Args:
        home: Folder of all runs.
        roots: Folders from which data may be read, besides the current one and what the user
            names.
    """

    def look(state: State) -> tuple[str, dict[str, Any]]:
        words = "\n".join(str(m.text) for m in state["messages"] if isinstance(m, HumanMessage))
        path = find_path(words)
        if path is None:
            raise InputError("No table is named.", "Name one: Data: FILE")
        session = Session(
            workspace=Workspace(home / "team" / new_run_id("analysis")),
            roots=(Path.cwd(), *(Path(r) for r in roots)),
            named=lambda source: source in words,
        )
        profile = _called(profile_data(session), data=path)
        request = "\n".join(line for line in words.splitlines() if path not in line) or words
        plan = _called(plan_task(session), data_id=profile.artifact["data_id"], instruction=request)
        text = f"{profile.text}\n{plan.text}"
        return text, {"data": path, "task": plan.artifact["task"], "text": text}

    return _member("analyst", look)


def verifier(home: Path) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the verifier: only tries to refute what the modeller claims, from the run's files."""

    def try_to_refute(state: State) -> tuple[str, dict[str, Any]]:
        from autoglm_agent.automl.refute import refute

        claim = finding(state, "modeller")
        workspace = open_run(str(claim.get("run")), home)
        verdicts = refute(workspace, claim, str(claim.get("prose") or ""))
        failed = refutations(verdicts)
        lines = ["refuted" if failed else "nothing refutes it"]
        lines += [f"{v.check}: {v.status}. {v.fact}" for v in verdicts]
        told = {"refuted": bool(failed), "verdicts": [v.to_json() for v in verdicts]}
        return "\n".join(lines), told

    return _member("verifier", try_to_refute)


def writer(home: Path) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the writer: tells the result and what the verifier found, in measured figures."""

    def write(state: State) -> tuple[str, dict[str, Any]]:
        from autoglm_agent.automl.report import summary_text

        claim, verdict = finding(state, "modeller"), finding(state, "verifier")
        if claim.get("error"):
            return str(claim["error"].get("message")), {"report": None}
        lines = [summary_text(open_run(str(claim.get("run")), home))]
        failed = [v for v in verdict.get("verdicts") or () if v.get("status") == "fail"]
        if verdict.get("refuted"):
            facts = "; ".join(str(v.get("fact")) for v in failed)
            lines.append(f"The verifier refuted this result: {facts}")
        else:
            lines.append("The verifier tried to refute this result and could not.")
        return "\n".join(lines), {"report": (claim.get("paths") or {}).get("report")}

    return _member("writer", write)


def finding(state: State, member: str) -> dict[str, Any]:
    """Return what a member found, as the messages hand it on.

    Raises:
        InputError: If it has found nothing.
    """
    for message in reversed(state["messages"]):
        if isinstance(message, AIMessage) and message.name == member:
            told = json.loads(str(message.text)).get("finding")
            if isinstance(told, dict):
                return told
    raise InputError(f"The {member} has found nothing.", "Ask it first.")


def _called(tool: Any, **args: Any) -> Any:
    """Return the message of a tool; its failure is ours."""
    message = tool.invoke({"name": tool.name, "args": args, "id": tool.name, "type": "tool_call"})
    if message.status == "error":
        raise InputError(str(message.text).partition("\n")[0])
    return message


def _member(name: str, work: Work) -> CompiledStateGraph[Any, Any, Any, Any]:
    def node(state: State) -> dict[str, Any]:
        try:
            text, found = work(state)
        except AutoGLMError as error:
            text, found = str(error), {"error": {"message": str(error)}, "refuted": True}
        messages: list[AnyMessage] = [AIMessage(text, name=name)]
        return {"messages": messages, "structured_response": found}

    graph: StateGraph[State, Any, Input, Any] = StateGraph(
        State, input_schema=Input, output_schema=Output
    )
    graph.add_node(name, node)
    graph.add_edge(START, name)
    graph.add_edge(name, END)
    return graph.compile(name=name)
