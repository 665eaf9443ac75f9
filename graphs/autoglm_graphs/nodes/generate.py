"""`generate`: ask the model for the next step only, as a typed object."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable

from autoglm_agent.chain import Step, Verdict
from autoglm_agent.faults import faultpoint
from autoglm_agent.policy import Decision, exhausted, repeated
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, nogoods_of, usage_of


def spent_out(state: State, scene: Scene) -> dict[str, Any] | None:
    """Return the end of the run if one more step would break a cap, else None."""
    cap = exhausted(
        scene.budget, usage_of(state), model_calls=1, steps=1, tokens=0, money=0, seconds=0
    )
    if cap is None:
        return None
    return {"decision": Decision(action="conclude", reason=f"Budget: {cap}.").to_json()}


def generate(state: State, scene: Scene) -> dict[str, Any]:
    """Ask the model, unless the budget is spent."""
    ended = spent_out(state, scene)
    if ended:
        return ended
    reply = _asked(scene).invoke(state.get("prompt") or [])
    return _proposal(state, scene, reply)


async def agenerate(state: State, scene: Scene) -> dict[str, Any]:
    """Ask the model without blocking the event loop, unless the budget is spent."""
    ended = spent_out(state, scene)
    if ended:
        return ended
    reply = await _asked(scene).ainvoke(state.get("prompt") or [])
    return _proposal(state, scene, reply)


def _asked(scene: Scene) -> Runnable[LanguageModelInput, AIMessage]:
    return scene.model.bind_tools(list(scene.tools))


def _proposal(state: State, scene: Scene, reply: AIMessage) -> dict[str, Any]:
    faultpoint("generate.reply")
    step = read_step(reply)
    forbidden = repeated(chain_of(state), step, nogoods_of(state))
    if forbidden:
        fact = f"This was refuted already: {forbidden.reason}"
        step = step.model_copy(
            update={"verdicts": (Verdict(check="nogood", status="fail", fact=fact),)}
        )
    tokens = reply.usage_metadata["total_tokens"] if reply.usage_metadata else 0
    usage = usage_of(state).plus(model_calls=1, steps=1, tokens=tokens)
    scene.listener(
        {"event": "step.proposed", "tool": step.tool, "args": step.args, "text": step.thought}
    )
    return {"step": step.to_json(), "usage": usage.to_json(), "prompt": []}


def read_step(reply: AIMessage) -> Step:
    """Read the model's reply as a step; what cannot be read is a refuted step.

    Only the first tool call counts: one step at a time.
    """
    thought = str(reply.text).strip()
    if reply.tool_calls:
        call = reply.tool_calls[0]
        return Step(
            thought=thought[:2000],
            tool=call["name"],
            args=call["args"],
            call_id=call["id"] or "",
        )
    if reply.invalid_tool_calls:
        broken = reply.invalid_tool_calls[0]
        fact = f"The call of {broken.get('name')} cannot be read: {broken.get('error') or 'JSON'}"
        return Step(thought=thought[:2000], verdicts=(_malformed(fact),))
    if not thought:
        return Step(verdicts=(_malformed("The reply was empty."),))
    return Step(claim=thought)


def _malformed(fact: str) -> Verdict:
    return Verdict(check="schema", title="The reply can be read", status="fail", fact=fact)
