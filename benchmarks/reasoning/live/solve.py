"""Our method: generate one step, verify it, keep it or go back to the last proven one.

The verifier proves what it accepts, so the place to go back to is always the end of the accepted
chain; what must change is the draw. A state that goes on failing is sampled ever more warmly.
"""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from autoglm_agent.chat import LocalChatModel
from benchmarks.reasoning.live.verifier import StepVerifier, stated_answer

PATIENCE = 2
"""Refutations of a step before it is sampled more warmly."""
WARMER, WARMEST = 0.1, 1.8
"""What a further refutation adds to the temperature, and where that ends."""
LONGEST_STEP = 24
"""Most tokens of one step; a right one has at most 15."""
MOST_STEPS = 120
"""Steps generated for one problem, refuted ones included."""


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
    """Solve one problem step by step.

    Args:
        problem: Its text.
        model: Continues a solution that was begun.
        seed: Of all draws.
    """
    verifier = StepVerifier(problem)
    accepted: list[str] = []
    tokens = read = calls = tries = 0
    while calls < MOST_STEPS:
        begun = "".join(f"{line}\n" for line in accepted)
        prompt: list[BaseMessage] = [HumanMessage(problem)]
        prompt += [AIMessage(begun)] if begun else []
        warmth = min(WARMEST, 1.0 + WARMER * max(0, tries - PATIENCE))
        draw = {"seed": seed * 1000 + calls, "temperature": warmth, "max_tokens": LONGEST_STEP}
        reply = model.invoke(prompt, stop=["\n"], **draw)
        calls += 1
        used = reply.usage_metadata or {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        tokens, read = tokens + used["output_tokens"], read + used["input_tokens"]
        if verifier.refutation(reply.text, accepted):
            tries += 1
            continue
        answer = stated_answer(reply.text)
        if answer is not None:
            return Solved(answer, tokens, read, calls)
        accepted.append(reply.text)
        tries = 0
    return Solved(None, tokens, read, calls)
