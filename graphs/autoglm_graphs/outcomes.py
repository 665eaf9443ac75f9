"""Outcomes of tools, kept in the run folder by what the step does and builds on."""

from __future__ import annotations

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Outcome


class WorkspaceOutcomes:
    """Outcomes as files `steps/<key>.json`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def get(self, key: str) -> Outcome | None:
        """Return the outcome kept under `key`, if there is one."""
        if not self._workspace.has("steps", f"{key}.json"):
            return None
        return Outcome.from_json(self._workspace.read_json("steps", f"{key}.json"))

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome, whole or not at all."""
        self._workspace.write_json(outcome.to_json(), "steps", f"{key}.json")
