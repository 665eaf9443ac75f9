"""Typed objects out of the state's plain data, without reading the same data twice.

The state holds JSON data only, yet every node works on typed objects. Within a process LangGraph
hands on the very objects that a node returned, so what was made from one is remembered by the
object's identity. Data that comes from a checkpoint is another object and is read anew.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

from autoglm_agent.chain import Chain, Datum, Step

KEPT = 1024
"""Pairs that are remembered; each holds its data, so an identity cannot be taken by another."""

Kind = TypeVar("Kind", bound=Datum)
_pairs: dict[int, tuple[dict[str, Any], Datum]] = {}
_lock = threading.Lock()


def revived(kind: type[Kind], data: dict[str, Any]) -> Kind:
    """Return the object that the data stands for; the data must not be changed afterwards."""
    pair = _pairs.get(id(data))
    if pair is not None and pair[0] is data and type(pair[1]) is kind:
        return pair[1]
    made = kind.from_json(data)
    _remember(data, made)
    return made


def as_data(thing: Datum) -> dict[str, Any]:
    """Return the object as JSON data that `revived` recognises; what is as by default is left out.

    Checkpoints are written after each node, so the state is kept short.
    """
    data = thing.model_dump(mode="json", exclude_defaults=True)
    _remember(data, thing)
    return data


def grown_data(
    before: dict[str, Any], chain: Chain, step: Step, told: dict[str, Any]
) -> dict[str, Any]:
    """Return the data of `chain` with one more step, of which `told` is the data."""
    data = {**before, "question": chain.question}
    data["steps"] = [*before.get("steps", ()), told]
    _remember(data, chain.grown(step))
    return data


def _remember(data: dict[str, Any], thing: Datum) -> None:
    with _lock:
        _pairs[id(data)] = (data, thing)
        while len(_pairs) > KEPT:
            del _pairs[next(iter(_pairs))]
