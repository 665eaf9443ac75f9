"""The machine as a sub-agent of deepagents."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import ToolMessage

from autoglm_agent import create_automl_agent
from autoglm_agent.testing import script_of, tool_call

deepagents = pytest.importorskip("deepagents", reason="deepagents is not installed")


def test_a_deep_agent_hands_the_table_to_the_machine(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = [f"{i},{i * 7 % 13},{'yes' if i % 3 else 'no'}" for i in range(60)]
    table.write_text("\n".join(["a,b,goal", *rows]) + "\n", encoding="utf-8")
    words = f"Predict goal. Data: {table}"
    model = script_of(
        [tool_call("task", description=words, subagent_type="autoglm"), "It has answered."]
    )
    machine = create_automl_agent(runs=tmp_path / "runs", trials=1, memory=False)
    worker = deepagents.CompiledSubAgent(
        name="autoglm", description="Finds and verifies a model for a table.", runnable=machine
    )
    agent = deepagents.create_deep_agent(model=model, tools=[], subagents=[worker])
    found = agent.invoke({"messages": [("user", "What predicts goal?")]})
    told = next(m for m in found["messages"] if isinstance(m, ToolMessage))
    assert '"target": "goal"' in str(told.content)
    assert found["messages"][-1].text == "It has answered."
