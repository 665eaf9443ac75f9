"""Trials kept in the run folder: `trials/<key>/trial.npz`, written whole or not at all.

One file holds a trial, so a process killed at any moment leaves it either finished or absent.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict

import numpy as np

from autoglm_agent.automl.models.pack import pack, unpack
from autoglm_agent.automl.trials import Candidate, Trial
from autoglm_agent.automl.workspace import Workspace
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
        path = self._workspace.file("trials", key, "trial.npz")
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as arrays:
                told = json.loads(arrays["json"].tobytes())
                oof, models = arrays["oof"], unpack(arrays["models"].tobytes())
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, StoreError):
            return None  # trained again, which costs time but nothing else
        return Trial(key, Candidate(**told["candidate"]), oof, models, told["view"])

    def save(self, trial: Trial) -> None:
        """Write a trial.

        Raises:
            StoreError: If the file cannot be written.
        """
        told = {"candidate": asdict(trial.candidate), "view": trial.view}
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            json=np.frombuffer(json.dumps(told).encode(), dtype=np.uint8),
            oof=trial.oof,
            models=np.frombuffer(pack(trial.models), dtype=np.uint8),
        )
        self._workspace.write_bytes(buffer.getvalue(), "trials", trial.key, "trial.npz")
