"""The machine: recall, compose, generate, act, verify, backtrack, conclude, remember.

One graph serves free reasoning and AutoML; they differ in the scene that `open_scene` gives.
Routing is by conditional edges over plain state, so LangGraph's time travel stays a feature for
people; the search stack itself is the state's chain, nogoods and usage.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from autoglm_agent.faults import faultpoint
from autoglm_graphs.nodes.act import aact, act
from autoglm_graphs.nodes.approve import approve
from autoglm_graphs.nodes.backtrack import backtrack
from autoglm_graphs.nodes.compose import compose
from autoglm_graphs.nodes.conclude import conclude
from autoglm_graphs.nodes.generate import agenerate, generate
from autoglm_graphs.nodes.propose import apropose, fan, propose
from autoglm_graphs.nodes.recall import fresh, last_human_text, recall
from autoglm_graphs.nodes.remember import remember
from autoglm_graphs.nodes.verify import verify
from autoglm_graphs.routes import routes
from autoglm_graphs.scene import OpenScene, Scene
from autoglm_graphs.state import Input, Output, State, WideState

Node = Callable[[State, Scene], dict[str, Any]]
AsyncNode = Callable[[State, Scene], Awaitable[dict[str, Any]]]

NODES: tuple[tuple[str, Node, AsyncNode | None], ...] = (
    ("compose", compose, None),
    ("generate", generate, agenerate),
    ("act", act, aact),
    ("verify", verify, None),
    ("backtrack", backtrack, None),
    ("conclude", conclude, None),
    ("remember", remember, None),
)
"""All nodes after `recall`, which begins the task."""
APPROVE: tuple[str, Node, AsyncNode | None] = ("approve", approve, None)
"""After an accepted step, where a person approves the plan."""


RECURSION_LIMIT = 10_000
"""Never decisive: the budget ends a run long before."""


def build_machine(
    open_scene: OpenScene,
    *,
    begin: Callable[[State], str],
    context_schema: type | None = None,
    output_schema: type = Output,
    width: int = 1,
    approving: bool = False,
    acting: bool = True,
    checkpointer: BaseCheckpointSaver[Any] | bool | None = None,
    name: str = "autoglm",
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Wire the machine.

    Args:
        open_scene: Gives the live objects of the state's run.
        begin: Makes or finds the run of a new task and returns its id.
        context_schema: Type of the per-run context that callers may pass.
        output_schema: What callers get.
        width: Model calls made side by side for each step.
        approving: Whether a person approves the plan: an accepted step then passes `approve`.
        acting: Whether there are tools; without any there is no node `act`.
        checkpointer: As for `StateGraph.compile`.
        name: Name of the graph, under which it can be handed to other agents.
    """

    def begin_and_recall(state: State) -> dict[str, Any]:
        keys = fresh(begin(state), last_human_text(state), state)
        begun = cast(State, {**state, **keys})
        opening = open_scene(begun).opening
        chosen = opening(begun) if opening else {}
        return keys | chosen | TimedNode("recall", open_scene, recall).invoke(begun)

    graph: StateGraph[State, Any, Input, Any] = StateGraph(
        WideState if width > 1 else State,
        input_schema=Input,
        output_schema=output_schema,
        context_schema=context_schema,
    )
    graph.add_node("recall", begin_and_recall)
    nodes = [node for node in NODES if acting or node[0] != "act"]
    for verb, node, anode in (*nodes, *([APPROVE] if approving else [])):
        graph.add_node(verb, TimedNode(verb, open_scene, node, anode))
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "compose")
    if width > 1:
        graph.add_node("propose", TimedNode("propose", open_scene, propose, apropose, alone=False))
        drafts = fan(width, lambda state: open_scene(state).budget)
        graph.add_conditional_edges("compose", drafts, ["propose", "generate"])
        graph.add_edge("propose", "generate")
    else:
        graph.add_edge("compose", "generate")
    graph.add_edge("act" if acting else "generate", "verify")
    for verb, (edge, ends) in routes(approving=approving, acting=acting).items():
        graph.add_conditional_edges(verb, edge, list(ends))
    graph.add_edge("conclude", "remember")
    graph.add_edge("remember", END)
    return graph.compile(checkpointer=checkpointer, name=name).with_config(
        recursion_limit=RECURSION_LIMIT
    )


SHORT = 0.01
"""Seconds of nodes that may wait until the usage is written anyway; a killed process loses them."""


class TimedNode(Runnable[State, dict[str, Any]]):
    """A node as LangGraph runs it, sync and async: with its scene, and its seconds counted."""

    def __init__(
        self,
        name: str,
        open_scene: OpenScene,
        node: Node,
        anode: AsyncNode | None = None,
        *,
        alone: bool = True,
    ) -> None:
        self.name = name
        self._open = open_scene
        self._node = node
        self._anode = anode
        self._alone = alone  # nodes side by side cannot all write the usage

    def invoke(
        self, input: State, config: RunnableConfig | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Run the node."""
        del config, kwargs
        faultpoint(f"node.{self.name}")
        started, scene = time.perf_counter(), self._open(input)
        changed = self._node(input, scene)
        faultpoint(f"node.{self.name}.end")
        return self._counted(input, scene, changed, time.perf_counter() - started)

    async def ainvoke(
        self, input: State, config: RunnableConfig | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Run the node without blocking the event loop: in a thread, if it is not async."""
        if self._anode is None:
            return await run_in_executor(config, self.invoke, input, config, **kwargs)
        faultpoint(f"node.{self.name}")
        started, scene = time.perf_counter(), self._open(input)
        changed = await self._anode(input, scene)
        faultpoint(f"node.{self.name}.end")
        return self._counted(input, scene, changed, time.perf_counter() - started)

    def _counted(
        self, state: State, scene: Scene, changed: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        if not self._alone:
            return changed
        seconds += scene.carried.seconds
        usage = changed.get("usage")
        # What is written costs the step and its checkpoint more than a short node took.
        if usage is None and seconds < SHORT:
            scene.carried.seconds = seconds
            return changed
        scene.carried.seconds = 0.0
        usage = usage or state.get("usage") or {}
        return {**changed, "usage": {**usage, "seconds": usage.get("seconds", 0.0) + seconds}}
