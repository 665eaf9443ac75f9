"""The AutoML agent's prompt, from the state."""

from __future__ import annotations

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from autoglm_agent.chain import Chain
from autoglm_agent.prompting.automl import nogood_section, system_sections
from autoglm_agent.prompting.sections import compose
from autoglm_graphs.state import State, chain_of, nogoods_of

PROMPT_TOKENS = 12_000

CONSTRAINTS = (
    "The holdout is sealed before anything is fitted and read once, by evaluate_model.",
    "No column may give the target away; equal rows must not lie on both sides of the split.",
    "Every score is recomputed by the harness; a model must beat the best baseline.",
    "A failed check comes with the step to blame and a remedy: apply the remedy there.",
)


def prompt_messages(state: State, tools: list[str]) -> list[AnyMessage]:
    """Return the prompt: what stays, the user's words, the frozen chain, the nogoods."""
    system = compose(
        system_sections(CONSTRAINTS, state.get("recalled") or [], tools), PROMPT_TOKENS
    )
    nogoods = compose([nogood_section(nogoods_of(state))], PROMPT_TOKENS)
    talk = [m for m in state["messages"] if isinstance(m, HumanMessage | AIMessage)]
    return [
        SystemMessage(system),
        *talk,
        *frozen(chain_of(state)),
        *([HumanMessage(nogoods)] if nogoods else []),
    ]


def frozen(chain: Chain) -> list[AnyMessage]:
    """Return the accepted steps as the calls and results they were."""
    messages: list[AnyMessage] = []
    for index, step in enumerate(chain.steps):
        if step.tool and step.outcome:
            call_id = step.call_id or f"step-{index}"
            call = {"name": step.tool, "args": step.args, "id": call_id}
            messages.append(AIMessage(step.thought, tool_calls=[call]))
            messages.append(ToolMessage(step.outcome.text, tool_call_id=call_id, name=step.tool))
    return messages
