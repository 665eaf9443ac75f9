"""Hand a conversation to the AutoML machine in a swarm of agents.

Run: python examples/hand_off_in_a_swarm.py DATA "what you want"
Needs langgraph-swarm. The agent at the door is scripted here; for a real model write
create_agent("openai:gpt-5", [hand_off], name="door").
"""

from __future__ import annotations

import sys

from langchain.agents import create_agent
from langgraph_swarm import create_handoff_tool, create_swarm

from autoglm_agent import create_automl_agent
from autoglm_agent.testing import script_of, tool_call


def main(data: str, instruction: str) -> None:
    """Let the agent at the door hand over, and tell who speaks last."""
    hand_off = create_handoff_tool(agent_name="modeller", description="Models tables.")
    door = create_agent(script_of([tool_call("transfer_to_modeller")]), [hand_off], name="door")
    machine = create_automl_agent(name="modeller", time_budget=30)
    app = create_swarm([door, machine], default_active_agent="door").compile()
    result = app.invoke({"messages": [("user", f"{instruction}\nData: {data}")]})
    print(f"[{result['active_agent']}] {result['messages'][-1].text}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
