"""A reasoning run in a process of its own, to be killed: `python killed_agent.py DATABASE`.

Prints the result as JSON. Run again with the same database it goes on where it was.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.checkpoint.sqlite import SqliteSaver

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_graphs.checkpoints import strict_serializer
from autoglm_graphs.reasoning import create_verified_agent

SCRIPT = {
    (0, 0): "Claim: one",
    (1, 0): "Claim: wrong",
    (1, 1): "Claim: two",
    (2, 0): "Answer: three",
}
"""Accepted steps and refutations in the prompt, to the reply: it depends on nothing else."""


class Follower(BaseChatModel):
    """Says what the prompt's situation calls for."""

    @property
    def _llm_type(self) -> str:
        return "follower"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        text = str(messages[-1].content)
        accepted = sum(f"\n{n}. " in text for n in (1, 2, 3))
        reply = SCRIPT[accepted, int("Refuted at this point" in text)]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(reply))])


class NotWrong:
    """Refutes what is called wrong."""

    check = "wrong"

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        status = "fail" if step.claim == "wrong" else "pass"
        return [Verdict(check="wrong", status=status, fact=f"{step.claim} it is.")]


def main() -> None:
    connection = sqlite3.connect(sys.argv[1], check_same_thread=False)
    saver = SqliteSaver(connection, serde=strict_serializer())
    agent = create_verified_agent(Follower(), verifiers=[NotWrong()], checkpointer=saver)
    config: Any = {"configurable": {"thread_id": "one"}}
    begun = agent.get_state(config).created_at is not None
    asked = None if begun else {"messages": [("user", "Count.")]}
    found = agent.invoke(asked, config, durability="sync")
    kept = {key: found[key] for key in ("chain", "status", "answer")}
    for step in kept["chain"]["steps"]:
        for verdict in step["verdicts"]:
            verdict["seconds"] = 0
    print(json.dumps(kept, sort_keys=True))


if __name__ == "__main__":
    main()
