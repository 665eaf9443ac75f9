"""How far verifiers are trusted: what they say of themselves, corrected by how they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autoglm_agent.policy.beliefs import Beliefs, Rates, Share
from autoglm_agent.verifiers import Verifier

PROGRAM = Rates(
    check="",
    false_accept=Share.of(0.1),
    false_reject=Share.of(0.01, weight=100),
    rho=1.0,
    cost=0.01,
)
"""A program says the same of the same text, hardly ever refutes what is right, and lets some
wrong steps pass because it looks at one thing only."""

OPINION = Rates(check="", calls=1, cost=1.0)
"""A model's opinion: the middle of the measured judges."""


def beliefs_of(
    verifiers: Sequence[Verifier], task_type: str, tallies: Mapping[str, Sequence[float]]
) -> Beliefs:
    """Return what the policy may hold of these verifiers.

    Args:
        verifiers: A verifier may carry its own `rates` (`policy.beliefs.Rates`); one that judges
            answers only says so by `scope = "answer"`.
        task_type: Kind of task.
        tallies: By check id: right accepts, false accepts, right rejects, false rejects.
    """
    return Beliefs(
        task=task_type, rates=tuple(_rates(v, task_type, tallies.get(v.check)) for v in verifiers)
    )


def _rates(verifier: Verifier, task_type: str, tally: Sequence[float] | None) -> Rates:
    given = getattr(verifier, "rates", None)
    calls = int(getattr(verifier, "calls", 0))
    rates: Rates = given if isinstance(given, Rates) else (OPINION if calls else PROGRAM)
    changed: dict[str, Any] = {"check": verifier.check, "task": task_type}
    if getattr(verifier, "scope", "step") == "answer":
        changed["scope"] = "answer"
    if calls:
        changed["calls"] = calls
    if tally:
        right_accepts, false_accepts, right_rejects, false_rejects = tally
        accept, reject = rates.false_accept, rates.false_reject
        changed["false_accept"] = Share(
            hits=accept.hits + false_accepts, seen=accept.seen + false_accepts + right_rejects
        )
        changed["false_reject"] = Share(
            hits=reject.hits + false_rejects, seen=reject.seen + false_rejects + right_accepts
        )
    return rates.model_copy(update=changed)
