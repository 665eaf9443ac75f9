"""`backtrack`: go back to the step to blame, with the reason, or ask a person."""

from __future__ import annotations

from typing import Any, cast

from langgraph.types import interrupt

from autoglm_agent.chain import Chain, Nogood, Remedy, Step
from autoglm_agent.policy import Decision, decide, exhausted
from autoglm_graphs.candidates import taken
from autoglm_graphs.nodes.generate import unless_refuted
from autoglm_graphs.reviving import as_data
from autoglm_graphs.scene import Scene
from autoglm_graphs.settings import ANSWERED
from autoglm_graphs.state import State, chain_of, decision_of, nogoods_of, step_of, usage_of


def backtrack(state: State, scene: Scene) -> dict[str, Any]:
    """Carry out what the policy decided on a refuted step."""
    decision = decision_of(state)
    if decision is None or decision.action == "conclude":
        return {}
    if decision.action == "ask":
        if not scene.ask or decision.asked is None:
            return {"decision": decision.model_copy(update={"action": "conclude"}).to_json()}
        answer = interrupt(question(decision))
        scene.listener({"event": ANSWERED, "text": f"The answer: {answer}"})
        if decision.asked.needs_consent:
            return _with_consent(state, scene, allowed=bool(answer))
        if decision.refuted[0].check != "tool":
            # A doubt that no answer can heal: the result stays unverified, whatever is said.
            return {"decision": decision.model_copy(update={"action": "conclude"}).to_json()}
        decision = _answered(state, decision, answer)
    return _jump(state, scene, decision)


def _jump(state: State, scene: Scene, decision: Decision) -> dict[str, Any]:
    chain = chain_of(state)
    usage = usage_of(state).plus(remedies=1)
    for nogood in decision.nogoods:
        scene.listener(jump_event(nogood, decision, usage.remedies, chain, step_of(state)))
    cut = {
        "chain": as_data(chain.cut(decision.to)),
        "nogoods": [*(state.get("nogoods") or ()), *map(as_data, decision.nogoods)],
        "usage": as_data(usage),
        "decision": as_data(decision),
    }
    return cut | next_candidate(cast(State, {**state, **cut}), scene)


def next_candidate(state: State, scene: Scene) -> dict[str, Any]:
    """Take up a step that was proposed at this point and not tried yet, if there is one."""
    step, changed = taken(state, len(chain_of(state).steps))
    if step is None:
        return changed if state.get("candidates") else {}
    usage = usage_of(state)
    cap = exhausted(scene.budget, usage, steps=1, seconds=0)
    if cap:
        ended = Decision(action="conclude", reason=f"Budget: {cap}.")
        return {**changed, "decision": as_data(ended)}
    step = unless_refuted(state, step)
    spent = as_data(usage.plus(steps=1))
    return {**changed, "step": as_data(step), "decision": None, "usage": spent}


def _with_consent(state: State, scene: Scene, *, allowed: bool) -> dict[str, Any]:
    """Ask the policy again, now that the user has spoken."""
    decision = decide(
        chain_of(state),
        step_of(state),
        nogoods_of(state),
        usage_of(state),
        scene.budget,
        consent=allowed,
    )
    if decision.action != "jump":
        return {"decision": decision.model_copy(update={"action": "conclude"}).to_json()}
    return {**_jump(state, scene, decision), "consent": True}


def _answered(state: State, decision: Decision, answer: Any) -> Decision:
    """Return the jump that the answer means: a verdict of the user on the step that asked."""
    chain, step, verdict = chain_of(state), step_of(state), decision.refuted[0]
    remedy = Remedy(
        kind="recompute",
        step=step.tool or "",
        args={"target": str(answer)},
        reason="The user said so.",
    )
    nogood = Nogood(
        prefix=chain.prefix_key,
        step=step.key,
        tool=step.tool,
        args=step.args,
        reason=verdict.fact,
        check=verdict.check,
        remedy=remedy,
    )
    return decision.model_copy(
        update={"action": "jump", "to": len(chain.steps), "nogoods": (nogood,)}
    )


def question(decision: Decision) -> dict[str, Any]:
    """Return what a person is asked, as JSON data."""
    verdict = decision.refuted[0]
    return {
        "question": verdict.evidence.get("message") or decision.reason,
        "candidates": verdict.evidence.get("candidates", []),
        "check": verdict.check,
        "consent": bool(decision.asked and decision.asked.needs_consent),
    }


def jump_event(
    nogood: Nogood, decision: Decision, round_: int, chain: Chain, step: Step
) -> dict[str, Any]:
    """Return the event that tells of a jump back for one refuted state."""
    remedy = nogood.remedy
    blame = remedy.step if remedy else (nogood.tool or "")
    return {
        "event": "backtrack",
        "round": round_,
        "check": nogood.check,
        "title": next((v.title for v in decision.refuted if v.check == nogood.check), ""),
        "blame": blame,
        "remedy": remedy.to_json() if remedy else None,
        "fact": nogood.reason,
        "cut_to": decision.to,
        "cut_from": len(chain.steps),
        "refuted": step.tool or "answer",
        "text": f"back to {blame}: {nogood.reason}",
    }
