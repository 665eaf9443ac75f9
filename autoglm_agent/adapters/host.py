"""A backbone that can wear adapters: hooks at its sites, and which adapter each row passes.

The backbone's modules, weights and names stay as they are. A swap sets one reference. The active
adapters are kept per thread and task (a `ContextVar`), so that requests side by side cannot dress
each other.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import torch

from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    from autoglm_agent.adapters.blocks import Adapter

Portion = tuple["Adapter | None", int]
"""An adapter, or none, and how many of the batch's next rows pass it."""


class AdapterHost:
    """A backbone with hooks.

    Args:
        module: The backbone, a `torch.nn.Module`; it is put into evaluation mode and its
            parameters are frozen.
    """

    def __init__(self, module: Any) -> None:
        self.module = module.eval().requires_grad_(False)
        self._portions: ContextVar[tuple[Portion, ...]] = ContextVar("portions", default=())
        self._hooked: dict[str, Any] = {}
        self._hooking = threading.Lock()  # a place hooked twice would be corrected twice
        self._rows_first = all(getattr(m, "batch_first", True) for m in module.modules())

    @contextlib.contextmanager
    def wearing(self, *portions: Portion) -> Iterator[None]:
        """Let the next rows pass the adapters, in this thread, within the block.

        Args:
            portions: One pair of adapter and number of rows after the other, covering the batch;
                a single pair covers all rows whatever its number.

        Raises:
            InputError: If several adapters are asked of a backbone whose batch is not the first
                dimension.
        """
        if len(portions) > 1 and not self._rows_first:
            raise InputError(
                "Rows of several tasks need a backbone with the batch first.",
                "Build its layers with batch_first=True, or ask for one task at a time.",
            )
        for adapter, _ in portions:
            self._hook(adapter)
        token = self._portions.set(portions)
        try:
            yield
        finally:
            self._portions.reset(token)

    def release(self) -> None:
        """Take every hook off the backbone."""
        for handle in self._hooked.values():
            handle.remove()
        self._hooked.clear()

    def _hook(self, adapter: Adapter | None) -> None:
        """Hook the sites of an adapter that no earlier one had."""
        if adapter is None:
            return
        with self._hooking:
            for site in adapter.spec.sites:
                if site.path not in self._hooked:
                    target = self.module.get_submodule(site.path)
                    hook = target.register_forward_hook(self._acting(site.path))
                    self._hooked[site.path] = hook

    def _acting(self, path: str) -> Callable[[Any, tuple[Any, ...], Any], Any]:
        def act(_: Any, inputs: tuple[Any, ...], output: Any) -> Any:
            portions = self._portions.get()
            if not any(adapter and adapter.block(path) for adapter, _ in portions):
                return None  # leaves the output as it is
            tensor = output[0] if isinstance(output, tuple) else output
            told = _through(path, portions, inputs[0] if inputs else tensor, tensor)
            return (told, *output[1:]) if isinstance(output, tuple) else told

        return act


def _through(path: str, portions: Sequence[Portion], inputs: Any, output: Any) -> Any:
    """Send each portion of the rows through its own block."""
    if len(portions) == 1:
        adapter = portions[0][0]
        return adapter.block(path)(inputs, output)  # type: ignore[union-attr,misc]
    count = sum(rows for _, rows in portions)
    if len(output) % count:
        raise InputError(
            f"{len(output)} rows at {path!r} cannot be divided among {count} requests.",
            "Ask for one task at a time.",
        )
    fold, start, parts = len(output) // count, 0, []  # windows of one image lie side by side
    for adapter, rows in portions:
        part = slice(start, start + rows * fold)
        block = adapter.block(path) if adapter else None
        parts.append(block(inputs[part], output[part]) if block else output[part])
        start = part.stop
    return torch.cat(parts)
