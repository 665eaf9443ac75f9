"""What a model proposes: one next step, or several that exclude each other, as typed objects.

A model with tool calling proposes by calling `propose_step`, or one of the user's tools; any
other model writes text (`text_protocol.py`). Both end here. What cannot be read becomes a step
that is refuted already, with the validation error as the fact that is fed back: repairing it is
a round like any other and counts against the budget.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from autoglm_agent.chain import Step, Verdict

LONGEST = 20_000
"""Characters of a thought or claim that are kept; a reply without end must not fill the state."""
MOST = 8
"""Candidates read from one reply."""
MALFORMED = "reply"
"""Check id of a reply that cannot be read."""


class Proposal(BaseModel):
    """The next step of the reasoning."""

    model_config = ConfigDict(extra="ignore")

    thought: str = Field("", description="Why this step; not verified.")
    claim: str = Field(
        "", description="One claim that can be verified; of the last step, the answer."
    )
    check: dict[str, Any] | None = Field(None, description="How the claim can be checked.")
    final: bool = Field(False, description="Whether the claim answers the question.")
    tool: str | None = Field(None, description="Name of a tool to call instead of a claim.")
    args: dict[str, Any] = Field(default_factory=dict, description="Arguments of the tool.")


def step_of_proposal(data: Any, *, tools: frozenset[str] = frozenset()) -> Step:
    """Validate one proposed step; what is wrong with it becomes its refutation.

    Args:
        data: JSON data that should fit `Proposal`.
        tools: Names of the tools that may be called.
    """
    try:
        proposal = Proposal.model_validate(data)
    except ValidationError as error:
        return malformed(_first(error))
    if proposal.tool:
        if proposal.tool not in tools:
            known = ", ".join(sorted(tools)) or "none"
            return malformed(f"There is no tool {proposal.tool[:80]!r}; there are: {known}.")
        return Step(
            thought=plain(proposal.thought), tool=proposal.tool, args=proposal.args, call_id="call"
        )
    claim = plain(proposal.claim)
    if not claim:
        return malformed("The step makes no claim.", thought=plain(proposal.thought))
    return Step(
        thought=plain(proposal.thought), claim=claim, check=proposal.check, final=proposal.final
    )


def malformed(fact: str, *, thought: str = "") -> Step:
    """Return a step that is refuted because it cannot be read."""
    verdict = Verdict(check=MALFORMED, title="The reply can be read", status="fail", fact=fact)
    return Step(thought=thought[:2000], verdicts=(verdict,))


def plain(text: str) -> str:
    """Return text that a checkpoint, a log and a prompt can carry, cut to a bearable length."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(c for c in text[:LONGEST] if c in "\n\t" or c.isprintable())
    return text.strip()


def distinct(steps: list[Step]) -> list[Step]:
    """Return the steps without repetitions of the same content, `MOST` at most."""
    seen: set[str] = set()
    kept = []
    for step in steps:
        if step.key not in seen or step.verdicts:
            seen.add(step.key)
            kept.append(step)
    return kept[:MOST]


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, found["loc"])) or "the step"
    return f"{where}: {found['msg']}"
