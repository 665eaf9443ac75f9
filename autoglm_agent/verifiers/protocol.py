"""What a verifier is, and how several judge one step.

A verifier knows one thing and cites evidence. "Does not apply" is a first-class answer: return
an empty list. A verifier that *crashes* has refuted nothing: its error becomes an `unknown`
verdict, ours to mend and never the model's fault.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from autoglm_agent.chain import Chain, Step, Verdict
from autoglm_agent.verifiers.telling import told

CALL_SECONDS = 2.0
"""What a model call counts for, in seconds of other work."""
RARELY = 0.01
"""Smallest probability of a refutation that is reckoned with."""


class Verifier(Protocol):
    """Anything that can be asked about a step.

    A verifier leaves step and chain as they are, may be asked from several threads at once, and
    keeps nothing from one step to the next. It may say what it is expected to cost: `cost`,
    seconds, and `calls`, model calls, both 0 where they are absent.

    Examples:
        >>> class NoEmptyClaim:
        ...     check = "empty"
        ...     def __call__(self, step, chain):
        ...         if step.tool or step.claim:
        ...             return []
        ...         return [Verdict(check="empty", status="fail", fact="The answer is empty.")]
    """

    check: str
    """Stable id, used when the verifier itself fails."""

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Return the verdicts on `step` as an addition to `chain`."""
        ...


def expected_cost(verifier: Verifier) -> float:
    """Return what a verifier is expected to cost, in seconds; a model call counts for two."""
    seconds = float(getattr(verifier, "cost", 0.0))
    return seconds + CALL_SECONDS * float(getattr(verifier, "calls", 0))


def in_order(
    verifiers: Iterable[Verifier], rejects: Mapping[str, float] | None = None
) -> list[Verifier]:
    """Return verifiers in the order that finds a refutation at the least expected cost.

    The order is that of cost divided by the probability of a refutation, which is best where
    verdicts are independent; equals stay in the order given.

    Args:
        verifiers: In any order.
        rejects: Check id to the share of steps that it refutes; without it, all are alike.
    """
    shares = rejects or {}

    def price(verifier: Verifier) -> float:
        return expected_cost(verifier) / max(shares.get(verifier.check, 1.0), RARELY)

    return sorted(verifiers, key=price)


def judge_step(
    verifiers: Sequence[Verifier],
    step: Step,
    chain: Chain,
    rejects: Mapping[str, float] | None = None,
) -> list[Verdict]:
    """Ask the verifiers, cheapest first, and stop after the first sound refutation.

    Args:
        verifiers: In any order; those of equal cost are asked in the order given.
        step: The step to judge, with its outcome.
        chain: The accepted steps before it.
        rejects: See `in_order`.
    """
    verdicts: list[Verdict] = []
    for verifier in in_order(verifiers, rejects):
        verdicts += ask_one(verifier, step, chain)
        if any(v.status == "fail" and v.sound for v in verdicts):
            break
    return verdicts


def ask_one(verifier: Verifier, step: Step, chain: Chain) -> list[Verdict]:
    """Return one verifier's verdicts, with the seconds they took; a crash becomes `unknown`.

    Args:
        verifier: Any verifier.
        step: The step to judge.
        chain: The accepted steps before it.
    """
    started = time.perf_counter()
    try:
        found = list(verifier(step, chain))
        wrong = next((v for v in found if not isinstance(v, Verdict)), None)
        if wrong is not None:
            raise TypeError(f"{type(wrong).__name__} is no verdict")
    except Exception as error:  # noqa: BLE001 - a crashing verifier must not end the run
        fact = f"The verifier itself failed: {type(error).__name__}: {told(str(error), 300)}"
        found = [Verdict(check=verifier.check, status="unknown", fact=fact)]
    share = (time.perf_counter() - started) / max(len(found), 1)
    return [v if v.seconds else v.model_copy(update={"seconds": share}) for v in found]
