"""Give a deep agent the AutoML machine as a sub-agent.

Run: python examples/subagent_of_deepagents.py DATA "what you want"
Needs deepagents. The deep agent is scripted here; for a real model write
create_deep_agent(model="openai:gpt-5", subagents=[worker]).
"""

from __future__ import annotations

import sys
from typing import Any

from deepagents import CompiledSubAgent, create_deep_agent

from autoglm_agent import create_automl_agent
from autoglm_agent.testing import script_of, tool_call


def words_alone(state: dict[str, Any]) -> dict[str, Any]:
    """Leave out `structured_response`: the whole result would fill the deep agent's context."""
    return {"messages": state["messages"]}


def main(data: str, instruction: str) -> None:
    """Let the deep agent delegate, and print what came back."""
    worker = CompiledSubAgent(
        name="autoglm",
        description="Finds and verifies a model for a table.",
        runnable=create_automl_agent(time_budget=30) | words_alone,
    )
    words = f"{instruction}\nData: {data}"
    script = [tool_call("task", description=words, subagent_type="autoglm"), "It has answered."]
    agent = create_deep_agent(model=script_of(script), subagents=[worker])
    result = agent.invoke({"messages": [("user", words)]})
    for message in result["messages"]:
        if message.type == "tool":
            print(message.text)


if __name__ == "__main__":
    main(*sys.argv[1:3])
