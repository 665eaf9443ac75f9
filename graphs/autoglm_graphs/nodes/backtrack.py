"""`backtrack`: go back to the step to blame, with the reason, or ask a person."""

from __future__ import annotations

from typing import Any

from langgraph.types import interrupt

from autoglm_agent.chain import Chain, Nogood, Remedy, Step, Verdict
from autoglm_agent.policy import Decision
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, decision_of, nogoods_of, step_of, usage_of


def backtrack(state: State, scene: Scene) -> dict[str, Any]:
    """Carry out what the policy decided on a refuted step."""
    decision = decision_of(state)
    if decision is None or decision.action == "conclude":
        return {}
    chain = chain_of(state)
    if decision.action == "ask":
        if not scene.ask:
            ended = decision.model_copy(update={"action": "conclude"})
            return {"decision": ended.to_json()}
        return _asked(state, decision, chain)
    usage = usage_of(state).plus(remedies=1)
    for nogood in decision.nogoods:
        scene.listener(_event(nogood, decision, usage.remedies, chain, step_of(state)))
    nogoods = [*nogoods_of(state), *decision.nogoods]
    return {
        "chain": chain.cut(decision.to).to_json(),
        "nogoods": [n.to_json() for n in nogoods],
        "usage": usage.to_json(),
    }


def _asked(state: State, decision: Decision, chain: Chain) -> dict[str, Any]:
    """Interrupt with the question; the answer becomes a remedy like any other."""
    verdict = decision.refuted[0]
    step = step_of(state)
    answer = interrupt(question(verdict))
    # An answer is a verdict of the user: it blames the step that could not know.
    consent = bool(answer) and verdict.check in ("V03", "V32")
    args = {} if consent else {"target": str(answer)}
    nogood = Nogood(
        prefix=chain.prefix_key,
        step=step.key,
        tool=step.tool,
        reason=verdict.fact,
        check=verdict.check,
        # With consent the same step may be tried again, unchanged.
        sound=not consent,
        remedy=Remedy(
            kind="recompute", step=step.tool or "", args=args, reason="The user said so."
        ),
    )
    return {
        "nogoods": [*(n.to_json() for n in nogoods_of(state)), nogood.to_json()],
        "consent": state.get("consent", False) or consent,
        "decision": decision.model_copy(update={"action": "jump"}).to_json(),
        "usage": usage_of(state).plus(remedies=1).to_json(),
    }


def question(verdict: Verdict) -> dict[str, Any]:
    """Return what a person is asked, as JSON data."""
    return {
        "question": verdict.evidence.get("message") or verdict.fact,
        "candidates": verdict.evidence.get("candidates", []),
        "check": verdict.check,
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
