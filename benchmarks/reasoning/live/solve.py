"""Our method: generate one step, verify it, keep it or try again, go back when stuck."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from autoglm_agent.chat import LocalChatModel
from benchmarks.reasoning.live.verifier import StepVerifier, stated_answer

TRIES = 8
"""Refutations of a step after which the step before it is taken back."""
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
    refuted: list[set[str]] = [set()]
    tokens = read = calls = tries = 0
    while calls < MOST_STEPS:
        begun = "".join(f"{line}\n" for line in accepted)
        prompt: list[BaseMessage] = [HumanMessage(problem)]
        prompt += [AIMessage(begun)] if begun else []
        # A step that was refuted twice the same way is asked for with more variety.
        warmth = 1.0 + 0.1 * max(0, tries - 2)
        reply = model.invoke(prompt, stop=["\n"], seed=seed * 1000 + calls, temperature=warmth)
        calls += 1
        used = reply.usage_metadata or {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        tokens, read = tokens + used["output_tokens"], read + used["input_tokens"]
        line = reply.text
        if line not in refuted[-1] and not verifier.refutation(line, accepted):
            answer = stated_answer(line)
            if answer is not None:
                return Solved(answer, tokens, read, calls)
            accepted.append(line)
            refuted.append(set())
            tries = 0
            continue
        refuted[-1].add(line)
        tries += 1
        if tries >= TRIES and accepted:
            accepted.pop()
            refuted.pop()
            tries = 0
    return Solved(None, tokens, read, calls)
