"""`approve`: show a person the plan and wait: yes goes on, no ends the run, words change it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from langgraph.types import interrupt

from autoglm_agent.chain import Nogood, Remedy, Step
from autoglm_agent.errors import InputError
from autoglm_agent.planner.consent import meaning
from autoglm_agent.policy import Decision
from autoglm_graphs.confirming import PLANNER
from autoglm_graphs.reviving import as_data
from autoglm_graphs.scene import Scene
from autoglm_graphs.settings import ANSWERED
from autoglm_graphs.state import State, chain_of, usage_of

PLAN, REMEDIES = "plan", "remedies"
APPROVALS = (PLAN, REMEDIES)
"""What a person can be asked to approve."""


def check_approvals(names: Iterable[str]) -> None:
    """Refuse what cannot be approved.

    Raises:
        InputError: If a name is none of `APPROVALS`.
    """
    if unknown := sorted(set(names) - set(APPROVALS)):
        raise InputError(
            f"{unknown[0][:40]!r} cannot be approved.", f"Name {', '.join(APPROVALS)}."
        )


def approve(state: State, scene: Scene) -> dict[str, Any]:
    """Ask whether the plan that was just accepted is what is wanted."""
    chain = chain_of(state)
    step = chain.steps[-1] if chain.steps else None
    if PLAN not in scene.approve or step is None or step.tool != PLANNER:
        return {}
    answer = interrupt(plan_question(step))
    scene.listener({"event": ANSWERED, "text": f"The answer: {answer}"})
    agreed = meaning(answer)
    if agreed:
        return {}
    if agreed is False:
        ended = Decision(action="conclude", reason="The plan was not approved.")
        return {"decision": as_data(ended), "step": as_data(step)}
    kept = chain.cut(len(chain.steps) - 1)
    nogood = changed(step, kept.prefix_key, str(answer), "The user wants another plan")
    usage = usage_of(state).plus(remedies=1)
    scene.listener(
        {
            "event": "backtrack",
            "round": usage.remedies,
            "check": nogood.check,
            "title": "The user",
            "blame": PLANNER,
            "remedy": nogood.remedy.to_json() if nogood.remedy else None,
            "fact": nogood.reason,
            "cut_to": len(kept.steps),
            "cut_from": len(chain.steps),
            "refuted": PLANNER,
            "text": f"back to {PLANNER}: {nogood.reason}",
        }
    )
    return {
        "chain": as_data(kept),
        "nogoods": [*(state.get("nogoods") or ()), as_data(nogood)],
        "usage": as_data(usage),
    }


def changed(step: Step, prefix: str, words: str, reason: str) -> Nogood:
    """Return what the user's words mean for a planning step: what is said adds to the request."""
    asked = f"{step.args.get('instruction', '')}\n{words}".strip()
    remedy = Remedy(
        kind="recompute", step=PLANNER, args={"instruction": asked}, reason="The user said so."
    )
    return Nogood(
        prefix=prefix,
        step=step.key,
        tool=step.tool,
        args=step.args,
        reason=f"{reason}: {words}",
        check="user",
        remedy=remedy,
    )


def plan_question(step: Step) -> dict[str, Any]:
    """Return what a person is asked of a plan, as JSON data."""
    told = step.outcome.text.partition("\nids: ")[0] if step.outcome else ""
    return {
        "kind": PLAN,
        "question": f"This is the plan:\n{told}\nIs it right? Yes, no, or say what to change.",
        "candidates": ["yes", "no"],
        "check": "user",
        "consent": True,
    }


def remedy_question(decision: Decision) -> dict[str, Any]:
    """Return what a person is asked before a check's remedies are carried out."""
    lines = [decision.reason]
    for nogood in decision.nogoods:
        remedy = nogood.remedy
        if remedy is not None:
            args = ", ".join(f"{key}: {value}" for key, value in remedy.args.items())
            lines.append(f"Remedy: {remedy.kind} at {remedy.step} ({args}). {remedy.reason}")
    return {
        "kind": REMEDIES,
        "question": "\n".join([*lines, "Shall it be done? Yes or no."]),
        "candidates": ["yes", "no"],
        "check": decision.refuted[0].check if decision.refuted else "",
        "consent": True,
    }
