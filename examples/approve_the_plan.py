"""Let a person approve the plan, and each remedy, before anything is done.

Run: python examples/approve_the_plan.py DATA "what you want" [ANSWER ...]
Without answers it asks on the terminal; an answer is yes, no, or what to change.
For a real model write create_automl_agent("openai:gpt-5", ...).
"""

from __future__ import annotations

import sys

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from autoglm_agent import create_automl_agent


def main(data: str, instruction: str, *answers: str) -> None:
    """Run until nothing is asked any more."""
    agent = create_automl_agent(
        time_budget=30, ask=True, approve=("plan", "remedies"), checkpointer=InMemorySaver()
    )
    config = {"configurable": {"thread_id": "one"}}
    given = iter(answers)
    step: object = {"messages": [("user", f"{instruction}\nData: {data}")]}
    while True:
        result = agent.invoke(step, config)
        if "__interrupt__" not in result:
            break
        print(result["__interrupt__"][0].value["question"])
        answer = next(given, None)
        step = Command(resume=input("> ") if answer is None else answer)
    print(result["messages"][-1].content)


if __name__ == "__main__":
    main(*sys.argv[1:])
