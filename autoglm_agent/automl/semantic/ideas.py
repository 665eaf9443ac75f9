"""An idea: a few expressions that stand or fall together, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autoglm_agent.automl.semantic.expressions import Expression, type_of
from autoglm_agent.errors import InputError

MOST_PROPOSED = 40
"""Proposals that are read of one answer of a model."""
MOST_TOGETHER = 8
MODEL_WEIGHT = 2.0
"""A model has read the names, too; its ideas weigh like those that a name speaks for."""


@dataclass(frozen=True)
class Idea:
    """Expressions that are tested together.

    Attributes:
        name: For people, a few words.
        expressions: What is computed.
        source: `rules`, or `model` for a proposal of a chat model.
        weight: How plausible it is before any test; 1 is neutral.
    """

    name: str
    expressions: tuple[Expression, ...]
    source: str = "rules"
    weight: float = 1.0


@dataclass(frozen=True)
class Refusal:
    """A proposal that is not of the language or does not fit the table."""

    proposal: str
    reason: str


def read_proposals(
    proposals: Sequence[Any], kinds: Mapping[str, str]
) -> tuple[list[Idea], list[Refusal]]:
    """Read what a model proposes; what is malformed is told, not raised.

    Args:
        proposals: JSON objects, each an expression (`op`, `of`, `value`), or `name` with a list
            of `expressions` that are tested together.
        kinds: Column to kind.

    Returns:
        The ideas, and the proposals that were refused with the reason.
    """
    ideas, refused = [], []
    for proposal in list(proposals)[:MOST_PROPOSED]:
        try:
            ideas.append(_idea(proposal, kinds))
        except InputError as error:
            refused.append(Refusal(str(proposal)[:200], str(error)))
    for proposal in list(proposals)[MOST_PROPOSED:]:
        reason = f"Only {MOST_PROPOSED} proposals are read at a time."
        refused.append(Refusal(str(proposal)[:200], reason))
    return ideas, refused


def _idea(proposal: Any, kinds: Mapping[str, str]) -> Idea:
    together = [proposal]
    name = ""
    if isinstance(proposal, Mapping) and "expressions" in proposal:
        together = proposal["expressions"]
        name = str(proposal.get("name", ""))[:80]
        if not isinstance(together, list) or not 0 < len(together) <= MOST_TOGETHER:
            raise InputError("`expressions` is no list of expressions.", "Give one to eight.")
    parsed = tuple(Expression.from_json(data) for data in together)
    for expression in parsed:
        type_of(expression, kinds)
    return Idea(name or str(parsed[0])[:80], parsed, "model", MODEL_WEIGHT)
