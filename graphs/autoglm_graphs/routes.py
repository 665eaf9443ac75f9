"""What is next after a node, by the state alone.

The nodes say it themselves as they end. A conditional edge would have LangGraph put the whole
state together once more at each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from autoglm_graphs.state import State, decision_of, step_of

Route = tuple[Callable[[State], str], tuple[str, ...]]
"""What is next, and all that it may be."""


def routes(approving: bool) -> Mapping[str, Route]:
    """Return the way on after each node that has more than one.

    Args:
        approving: Whether a person approves the plan: an accepted step then passes `approve`.
    """
    accepted = "approve" if approving else "compose"

    def verified(state: State) -> str:
        way = after_verify(state)
        return accepted if way == "compose" else way

    return {
        "generate": (after_generate, ("act", "verify", "conclude")),
        "verify": (verified, (accepted, "conclude", "backtrack")),
        "backtrack": (after_backtrack, ("act", "verify", "compose", "conclude")),
        "approve": (after_approve, ("compose", "conclude")),
    }


def after_generate(state: State) -> Literal["act", "verify", "conclude"]:
    """Go on with the proposed step, unless the run ended; without a tool nothing is done."""
    return "conclude" if decision_of(state) else to_be_tried(state)


def to_be_tried(state: State) -> Literal["act", "verify"]:
    """Return where a step goes that is to be tried."""
    return "act" if step_of(state).tool else "verify"


def after_verify(state: State) -> Literal["compose", "conclude", "backtrack"]:
    """Go on, end, or go back."""
    decision = decision_of(state)
    if decision is None or decision.action != "accept":
        return "backtrack"
    return "conclude" if decision.done else "compose"


def after_approve(state: State) -> Literal["compose", "conclude"]:
    """Go on, unless the plan was not approved."""
    decision = decision_of(state)
    return "conclude" if decision and decision.action == "conclude" else "compose"


def after_backtrack(state: State) -> Literal["act", "verify", "compose", "conclude"]:
    """Try the next candidate, or ask for another step, unless nothing is left to try."""
    decision = decision_of(state)
    if decision is None:
        return to_be_tried(state)
    return "conclude" if decision.action == "conclude" else "compose"
