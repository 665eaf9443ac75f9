"""The graphs: the machine, and the agents that are made of it."""

from __future__ import annotations

from autoglm_graphs.automl import RunContext, create_automl_agent

__all__ = ["RunContext", "create_automl_agent"]
