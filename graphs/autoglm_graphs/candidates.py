"""Steps that were proposed and not tried yet, kept for each length of the chain.

A model that is asked for several distinct steps gives them in one call. When the first one is
refuted the next one is tried without asking again, also after a jump back to that point.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.chain import Step
from autoglm_graphs.reviving import as_data
from autoglm_graphs.state import State, candidates_of, chain_of


def offered(state: State, more: Sequence[Step]) -> dict[str, Any]:
    """Keep further steps that were proposed at the present point."""
    if not more and not state.get("candidates"):
        return {}
    length = len(chain_of(state).steps)
    kept = _filled(candidates_of(state), length)
    kept[length] = [*more, *kept[length]]
    return _keys(kept)


def taken(state: State, length: int) -> tuple[Step | None, dict[str, Any]]:
    """Return the next candidate for a chain of that length, and what changes.

    Candidates of longer chains belonged to steps that are gone.
    """
    kept = candidates_of(state)[: length + 1]
    if len(kept) <= length or not kept[length]:
        return None, _keys(kept)
    first, *rest = kept[length]
    kept[length] = rest
    return first, _keys(kept)


def _filled(kept: list[list[Step]], length: int) -> list[list[Step]]:
    return [*kept[: length + 1], *([[]] * (length + 1 - len(kept)))]


def _keys(kept: list[list[Step]]) -> dict[str, Any]:
    return {"candidates": [[as_data(step) for step in at] for at in kept]}
