"""Calling a chat model as one calls a thing that fails: within the budget, with true reasons.

Every attempt counts as a model call. A fault that may pass is waited for, as long as the caps
allow; one that will not, or that lasts, ends the run with the reason and keeps what is verified.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.messages import AIMessage, AnyMessage

from autoglm_agent.chain import Usage
from autoglm_agent.chat.faults import ModelFault, classify
from autoglm_agent.errors import ModelError
from autoglm_agent.policy import exhausted
from autoglm_agent.prompting.protocols import Asked
from autoglm_graphs.scene import Scene

ATTEMPTS = 4
"""Calls made for one reply, if what failed may pass."""
FIRST_DELAY = 0.5
"""Seconds before the second attempt; doubled each time, with jitter."""

FINAL = frozenset({"refused", "filtered", "context_too_long"})
"""Replies that the same request would bring again."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Called:
    """What calling the model came to: a reply, or a fault; and what was spent in all.

    A reply that cannot be used (empty, cut off) has both: the fault is what the model is told.
    """

    reply: AIMessage | None
    usage: Usage
    fault: str = ""


def call(
    scene: Scene,
    model: Asked,
    prompt: list[AnyMessage],
    usage: Usage,
    *,
    attempts: int = ATTEMPTS,
) -> Called:
    """Call the model, again where that may help.

    Args:
        scene: The run's parts.
        model: The model, ready to propose.
        prompt: What to ask.
        usage: What has been spent so far.
        attempts: Calls at most.

    Raises:
        ModelError: If it failed for good and the scene is not resilient.
    """
    started = time.monotonic()
    for attempt in range(attempts):
        limit = _left(scene, usage, started)
        try:
            reply = within(limit, lambda: model.invoke(prompt))
            return _counted(scene, reply, usage)
        except Exception as error:  # noqa: BLE001 - classified, told and counted
            last = attempt == attempts - 1
            usage, fault, delay = _failed(scene, error, usage, attempt, started, last=last)
        if delay is None:
            return _given_up(scene, usage, fault)
        time.sleep(delay)
    raise AssertionError("the last attempt returns")


async def acall(
    scene: Scene,
    model: Asked,
    prompt: list[AnyMessage],
    usage: Usage,
    *,
    attempts: int = ATTEMPTS,
) -> Called:
    """Call the model without blocking the event loop; see `call`."""
    started = time.monotonic()
    for attempt in range(attempts):
        limit = _left(scene, usage, started)
        try:
            reply = await asyncio.wait_for(model.ainvoke(prompt), limit)
            return _counted(scene, reply, usage)
        except Exception as error:  # noqa: BLE001 - classified, told and counted
            last = attempt == attempts - 1
            usage, fault, delay = _failed(scene, error, usage, attempt, started, last=last)
        if delay is None:
            return _given_up(scene, usage, fault)
        await asyncio.sleep(delay)
    raise AssertionError("the last attempt returns")


def within(seconds: float | None, work: Callable[[], Result]) -> Result:
    """Return what `work` gives, or stop waiting for it.

    A call that hangs in a socket cannot be ended from outside; its thread is left behind.

    Raises:
        TimeoutError: If it takes longer.
    """
    if seconds is None:
        return work()
    done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            done.put((True, context.run(work)))
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            done.put((False, error))

    threading.Thread(target=run, daemon=True, name="autoglm-call").start()
    try:
        good, result = done.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError(f"No reply within {seconds:.1f} s.") from None
    if good:
        return result  # type: ignore[no-any-return]
    raise result


def _counted(scene: Scene, reply: AIMessage, usage: Usage) -> Called:
    spent = reply.usage_metadata
    tokens = spent["total_tokens"] if spent else 0
    written = spent["output_tokens"] if spent else 0
    money = 0.0
    if spent and scene.prices:
        money = spent["input_tokens"] * scene.prices[0] + spent["output_tokens"] * scene.prices[1]
    usage = usage.plus(model_calls=1, tokens=tokens, output_tokens=written, money=money / 1e6)
    fault = classify(reply) if scene.resilient else None
    if fault is None:
        return Called(reply, usage)
    scene.listener({"event": "model.failed", "kind": fault.kind, "text": fault.text})
    return Called(None if fault.kind in FINAL else reply, usage, fault.text)


def _given_up(scene: Scene, usage: Usage, fault: ModelFault) -> Called:
    if scene.resilient:
        return Called(None, usage, fault.text)
    raise ModelError(fault.text, "See to the model, its key and its service.")


def _left(scene: Scene, usage: Usage, started: float) -> float | None:
    # Where the run can be resumed, no thread is left behind: the client's own limit counts.
    cap = scene.budget.seconds if scene.resilient else None
    return None if cap is None else max(0.05, cap - usage.seconds - (time.monotonic() - started))


def _failed(
    scene: Scene, error: Exception, usage: Usage, attempt: int, started: float, *, last: bool
) -> tuple[Usage, ModelFault, float | None]:
    """Count the attempt; tell it; return the seconds to wait, or None if this was the last."""
    usage, fault = usage.plus(model_calls=1), classify(error)
    if fault is None:
        raise error  # a fault of this program, not of the model or its service
    scene.listener({"event": "model.failed", "kind": fault.kind, "text": fault.text})
    jitter = 0.5 + random.random()  # noqa: S311 - spreads retries, hides nothing
    delay = max(FIRST_DELAY * 2**attempt * jitter, fault.retry_after or 0.0)
    later = delay + time.monotonic() - started
    if last or not fault.retry or exhausted(scene.budget, usage, model_calls=1, seconds=later):
        return usage, fault, None
    return usage, fault, delay
