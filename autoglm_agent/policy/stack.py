"""How the search stack changes: a candidate is counted, enters the chain, or the chain is cut."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from autoglm_agent.chain import digest
from autoglm_agent.policy.beliefs import Beliefs
from autoglm_agent.policy.posterior import CERTAIN, RARE
from autoglm_agent.policy.search import Depth, Judged, Search, Visit

UNSEEN = Depth()


def prefix(search: Search) -> str:
    """Return the key of the chain so far; empty at the root."""
    return search.keys[-1] if search.keys else ""


def name(search: Search, judged: Judged) -> str:
    """Return the name under which the candidate can be a nogood; empty if it has no key."""
    return f"{prefix(search)}/{judged.key}" if judged.key else ""


def key_after(search: Search, judged: Judged) -> str:
    """Return the prefix key that the chain would have with the candidate in it."""
    if judged.key and judged.state:
        return judged.key
    return _joined(prefix(search), judged.key or f"#{search.draws}")


@lru_cache(maxsize=1024)
def _joined(before: str, own: str) -> str:
    return digest([before, own])


def freshness(search: Search, key: str) -> float:
    """Return the chance that a draw after a prefix brings a candidate that is new there."""
    visit = search.visits.get(key)
    return 1.0 if visit is None else (visit.fresh + 1) / (visit.draws + 1)


def visited(search: Search, judged: Judged, shifts: Sequence[float]) -> dict[str, Any]:
    """Return the changed fields of the stack when a candidate has been judged.

    Args:
        search: The search before.
        judged: The candidate.
        shifts: Log-odds that its votes add to each prefix of the chain being right.
    """
    if not judged.key:
        return {}
    visits = dict(search.visits)
    for key, shift in zip(search.keys, shifts, strict=True):
        old = visits.get(key) or Visit()
        visits[key] = Visit(old.draws, old.fresh, old.odds + shift)
    key, named = prefix(search), name(search, judged)
    old = visits.get(key) or Visit()
    known = named in search.refuted or named in search.doubted
    new = not known and key_after(search, judged) not in visits
    visits[key] = Visit(old.draws + 1, old.fresh + new, old.odds)
    return {"visits": visits}


def dead_end(search: Search) -> dict[str, Any]:
    """Return the changed fields of the stack where nothing comes after the chain.

    Its last step is doubted, and what comes after it is known not to be new.
    """
    if not search.keys:
        return {}
    key = search.keys[-1]
    old = search.visits.get(key) or Visit()
    visits = {**search.visits, key: old._replace(draws=old.draws + 1)}
    return {"visits": visits, **nogood(search, search.names[-1], sound=False)}


def depth_at(search: Search, position: int) -> Depth:
    """Return what was seen of the candidates for a position."""
    return search.depths[position] if position < len(search.depths) else UNSEEN


def foreseen(beliefs: Beliefs, silent: tuple[str, ...]) -> tuple[float, float]:
    """Return how often candidates after a right chain enter it, and how often these are right.

    Args:
        beliefs: Rates of the generator and the verifiers.
        silent: Verifiers that have nothing to say here.
    """
    p, true_accept, false_accept = beliefs.p.mean, 1.0, 1.0
    for rates in beliefs.rates:
        if rates.scope == "step" and rates.task in ("", beliefs.task) and rates.check not in silent:
            passes_wrong, refuses_right = rates.errors
            true_accept *= 1 - refuses_right
            false_accept *= passes_wrong
    accept = p * true_accept + (1 - p) * false_accept
    return accept, p * true_accept / max(RARE, accept)


def counted(
    search: Search, judged: Judged, beliefs: Beliefs, odds: float | None, *, accepted: bool
) -> dict[str, Any]:
    """Return the changed fields of the stack after one more candidate at the end of the chain.

    Many refusals after a chain that is probably right are signs of a hard position.

    Args:
        search: The search before.
        judged: The candidate.
        beliefs: Rates of easy and hard positions.
        odds: What the votes add to the candidate's log-odds; None if it was refused before,
            which teaches nothing new.
        accepted: Whether it enters the chain.
    """
    position = len(search.right)
    old = depth_at(search, position)
    hard, changes = old.odds, {}
    silent = tuple(c for c in old.silent if c in judged.silent) if old.draws else judged.silent
    if odds is not None:
        ratio = math.exp(max(-CERTAIN, min(CERTAIN, odds)))
        p, low = beliefs.p.mean, beliefs.p_hard
        whole = search.right[-1] if search.right else 1.0
        likely = (low * ratio + 1 - low) / (p * ratio + 1 - p)
        hard += math.log(whole * likely + 1 - whole)
        pleased, trust = foreseen(beliefs, silent)
        changes = {
            "foreseen": search.foreseen + pleased,
            "foretrust": search.foretrust + trust * accepted,
        }
    new = Depth(
        draws=old.draws + 1,
        rejects=0 if accepted else old.rejects + 1,
        repeats=0 if accepted else old.repeats + (odds is None),
        odds=hard,
        silent=silent,
    )
    missing = position - len(search.depths)
    depths = (*search.depths[:position], *(UNSEEN,) * missing, new, *search.depths[position + 1 :])
    return {"depths": depths, **changes}


def entered(search: Search, judged: Judged, chance: float) -> dict[str, Any]:
    """Return the changed fields of the stack when the candidate enters the chain.

    Args:
        search: The search before, with its prefix probabilities up to date.
        judged: The candidate.
        chance: Probability that it is right if the chain before it is.
    """
    whole = (search.right[-1] if search.right else 1.0) * chance
    return {
        "right": (*search.right, whole),
        "keys": (*search.keys, key_after(search, judged)),
        "names": (*search.names, name(search, judged)),
        "accepts": search.accepts + 1,
        "trust": search.trust + chance,
    }


def cut(search: Search, to: int, *, sound: bool) -> Search:
    """Return the search with the chain cut to `to` steps.

    What was learnt of the steps that are cut stays in `Search.visits`.

    Args:
        search: The search before.
        to: Steps to keep.
        sound: Whether the first step that is cut is refuted for certain, and so a nogood.
    """
    fresh = tuple(
        depth._replace(rejects=0, repeats=0) if index >= to and depth.rejects else depth
        for index, depth in enumerate(search.depths)
    )
    changes: dict[str, Any] = {
        "right": search.right[:to],
        "keys": search.keys[:to],
        "names": search.names[:to],
        "depths": fresh,
        "jumps": search.jumps + 1,
    }
    if sound:
        changes |= nogood(search, search.names[to], sound=True)
    return search.model_copy(update=changes)


def nogood(search: Search, named: str, *, sound: bool) -> dict[str, Any]:
    """Return the changed fields of the stack when a candidate is refused.

    Args:
        search: The search before.
        named: The candidate's name; empty: nothing is remembered.
        sound: Whether it is refuted for certain.
    """
    if not named or named in search.refuted:
        return {}
    if sound:
        return {"refuted": (*search.refuted, named)}
    return {"doubted": {**search.doubted, named: search.doubted.get(named, 0) + 1}}
