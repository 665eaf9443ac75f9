"""A run's model as code: one readable script that trains it again from the raw file."""

from autoglm_agent.automl.export.script import export_code

__all__ = ["export_code"]
