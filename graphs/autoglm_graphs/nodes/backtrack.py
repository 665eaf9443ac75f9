"""`backtrack`: go back to the step to blame, with the reason, or ask a person."""

from __future__ import annotations

from typing import Any, cast, get_args

from langgraph.types import interrupt

from autoglm_agent.chain import Chain, Kind, Nogood, Remedy, Step
from autoglm_agent.planner.consent import meaning
from autoglm_agent.policy import Decision, decide, exhausted
from autoglm_graphs.candidates import taken
from autoglm_graphs.confirming import PLANNER
from autoglm_graphs.nodes.approve import REMEDIES, changed, remedy_question
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
        # A doubt about the data that no answer can heal is not asked: the result stays unverified.
        of_use = decision.asked and (decision.asked.needs_consent or _unclear(decision))
        if not scene.ask or decision.asked is None or not of_use:
            return {"decision": decision.model_copy(update={"action": "conclude"}).to_json()}
        answer = interrupt(question(decision))
        scene.listener({"event": ANSWERED, "text": f"The answer: {answer}"})
        if decision.asked.needs_consent:
            return _with_consent(state, scene, allowed=bool(meaning(answer)))
        decision = _answered(state, decision, answer)
    elif REMEDIES in scene.approve:
        decision = _approved(state, scene, decision)
        if decision.action != "jump":
            return {"decision": as_data(decision.model_copy(update={"action": "conclude"}))}
    return _jump(state, scene, decision)


def _approved(state: State, scene: Scene, decision: Decision) -> Decision:
    """Return what a person approves of: a remedy that is declined gives way to the next one."""
    declined: list[Nogood] = []
    while decision.action == "jump" and any(
        n.remedy and n.check != "tool" for n in decision.nogoods
    ):
        answer = interrupt(remedy_question(decision))
        scene.listener({"event": ANSWERED, "text": f"The answer: {answer}"})
        if meaning(answer):
            return decision
        declined += [n.model_copy(update={"prefix": "declined"}) for n in decision.nogoods]
        known = (*nogoods_of(state), *declined)
        decision = decide(
            chain_of(state), step_of(state), known, usage_of(state), scene.budget,
            consent=scene.consent,
        )  # fmt: skip
    return decision


def _unclear(decision: Decision) -> bool:
    """Whether a tool could not tell what is meant, such as the target."""
    return decision.refuted[0].check == "tool"


def _heals(decision: Decision) -> bool:
    """Whether a jump carries out the remedy of a check; a model's slip is no one's to approve."""
    return any(n.remedy and n.check not in ("tool", "user") for n in decision.nogoods)


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
    words, candidates = str(answer).strip(), verdict.evidence.get("candidates", [])
    if " " in words and words not in candidates and step.tool == PLANNER:  # no name: a sentence
        unclear = verdict.evidence.get("message") or "What is meant was unclear."
        nogood = changed(step, chain.prefix_key, words, f"{unclear} The user answered")
        return decision.model_copy(
            update={"action": "jump", "to": len(chain.steps), "nogoods": (nogood,)}
        )
    remedy = Remedy(
        kind="recompute",
        step=step.tool or "",
        args={_slot(candidates): words},
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


def _slot(candidates: list[str]) -> str:
    """Return which slot a question with these candidates is about."""
    kinds = bool(candidates) and set(candidates) <= set(get_args(Kind))
    return "kind" if kinds else "target"


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
