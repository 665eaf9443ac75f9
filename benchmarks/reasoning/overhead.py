"""What a step of the machine costs beyond a bare LangGraph loop, in CPU microseconds.

    python benchmarks/reasoning/overhead.py [--steps 100] [--rounds 5]

The bare loop has the same number of nodes for a step (compose, generate, verify), the same
checkpointer and the same scripted model, and does nothing else: its state is the message that
the model gave. Both are measured in one process, in turn, and the least of the rounds counts.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from autoglm_agent.chain import Budget, Chain, Step, Verdict
from autoglm_graphs.checkpoints import strict_serializer
from autoglm_graphs.reasoning import create_verified_agent


class Counter(BaseChatModel):
    """Claims the next number, and answers after the last one."""

    last: int
    turn: int = 0

    @property
    def _llm_type(self) -> str:
        return "counter"

    def _generate(self, _: list[BaseMessage], *__: Any, **___: Any) -> ChatResult:
        self.turn += 1
        text = f"Claim: {self.turn}" if self.turn < self.last else f"Answer: {self.turn}"
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])


class IsNumber:
    """Passes a claim that is a number."""

    check = "number"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002
        """Judge the claim."""
        return [Verdict(check="number", status="pass" if step.claim.isdigit() else "fail")]


class Bare(TypedDict):
    """State of the bare loop."""

    turn: int
    prompt: str
    text: str


def bare(steps: int, saver: Any) -> Any:
    """Return a loop of three nodes that only calls the model."""
    model = Counter(last=steps)
    graph = StateGraph(Bare)
    graph.add_node("compose", lambda state: {"prompt": f"step {state['turn']}"})
    graph.add_node("generate", lambda state: {"text": model.invoke(state["prompt"]).content})
    graph.add_node("verify", lambda state: {"turn": state["turn"] + 1})
    graph.add_edge(START, "compose")
    graph.add_edge("compose", "generate")
    graph.add_edge("generate", "verify")
    graph.add_conditional_edges("verify", lambda s: END if s["turn"] >= steps else "compose")
    return graph.compile(checkpointer=saver)


def run_bare(steps: int, saver: Any) -> float:
    """Return CPU seconds of a bare run."""
    graph = bare(steps, saver)
    return timed(lambda: graph.invoke({"turn": 0}, config(), durability="sync" if saver else None))


def run_machine(steps: int, saver: Any) -> float:
    """Return CPU seconds of the machine on as many steps."""
    budget = Budget(model_calls=None, steps=None, remedies=None)
    graph = create_verified_agent(
        Counter(last=steps), verifiers=[IsNumber()], budget=budget, checkpointer=saver
    )

    def run() -> None:
        asked = {"messages": [("user", "Count.")]}
        found = graph.invoke(asked, config(), durability="sync" if saver else None)
        assert found["status"] == "verified", found["structured_response"]

    return timed(run)


def config() -> Any:
    """Return a configuration with a thread of its own."""
    return {"configurable": {"thread_id": uuid.uuid4().hex}, "recursion_limit": 10_000}


def timed(work: Callable[[], Any]) -> float:
    """Return the CPU seconds that the work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def savers(folder: Path) -> dict[str, Callable[[], Any]]:
    """Return the checkpointers to compare under."""

    def sqlite() -> SqliteSaver:
        path = folder / f"{uuid.uuid4().hex}.sqlite"
        connection = sqlite3.connect(path, check_same_thread=False)
        return SqliteSaver(connection, serde=strict_serializer())

    return {"none": lambda: None, "memory": InMemorySaver, "sqlite": sqlite}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    run_bare(5, None), run_machine(5, None)  # imports and caches
    print(f"{'checkpointer':14}{'bare us/step':>14}{'machine us/step':>17}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, saver in savers(Path(folder)).items():
            pairs = [
                (run_bare(options.steps, saver()), run_machine(options.steps, saver()))
                for _ in range(options.rounds)
            ]
            low, high = (min(times) / options.steps * 1e6 for times in zip(*pairs, strict=True))
            print(f"{name:14}{low:14.0f}{high:17.0f}{high / low:8.2f}")


if __name__ == "__main__":
    main()
