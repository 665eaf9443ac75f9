"""Trials kept in the run folder: `trials/<key>/trial.npz`, written whole or not at all.

One file holds a trial, so a process killed at any moment leaves it either finished or absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from autoglm_agent.automl.models.pack import pack, unpack
from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.automl.search.shelf import Shelved
from autoglm_agent.automl.search.trials import Candidate, Trial
from autoglm_agent.errors import StoreError


class WorkspaceTrials:
    """Trials in the folder of a run.

    Args:
        workspace: The run's folder.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def load(self, key: str) -> Trial | None:
        """Return the trial of that key; None if there is none or its file is damaged."""
        found = self._read(key)
        return None if found is None else self._without_models(found)

    def _read(self, key: str) -> Trial | None:
        name = ("trials", key, "trial.npz")
        if not self._workspace.has(*name):
            return None
        try:
            arrays = from_npz(self._workspace.read_bytes(*name))
            told, models = array_json(arrays["json"]), unpack(arrays["models"].tobytes())
            candidate = Candidate(**told["candidate"])
            price = float(told.get("row_seconds", 0.0))
            return Trial(key, candidate, arrays["oof"], models, told["view"], price)
        except (ValueError, KeyError, TypeError, StoreError):
            return None  # trained again, which costs time but nothing else

    def _without_models(self, trial: Trial) -> Trial:
        def read() -> Sequence[Any]:
            found = self._read(trial.key)
            if found is None:
                raise StoreError(
                    f"The models of {trial.candidate.name} are gone from the run's folder.",
                    "Resume the run: they are trained again.",
                )
            return found.models

        return replace(trial, models=Shelved(read, len(trial.models)))

    def save(self, trial: Trial) -> Trial:
        """Write a trial; its models are read from the file from then on.

        Raises:
            StoreError: If the file cannot be written.
        """
        told = {
            "candidate": asdict(trial.candidate), "view": trial.view,
            "row_seconds": trial.row_seconds,
        }  # fmt: skip
        arrays = {
            "json": json_array(told),
            "oof": trial.oof,
            "models": np.frombuffer(pack(trial.models), dtype=np.uint8),
        }
        self._workspace.write_bytes(to_npz(arrays), "trials", trial.key, "trial.npz")
        return self._without_models(trial)
