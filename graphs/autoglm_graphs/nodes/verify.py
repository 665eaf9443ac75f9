"""`verify`: judge the step; what is not refuted joins the chain."""

from __future__ import annotations

from typing import Any

from autoglm_graphs.reviving import as_data, grown_data
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of


def verify(state: State, scene: Scene) -> dict[str, Any]:
    """Have the step judged by the rules, and let an accepted step grow the chain."""
    if state.get("step") is None:
        return {}  # the run ended before there was a step
    chain = chain_of(state)
    ruling = scene.rules.rule(state, scene)
    step, decision = ruling.step, ruling.decision
    accepted = decision.action == "accept"
    scene.listener(
        {
            "event": "step.accepted" if accepted else "step.refuted",
            "index": len(chain.steps),
            "tool": step.tool,
            "args": step.args,
            "text": step.claim if scene.tells_claims else step.thought or step.claim,
            "outcome": step.outcome.text[:1500] if step.outcome else "",
            "seconds": round(step.outcome.seconds, 3) if step.outcome else 0.0,
            "verdicts": [
                {"check": v.check, "status": v.status, "fact": v.fact} for v in step.verdicts
            ],
        }
    )
    told, decided = as_data(step), as_data(decision)
    # An accepted step is the chain's last; what is as before is not written: each key that is
    # costs the step of the graph and its checkpoint something.
    changed: dict[str, Any] = {} if decided == state.get("decision") else {"decision": decided}
    if accepted:
        changed["chain"] = grown_data(state.get("chain") or {}, chain, step, told)
    else:
        changed["step"] = told
    return changed | ruling.changed
