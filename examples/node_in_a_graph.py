"""Use the AutoML machine as a node of your own StateGraph.

Run: python examples/node_in_a_graph.py DATA "what you want"
For a real model write create_automl_agent("openai:gpt-5", time_budget=30).
"""

from __future__ import annotations

import sys

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, MessagesState, StateGraph

from autoglm_agent import create_automl_agent


class State(MessagesState):
    """Messages, and what the machine found."""

    structured_response: dict[str, object]


def comment(state: State) -> dict[str, list[AIMessage]]:
    """Say in one line what came out."""
    found = state["structured_response"]
    return {"messages": [AIMessage(f"status: {found['status']}, score: {found['honest']}")]}


def main(data: str, instruction: str) -> None:
    """Build the graph and run it."""
    builder = StateGraph(State)
    builder.add_node("automl", create_automl_agent(time_budget=30))
    builder.add_node("comment", comment)
    builder.add_edge(START, "automl")
    builder.add_edge("automl", "comment")
    builder.add_edge("comment", END)
    graph = builder.compile()
    result = graph.invoke({"messages": [("user", f"{instruction}\nData: {data}")]})
    print(result["messages"][-1].content)


if __name__ == "__main__":
    main(*sys.argv[1:3])
