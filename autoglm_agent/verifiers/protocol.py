"""What a verifier is, and how several judge one step.

A verifier knows one thing and cites evidence. "Does not apply" is a first-class answer: return
an empty list. A verifier that *crashes* has refuted nothing: its error becomes an `unknown`
verdict, ours to mend and never the model's fault.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from autoglm_agent.chain import Chain, Step, Verdict


class Verifier(Protocol):
    """Anything that can be asked about a step.

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


def judge_step(verifiers: Sequence[Verifier], step: Step, chain: Chain) -> list[Verdict]:
    """Ask the verifiers in order and stop after the first sound refutation.

    Args:
        verifiers: Cheapest first.
        step: The step to judge, with its outcome.
        chain: The accepted steps before it.
    """
    verdicts: list[Verdict] = []
    for verifier in verifiers:
        started = time.perf_counter()
        try:
            verdicts += verifier(step, chain)
        except Exception as error:  # noqa: BLE001 - a crashing verifier must not end the run
            verdicts.append(
                Verdict(
                    check=verifier.check,
                    status="unknown",
                    fact=f"The verifier itself failed: {type(error).__name__}: {error}",
                    seconds=time.perf_counter() - started,
                )
            )
        if any(v.status == "fail" and v.sound for v in verdicts):
            break
    return verdicts
