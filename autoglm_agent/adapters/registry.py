"""Adapters on disk and in memory: saved as safetensors, loaded when asked for, few kept.

An adapter's folder holds `adapter.json` (what it is, and a digest of its weights) and
`weights.safetensors`. Nothing is unpickled. An adapter fits the backbone that it was trained on,
and no other: the fingerprint is compared before it is put on.
"""

from __future__ import annotations

import os
import re
import threading
from collections import OrderedDict
from typing import Any

import pydantic
import safetensors.torch
from safetensors import SafetensorError

from autoglm_agent.adapters.backbones import fingerprint
from autoglm_agent.adapters.blocks import Adapter, AdapterSpec
from autoglm_agent.automl.run.workspace import Workspace, digest_of
from autoglm_agent.errors import InputError, StoreError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
WEIGHTS = "weights.safetensors"


class AdapterRegistry:
    """The adapters of one backbone.

    Args:
        folder: Where they are kept; made if absent.
        module: The backbone; adapters of another are refused.
        keep: Adapters held in memory at most; the one unused for longest goes first.
    """

    def __init__(self, folder: str | os.PathLike[str], module: Any, *, keep: int = 32) -> None:
        self._store = Workspace(folder)
        self._module = module
        self._print = fingerprint(module)
        self._keep = max(1, keep)
        self._held: OrderedDict[str, Adapter] = OrderedDict()
        self._lock = threading.RLock()

    def names(self) -> list[str]:
        """Return the names of the saved adapters, sorted."""
        return sorted(p.parent.name for p in self._store.path.glob("*/adapter.json"))

    def held(self) -> list[str]:
        """Return the names of the adapters in memory, the one unused for longest first."""
        with self._lock:
            return list(self._held)

    def save(self, adapter: Adapter) -> None:
        """Write an adapter; one of that name is replaced, whole or not at all.

        Raises:
            InputError: If the name is no name of a folder, or the adapter is another backbone's.
        """
        spec = adapter.spec
        self._check(spec.name, spec)
        state = {key: tensor.contiguous().cpu() for key, tensor in adapter.state_dict().items()}
        data = safetensors.torch.save(state)
        weights = f"{digest_of(data)[:16]}.{WEIGHTS}"
        record = {"spec": spec.to_json(), "weights": weights, "sha256": digest_of(data)}
        with self._lock:
            # New weights have a new name, so that a reader sees the old pair or the new one.
            self._store.write_bytes(data, spec.name, weights)
            self._store.write_json(record, spec.name, "adapter.json")
            for old in (self._store.path / spec.name).glob(f"*.{WEIGHTS}"):
                if old.name != weights:
                    old.unlink(missing_ok=True)
            self._held.pop(spec.name, None)

    def get(self, name: str) -> Adapter:
        """Return an adapter, loaded if it is not in memory.

        Raises:
            InputError: If there is none of that name, or it is another backbone's.
            StoreError: If its files are damaged.
        """
        with self._lock:
            if name not in self._held:
                self._held[name] = self._load(name)
                while len(self._held) > self._keep:
                    self._held.popitem(last=False)
            self._held.move_to_end(name)
            return self._held[name]

    def spec(self, name: str) -> AdapterSpec:
        """Return what an adapter is, without loading its weights."""
        return self._record(name)[0]

    def remove(self, name: str) -> None:
        """Delete an adapter from disk and memory.

        Raises:
            InputError: If there is none of that name.
        """
        with self._lock:
            self._record(name)
            folder = self._store.path / name
            (folder / "adapter.json").unlink()
            for path in folder.glob(f"*.{WEIGHTS}"):
                path.unlink()
            self._held.pop(name, None)

    def _load(self, name: str) -> Adapter:
        spec, weights, sha256 = self._record(name)
        self._check(name, spec)
        data = self._store.read_bytes(name, weights, sha256=sha256)
        adapter = Adapter(spec)
        try:
            adapter.load_state_dict(safetensors.torch.load(data))
        except (SafetensorError, RuntimeError) as error:
            first = str(error).splitlines()[0][:200]
            raise StoreError(
                f"The weights of the adapter {name!r} do not fit: {first}", "Train it again."
            ) from error
        adapter.to(next(self._module.parameters()).device).eval().requires_grad_(False)
        return adapter

    def _record(self, name: str) -> tuple[AdapterSpec, str, str]:
        if not NAME.fullmatch(name) or not self._store.has(name, "adapter.json"):
            known = ", ".join(self.names()[:10]) or "none yet"
            raise InputError(f"There is no adapter {name[:64]!r}.", f"Adapters: {known}.")
        found = self._store.read_record(name, "adapter.json", keys=("spec", "weights", "sha256"))
        try:
            return AdapterSpec.from_json(found["spec"]), str(found["weights"]), str(found["sha256"])
        except pydantic.ValidationError as error:
            raise StoreError(
                f"The record of the adapter {name!r} is damaged.", "Train it again."
            ) from error

    def _check(self, name: str, spec: AdapterSpec) -> None:
        if not NAME.fullmatch(name):
            raise InputError(
                f"{name[:80]!r} is no name of an adapter.", "Use letters, digits, '-', '_', '.'."
            )
        if spec.backbone != self._print:
            raise InputError(
                f"The adapter {name!r} was trained on another backbone ({spec.backbone}, not "
                f"{self._print}).",
                "Load the backbone that it was trained on, or train it anew.",
            )
