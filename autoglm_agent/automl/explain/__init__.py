"""Why a model predicts what it predicts, and what it cannot know."""

from autoglm_agent.automl.explain.importance import explain

__all__ = ["explain"]
