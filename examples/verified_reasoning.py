"""A model that errs, a verifier that knows sums, and an answer that rests on verified steps.

Run: python examples/verified_reasoning.py [provider:model]
Without a model's name a script plays the model, first with a mistake; no key is needed.
"""

from __future__ import annotations

import sys

from autoglm_agent import create_verified_agent
from autoglm_agent.testing import script_of, tool_call
from autoglm_agent.verifiers import Arithmetic

QUESTION = "A ticket costs 17 and a coffee 4. What do 3 tickets and 2 coffees cost?"


def scripted() -> object:
    """Return a model that says these steps, the second one wrong at first."""
    return script_of(
        [
            tool_call("propose_step", claim="3 * 17 = 51"),
            tool_call("propose_step", claim="51 + 2 * 4 = 58"),
            tool_call("propose_step", claim="51 + 2 * 4 = 59"),
            tool_call("propose_step", claim="51 + 8 = 59", final=True),
        ]
    )


def main(model: str | None = None) -> None:
    """Ask, and print the steps with their checks."""
    agent = create_verified_agent(model or scripted(), verifiers=[Arithmetic()])
    result = agent.invoke({"messages": [("user", QUESTION)]})
    for step in result["structured_response"]["steps"]:
        print(step["claim"], step["checks"])
    print(result["status"], result["structured_response"]["refuted"], "refuted")


if __name__ == "__main__":
    main(*sys.argv[1:2])
