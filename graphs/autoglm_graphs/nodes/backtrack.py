"""`backtrack`: go back to the step to blame, with the reason, or ask a person."""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from autoglm_agent.chain import Chain, Nogood, Remedy, Step
from autoglm_agent.policy import Decision, decide
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
        scene.listener(_event(nogood, decision, usage.remedies, chain, step_of(state)))
    return {
        "chain": chain.cut(decision.to).to_json(),
        "nogoods": [n.to_json() for n in (*nogoods_of(state), *decision.nogoods)],
        "usage": usage.to_json(),
        "decision": decision.to_json(),
    }


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


def _event(
    nogood: Nogood, decision: Decision, round_: int, chain: Chain, step: Step
) -> dict[str, Any]:
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
