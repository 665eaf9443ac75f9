"""A round of feedback that comes to no result of its own leaves the one before as it was.

What such a round shows would be figures and forecasts of the model before under the verdict on a
model that was given up; and a wish that cannot be met would stand in the way of every later one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from langgraph.graph import END
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.automl.report import build_report
from autoglm_agent.automl.run.events import UNDONE, Listener
from autoglm_agent.automl.run.workspace import Workspace

_KINDS = (".json", ".html", ".csv")
_OWN = ("run.json", "lease.json")
"""Files that are not of the result."""


@dataclass(frozen=True)
class Before:
    """How a run stood before a round: its result and the files that tell it.

    Attributes:
        config: The checkpoint to go back to.
        result: What the run had come to.
        files: Content of the files in the run's folder, by name.
    """

    config: Any
    result: dict[str, Any]
    files: dict[str, bytes]


def remembered(workspace: Workspace, config: Any) -> Before:
    """Read how a finished run stands."""
    files = {
        path.name: path.read_bytes()
        for path in workspace.path.iterdir()
        if path.suffix in _KINDS and path.name not in _OWN and path.is_file()
    }
    return Before(config, workspace.read_record("result.json", keys=("status",)), files)


def came_to_nothing(before: Before, result: dict[str, Any]) -> bool:
    """Tell whether a round ended before it had what the run had: a result, and an honest score."""
    if before.result["status"] == "failed":
        return False
    return result["status"] == "failed" or bool(
        before.result.get("honest") and not result["honest"]
    )


def undo(
    workspace: Workspace,
    agent: CompiledStateGraph[Any, Any, Any, Any],
    before: Before,
    result: dict[str, Any],
    tell: Listener,
) -> dict[str, Any]:
    """Go back to how the run stood; return its result with `undone`, why the wish was not met."""
    error = result.get("error") or {}
    told = " ".join(filter(None, (error.get("message"), error.get("remedy"))))
    reason = told or str(result.get("message") or "")
    agent.update_state(before.config, None, as_node=END)
    for name, data in before.files.items():
        workspace.write_bytes(data, name)
    tell({"event": UNDONE, "text": reason})
    build_report(
        workspace, status=before.result["status"], message=before.result.get("message") or ""
    )
    return {**before.result, "undone": reason}
