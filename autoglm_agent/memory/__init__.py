"""The memory of verified chains; the names load what they need on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.memory.embedding import HashingEmbeddings
    from autoglm_agent.memory.record import Memory
    from autoglm_agent.memory.repair import Repair
    from autoglm_agent.memory.retriever import ChainRetriever
    from autoglm_agent.memory.store import ChainMemory

__all__ = ["ChainMemory", "ChainRetriever", "HashingEmbeddings", "Memory", "Repair"]

_HOMES = {
    "ChainMemory": "store",
    "ChainRetriever": "retriever",
    "HashingEmbeddings": "embedding",
    "Memory": "record",
    "Repair": "repair",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
