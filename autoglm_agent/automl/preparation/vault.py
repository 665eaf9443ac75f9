"""The holdout: sealed before anything is fitted, read once.

A holdout that is read again and again becomes a second training set (Dwork et al. 2015,
"The reusable holdout", https://doi.org/10.1126/science.aaa9375). So a run has one reading.
The record of a reading is on disk before the rows are handed out: a crash can lose the
rows, never the record. The same model may read the same vault again, which is the same
reading; anything else needs the user's consent and is recorded with it.
"""

from __future__ import annotations

import io
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.automl.run.arrays import from_npz, to_npz
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.errors import InputError, VaultError
from autoglm_agent.faults import faultpoint

_READINGS = ("vault", "readings.jsonl")
_opening = threading.Lock()


class Vault:
    """One sealed holdout of a run.

    Args:
        workspace: The run's folder.
        vault_id: As given to `seal`.
    """

    def __init__(self, workspace: Workspace, vault_id: str) -> None:
        self.workspace = workspace
        self.id = vault_id

    @classmethod
    def seal(
        cls,
        workspace: Workspace,
        vault_id: str,
        frame: pd.DataFrame,
        y: np.ndarray,
        rows: np.ndarray,
    ) -> Vault:
        """Write the held-out rows, readable by their owner only; sealing them again is harmless.

        Args:
            workspace: The run's folder.
            vault_id: Names the vault; equal content has an equal name.
            frame: All feature columns of the held-out rows.
            y: Their encoded targets; empty without a target.
            rows: Their row numbers in the table.

        Raises:
            VaultError: If a vault of that name holds other rows.
        """
        vault = cls(workspace, vault_id)
        rows = np.asarray(rows, dtype=np.int64)
        seal = {
            "id": vault_id,
            "n": len(rows),
            "columns": [str(name) for name in frame.columns],
            "rows_sha256": digest_of(rows.tobytes()),
            "y_sha256": digest_of(np.asarray(y).tobytes()),
        }
        if vault._sealed():
            old = vault.seal_record()
            if any(old[key] != value for key, value in seal.items()):
                raise VaultError(
                    f"The vault {vault_id} is sealed with other rows.",
                    "A sealed vault is never changed; start a new run.",
                )
            return vault
        features = frame.reset_index(drop=True).to_parquet()
        labels = to_npz({"y": np.asarray(y), "rows": rows})
        vault._write_private(features, "rows.parquet")
        vault._write_private(labels, "labels.npz")
        files = {"rows.parquet": digest_of(features), "labels.npz": digest_of(labels)}
        workspace.write_json(
            {**seal, "files": files, "sealed": round(time.time(), 3)}, *vault._path("sealed.json")
        )
        return vault

    def seal_record(self) -> dict[str, Any]:
        """Return the seal: id, number of rows, column names, digests, time."""
        record: dict[str, Any] = self.workspace.read_json(*self._path("sealed.json"))
        return record

    def row_hashes(self, columns: list[str]) -> np.ndarray:
        """Return one uint64 per held-out row over some columns, as `hash_rows` makes them.

        This is no reading: no value and no target leaves the vault. It tells whether a held-out
        row is also among the training rows.

        Raises:
            InputError: If the vault lacks a column.
        """
        unknown = [name for name in columns if name not in self.seal_record()["columns"]]
        if unknown:
            raise InputError(f"The vault {self.id} has no column {unknown[0]!r}.")
        return hash_rows(pd.read_parquet(io.BytesIO(self._checked("rows.parquet")))[list(columns)])

    def row_numbers(self) -> np.ndarray:
        """Return the row numbers in the table of the held-out rows, int64.

        This is no reading either: of the sealed archive only the numbers are unpacked.

        Raises:
            StoreError: If a file of the vault is missing or changed.
        """
        return from_npz(self._checked("labels.npz"), ["rows"])["rows"]

    def open(
        self, model_id: str, *, consent: bool = False
    ) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """Hand out the rows for the run's one reading.

        Args:
            model_id: The model that is to be assessed.
            consent: Whether the user agreed to a further reading; recorded with it.

        Returns:
            The feature columns, the encoded targets and the row numbers.

        Raises:
            VaultError: If another model, or another vault of this run, was read before.
            StoreError: If a file of the vault is missing or changed.
        """
        features, labels = self._checked("rows.parquet"), self._checked("labels.npz")
        with _opening:
            self._record(model_id, consent)
        faultpoint("vault.opened")
        arrays = from_npz(labels)
        return pd.read_parquet(io.BytesIO(features)), arrays["y"], arrays["rows"]

    def reading(self, model_id: str) -> int | None:
        """Return the number of the reading by this model, from 1, or None if it has not read."""
        for record in self.readings(self.workspace):
            if (record["vault"], record["model"]) == (self.id, model_id):
                return int(record["reading"])
        return None

    @staticmethod
    def readings(workspace: Workspace) -> list[dict[str, Any]]:
        """Return the run's readings, oldest first: time, vault, model, reading, consent."""
        return list(workspace.lines(*_READINGS))

    def _record(self, model_id: str, consent: bool) -> None:
        """Write the reading down, or refuse it; returns only when the record is on disk."""
        earlier = self.readings(self.workspace)
        if any((r["vault"], r["model"]) == (self.id, model_id) for r in earlier):
            return
        if earlier and not consent:
            first = earlier[0]
            raise VaultError(
                f"The holdout of this run was already read, for the model {first['model']}; "
                f"a score of {model_id} on it would no longer be honest.",
                "Report the first score, start a new run on new data, or give your consent.",
            )
        record = {
            "time": round(time.time(), 3),
            "vault": self.id,
            "model": model_id,
            "reading": len(earlier) + 1,
            "consent": bool(earlier and consent),
        }
        self.workspace.append(record, *_READINGS)
        _sync(self.workspace.file(*_READINGS))

    def _path(self, name: str) -> tuple[str, str, str]:
        return ("vault", self.id, name)

    def _sealed(self) -> bool:
        return self.workspace.has(*self._path("sealed.json"))

    def _write_private(self, data: bytes, name: str) -> None:
        """Write a file only its owner can read; the folders are closed before it exists."""
        folder = self.workspace.file(*self._path(name)).parent
        for place in (folder.parent, folder):
            place.chmod(0o700)
        self.workspace.write_bytes(data, *self._path(name)).chmod(0o600)

    def _checked(self, name: str) -> bytes:
        return self.workspace.read_bytes(
            *self._path(name), sha256=self.seal_record()["files"][name]
        )


def _sync(path: Path) -> None:
    """Force what was appended to disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
