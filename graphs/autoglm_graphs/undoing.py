"""A round of feedback that comes to no result of its own leaves the one before as it was.

What such a round shows would be figures and forecasts of the model before under the verdict on a
model that was given up; and a wish that cannot be met would stand in the way of every later one.

How the run stood is kept in its folder until the round has ended, so that a round that was
interrupted is undone just as well by the process that goes on with it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.automl.checks.acknowledged import FILE as ACKNOWLEDGED
from autoglm_agent.automl.report import build_report
from autoglm_agent.automl.run.events import UNDONE, Listener
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import StoreError

ROUND = "round.before"
"""The file that tells how a run stood before the round that it is in."""
_KINDS = (".json", ".html", ".csv")
_OWN = ("lease.json",)
"""Files that are not of the result."""


@dataclass(frozen=True)
class Before:
    """How a run stood before a round: its result and the files that tell it.

    Attributes:
        config: The checkpoint to go back to.
        result: What the run had come to.
        files: Content of the files in the run's folder, by name.
        events: Number of events there were.
    """

    config: Any
    result: dict[str, Any]
    files: dict[str, bytes]
    events: int


def remembered(workspace: Workspace, config: Any) -> Before:
    """Read how a finished run stands, and keep it in the run's folder until `settled`."""
    files = {
        path.name: path.read_bytes()
        for path in workspace.path.iterdir()
        if ((path.suffix in _KINDS and path.name not in _OWN) or path.name == ACKNOWLEDGED)
        and path.is_file()
    }
    result = workspace.read_record("result.json", keys=("status",))
    events = sum(1 for _ in workspace.lines("events.jsonl"))
    told = {
        "config": {"configurable": dict(config["configurable"])},
        "result": result,
        "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
        "events": events,
    }
    workspace.write_bytes(json.dumps(told).encode(), ROUND)
    return Before(told["config"], result, files, events)


def in_round(workspace: Workspace) -> bool:
    """Tell whether a round of feedback has begun and not ended."""
    return workspace.has(ROUND)


def _kept(workspace: Workspace) -> Before:
    told = workspace.read_record(ROUND, keys=("config", "result", "files", "events"))
    try:
        files = {name: base64.b64decode(data) for name, data in told["files"].items()}
        return Before(told["config"], dict(told["result"]), files, int(told["events"]))
    except (AttributeError, TypeError, ValueError) as error:
        raise StoreError(f"{workspace.file(ROUND)} is damaged.", "Start the run again.") from error


def came_to_nothing(before: Before, result: dict[str, Any]) -> bool:
    """Tell whether a round ended before it had what the run had: a result, and an honest score."""
    if before.result["status"] == "failed":
        return False
    return result["status"] == "failed" or bool(
        before.result.get("honest") and not result["honest"]
    )


def settled(
    workspace: Workspace,
    agent: CompiledStateGraph[Any, Any, Any, Any],
    result: dict[str, Any],
    tell: Listener,
) -> dict[str, Any]:
    """End a round: keep its result, or go back if it came to nothing; without a round do nothing.

    Whatever a process that was killed has done of it already is done again, and nothing twice.
    """
    if not in_round(workspace):
        return result
    before = _kept(workspace)
    since = [e.get("event") for e in workspace.lines("events.jsonl")][before.events :]
    thread = {"configurable": {"thread_id": before.config["configurable"]["thread_id"]}}
    now = agent.get_state(thread).config["configurable"]["checkpoint_id"]  # type: ignore[arg-type]
    if now == before.config["configurable"]["checkpoint_id"]:
        reason = "It was interrupted before it began."
    elif UNDONE in since or came_to_nothing(before, result):
        error = result.get("error") or {}
        told = " ".join(filter(None, (error.get("message"), error.get("remedy"))))
        reason = told or str(result.get("message") or "")
    else:
        workspace.file(ROUND).unlink()
        return result
    if "feedback" in since and UNDONE not in since:
        tell({"event": UNDONE, "text": reason})
    _undo(workspace, agent, before)
    workspace.file(ROUND).unlink()
    return {**before.result, "undone": reason}


def _undo(
    workspace: Workspace, agent: CompiledStateGraph[Any, Any, Any, Any], before: Before
) -> None:
    """Go back to how the run stood, with its settings and what the user had accepted."""
    if ACKNOWLEDGED not in before.files:
        workspace.file(ACKNOWLEDGED).unlink(missing_ok=True)
    for name, data in before.files.items():
        workspace.write_bytes(data, name)
    agent.update_state(before.config, None, as_node=END)
    build_report(
        workspace, status=before.result["status"], message=before.result.get("message") or ""
    )
