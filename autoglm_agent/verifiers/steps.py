"""Verifiers of the step itself: that its tool ran, and that an answer comes last.

They know nothing of tables; every kind of chain uses them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autoglm_agent.chain import Chain, Remedy, Step, Verdict

ASKING = {"TargetError"}
"""Errors that only the user can answer."""
ENDING = {"VaultError", "StoreError", "RunActiveError"}
"""Errors that another proposal of the model cannot heal."""


class ToolRan:
    """Refute a step whose tool gave an error, with the error as the reason.

    Args:
        tells_passes: Whether a tool that ran is a pass, where nothing else judges its result.
    """

    check = "tool"

    def __init__(self, *, tells_passes: bool = False) -> None:
        self._tells_passes = tells_passes

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:  # noqa: ARG002 - protocol
        """Return a refutation if the step's outcome is an error."""
        outcome = step.outcome
        if outcome is None:
            return []
        if outcome.ok:
            passed = Verdict(check=self.check, title="The tool ran", status="pass")
            return [passed] if self._tells_passes else []
        remedies: tuple[Remedy, ...] = ()
        if outcome.error in ASKING or outcome.error in ENDING:
            remedies = (
                Remedy(kind="ask" if outcome.error in ASKING else "stop", step=step.tool or ""),
            )
        return [
            Verdict(
                check=self.check,
                title="The tool ran",
                status="fail",
                fact=outcome.text,
                blame=step.tool,
                remedies=remedies,
                evidence=told_error(outcome.text),
            )
        ]


class AnswerComesLast:
    """Refute an answer that is given before the work it rests on was done.

    Args:
        required: Tool names; any one of them in the chain makes an answer acceptable.
    """

    check = "complete"

    def __init__(self, required: Sequence[str]) -> None:
        self._required = tuple(required)

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Return a refutation if `step` answers too early."""
        if step.tool or any(chain.index_of(tool) is not None for tool in self._required):
            return []
        return [
            Verdict(
                check=self.check,
                title="The answer comes last",
                status="fail",
                fact=f"The answer came before {' or '.join(self._required)}.",
            )
        ]


def told_error(text: str) -> dict[str, Any]:
    """Read a tool's error message: class, problem, remedy and candidates, each if it is there.

    Args:
        text: `ErrorName: problem`, then optional lines `remedy: ...` and `candidates: [...]`.
    """
    lines = text.splitlines() or [""]
    name, _, problem = lines[0].partition(": ")
    told = {"type": name, "message": problem or lines[0], "remedy": "", "candidates": []}
    for line in lines[1:]:
        if line.startswith("remedy: "):
            told["remedy"] = line.removeprefix("remedy: ")
        if line.startswith("candidates: "):
            told["candidates"] = json.loads(line.removeprefix("candidates: "))
    return told
