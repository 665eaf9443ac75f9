"""Which slots of a plan the user has confirmed: told by the harness, never by the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.chain import Nogood, Step, Task

PLANNER = "plan_task"
"""The tool whose outcome is the plan."""
CONFIRMED = "confirmed"
"""The argument of it that names the slots which the user has spoken on."""


def with_confirmed(step: Step, nogoods: Sequence[Nogood]) -> Step:
    """Return a planning step with the slots marked that are as the user answered.

    An answer or a wish of the user is kept as the remedy of a nogood. What a model writes into
    the argument itself is dropped: it cannot speak for the user.

    Args:
        step: The proposed step.
        nogoods: What was refuted so far, in this run.
    """
    if step.tool != PLANNER:
        return step
    said: dict[str, Any] = {}
    for nogood in nogoods:
        remedy = nogood.remedy
        if remedy and remedy.step == PLANNER and nogood.check in ("user", "tool"):
            said.update({k: v for k, v in remedy.args.items() if k in Task.model_fields})
    confirmed = sorted(
        slot for slot, value in said.items() if slot in step.args and step.args[slot] == value
    )
    args = {k: v for k, v in step.args.items() if k != CONFIRMED}
    if confirmed:
        args[CONFIRMED] = confirmed
    return step if args == step.args else step.model_copy(update={"args": args})
