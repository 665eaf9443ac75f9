"""Feedback in words: what a user says of a result becomes typed edits of the step to blame."""

from autoglm_agent.planner.feedback.edits import Edit, verdicts_of
from autoglm_agent.planner.feedback.reading import read_feedback

__all__ = ["Edit", "read_feedback", "verdicts_of"]
