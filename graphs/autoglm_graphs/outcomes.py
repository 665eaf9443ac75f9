"""Outcomes of tools, kept by what the step does and builds on."""

from __future__ import annotations

from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.chain import Outcome

MOST = 2_000
"""Outcomes that are kept in memory."""


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


class OutcomesInMemory:
    """Outcomes as long as the process lives, the oldest forgotten first.

    A checkpoint holds the outcome of every accepted step; this only spares a tool that is asked
    for the same again after a jump back.
    """

    def __init__(self, run: str = "", kept: dict[str, Outcome] | None = None) -> None:
        self._run = run
        self._kept: dict[str, Outcome] = {} if kept is None else kept

    def of(self, run: str) -> OutcomesInMemory:
        """Return the outcomes of one run."""
        return OutcomesInMemory(run, self._kept)

    def get(self, key: str) -> Outcome | None:
        """Return the outcome kept under `key`, if there is one."""
        return self._kept.get(self._run + key)

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome."""
        while len(self._kept) >= MOST:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[self._run + key] = outcome
