"""Models that are nothing but numbers: an npz of arrays with JSON beside them, and a manifest."""

from __future__ import annotations

from typing import Any

import numpy as np

from autoglm_agent.automl.run.arrays import array_json, from_npz, json_array, to_npz
from autoglm_agent.automl.run.workspace import Workspace, digest_of
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
    data = to_npz({"json": json_array(plain), **arrays}, compressed=True)
    manifest = {
        "format": 1,
        "model": model_id,
        "kind": kind,
        "bytes": len(data),
        "files": {FILE: digest_of(data)},
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
    sha256 = str(manifest.get("files", {}).get(FILE))
    try:
        arrays = from_npz(workspace.read_bytes("models", model_id, FILE, sha256=sha256))
        return str(manifest["kind"]), array_json(arrays.pop("json")), arrays
    except (ValueError, KeyError) as error:
        raise StoreError(
            f"The model {model_id} cannot be read: {error}.", "Make it anew."
        ) from error
