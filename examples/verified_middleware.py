"""Add verification to an agent of your own.

Run: python examples/verified_middleware.py [provider:model]
Without a model's name a script plays the model; no key is needed.
"""

from __future__ import annotations

import sys

from langchain.agents import create_agent

from autoglm_agent import VerificationMiddleware
from autoglm_agent.testing import script_of
from autoglm_agent.verifiers import Arithmetic


def main(model: str | None = None) -> None:
    """Ask once; the scripted model is wrong at first."""
    chat = model or script_of(["17 * 23 = 401", "17 * 23 = 391"])
    agent = create_agent(chat, tools=[], middleware=[VerificationMiddleware([Arithmetic()])])
    result = agent.invoke({"messages": [("user", "What is 17 * 23?")]})
    print(result["messages"][-1].content, result["verification"]["status"])


if __name__ == "__main__":
    main(*sys.argv[1:2])
