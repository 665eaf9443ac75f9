"""Verified reasoning and AutoML as tools for LangChain and LangGraph.

A result is a chain of steps, and no step enters the chain unverified. The names below load what
they need on first use: importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.automl.estimator import AutoMLClassifier, AutoMLRegressor
    from autoglm_agent.chain import Budget, Step, Verdict
    from autoglm_agent.memory.store import ChainMemory
    from autoglm_agent.verifiers import Verifier
    from autoglm_graphs.automl import create_automl_agent
    from autoglm_graphs.middleware import VerificationMiddleware
    from autoglm_graphs.reasoning import create_verified_agent
    from autoglm_graphs.team import create_team
    from autoglm_tools.catalogue import automl_tools

__version__ = "0.1.0"

_HOMES = {
    "AutoMLClassifier": "autoglm_agent.automl.estimator",
    "AutoMLRegressor": "autoglm_agent.automl.estimator",
    "Budget": "autoglm_agent.chain",
    "ChainMemory": "autoglm_agent.memory.store",
    "Step": "autoglm_agent.chain",
    "Verdict": "autoglm_agent.chain",
    "VerificationMiddleware": "autoglm_graphs.middleware",
    "Verifier": "autoglm_agent.verifiers",
    "automl_tools": "autoglm_tools.catalogue",
    "create_automl_agent": "autoglm_graphs.automl",
    "create_team": "autoglm_graphs.team",
    "create_verified_agent": "autoglm_graphs.reasoning",
}

__all__ = [
    "AutoMLClassifier",
    "AutoMLRegressor",
    "Budget",
    "ChainMemory",
    "Step",
    "Verdict",
    "VerificationMiddleware",
    "Verifier",
    "automl_tools",
    "create_automl_agent",
    "create_team",
    "create_verified_agent",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
