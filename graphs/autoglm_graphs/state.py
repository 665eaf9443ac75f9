"""What the machine keeps between nodes: plain JSON data and messages, nothing else.

Checkpoints hold every key of the state, so there is no model, table or number type of NumPy in
it. `Input` and `Output` are narrow on purpose: they become the schema of the MCP tool and the
agent card when the graph is served.
"""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from langchain_core.messages import AnyMessage
from langgraph.channels import UntrackedValue
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from autoglm_agent.chain import Chain, Nogood, Step, Usage
from autoglm_agent.policy import Decision
from autoglm_agent.policy.search import Search
from autoglm_graphs.reviving import revived

Prompt = Annotated[list[AnyMessage], UntrackedValue]
"""What `compose` wrote for the next call. It follows from the rest of the state, so no checkpoint
holds it: a run that is resumed between the two composes it again."""


class Input(TypedDict):
    """What a caller gives."""

    messages: Annotated[list[AnyMessage], add_messages]


class Output(TypedDict):
    """What a caller gets."""

    messages: Annotated[list[AnyMessage], add_messages]
    structured_response: dict[str, Any]


class ReasoningOutput(Output):
    """What a caller of the reasoning agent gets, besides."""

    chain: dict[str, Any]
    status: str
    answer: str | None
    usage: dict[str, Any]


class Route(TypedDict):
    """What the routing looks at: a conditional edge reads these keys only."""

    step: NotRequired[dict[str, Any] | None]
    decision: NotRequired[dict[str, Any] | None]


class Fan(Input):
    """What the fan of several drafts looks at and hands on."""

    run: NotRequired[str]
    prompt: NotRequired[Prompt]
    usage: NotRequired[dict[str, Any]]


def piled(before: list[Any], more: list[Any] | None) -> list[Any]:
    """Reduce drafts that are written side by side to one list; None empties it."""
    return [] if more is None else [*before, *more]


class State(Input):
    """The search stack and what the nodes hand to each other.

    All keys but `messages` belong to the task at hand; `recall` sets them anew, because a
    thread keeps its state from one turn to the next.
    """

    run: NotRequired[str]
    """Id of the run, which is the name of its folder."""
    chain: NotRequired[dict[str, Any]]
    """The accepted steps (`Chain`)."""
    step: NotRequired[dict[str, Any] | None]
    """The step being tried (`Step`)."""
    nogoods: NotRequired[list[dict[str, Any]]]
    """Refuted states with their reasons (`Nogood`); they survive every jump back."""
    usage: NotRequired[dict[str, Any]]
    """What has been spent (`Usage`)."""
    recalled: NotRequired[list[dict[str, Any]]]
    """Verified chains of similar tasks, as few-shot examples."""
    prompt: NotRequired[Prompt]
    decision: NotRequired[dict[str, Any] | None]
    """What the policy said of the last step (`Decision`)."""
    consent: NotRequired[bool]
    """Whether the user allowed a second reading of the vault."""
    structured_response: NotRequired[dict[str, Any]]
    # Free reasoning only
    search: NotRequired[dict[str, Any]]
    """The policy's search stack (`policy.search.Search`)."""
    candidates: NotRequired[list[list[dict[str, Any]]]]
    """Proposed steps not tried yet, one list for each length of the chain (`Step`)."""
    best: NotRequired[dict[str, Any] | None]
    """The best answer that was not surely wrong: `step` and `confidence`."""
    asked_for: NotRequired[dict[str, Any]]
    """How the next step is to be asked for: `distinct` alternatives, on which `rung`."""
    tallies: NotRequired[dict[str, Any]]
    """How verifiers did where the truth became known (`search_rules.tallied`)."""
    variant: NotRequired[str]
    """Name of the wording of the instructions."""
    status: NotRequired[str]
    answer: NotRequired[str | None]


class WideState(State):
    """The state of a machine that makes several model calls for one step."""

    drafts: NotRequired[Annotated[list[dict[str, Any]], piled]]
    """What the calls side by side proposed."""


def chain_of(state: State) -> Chain:
    """Return the accepted steps."""
    return revived(Chain, state.get("chain") or {})


def step_of(state: State | Route) -> Step:
    """Return the step being tried."""
    return revived(Step, state.get("step") or {})


def nogoods_of(state: State) -> tuple[Nogood, ...]:
    """Return the refuted states."""
    return tuple(revived(Nogood, n) for n in state.get("nogoods") or ())


def candidates_of(state: State) -> list[list[Step]]:
    """Return the steps not tried yet, for each length of the chain."""
    return [[revived(Step, s) for s in at] for at in state.get("candidates") or []]


def search_of(state: State) -> Search:
    """Return the policy's search stack."""
    return revived(Search, state.get("search") or {})


def usage_of(state: State) -> Usage:
    """Return what has been spent."""
    return revived(Usage, state.get("usage") or {})


def decision_of(state: State | Route) -> Decision | None:
    """Return the policy's last word, if there is one."""
    decision = state.get("decision")
    return revived(Decision, decision) if decision else None
