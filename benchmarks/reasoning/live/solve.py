"""Our method: the reasoning agent itself, as any user gets it from `create_verified_agent`.

The model continues its own lines (`LineProtocol`), one line a step. The verifier proves what it
accepts, so the place to go back to is the end of the accepted chain; what must change is the draw,
and a step that goes on failing is sampled more warmly (`Warmer`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import UsageMetadataCallbackHandler

from autoglm_agent.chain import Budget
from autoglm_agent.chat import LocalChatModel
from autoglm_agent.prompting.protocols import LineProtocol
from autoglm_agent.prompting.warming import Warmer
from autoglm_graphs.reasoning import create_verified_agent
from benchmarks.reasoning.live.verifier import StepVerifier

LONGEST_STEP = 24
"""Most tokens of one step; a right one has at most 15."""
MOST_STEPS = 120
"""Steps generated for one problem, refuted ones included."""
WARMER = Warmer()


@dataclass(frozen=True)
class Solved:
    """What came out.

    Attributes:
        answer: None if no chain was verified within the budget.
        tokens: Generated tokens, refuted steps included.
        read: Prompt tokens.
        calls: Calls of the model.
    """

    answer: int | None
    tokens: int
    read: int
    calls: int


def solve(problem: str, model: LocalChatModel, seed: int) -> Solved:
    """Let the agent solve one problem.

    Args:
        problem: Its text.
        model: Continues a solution that was begun.
        seed: Of all draws.
    """

    def sampling(refusals: int, tried: int) -> Mapping[str, Any]:
        return {**WARMER(refusals, tried), "seed": seed * 1000 + tried}

    agent = create_verified_agent(
        model.model_copy(update={"max_tokens": LONGEST_STEP}),
        verifiers=[StepVerifier()],
        protocol=LineProtocol(),
        sampling=sampling,
        budget=Budget(model_calls=MOST_STEPS, steps=MOST_STEPS, remedies=None),
        seed=seed,
    )
    counted = UsageMetadataCallbackHandler()
    result = agent.invoke({"messages": [("user", problem)]}, {"callbacks": [counted]})
    used = counted.usage_metadata.values()
    return Solved(
        int(result["answer"]) if result["status"] == "verified" else None,
        sum(one["output_tokens"] for one in used),
        sum(one["input_tokens"] for one in used),
        result["usage"]["model_calls"],
    )
