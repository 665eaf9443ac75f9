"""`propose`: one of several model calls for the same step, made side by side.

With a width above 1, `compose` is followed by as many of these as the budget allows (LangGraph's
`Send`), and `generate` gathers what they drafted instead of calling the model itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from langchain_core.messages import AnyMessage
from langgraph.types import Send

from autoglm_agent.chain import Budget, Step, Usage
from autoglm_agent.faults import faultpoint
from autoglm_agent.prompting.proposal import distinct, malformed
from autoglm_graphs.calling import Called, acall, call
from autoglm_graphs.reviving import as_data, revived
from autoglm_graphs.scene import Scene
from autoglm_graphs.state import Fan, State, WideState, usage_of

SPENT = ("model_calls", "tokens", "output_tokens", "money")


def fan(width: int, budget: Callable[[State], Budget]) -> Callable[[Fan], list[Send] | str]:
    """Return the edge after `compose`: as many drafts as the model calls that are left allow."""

    def fan_out(state: Fan) -> list[Send] | str:
        cap = budget(cast(State, state)).model_calls
        usage = revived(Usage, state.get("usage") or {})
        wide = width if cap is None else min(width, cap - usage.model_calls)
        if wide < 2:
            return "generate"
        # LangGraph strips an untracked key from what it checkpoints of a `Send`, and a draft has
        # no chain to compose from: its prompt travels under another name.
        sent = {**state, "asked": state.get("prompt")}
        return [Send("propose", sent) for _ in range(wide)]

    return fan_out


def propose(state: State, scene: Scene) -> dict[str, Any]:
    """Call the model once and keep what it drafted."""
    usage, started = usage_of(state), time.perf_counter()
    called = call(scene, scene.model(state), _asked(state), usage, attempts=1)
    return _draft(scene, usage, called, time.perf_counter() - started)


async def apropose(state: State, scene: Scene) -> dict[str, Any]:
    """Call the model without blocking the event loop; see `propose`."""
    usage, started = usage_of(state), time.perf_counter()
    called = await acall(scene, scene.model(state), _asked(state), usage, attempts=1)
    return _draft(scene, usage, called, time.perf_counter() - started)


def _asked(state: State) -> list[AnyMessage]:
    """Return the prompt that the fan sent."""
    return cast(dict[str, Any], state)["asked"] or []


def _draft(scene: Scene, before: Usage, called: Called, seconds: float) -> dict[str, Any]:
    faultpoint("propose.reply")
    steps = proposed(scene, called)
    spent = {name: getattr(called.usage, name) - getattr(before, name) for name in SPENT}
    draft = {"steps": [as_data(s) for s in steps], "spent": spent, "fault": called.fault}
    return {"drafts": [{**draft, "seconds": seconds}]}


def proposed(scene: Scene, called: Called) -> list[Step]:
    """Return the steps of a reply; one that is cut off or empty is told, and never acted on."""
    if called.reply is None:
        return []
    return [malformed(called.fault)] if called.fault else scene.read(called.reply)


def gathered(state: State) -> tuple[list[Step], Usage, str]:
    """Return the distinct steps of all drafts, what has been spent, and a fault if all failed."""
    drafts = cast(WideState, state).get("drafts") or []
    usage = usage_of(state)
    for draft in drafts:
        usage = usage.plus(**draft["spent"])
    usage = usage.plus(seconds=max((d["seconds"] for d in drafts), default=0.0))
    steps = distinct([revived(Step, s) for draft in drafts for s in draft["steps"]])
    fault = next((d["fault"] for d in drafts if d["fault"]), "")
    # A reply that cannot be read is worth a repair only where no other one can.
    readable = [s for s in steps if not s.verdicts]
    return readable or steps, usage, "" if steps else fault
