"""Give the AutoML tools to any LangChain agent.

Run: python examples/agent_with_tools.py DATA "what you want" [provider:model]
Without a model's name the embedded planner plans, and no key is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from langchain.agents import create_agent

from autoglm_agent import automl_tools
from autoglm_agent.planner.model import EmbeddedPlanner


def main(data: str, instruction: str, model: str | None = None) -> None:
    """Let the agent call the tools, one after the other."""
    tools = automl_tools("runs/example", time_budget=30, roots=[Path(data).parent])
    agent = create_agent(model or EmbeddedPlanner(), tools=tools)
    request = {"messages": [("user", f"{instruction}\nData: {data}")]}
    for part in agent.stream(request, stream_mode="updates"):
        for node, update in part.items():
            for message in (update or {}).get("messages", []):
                print(f"[{node}] {message.text or message.tool_calls}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
