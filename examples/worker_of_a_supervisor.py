"""Make the AutoML machine a worker of a supervisor, beside workers of your own.

Run: python examples/worker_of_a_supervisor.py DATA "what you want"
Needs langgraph-supervisor. The supervisor is scripted here; for a real model write
create_supervisor(workers, model=init_chat_model("openai:gpt-5")).
"""

from __future__ import annotations

import sys

from langchain.agents import create_agent
from langgraph_supervisor import create_supervisor

from autoglm_agent import create_automl_agent
from autoglm_agent.testing import script_of, tool_call


def main(data: str, instruction: str) -> None:
    """Let the supervisor hand the table to the machine, then the answer to a writer."""
    machine = create_automl_agent(name="modeller", time_budget=30)
    writer = create_agent(script_of(["The board reads: it is done."]), tools=[], name="writer")
    script = [tool_call("transfer_to_modeller"), tool_call("transfer_to_writer"), "Both are done."]
    app = create_supervisor([machine, writer], model=script_of(script)).compile()
    result = app.invoke({"messages": [("user", f"{instruction}\nData: {data}")]})
    for message in result["messages"]:
        if message.type == "ai" and message.text and not message.tool_calls:
            print(f"[{message.name}] {message.text.splitlines()[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
