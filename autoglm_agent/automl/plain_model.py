"""Models that are nothing but numbers: an npz of arrays with JSON beside them, and a manifest."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import numpy as np

from autoglm_agent.automl.workspace import Workspace
from autoglm_agent.errors import StoreError

FILE = "model.npz"


def save_plain(
    workspace: Workspace, model_id: str, kind: str, plain: dict[str, Any], **arrays: np.ndarray
) -> None:
    """Write `models/<id>/model.npz` and its manifest.

    Args:
        workspace: The run's folder.
        model_id: Names the model.
        kind: Which class reads it.
        plain: JSON data.
        arrays: Arrays by name.
    """
    buffer = io.BytesIO()
    text = json.dumps(plain, allow_nan=False).encode()
    np.savez_compressed(buffer, json=np.frombuffer(text, dtype=np.uint8), **arrays)  # type: ignore[arg-type]
    data = buffer.getvalue()
    manifest = {
        "format": 1,
        "model": model_id,
        "kind": kind,
        "bytes": len(data),
        "files": {FILE: hashlib.sha256(data).hexdigest()},
    }
    workspace.write_bytes(data, "models", model_id, FILE)
    workspace.write_json(manifest, "models", model_id, "manifest.json")


def load_plain(
    workspace: Workspace, model_id: str
) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    """Return kind, JSON data and arrays of a saved model.

    Raises:
        StoreError: If a file is missing or is not what the manifest describes.
    """
    manifest = workspace.read_json("models", model_id, "manifest.json")
    path = workspace.file("models", model_id, FILE)
    data = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(data).hexdigest() != manifest.get("files", {}).get(FILE):
        raise StoreError(f"{path} is missing or was changed.", "Make the model again.")
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        plain = json.loads(arrays["json"].tobytes())
        found = {name: arrays[name] for name in arrays.files if name != "json"}
    return str(manifest["kind"]), plain, found
