"""The memory of verified chains; the names load what they need on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.memory.configurations import Configurations
    from autoglm_agent.memory.connect import Server
    from autoglm_agent.memory.embedding import HashingEmbeddings
    from autoglm_agent.memory.examples import ChainExampleSelector
    from autoglm_agent.memory.exchange import Imported, export, load
    from autoglm_agent.memory.nogoods import Nogoods, Warned
    from autoglm_agent.memory.record import Memory
    from autoglm_agent.memory.repair import Repair
    from autoglm_agent.memory.retriever import ChainRetriever
    from autoglm_agent.memory.signature import signature_of
    from autoglm_agent.memory.store import ChainMemory
    from autoglm_agent.memory.transformer import TransformerEmbeddings

__all__ = [
    "ChainExampleSelector",
    "ChainMemory",
    "ChainRetriever",
    "Configurations",
    "HashingEmbeddings",
    "Imported",
    "Memory",
    "Nogoods",
    "Repair",
    "Server",
    "TransformerEmbeddings",
    "Warned",
    "export",
    "load",
    "signature_of",
]

_HOMES = {
    "ChainExampleSelector": "examples",
    "ChainMemory": "store",
    "ChainRetriever": "retriever",
    "Configurations": "configurations",
    "HashingEmbeddings": "embedding",
    "Imported": "exchange",
    "Memory": "record",
    "Nogoods": "nogoods",
    "Repair": "repair",
    "Server": "connect",
    "TransformerEmbeddings": "transformer",
    "Warned": "nogoods",
    "export": "exchange",
    "load": "exchange",
    "signature_of": "signature",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
