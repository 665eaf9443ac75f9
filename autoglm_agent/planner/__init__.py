"""From words to a task, and from a task to the next step, without any model or key.

`parse_task` reads an instruction in English or Chinese against a table's profile;
`EmbeddedPlanner` is a LangChain chat model that proposes one tool call at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autoglm_agent.planner.model import EmbeddedPlanner
    from autoglm_agent.planner.task_parser import parse_task

__all__ = ["EmbeddedPlanner", "parse_task"]


def __getattr__(name: str) -> Any:
    if name == "parse_task":
        from autoglm_agent.planner.task_parser import parse_task

        return parse_task
    if name == "EmbeddedPlanner":
        from autoglm_agent.planner.model import EmbeddedPlanner

        return EmbeddedPlanner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
