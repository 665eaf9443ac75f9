"""Warm start of a search: what won on similar tables is tried first, what wins is kept.

The table is described by a signature of its training rows; the holdout is not looked at. What
was recalled is written into the run folder, so that a run that is resumed tries the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autoglm_agent.automl.run.events import Listener
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import AutoGLMError

if TYPE_CHECKING:
    from autoglm_agent.automl.preparation.prepare import Prepared
    from autoglm_agent.memory.store import ChainMemory

FOLDER = "recalled"
WINNERS = 3
"""Configurations of a search that are kept."""


@dataclass(frozen=True)
class WarmStart:
    """The warm start of one run.

    Attributes:
        memory: Where winners are kept.
        workspace: The run folder.
        listener: Told of what was recalled, and of a memory that fails: it costs the run nothing.
    """

    memory: ChainMemory
    workspace: Workspace
    listener: Listener

    def first(self, prepared: Prepared) -> Sequence[Mapping[str, Any]]:
        """Return the configurations to try first on prepared data."""
        if not self.workspace.has(FOLDER, f"{prepared.id}.json"):
            try:
                self.workspace.write_json(self._recall(prepared), FOLDER, f"{prepared.id}.json")
            except AutoGLMError as error:
                self.listener({"event": "memory.failed", "text": str(error)})
                return ()
        told = self.workspace.read_json(FOLDER, f"{prepared.id}.json")
        return list(told["configurations"])

    def keep(self) -> None:
        """Keep what won in this run, which ended verified; credit what was recalled for it."""
        try:
            for path in sorted(self.workspace.file("searches").glob("*/search.json")):
                search = self.workspace.read_json("searches", path.parent.name, "search.json")
                name = f"{search.get('prepared')}.json"
                if "candidates" in search and self.workspace.has(FOLDER, name):
                    self._keep(search, self.workspace.read_json(FOLDER, name))
        except AutoGLMError as error:
            self.listener({"event": "memory.failed", "text": str(error)})

    def _recall(self, prepared: Prepared) -> dict[str, Any]:
        from autoglm_agent.memory.signature import signature_of

        problem = prepared.problem
        signature = signature_of(prepared.X, prepared.y, classification=problem.is_classification)
        family = f"{prepared.task.kind} {problem.metric}"
        found = self.memory.configurations.recall(
            signature, family=family, run=self.workspace.path.name
        )
        if found:
            text = f"{len(found)} configurations of similar tables are tried first"
            self.listener({"event": "recall", "found": len(found), "text": text})
        return {
            "family": family,
            "signature": signature,
            "configurations": [w.configuration for w in found],
        }

    def _keep(self, search: dict[str, Any], told: dict[str, Any]) -> None:
        won = winners(search)
        if told["configurations"]:
            made_it = any(w["name"].startswith("recalled_") for w in won)
            self.memory.configurations.credit(
                self.workspace.path.name, made_it, family=told["family"]
            )
        if won:
            self.memory.configurations.remember(
                told["signature"],
                won,
                family=told["family"],
                summary={"metric": search["metric"], "score": search["ensemble_score"]},
            )


def winners(search: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the configurations that a search owes its result to, the best first.

    Args:
        search: Data of `search.json`.
    """
    weights = search["weights"]
    kept = [
        c
        for c in search["candidates"]
        if c["status"] == "done"
        and c["family"] != "baseline"
        and (c["id"] in weights or c["id"] == search["best"])
        and not c["params"].get("split")
    ]
    kept.sort(key=lambda c: (c["id"] != search["best"], -float(weights.get(c["id"], 0))))
    return [
        {
            "name": c["name"],
            "family": c["family"],
            "params": {k: v for k, v in c["params"].items() if k not in ("split", "fitted")},
        }
        for c in kept[:WINNERS]
    ]
