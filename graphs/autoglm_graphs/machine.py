"""The machine: recall, compose, generate, act, verify, backtrack, conclude, remember.

One graph serves free reasoning and AutoML; they differ in the scene that `open_scene` gives.
Routing is by conditional edges over plain state, so LangGraph's time travel stays a feature for
people; the search stack itself is the state's chain, nogoods and usage.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol, cast

from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.chain import Usage
from autoglm_agent.faults import faultpoint
from autoglm_graphs.nodes.act import act
from autoglm_graphs.nodes.backtrack import backtrack
from autoglm_graphs.nodes.compose import compose
from autoglm_graphs.nodes.conclude import conclude
from autoglm_graphs.nodes.generate import agenerate, generate
from autoglm_graphs.nodes.recall import fresh, recall
from autoglm_graphs.nodes.remember import remember
from autoglm_graphs.nodes.verify import verify
from autoglm_graphs.scene import OpenScene, Scene
from autoglm_graphs.state import Input, Output, State, decision_of

Node = Callable[[State, Scene], dict[str, Any]]


class Wired(Protocol):
    """A node as LangGraph calls it."""

    def __call__(self, state: State) -> dict[str, Any]:
        """Return the keys of the state that change."""
        ...


RECURSION_LIMIT = 10_000
"""Never decisive: the budget ends a run long before."""


def build_machine(
    open_scene: OpenScene,
    *,
    begin: Callable[[State], str],
    context_schema: type | None = None,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    name: str = "autoglm",
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Wire the machine.

    Args:
        open_scene: Gives the live objects of the state's run.
        begin: Makes or finds the run of a new task and returns its id.
        context_schema: Type of the per-run context that callers may pass.
        checkpointer: As for `StateGraph.compile`.
        name: Name of the graph, under which it can be handed to other agents.
    """

    def begin_and_recall(state: State) -> dict[str, Any]:
        keys = fresh(begin(state))
        begun = cast(State, {**state, **keys})
        return keys | _timed(recall, "recall", open_scene)(begun)

    graph: StateGraph[State, Any, Input, Output] = StateGraph(
        State, input_schema=Input, output_schema=Output, context_schema=context_schema
    )
    graph.add_node("recall", begin_and_recall)
    graph.add_node("compose", _timed(compose, "compose", open_scene))
    graph.add_node("generate", _timed_both(generate, agenerate, "generate", open_scene))
    graph.add_node("act", _timed(act, "act", open_scene))
    graph.add_node("verify", _timed(verify, "verify", open_scene))
    graph.add_node("backtrack", _timed(backtrack, "backtrack", open_scene))
    graph.add_node("conclude", _timed(conclude, "conclude", open_scene))
    graph.add_node("remember", _timed(remember, "remember", open_scene))
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "compose")
    graph.add_edge("compose", "generate")
    graph.add_conditional_edges("generate", after_generate)
    graph.add_edge("act", "verify")
    graph.add_conditional_edges("verify", after_verify)
    graph.add_conditional_edges("backtrack", after_backtrack)
    graph.add_edge("conclude", "remember")
    graph.add_edge("remember", END)
    return graph.compile(checkpointer=checkpointer, name=name).with_config(
        recursion_limit=RECURSION_LIMIT
    )


def after_generate(state: State) -> Literal["act", "conclude"]:
    """Go on with the proposed step, unless the budget was spent."""
    return "conclude" if decision_of(state) else "act"


def after_verify(state: State) -> Literal["compose", "conclude", "backtrack"]:
    """Go on, end, or go back."""
    decision = decision_of(state)
    if decision is None or decision.action != "accept":
        return "backtrack"
    return "conclude" if decision.done else "compose"


def after_backtrack(state: State) -> Literal["compose", "conclude"]:
    """Go on from the blamed step, unless nothing is left to try."""
    decision = decision_of(state)
    return "conclude" if decision is None or decision.action == "conclude" else "compose"


def _timed(node: Node, name: str, open_scene: OpenScene) -> Wired:
    """Give the node its scene and count its seconds."""

    def run(state: State) -> dict[str, Any]:
        faultpoint(f"node.{name}")
        started = time.perf_counter()
        changed = node(state, open_scene(state))
        faultpoint(f"node.{name}.end")
        return _with_seconds(state, changed, time.perf_counter() - started)

    return run


def _timed_both(
    node: Node,
    anode: Callable[[State, Scene], Awaitable[dict[str, Any]]],
    name: str,
    open_scene: OpenScene,
) -> RunnableLambda[State, dict[str, Any]]:
    async def arun(state: State) -> dict[str, Any]:
        faultpoint(f"node.{name}")
        started = time.perf_counter()
        changed = await anode(state, open_scene(state))
        faultpoint(f"node.{name}.end")
        return _with_seconds(state, changed, time.perf_counter() - started)

    return RunnableLambda(_timed(node, name, open_scene), arun, name=name)


def _with_seconds(state: State, changed: dict[str, Any], seconds: float) -> dict[str, Any]:
    usage = Usage.from_json(changed.get("usage") or state.get("usage") or {})
    return {**changed, "usage": usage.plus(seconds=seconds).to_json()}
