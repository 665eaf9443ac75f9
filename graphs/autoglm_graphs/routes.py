"""What is next after a node, by the state alone: conditional edges, and not the nodes themselves.

Where a node routes by `Command`, `update_state(as_node=...)` forgets what is next, and a fork of a
run's history would silently end there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from autoglm_graphs.state import Route, decision_of, step_of

Way = tuple[Callable[[Route], str], tuple[str, ...]]
"""What is next, and all that it may be."""


def routes(*, approving: bool, acting: bool) -> Mapping[str, Way]:
    """Return the way on after each node that has more than one.

    Args:
        approving: Whether a person approves the plan: an accepted step then passes `approve`.
        acting: Whether there are tools. Without any a proposed step is judged at once, and a
            run that ended meanwhile passes through `verify`: LangGraph copies the whole state for
            each choice of a way.
    """
    accepted = "approve" if approving else "compose"

    def after_verify(state: Route) -> str:
        """Go on, end, or go back."""
        decision = decision_of(state)
        if decision is not None and decision.action == "conclude":
            return "conclude"
        if decision is None or decision.action != "accept":
            return "backtrack"
        return "conclude" if decision.done else accepted

    tried = ("act", "verify") if acting else ("verify",)
    ways: dict[str, Way] = {
        "verify": (after_verify, (accepted, "conclude", "backtrack")),
        "backtrack": (after_backtrack, (*tried, "compose", "conclude")),
    }
    if acting:
        ways["generate"] = (after_generate, (*tried, "conclude"))
    if approving:
        ways["approve"] = (after_approve, ("compose", "conclude"))
    return ways


def after_generate(state: Route) -> Literal["act", "verify", "conclude"]:
    """Go on with the proposed step, unless the run ended; without a tool nothing is done."""
    return "conclude" if state.get("step") is None else to_be_tried(state)


def to_be_tried(state: Route) -> Literal["act", "verify"]:
    """Return where a step goes that is to be tried."""
    return "act" if step_of(state).tool else "verify"


def after_approve(state: Route) -> Literal["compose", "conclude"]:
    """Go on, unless the plan was not approved."""
    decision = decision_of(state)
    return "conclude" if decision and decision.action == "conclude" else "compose"


def after_backtrack(state: Route) -> Literal["act", "verify", "compose", "conclude"]:
    """Try the next candidate, or ask for another step, unless nothing is left to try."""
    decision = decision_of(state)
    if decision is None:
        return to_be_tried(state)
    return "conclude" if decision.action == "conclude" else "compose"
