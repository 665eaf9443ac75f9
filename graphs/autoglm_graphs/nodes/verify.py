"""`verify`: judge the step; what is not refuted joins the chain."""

from __future__ import annotations

from typing import Any

from autoglm_agent.policy import decide
from autoglm_agent.verifiers import judge_step
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, nogoods_of, step_of, usage_of


def verify(state: State, scene: Scene) -> dict[str, Any]:
    """Run the verifiers, ask the policy, and let an accepted step grow the chain."""
    chain, step = chain_of(state), step_of(state)
    if not step.verdicts:
        verdicts = judge_step(scene.verifiers, step, chain)
        step = step.model_copy(update={"verdicts": tuple(verdicts)})
    decision = decide(
        chain, step, nogoods_of(state), usage_of(state), scene.budget, consent=scene.consent
    )
    accepted = decision.action == "accept"
    scene.listener(
        {
            "event": "step.accepted" if accepted else "step.refuted",
            "index": len(chain.steps),
            "tool": step.tool,
            "args": step.args,
            "text": step.thought or step.claim,
            "outcome": step.outcome.text[:1500] if step.outcome else "",
            "seconds": round(step.outcome.seconds, 3) if step.outcome else 0.0,
            "verdicts": [
                {"check": v.check, "status": v.status, "fact": v.fact} for v in step.verdicts
            ],
        }
    )
    changed: dict[str, Any] = {"step": step.to_json(), "decision": decision.to_json()}
    if accepted:
        changed["chain"] = chain.grown(step).to_json()
    return changed
