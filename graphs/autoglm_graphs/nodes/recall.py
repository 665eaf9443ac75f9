"""`recall`: begin a task, and bring what is known of similar ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import HumanMessage

from autoglm_agent.chain import Chain, Step, Usage
from autoglm_agent.errors import AutoGLMError
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State

EXAMPLES = 2
"""Few-shot examples at most: more cost tokens and help little."""

WARNINGS = 3
"""Refuted steps of the same task that are told at most."""


EMPTY: Mapping[str, Any] = {
    "step": None,
    "nogoods": [],
    "recalled": [],
    "decision": None,
    "consent": False,
    "search": {},
    "candidates": [],
    "best": None,
    "asked_for": {},
    "tallies": {},
    "structured_response": {},
}
"""What a task begins without."""


def fresh(run: str, question: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a task that has just begun.

    A key that the thread never had needs no emptying: every key that has a value costs each
    step of the graph and each checkpoint something.

    Args:
        run: Id of the run.
        question: The user's words.
        before: The thread's state so far.
    """
    emptied = {key: empty for key, empty in EMPTY.items() if key in before}
    begun = {"run": run, "chain": Chain(question=question).to_json(), "usage": Usage().to_json()}
    return begun | emptied


def recall(state: State, scene: Scene) -> dict[str, Any]:
    """Look up verified chains of similar tasks; memory that fails costs the run nothing."""
    if scene.memory is None:
        return {}
    try:
        words = last_human_text(state)
        found = scene.memory.recall(words, family=scene.family, k=EXAMPLES, run=state["run"])
        warned = scene.memory.nogoods.recall(words, family=scene.family, k=WARNINGS)
    except AutoGLMError as error:
        scene.listener({"event": "memory.failed", "text": str(error)})
        return {}
    scene.listener({"event": "recall", "found": len(found), "text": f"{len(found)} similar tasks"})
    warnings = [{"refuted": warning.to_json()} for warning in warned]
    return {"recalled": [*(_example(memory) for memory in found), *warnings]}


def last_human_text(state: State) -> str:
    """Return the text of the user's last message."""
    for message in reversed(state["messages"]):
        if isinstance(message, HumanMessage):
            return str(message.text)
    return ""


def _example(memory: Any) -> dict[str, Any]:
    steps = [_shown(step) for step in memory.chain.steps if step.tool or step.claim]
    return {"task": memory.text[:500], "steps": steps, "summary": memory.summary}


def _shown(step: Step) -> dict[str, Any]:
    if step.tool is None:
        return {"claim": step.claim[:500], **({"final": True} if step.final else {})}
    # An id of another run would only mislead.
    args = {k: v for k, v in step.args.items() if not k.endswith("_id")}
    return {"tool": step.tool, "args": args}
