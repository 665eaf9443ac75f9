"""`generate`: ask the model for the next step only, or for several that exclude each other."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.runnables.config import run_in_executor

from autoglm_agent.chain import Step, Usage, Verdict
from autoglm_agent.faults import faultpoint
from autoglm_agent.policy import Decision, exhausted, repeated
from autoglm_graphs.calling import Called, acall, call
from autoglm_graphs.candidates import offered
from autoglm_graphs.confirming import with_confirmed
from autoglm_graphs.nodes.compose import aprompt_of, prompt_of
from autoglm_graphs.nodes.propose import gathered, proposed
from autoglm_graphs.reviving import as_data
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import State, chain_of, nogoods_of, usage_of


def spent_out(scene: Scene, usage: Usage) -> dict[str, Any] | None:
    """Return the end of the run if one more step would break a cap, else None."""
    cap = exhausted(scene.budget, usage, model_calls=1, steps=1, tokens=0, money=0, seconds=0)
    if cap is None:
        return None
    return _end(f"Budget: {cap}.")


def _end(reason: str) -> dict[str, Any]:
    """Return the end of the run without a step."""
    return {"step": None, "decision": as_data(Decision(action="conclude", reason=reason))}


def generate(state: State, scene: Scene) -> dict[str, Any]:
    """Ask the model, unless the budget is spent."""
    ended = _ended(state, scene)
    if ended:
        return ended
    called = call(scene, scene.model(state), prompt_of(state, scene), usage_of(state))
    return _proposal(state, scene, called)


async def agenerate(state: State, scene: Scene) -> dict[str, Any]:
    """Ask the model without blocking the event loop, unless the budget is spent."""
    ended = await run_in_executor(None, _ended, state, scene)
    if ended:
        return ended
    called = await acall(scene, scene.model(state), await aprompt_of(state, scene), usage_of(state))
    return await run_in_executor(None, _proposal, state, scene, called)  # it writes the log


def _ended(state: State, scene: Scene) -> dict[str, Any] | None:
    """Return what to do without calling the model: gather drafts, or end the run."""
    if not state.get("drafts"):
        return spent_out(scene, usage_of(state))
    steps, usage, fault = gathered(state)
    return {**_tried(state, scene, steps, usage, fault), "drafts": None}


def _proposal(state: State, scene: Scene, called: Called) -> dict[str, Any]:
    faultpoint("generate.reply")
    return _tried(state, scene, proposed(scene, called), called.usage, called.fault)


def _tried(
    state: State, scene: Scene, steps: list[Step], usage: Usage, fault: str
) -> dict[str, Any]:
    """Take up the first of the proposed steps and keep the others."""
    if not steps:
        return {**_end(fault), "usage": as_data(usage)}
    first, *rest = steps
    step = unless_refuted(state, first)
    scene.listener(
        {"event": "step.proposed", "tool": step.tool, "args": step.args, "text": step.thought}
    )
    return {
        "step": as_data(step),
        "usage": as_data(usage.plus(steps=1)),
        **offered(state, rest),
    }


def unless_refuted(state: State, step: Step) -> Step:
    """Refute the step at once if it was surely refuted before at this point."""
    nogoods = nogoods_of(state)
    step = with_confirmed(step, nogoods)
    forbidden = repeated(chain_of(state), step, nogoods) if nogoods else None
    if forbidden is None:
        return step
    fact = f"This was refuted already: {forbidden.reason}"
    return step.model_copy(
        update={"verdicts": (Verdict(check="nogood", status="fail", fact=fact),)}
    )


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
