"""Who hears of a run's events: the run's log, a listener, LangGraph's custom stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langgraph.config import get_stream_writer

from autoglm_agent.automl.run.events import Listener


def streaming(*listeners: Listener | None) -> Listener:
    """Return a listener that tells the others, in order, and then LangGraph's custom stream."""
    told = [listener for listener in listeners if listener is not None]

    def listen(event: dict[str, Any]) -> None:
        for listener in told:
            listener(event)
        writer: Callable[[Any], None] | None
        try:
            writer = get_stream_writer()
        except (RuntimeError, KeyError):
            writer = None  # called outside a node: there is no stream to write to
        if writer is not None:
            writer(event)

    return listen
