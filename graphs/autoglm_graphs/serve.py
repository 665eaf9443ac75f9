"""What `langgraph.json` serves."""

from __future__ import annotations

from autoglm_graphs.automl import create_automl_agent

automl = create_automl_agent()
